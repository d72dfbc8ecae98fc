// SPDX-License-Identifier: GPL-2.0-or-later
/* Records that were written by nobody, or by a failing disk. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <json-c/json.h>

#include "support_record.h"

/* Whatever a record says: what is taken from it can be kept. */
static void check_usable(const struct dhcp_client *client, int64_t now)
{
	static const struct ipv4 none;
	struct lease_input input = { .cause = LEASE_SLEEPS, .now = now, .asleep = true };
	struct lease lease = client->lease;

	assert_in_range(lease.state, LEASE_NONE, LEASE_LOST);
	assert_in_range(lease.result, RESULT_NONE, RESULT_MOVED);
	check_clean(client);
	if (lease.state == LEASE_NONE)
		return;
	assert_memory_not_equal(&lease.address, &none, sizeof(none));
	lease_step(&lease, &LEASE_TIMING_DEFAULT, &input);
	input.cause = LEASE_TIME;
	for (int i = 0; lease.deadline && i < 100; i++) {
		input.now = lease.deadline > input.now ? lease.deadline : input.now;
		lease_step(&lease, &LEASE_TIMING_DEFAULT, &input);
		assert_true(!lease.deadline || lease.deadline > input.now);
	}
	assert_true(lease.state == LEASE_LOST || lease.expires_at == LEASE_NEVER);
}

static void try_record(struct json_object *json, const struct record_moment *now)
{
	struct dhcp_client client, untouched;

	memset(&client, 0x5a, sizeof(client));
	untouched = client;
	if (record_read(json, now, &client))
		assert_memory_equal(&client, &untouched, sizeof(client));
	else
		check_usable(&client, now->boot_ms);
}

/* As JSON; NULL: the member is left out. */
static const char *const nonsense[] = {
	NULL,
	"null",
	"true",
	"false",
	"0",
	"1",
	"-1",
	"6",
	"4294967295",
	"4294967296",
	"-9223372036854775808",
	"9223372036854775807",
	"-9223372036854775807",
	"9223372036854775806",
	"4611686018427387904",
	"1e300",
	"-1e300",
	"0.5",
	"\"\"",
	"\"0\"",
	"\"true\"",
	"\"00:00:00:00\"",
	"\"c0:00:02\"",
	"\"c0:00:02:14:15\"",
	"\"c0:00:02:1g\"",
	"[]",
	"[1]",
	"{}",
	"{\"a\": null}",
};

enum { KINDS = sizeof(nonsense) / sizeof(*nonsense) };

static void corrupt(struct json_object *json, const char *name, const char *value)
{
	if (value)
		json_object_object_add(json, name, json_tokener_parse(value));
	else
		json_object_object_del(json, name);
}

static void try_corrupt(const char *one, const char *value, const char *other, const char *too)
{
	const struct dhcp_client client = known();
	struct json_object *json = record_write(&client, &before);

	corrupt(json, one, value);
	try_record(json, &before);
	corrupt(json, other, too);
	try_record(json, &after);
	json_object_put(json);
}

/* Each member by itself, and with the one that all times are shifted by. */
static void test_corrupt_members_of_every_kind(void **state)
{
	const struct dhcp_client client = known();
	struct json_object *members = record_write(&client, &before);

	(void)state;
	json_object_object_foreach (members, name, member)
		for (size_t i = 0; i < KINDS * KINDS; i++) {
			assert_non_null(member);
			try_corrupt(name, nonsense[i / KINDS], "boot-began", nonsense[i % KINDS]);
		}
	assert_int_equal(json_object_object_length(members), 19);
	json_object_put(members);
}

static void test_what_is_no_record_at_all(void **state)
{
	static const char *const texts[] = { "[]", "1", "true", "\"text\"", "{}", "[{}]" };

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
		struct json_object *json = json_tokener_parse(texts[i]);
		struct dhcp_client client;

		assert_int_equal(record_read(json, &before, &client), -EINVAL);
		json_object_put(json);
	}
	try_record(NULL, &before);
}

static int read_changed(const char *name, const char *value)
{
	struct dhcp_client client = known();
	struct json_object *json = record_write(&client, &before);
	int err;

	corrupt(json, name, value);
	err = record_read(json, &before, &client);
	json_object_put(json);
	return err;
}

static void test_what_makes_no_sense_is_refused(void **state)
{
	(void)state;
	assert_int_equal(read_changed("state", "1"), 0);
	assert_int_equal(read_changed("state", "5"), -EINVAL);
	assert_int_equal(read_changed("result", "-1"), -EINVAL);
	assert_int_equal(read_changed("seconds", "-1"), -EINVAL);
	assert_int_equal(read_changed("seconds", "4294967296"), -EINVAL);
	assert_int_equal(read_changed("address", "\"00:00:00:00\""), -EINVAL);
	assert_int_equal(read_changed("address", "\"c0:00:02:14:00\""), -EINVAL);
	assert_int_equal(read_changed("server", "\"\""), -EINVAL);
	assert_int_equal(read_changed("hostname", "\"6e:61:7\""), -EINVAL);
	assert_int_equal(read_changed("renew-at", "9223372036854775807"), -EINVAL);
	assert_int_equal(read_changed("expires-at", "0"), -EINVAL);
	assert_int_equal(read_changed("since", "-9223372036854775808"), -EINVAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_corrupt_members_of_every_kind),
		cmocka_unit_test(test_what_is_no_record_at_all),
		cmocka_unit_test(test_what_makes_no_sense_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
