// SPDX-License-Identifier: GPL-2.0-or-later
/* Hosts as rows of the store: written, read, and read after they were damaged. */
#include "test.h"

#include <errno.h>

#include <json-c/json.h>

#include "base/log.h"
#include "host/description.h"
#include "host/host.h"
#include "support_files.h"
#include "support_hosts.h"

static const struct lease_record_clock before = { .boot_ms = 5000000,
	                                          .wall_ms = INT64_C(1769860800000),
	                                          .boot_id = "one" };

/* An hour later, in the first minute of the machine. */
static const struct lease_record_clock rebooted = { .boot_ms = 60000,
	                                            .wall_ms = INT64_C(1769860800000) + 3600000,
	                                            .boot_id = "two" };

static struct edited *all_edited(void)
{
	struct edited *edited = parse_edits("+30 -21");

	edited->exists = edited->has_fields = edited->arp_offload = true;
	edited->vlan = 12;
	edited->echo = ECHO_WAKE;
	edited->ifindex = 1; /* lo */
	return edited;
}

static struct dhcp_client *all_leased(void)
{
	static const struct dhcp_identity identity = { .hostname = { 3, "nas" } };
	const struct lease_grant grant = { .address = { { 192, 0, 2, 20 } },
		                           .server = { { 192, 0, 2, 1 } } };
	struct dhcp_client *dhcp = dhcp_client_new();

	dhcp_client_grant(dhcp, timing.min_lease, &grant, &identity, 0);
	return dhcp;
}

static struct host *host_of(bool described, bool edited, bool registered, bool leased)
{
	const struct host_description description = all_described();
	const struct registration_draft draft = all_registered();
	struct host *host = calloc(1, sizeof(*host));

	host->mac = nas;
	host->name = strdup("nas");
	host->life.state = ASLEEP;
	if (described)
		host->described = described_new(&description, DESCRIBED_BY_COMMAND, 7);
	host->edited = edited ? all_edited() : NULL;
	host->registration = registered ? registration_new(&draft) : NULL;
	host->dhcp = leased ? all_leased() : NULL;
	return host;
}

/* As the daemon adds it, before the row is read. */
static struct host *host_of_row(struct json_object *json)
{
	struct host *host = calloc(1, sizeof(*host));

	host->mac = nas;
	host->name = strdup(json_object_get_string(json_object_object_get(json, "name")) ?: "?");
	return host;
}

static int read_row(struct json_object *json, const struct lease_record_clock *clock,
                    struct host *host)
{
	char why[256] = "";
	const int err = host_row_read(json, clock, host, why, sizeof(why));

	assert_int_equal(!err, !*why);
	return err;
}

/* The host as JSON, read again as a host. */
static struct host *there_and_back(const struct host *host, const struct lease_record_clock *clock)
{
	struct json_object *json = host_row_write(host, &before);
	struct host *back = host_of_row(json);

	assert_int_equal(read_row(json, clock, back), 0);
	json_object_put(json);
	back->life.state = back->stored_state;
	return back;
}

static const char *plain(struct json_object *json)
{
	return json_object_to_json_string_ext(json, JSON_C_TO_STRING_PLAIN |
	                                                    JSON_C_TO_STRING_NOSLASHESCAPE);
}

/* Other daemons, older or newer ones, read it. */
TEST(what_a_row_looks_like)
{
	struct host *host = host_of(true, true, true, true);
	struct json_object *json = host_row_write(host, &before);

	assert_true(json_object_is_type(json_object_object_get(json, "lease"), json_type_object));
	json_object_object_del(json, "lease");
	assert_string_equal(
		plain(json),
		"{\"name\":\"nas\",\"state\":\"asleep\",\"by\":\"command\",\"described\":{"
		"\"addresses\":[\"192.0.2.20\",\"192.0.2.21\"],\"groups\":[\"239.1.2.3\"],"
		"\"wake\":[\"tcp/22\",\"udp/any\"],"
		"\"allow\":[\"192.0.2.0/24\"],\"deny\":[\"192.0.2.99\"],\"interface\":\"eth0\","
		"\"vlan\":10,\"arp-offload\":true,\"detect-sleep\":true,"
		"\"echo\":\"ignore\",\"secureon\":\"01:02:03:04:05:06\",\"watts\":36.5},"
		"\"edited\":{\"exists\":true,\"addresses\":[\"192.0.2.30\"],"
		"\"removed\":[\"192.0.2.21\"],\"interface\":\"lo\",\"vlan\":12,\"arp-offload\":true,"
		"\"echo\":\"wake\"},"
		"\"registered\":{\"client-identifier\":4711,\"transaction\":99,\"active\":true,"
		"\"until\":1769889600000,\"expires\":1769947200000,\"lifetime\":86400000,"
		"\"seen\":true,\"reported\":815,\"backup-of\":\"192.0.2.1\",\"interface\":\"eth1\","
		"\"vlan\":11,\"addresses\":[\"192.0.2.20\",\"192.0.2.22\"],\"ports\":[\"tcp/80\"],"
		"\"lease\":true,\"digests\":[1,-1]}}");
	json_object_put(json);
	host_free(host);
}

/* When they were seen does not come back, only which. */
TEST(seen_groups_come_back)
{
	static const struct group_membership seen[] = {
		{ { { [10] = 0xff, 0xff, 239, 1, 2, 3 } }, { { 0 } } },
		{ { { 0xff, 5, [15] = 9 } }, { { 0x20, 1, [15] = 7 } } },
	};
	struct host *host = host_of(true, false, false, false), *back;

	for (size_t i = 0; i < 2; i++)
		host->groups = group_list_add(host->groups, &seen[i], NOW);
	back = there_and_back(host, &before);
	assert_int_equal(back->groups->count, 2);
	for (size_t i = 0; i < 2; i++) {
		assert_memory_equal(&back->groups->groups[i].membership, &seen[i], sizeof(*seen));
		assert_int_equal(back->groups->groups[i].seen, 0);
	}
	host_free(host);
	host_free(back);
}

/* What it has only probed for is not kept: it may be another machine's. */
TEST(what_was_learnt_comes_back)
{
	const struct ipv6 has = { { 0xfe, 0x80, [15] = 5 } }, probed = { { 0xfe, 0x80, [15] = 6 } };
	struct host *host = host_of(true, false, false, false), *back;
	struct json_object *json;

	learnt_add(&host->learnt, &has, false, 1);
	host->learnt->list[0].is_sure = true;
	learnt_add(&host->learnt, &probed, true, 1);
	json = host_row_write(host, &before);
	assert_string_equal(plain(json_object_object_get(json, "learnt")),
	                    "{\"addresses\":[\"fe80::5\"]}");
	json_object_put(json);
	back = there_and_back(host, &before);
	assert_true(learnt_has(back->learnt, &has));
	assert_int_equal(back->learnt->count, 1);
	assert_int_equal(back->learnt->list[0].at, before.boot_ms / 1000);
	host_free(host);
	host_free(back);
}

TEST(each_input_and_state_comes_back)
{
	for (int inputs = 1; inputs < 16; inputs++) {
		struct host *host = host_of(inputs & 1, inputs & 2, inputs & 4, inputs & 8), *back;
		struct json_object *json, *again;

		host->life.state = inputs % 4;
		json = host_row_write(host, &before);
		if (inputs == 8) { /* a lease alone is no reason to know a host */
			back = host_of_row(json);
			assert_int_equal(read_row(json, &before, back), -EINVAL);
			host_free(back);
		} else {
			back = there_and_back(host, &before);
			again = host_row_write(back, &before);
			assert_string_equal(plain(json), plain(again));
			json_object_put(again);
			host_free(back);
		}
		json_object_put(json);
		host_free(host);
	}
}

/* CLOCK_BOOTTIME begins anew with the machine, the wall clock goes on. */
TEST(times_after_another_start)
{
	static const struct {
		int64_t until, after;
	} rows[] = {
		{ 0, 0 },
		{ 5000000 + 28800000, 60000 + 28800000 - 3600000 },
		{ 5000000 + 3600000, 60000 },
		{ 5000000, 1 }, /* it is over: due at once, and not never */
	};

	EACH(i, rows)
	{
		struct host *host = host_of(false, false, true, false), *back;

		host->registration->until = host->registration->timer = rows[i].until;
		host->registration->expires = rows[i].until;
		back = there_and_back(host, &rebooted);
		assert_int_equal(back->registration->until, rows[i].after);
		assert_int_equal(back->registration->timer, rows[i].after);
		assert_int_equal(back->registration->expires, rows[i].after);
		host_free(back);
		host_free(host);
	}
}

/* An earlier daemon did not note whether its host was ever seen, or reported. */
TEST(a_registration_of_an_earlier_daemon)
{
	static const bool actives[] = { false, true };

	EACH(i, actives)
	{
		struct host *host = host_of(false, false, true, false), *back;

		host->registration->expires = 0;
		host->registration->seen = false;
		host->registration->reported = 0;
		host->registration->active = actives[i];
		back = there_and_back(host, &before);
		assert_true(back->registration->seen);
		assert_int_equal(!back->registration->reported, actives[i]);
		host_free(back);
		host_free(host);
	}
}

/* It is on none then, and not on any. */
TEST(an_interface_that_is_away)
{
	struct host *host = host_of(false, true, false, false);

	host->edited->ifindex = 999999999;
	for (int starts = 0; starts < 2; starts++) {
		struct host *back = there_and_back(host, &rebooted);

		assert_int_equal(back->edited->ifindex, UINT32_MAX);
		host_free(host);
		host = back;
	}
	host_free(host);
}

TEST(what_is_proposed_is_written_in_place)
{
	struct host *host = host_of(true, true, true, true), *back;
	struct proposal *proposal = calloc(1, sizeof(*proposal));

	host->proposal = proposal;
	host->life.state = AWAKE;
	proposal->name = strdup("box");
	proposal->sets = SETS_DESCRIBED | SETS_REGISTRATION | SETS_DHCP | SETS_DHCP6;
	proposal->described = described_of("40", 9);
	proposal->registration = registered_of("41", true);
	proposal->dhcp = dhcp_client_new();
	proposal->dhcp->lease = parse_lease("42");
	proposal->dhcp6 = dhcp6_client_new();
	proposal->dhcp6->lease.state = LEASE_LOST;
	proposal->trigger = TRIGGER_SLEEP_REQUEST;
	back = there_and_back(host, &before);
	assert_string_equal(back->name, "box");
	assert_int_equal(back->life.state, DROWSY); /* so that it is checked at a start */
	assert_int_equal(back->described->address_count, 1);
	assert_int_equal(back->described->addresses[0].octet[15], 40);
	assert_int_equal(back->registration->addresses[0].octet[15], 41);
	assert_int_equal(back->dhcp->lease.address.octet[3], 42);
	assert_int_equal(back->dhcp6->lease.state, LEASE_LOST);
	assert_int_equal(back->edited->vlan, 12); /* nobody proposes edits */
	host_free(back);
	host->life.state = ASLEEP; /* it says so once more */
	back = there_and_back(host, &before);
	assert_int_equal(back->life.state, ASLEEP);
	host_free(back);
	host_free(host);
}

struct damage {
	const char *input, *member; /* NULL: of the row itself */
	const char *value;          /* JSON */
	const char *said;           /* in the warning */
};

static const struct damage damages[] = {
	{ "described", "addresses", "[\"224.0.0.1\"]", "its description" },
	{ "described", "addresses", "\"192.0.2.20\"", "addresses" },
	{ "described", "secureon", "\"1:2\"", "secureon" },
	{ NULL, "described", "[]", "its description" },
	{ NULL, "described", "null", "its description" },
	{ "edited", "exists", "1", "exists" },
	{ "edited", "addresses", "[\"192.0.2.30\",\"192.0.2.30\"]", "addresses" },
	{ "edited", "removed", "{}", "removed" },
	{ "edited", "interface", "\"a-name-that-is-too-long\"", "interface" },
	{ "edited", "vlan", "4095", "vlan" },
	{ "edited", "arp-offload", "\"yes\"", "arp-offload" },
	{ NULL, "edited", "null", "what was edited" },
	{ NULL, "groups", "[{\"group\":\"192.0.2.1\"}]", "what groups it is in" },
	{ "registered", "client-identifier", "0", "client-identifier" },
	{ "registered", "client-identifier", "65536", "client-identifier" },
	{ "registered", "transaction", "-1", "transaction" },
	{ "registered", "active", "1", "active" },
	{ "registered", "until", "-1", "until" },
	{ "registered", "until", "9223372036854775807", "until" },
	{ "registered", "timer", "-1", "timer" },
	{ "registered", "expires", "-1", "expires" },
	{ "registered", "lifetime", "\"1\"", "lifetime" },
	{ "registered", "seen", "1", "seen" },
	{ "registered", "reported", "1.5", "reported" },
	{ "registered", "backup-of", "\"::1\"", "backup-of" },
	{ "registered", "interface", "\"a-name-that-is-too-long\"", "interface" },
	{ "registered", "vlan", "4095", "vlan" },
	{ "registered", "addresses", "[\"192.0.2.20\",\"192.0.2.20\"]", "addresses" },
	{ "registered", "ports", "[\"tcp/80\",80]", "ports" },
	{ "registered", "lease", "\"\"", "lease" },
	{ "registered", "digests", "[1.5]", "digests" },
	{ NULL, "registered", "{}", "client-identifier" },
	{ NULL, "registered", "7", "its registration" },
	{ "lease", "state", "9", "its lease" },
	{ NULL, "lease", "null", "its lease" },
};

TEST(a_damaged_input_is_left_out)
{

	EACH(i, damages)
	{
		const struct damage *it = &damages[i];
		const char *input = it->input ? it->input : it->member;
		struct host *host = host_of(true, true, true, true);
		struct json_object *json = host_row_write(host, &before);
		struct host *back = host_of_row(json);
		char said[8192];
		int err;

		json_object_object_add(it->input ? json_object_object_get(json, it->input) : json,
		                       it->member, json_tokener_parse(it->value));
		capture_log();
		err = read_row(json, &before, back);
		end_capture(said);
		assert_int_equal(err, 0);
		if (!strstr(said, "host nas: ") || !strstr(said, it->said))
			fail_msg("%s %s: %s", input, it->member, said);
		assert_int_equal(!back->described, !strcmp(input, "described"));
		assert_int_equal(!back->edited, !strcmp(input, "edited"));
		assert_int_equal(!back->registration, !strcmp(input, "registered"));
		assert_int_equal(!back->dhcp, !strcmp(input, "lease"));
		host_free(back);
		json_object_put(json);
		host_free(host);
	}
}

#define GUEST "\"registered\":{\"client-identifier\":1}}"

TEST(a_row_that_is_no_host_is_refused)
{
	static const struct {
		const char *json, *why;
	} rows[] = {
		{ "[]", "expected an object" },
		{ "{}", "name" },
		{ "{\"name\":7," GUEST, "name" },
		{ "{\"name\":\"nas\",\"state\":\"dead\"," GUEST, "state" },
		{ "{\"name\":\"nas\",\"by\":\"me\"," GUEST, "by" },
		{ "{\"name\":\"nas\",\"colour\":1," GUEST, "colour" },
		{ "{\"name\":\"nas\"}", "nobody describes, edits or registers it" },
		{ "{\"name\":\"nas\",\"described\":{\"vlan\":-1}}", "nobody describes" },
		{ "{\"name\":\"nas\",\"edited\":{\"vlan\":10}}", "nobody describes" },
	};

	log_init(LOG_EMERG);
	EACH(i, rows)
	{
		struct json_object *json = json_tokener_parse(rows[i].json);
		struct host *host = host_of_row(json);
		char why[256] = "";

		assert_int_equal(host_row_read(json, &before, host, why, sizeof(why)), -EINVAL);
		if (!strstr(why, rows[i].why))
			fail_msg("%s: %s", rows[i].json, why);
		host_free(host);
		json_object_put(json);
	}
}
