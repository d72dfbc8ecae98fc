// SPDX-License-Identifier: GPL-2.0-or-later
/* Records of leases, read after other starts of the machine, and with a wall clock that was set. */
#include "test.h"

#include <string.h>

#include <json-c/json.h>

#include "support_lease_record.h"

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
	const struct lease *a = &known_lease, read = reread(a, &before, &before), *b = &read;

	assert_int_equal(b->state, LEASE_BOUND);
	assert_memory_equal(&a->address, &b->address, sizeof(a->address));
	assert_memory_equal(&a->server, &b->server, sizeof(a->server));
	assert_memory_equal(&a->relay, &b->relay, sizeof(a->relay));
	assert_int_equal(a->seconds, b->seconds);
	assert_int_equal(a->since, b->since);
	assert_int_equal(a->renew_at, b->renew_at);
	assert_int_equal(a->rebind_at, b->rebind_at);
	assert_int_equal(a->expires_at, b->expires_at);
	assert_true(b->confirmed);
	assert_int_equal(b->result, LEASE_RESULT_RENEWED);
	assert_int_equal(a->result_at, b->result_at);
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

TEST(states)
{
	static const enum lease_state states[][2] = {
		{ LEASE_NONE, LEASE_NONE },      { LEASE_BOUND, LEASE_BOUND },
		{ LEASE_RENEWING, LEASE_BOUND }, { LEASE_REBINDING, LEASE_BOUND },
		{ LEASE_LOST, LEASE_LOST },
	};

	for (size_t i = 0; i < sizeof(states) / sizeof(*states); i++) {
		struct lease lease = known_lease;

		lease.state = states[i][0];
		lease.result = LEASE_RESULT_NAK;
		assert_int_equal(reread(&lease, &before, &before).state, states[i][1]);
		lease = reread(&lease, &before, &after);
		assert_int_equal(lease.state, states[i][1]);
		assert_int_equal(lease.result, LEASE_RESULT_NAK);
	}
}

TEST(results)
{
	for (enum lease_result result = LEASE_RESULT_NONE; result <= LEASE_RESULT_ADDRESS_CHANGED;
	     result++) {
		struct lease lease = known_lease;

		lease.result = result;
		assert_int_equal(reread(&lease, &before, &after).result, result);
	}
}

TEST(other_start)
{
	const struct lease back = reread(&known_lease, &before, &after);

	assert_int_equal(back.since, after.boot_ms - 4 * HOUR_MS);
	assert_int_equal(back.renew_at, after.boot_ms + 8 * HOUR_MS);
	assert_int_equal(back.rebind_at, after.boot_ms + 17 * HOUR_MS);
	assert_int_equal(back.expires_at, after.boot_ms + 20 * HOUR_MS);
	assert_int_equal(back.result_at, after.boot_ms - 4 * HOUR_MS);
	assert_false(back.confirmed);
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

static void check_unbounded(const struct lease *lease)
{
	assert_int_equal(lease->state, LEASE_BOUND);
	assert_false(lease->confirmed);
	assert_int_equal(lease->since, 0);
	assert_int_equal(lease->renew_at, 0);
	assert_int_equal(lease->rebind_at, 0);
	assert_int_equal(lease->expires_at, 0);
}

TEST(wall_clock_set_back)
{
	struct lease_record_clock now = after;
	struct lease back;

	now.wall_ms = before.wall_ms - 2 * HOUR_MS;
	back = reread(&known_lease, &before, &now);
	check_unbounded(&back);
	now.wall_ms = 0; /* no battery: 1970 */
	back = reread(&known_lease, &before, &now);
	check_unbounded(&back);
}

TEST(assumed_times_are_not_converted)
{
	struct lease there = known_lease, back;
	struct lease_record_clock now = after;

	there.since = 0;
	back = reread(&there, &before, &now);
	check_unbounded(&back);
	now.wall_ms = 0;
	back = reread(&there, &before, &now);
	check_unbounded(&back);
}

TEST(wall_clock_set_ahead)
{
	struct lease_record_clock now = after;
	struct lease back;
	struct lease_trigger sleeps = { .kind = LEASE_TRIGGER_ASLEEP, .now = after.boot_ms };

	now.wall_ms = INT64_C(4102444800000); /* 2100 */
	back = reread(&known_lease, &before, &now);
	assert_true(back.expires_at < now.boot_ms);
	assert_false(back.confirmed);
	lease_step(&back, MIN_LEASE_DEFAULT, &sleeps);
	assert_int_equal(back.deadline, now.boot_ms);
	assert_int_equal(back.expires_at, now.boot_ms + LEASE_ASSUMED_MS);
}

TEST(unknown_boot_id_is_another_start)
{
	struct lease_record_clock then = before, now = after;
	struct lease back;

	*then.boot_id = *now.boot_id = '\0';
	back = reread(&known_lease, &then, &now);
	assert_false(back.confirmed);
	assert_int_equal(back.expires_at, after.boot_ms + 20 * HOUR_MS);
	back = reread(&known_lease, &before, &now);
	assert_int_equal(back.expires_at, after.boot_ms + 20 * HOUR_MS);
}
