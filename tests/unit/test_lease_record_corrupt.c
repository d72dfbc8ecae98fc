// SPDX-License-Identifier: GPL-2.0-or-later
/* Records that are corrupt, by hand or by a failing disk. */
#include "test.h"

#include <errno.h>
#include <string.h>

#include <json-c/json.h>

#include "support_lease_record.h"

/* Whatever the record says: a lease that is read from it can be renewed, or expires. */
static void check_usable(const struct dhcp_client *client, int64_t now)
{
	static const struct ipv4 none;
	struct lease_trigger trigger = { .kind = LEASE_TRIGGER_ASLEEP, .now = now, .asleep = true };
	struct lease lease = client->lease;

	assert_in_range(lease.state, LEASE_NONE, LEASE_LOST);
	assert_in_range(lease.result, LEASE_RESULT_NONE, LEASE_RESULT_ADDRESS_CHANGED);
	check_idle(client);
	if (lease.state == LEASE_NONE)
		return;
	assert_memory_not_equal(&lease.address, &none, sizeof(none));
	lease_step(&lease, MIN_LEASE_DEFAULT, &trigger);
	trigger.kind = LEASE_TRIGGER_TIMEOUT;
	for (int i = 0; lease.deadline && i < 100; i++) {
		trigger.now = lease.deadline > trigger.now ? lease.deadline : trigger.now;
		lease_step(&lease, MIN_LEASE_DEFAULT, &trigger);
		assert_true(!lease.deadline || lease.deadline > trigger.now);
	}
	assert_true(lease.state == LEASE_LOST || lease.expires_at == LEASE_NEVER);
}

static int try_record(struct json_object *json, const struct lease_record_clock *now)
{
	struct dhcp_client *client = lease_record_read(json, now);

	if (!client)
		return -EINVAL;
	check_usable(client, now->boot_ms);
	dhcp_client_free(client);
	return 0;
}

/* As JSON; NULL: the member is left out. */
static const char *const values[] = {
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

enum { KINDS = sizeof(values) / sizeof(*values) };

static void corrupt(struct json_object *json, const char *name, const char *value)
{
	if (value)
		json_object_object_add(json, name, json_tokener_parse(value));
	else
		json_object_object_del(json, name);
}

static void try_corrupt(const char *one, const char *value, const char *other, const char *too)
{
	struct json_object *json = record_of(&known_lease, &before);

	corrupt(json, one, value);
	try_record(json, &before);
	corrupt(json, other, too);
	try_record(json, &after);
	json_object_put(json);
}

/* Each member by itself, and with the one that all times are converted by. */
TEST(each_member_of_each_kind)
{
	struct json_object *members = record_of(&known_lease, &before);

	json_object_object_foreach (members, name, member)
		for (size_t i = 0; i < KINDS * KINDS; i++) {
			assert_non_null(member);
			try_corrupt(name, values[i / KINDS], "boot-began", values[i % KINDS]);
		}
	assert_int_equal(json_object_object_length(members), 19);
	json_object_put(members);
}

TEST(no_record)
{
	static const char *const texts[] = { "[]", "1", "true", "\"text\"", "{}", "[{}]" };

	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
		struct json_object *json = json_tokener_parse(texts[i]);

		assert_int_equal(try_record(json, &before), -EINVAL);
		json_object_put(json);
	}
	assert_int_equal(try_record(NULL, &before), -EINVAL);
}

static int read_changed(const char *name, const char *value)
{
	struct json_object *json = record_of(&known_lease, &before);
	int err;

	corrupt(json, name, value);
	err = try_record(json, &before);
	json_object_put(json);
	return err;
}

TEST(invalid_values_are_refused)
{
	assert_int_equal(read_changed("state", "1"), 0);
	assert_int_equal(read_changed("state", "5"), -EINVAL);
	assert_int_equal(read_changed("result", "-1"), -EINVAL);
	assert_int_equal(read_changed("seconds", "-1"), -EINVAL);
	assert_int_equal(read_changed("seconds", "4294967296"), -EINVAL);
	assert_int_equal(read_changed("address", "\"00:00:00:00\""), -EINVAL);
	assert_int_equal(read_changed("address", "\"c0:00:02:14:00\""), -EINVAL);
	assert_int_equal(read_changed("server", "\"\""), -EINVAL);
	assert_int_equal(read_changed("hostname", "\"6e:61:7\""), -EINVAL);
	assert_int_equal(read_changed("fqdn", NULL), -EINVAL);
	assert_int_equal(read_changed("confirmed", "1"), -EINVAL);
	assert_int_equal(read_changed("since", "2305843009213693952"), -EINVAL);
	assert_int_equal(read_changed("unknown", "1"), -EINVAL);
	assert_int_equal(read_changed("renew-at", "9223372036854775807"), -EINVAL);
	assert_int_equal(read_changed("expires-at", "0"), -EINVAL);
	assert_int_equal(read_changed("since", "-9223372036854775808"), -EINVAL);
}
