// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Records of leases: read after other starts of the machine, with a wall clock that was set, and
 * corrupt, by hand or by a failing disk.
 */
#include "test.h"

#include <string.h>

#include <json-c/json.h>

#include "support_dhcp.h"

#define BEFORE_WALL INT64_C(1769860800000)
#define THREE_HOURS_LATER (BEFORE_WALL + 3 * HOUR_MS)

static const struct lease_record_clock before = {
	.boot_ms = INT64_C(50000000),
	.wall_ms = BEFORE_WALL,
	.boot_id = "7c1a3f0e-0000-4000-8000-000000000001",
};

/* Three hours later by the wall's clock; the machine has run for a minute. */
static const struct lease_record_clock after = {
	.boot_ms = 60000,
	.wall_ms = THREE_HOURS_LATER,
	.boot_id = "7c1a3f0e-0000-4000-8000-000000000002",
};

static const struct dhcp_identity known_identity = {
	.client_id = { 7, { 1, 0x52, 0x54, 0, 0x12, 0x34, 0x56 } },
	.hostname = { 3, "nas" },
	.parameters = { 4, { 1, 3, 6, 255 } },
	.vendor_class = { 1, { 0 } },
	.fqdn = { 255, { [0 ... 254] = 0xa5 } },
};

/* Renewed an hour ago, for a day. */
static const struct lease known_lease = {
	.state = LEASE_BOUND,
	.address = { { 192, 0, 2, 20 } },
	.server = { { 192, 0, 2, 1 } },
	.relay = { { 192, 0, 2, 254 } },
	.seconds = 86400,
	.since = INT64_C(50000000) - HOUR_MS,
	.renew_at = INT64_C(50000000) + 11 * HOUR_MS,
	.rebind_at = INT64_C(50000000) + 20 * HOUR_MS,
	.expires_at = INT64_C(50000000) + 23 * HOUR_MS,
	.confirmed = true,
	.proxy_renews = true,
	.result = LEASE_RESULT_RENEWED,
	.result_at = INT64_C(50000000) - HOUR_MS,
	.request_pending = true,
	.xid = 4711,
	.requests = 2,
	.sent_at = INT64_C(50000000) - HOUR_MS,
	.deadline = INT64_C(50000000) + 11 * HOUR_MS,
};

static struct json_object *record_of(const struct lease *lease,
                                     const struct lease_record_clock *now)
{
	struct dhcp_client *client = dhcp_client_new();
	struct json_object *json;

	assert_int_equal(dhcp_client_set_identity(client, &known_identity), 0);
	client->lease = *lease;
	client->request.pending = true;
	client->request.xid = 815;
	json = lease_record_write(client, now);
	dhcp_client_free(client);
	return json;
}

/* What the proxy does is not recorded. */
static void check_idle(const struct dhcp_client *client)
{
	assert_false(client->request.pending);
	assert_false(client->lease.request_pending);
	assert_false(client->lease.proxy_renews);
	assert_int_equal(client->lease.deadline, 0);
	assert_int_equal(client->lease.requests, 0);
}

/* Written at one moment and read at another, as text in between. The client is the caller's. */
static struct dhcp_client *reread_client(struct json_object *written,
                                         const struct lease_record_clock *now)
{
	struct json_object *json = json_tokener_parse(json_object_to_json_string(written));
	struct dhcp_client *client = lease_record_read(json, now);

	assert_non_null(client);
	check_idle(client);
	json_object_put(json);
	json_object_put(written);
	return client;
}

static struct lease reread(const struct lease *lease, const struct lease_record_clock *then,
                           const struct lease_record_clock *now)
{
	struct dhcp_client *client = reread_client(record_of(lease, then), now);
	const struct lease read = client->lease;

	assert_true(has_identity(client, &known_identity));
	dhcp_client_free(client);
	return read;
}

TEST(same_start)
{
	struct lease expected = known_lease, read;

	expected.proxy_renews = expected.request_pending = false;
	expected.xid = expected.requests = 0;
	expected.sent_at = expected.deadline = 0;
	read = reread(&known_lease, &before, &before);
	assert_memory_equal(&read, &expected, sizeof(read));
}

/* As written by the version before; stores of it are read. */
TEST(format)
{
	static const char expected[] =
		"{\"boot\":\"7c1a3f0e-0000-4000-8000-000000000001\",\"boot-began\":1769810800000,"
		"\"state\":1,\"seconds\":86400,\"confirmed\":true,\"result\":1,"
		"\"since\":46400000,\"renew-at\":89600000,\"rebind-at\":122000000,"
		"\"expires-at\":132800000,\"result-at\":46400000,\"address\":\"c0:00:02:14\","
		"\"server\":\"c0:00:02:01\",\"relay\":\"c0:00:02:fe\","
		"\"client-id\":\"01:52:54:00:12:34:56\",\"hostname\":\"6e:61:73\","
		"\"parameters\":\"01:03:06:ff\",\"vendor-class\":\"00\",\"fqdn\":\"a5:a5:";
	struct json_object *json = record_of(&known_lease, &before);
	const char *text = json_object_to_json_string_ext(json, JSON_C_TO_STRING_PLAIN);

	assert_memory_equal(text, expected, strlen(expected));
	json_object_put(json);
}

TEST(nothing_known)
{
	static const struct dhcp_client nobody;
	const struct lease_record_clock *const reads[] = { &before, &after };

	for (size_t i = 0; i < 2; i++) {
		struct dhcp_client *client =
			reread_client(lease_record_write(&nobody, &before), reads[i]);

		assert_memory_equal(client, &nobody, sizeof(nobody));
		dhcp_client_free(client);
	}
}

TEST(states_and_results)
{
	static const enum lease_state states[][2] = {
		{ LEASE_NONE, LEASE_NONE },      { LEASE_BOUND, LEASE_BOUND },
		{ LEASE_RENEWING, LEASE_BOUND }, { LEASE_REBINDING, LEASE_BOUND },
		{ LEASE_LOST, LEASE_LOST },
	};

	EACH(i, states)
	for (enum lease_result result = 0; result <= LEASE_RESULT_ADDRESS_CHANGED; result++) {
		struct lease lease = known_lease;

		lease.state = states[i][0];
		lease.result = result;
		assert_int_equal(reread(&lease, &before, &before).state, states[i][1]);
		lease = reread(&lease, &before, &after);
		assert_int_equal(lease.state, states[i][1]);
		assert_int_equal(lease.result, result);
	}
}

TEST(unknown_and_infinite_times_are_not_converted)
{
	struct lease lease = known_lease;

	lease.renew_at = lease.rebind_at = lease.expires_at = LEASE_NEVER;
	lease.seconds = DHCP_INFINITE;
	lease.result_at = 0;
	lease = reread(&lease, &before, &after);
	assert_int_equal(lease.seconds, DHCP_INFINITE);
	assert_int_equal(lease.renew_at, LEASE_NEVER);
	assert_int_equal(lease.rebind_at, LEASE_NEVER);
	assert_int_equal(lease.expires_at, LEASE_NEVER);
	assert_int_equal(lease.result_at, 0);
}

/* Nor is it confirmed then. */
TEST(times_after_another_start)
{
	static const struct {
		const char *shows;
		int64_t wall_ms;
		bool has_beginning, then_is_named, now_is_named, kept;
	} rows[] = {
		{ "three hours later", THREE_HOURS_LATER, true, true, true, true },
		{ "this start has no name", THREE_HOURS_LATER, true, true, false, true },
		{ "nor had the one before", THREE_HOURS_LATER, true, false, false, true },
		{ "the wall clock was set back", BEFORE_WALL - 2 * HOUR_MS, true, true, true,
		  false },
		{ "no battery: 1970", 0, true, true, true, false },
		{ "times were assumed", THREE_HOURS_LATER, false, true, true, false },
		{ "times were assumed, and it is 1970", 0, false, true, true, false },
	};

	EACH(i, rows)
	{
		struct lease_record_clock then = before, now = after;
		struct lease lease = known_lease;
		const int64_t hour = rows[i].kept ? HOUR_MS : 0;
		const int64_t boot = rows[i].kept ? after.boot_ms : 0;

		now.wall_ms = rows[i].wall_ms;
		lease.since *= rows[i].has_beginning;
		then.boot_id[0] *= rows[i].then_is_named;
		now.boot_id[0] *= rows[i].now_is_named;
		lease = reread(&lease, &then, &now);
		if (lease.state != LEASE_BOUND || lease.confirmed ||
		    lease.since != boot - 4 * hour || lease.renew_at != boot + 8 * hour ||
		    lease.rebind_at != boot + 17 * hour || lease.expires_at != boot + 20 * hour)
			fail_msg("%s: %s", rows[i].shows, rows[i].kept ? "converted" : "unknown");
		if (rows[i].kept)
			assert_int_equal(lease.result_at, boot - 4 * hour);
	}
}

TEST(wall_clock_set_ahead)
{
	const struct lease_trigger sleeps = { LEASE_TRIGGER_ASLEEP, .now = after.boot_ms };
	struct lease_record_clock now = after;
	struct lease back;

	now.wall_ms = INT64_C(4102444800000); /* 2100 */
	back = reread(&known_lease, &before, &now);
	assert_true(back.expires_at < now.boot_ms);
	assert_false(back.confirmed);
	lease_step(&back, MIN_LEASE_DEFAULT, &sleeps);
	assert_int_equal(back.deadline, now.boot_ms);
	assert_int_equal(back.expires_at, now.boot_ms + LEASE_ASSUMED_MS);
}

/* Whatever the record says: a lease that is read from it can be renewed, or expires. */
static void check_usable(const struct dhcp_client *client, int64_t now)
{
	struct lease_trigger trigger = { LEASE_TRIGGER_ASLEEP, .now = now, .asleep = true };
	struct lease lease = client->lease;

	check_idle(client);
	assert_in_range(lease.result, LEASE_RESULT_NONE, LEASE_RESULT_ADDRESS_CHANGED);
	if (lease.state == LEASE_NONE)
		return;
	assert_memory_not_equal(&lease.address, "\0\0\0", 4);
	lease_step(&lease, MIN_LEASE_DEFAULT, &trigger);
	trigger.kind = LEASE_TRIGGER_TIMEOUT;
	for (int i = 0; lease.deadline && i < 100; i++) {
		trigger.now = lease.deadline > trigger.now ? lease.deadline : trigger.now;
		lease_step(&lease, MIN_LEASE_DEFAULT, &trigger);
		assert_true(!lease.deadline || lease.deadline > trigger.now);
	}
	assert_true(lease.state == LEASE_LOST || lease.expires_at == LEASE_NEVER);
}

static bool is_read(struct json_object *json, const struct lease_record_clock *now)
{
	struct dhcp_client *client = lease_record_read(json, now);

	if (!client)
		return false;
	check_usable(client, now->boot_ms);
	dhcp_client_free(client);
	return true;
}

static bool is_read_with(const char *name, const char *value, const char *boot_began)
{
	struct json_object *json = record_of(&known_lease, &before);
	bool read;

	json_object_object_add(json, name, json_tokener_parse(value));
	read = is_read(json, &before);
	if (boot_began)
		json_object_object_add(json, "boot-began", json_tokener_parse(boot_began));
	is_read(json, &after);
	json_object_put(json);
	return read;
}

/* Each member by itself, and with the one that all times are converted by. */
TEST(extreme_values)
{
	static const char *const values[] = {
		"null",
		"true",
		"0",
		"1",
		"-1",
		"6",
		"4294967295",
		"-9223372036854775808",
		"9223372036854775807",
		"9223372036854775806",
		"2305843009213693951",
		"-2305843009213693951",
		"1e300",
		"\"\"",
		"\"00:00:00:00\"",
		"[1]",
		"{}",
	};
	struct json_object *members = record_of(&known_lease, &before);

	json_object_object_foreach (members, name, member) {
		assert_non_null(member);
		EACH(i, values)
		EACH(j, values)
		is_read_with(name, values[i], values[j]);
	}
	assert_int_equal(json_object_object_length(members), 19);
	json_object_put(members);
}

TEST(no_record)
{
	static const char *const texts[] = { "[]", "1", "true", "\"text\"", "{}", "[{}]" };

	EACH(i, texts)
	{
		struct json_object *json = json_tokener_parse(texts[i]);

		assert_false(is_read(json, &before));
		json_object_put(json);
	}
	assert_false(is_read(NULL, &before));
}

TEST(invalid_values_are_refused)
{
	static const char *const rows[][2] = {
		{ "state", "5" },
		{ "result", "-1" },
		{ "result", "6" },
		{ "seconds", "-1" },
		{ "seconds", "4294967296" },
		{ "address", "\"00:00:00:00\"" },
		{ "address", "\"c0:00:02:14:00\"" },
		{ "server", "\"\"" },
		{ "relay", "\"c0:00:02\"" },
		{ "hostname", "\"6e:61:7\"" },
		{ "fqdn", "null" },
		{ "confirmed", "1" },
		{ "since", "2305843009213693952" },
		{ "since", "-9223372036854775808" },
		{ "unknown", "1" },
		{ "renew-at", "9223372036854775807" }, /* after T2 */
		{ "renew-at", "0" },                   /* of a lease that is confirmed */
		{ "rebind-at", "132800001" },          /* after its end */
		{ "expires-at", "0" },
	};

	assert_true(is_read_with("state", "1", NULL));
	EACH(i, rows)
	if (is_read_with(rows[i][0], rows[i][1], NULL))
		fail_msg("\"%s\": %s is read", rows[i][0], rows[i][1]);
}
