// SPDX-License-Identifier: GPL-2.0-or-later
/* A lease that outlives the daemon and the machine's next start, on clocks that people set. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <json-c/json.h>

#include "support_record.h"

/* Written at one moment and read at another, as text in between. */
static struct dhcp_client reread(const struct dhcp_client *client, const struct record_moment *then,
                                 const struct record_moment *now)
{
	struct json_object *written = record_write(client, then), *json;
	struct dhcp_client read;

	json = json_tokener_parse(json_object_to_json_string(written));
	assert_int_equal(record_read(json, now, &read), 0);
	json_object_put(json);
	json_object_put(written);
	return read;
}

static void test_it_comes_back_as_it_was(void **state)
{
	const struct dhcp_client there = known(), back = reread(&there, &before, &before);
	const struct lease *a = &there.lease, *b = &back.lease;

	(void)state;
	assert_memory_equal(&there.identity, &back.identity, sizeof(there.identity));
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
	assert_int_equal(b->result, RESULT_RENEWED);
	assert_int_equal(a->result_at, b->result_at);
	check_clean(&back);
}

static void test_nothing_comes_back_as_nothing(void **state)
{
	const struct dhcp_client nobody = { 0 };
	const struct dhcp_client same = reread(&nobody, &before, &before);
	const struct dhcp_client other = reread(&nobody, &before, &after);

	(void)state;
	assert_memory_equal(&nobody, &same, sizeof(nobody));
	assert_memory_equal(&nobody, &other, sizeof(nobody));
}

static void test_a_state_under_way_begins_anew_and_lost_stays_lost(void **state)
{
	static const enum lease_state states[][2] = {
		{ LEASE_NONE, LEASE_NONE },      { LEASE_BOUND, LEASE_BOUND },
		{ LEASE_RENEWING, LEASE_BOUND }, { LEASE_REBINDING, LEASE_BOUND },
		{ LEASE_LOST, LEASE_LOST },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(states) / sizeof(*states); i++) {
		struct dhcp_client client = known();

		client.lease.state = states[i][0];
		client.lease.result = RESULT_REFUSED;
		assert_int_equal(reread(&client, &before, &before).lease.state, states[i][1]);
		client = reread(&client, &before, &after);
		assert_int_equal(client.lease.state, states[i][1]);
		assert_int_equal(client.lease.result, RESULT_REFUSED);
	}
}

static void test_every_result_comes_back(void **state)
{
	(void)state;
	for (enum lease_result result = RESULT_NONE; result <= RESULT_MOVED; result++) {
		struct dhcp_client client = known();

		client.lease.result = result;
		assert_int_equal(reread(&client, &before, &after).lease.result, result);
	}
}

static void test_another_start_by_a_right_clock(void **state)
{
	const struct dhcp_client there = known(), back = reread(&there, &before, &after);

	(void)state;
	assert_int_equal(back.lease.since, after.boot_ms - 4 * HOUR_MS);
	assert_int_equal(back.lease.renew_at, after.boot_ms + 8 * HOUR_MS);
	assert_int_equal(back.lease.rebind_at, after.boot_ms + 17 * HOUR_MS);
	assert_int_equal(back.lease.expires_at, after.boot_ms + 20 * HOUR_MS);
	assert_int_equal(back.lease.result_at, after.boot_ms - 4 * HOUR_MS);
	assert_false(back.lease.confirmed);
	check_clean(&back);
}

static void test_what_is_not_known_or_never_stays_so(void **state)
{
	struct dhcp_client client = known();

	(void)state;
	client.lease.renew_at = client.lease.rebind_at = client.lease.expires_at = LEASE_NEVER;
	client.lease.seconds = DHCP_INFINITE;
	client.lease.result_at = 0;
	client = reread(&client, &before, &after);
	assert_int_equal(client.lease.seconds, DHCP_INFINITE);
	assert_int_equal(client.lease.renew_at, LEASE_NEVER);
	assert_int_equal(client.lease.rebind_at, LEASE_NEVER);
	assert_int_equal(client.lease.expires_at, LEASE_NEVER);
	assert_int_equal(client.lease.result_at, 0);
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

static void test_the_wall_clock_was_set_back(void **state)
{
	const struct dhcp_client there = known();
	struct record_moment now = after;
	struct dhcp_client back;

	(void)state;
	now.wall_ms = before.wall_ms - 2 * HOUR_MS;
	back = reread(&there, &before, &now);
	check_unbounded(&back.lease);
	now.wall_ms = 0; /* no battery: 1970 */
	back = reread(&there, &before, &now);
	check_unbounded(&back.lease);
}

/* What was made up for a lease of unknown times is not worth a shift, least of all a wrong one. */
static void test_made_up_times_do_not_outlive_the_machine(void **state)
{
	struct dhcp_client there = known(), back;
	struct record_moment now = after;

	(void)state;
	there.lease.since = 0;
	back = reread(&there, &before, &now);
	check_unbounded(&back.lease);
	now.wall_ms = 0;
	back = reread(&there, &before, &now);
	check_unbounded(&back.lease);
}

static void test_the_wall_clock_was_set_far_ahead(void **state)
{
	const struct dhcp_client there = known();
	struct record_moment now = after;
	struct dhcp_client back;
	struct lease_input sleeps = { .cause = LEASE_SLEEPS, .now = after.boot_ms };

	(void)state;
	now.wall_ms = INT64_C(4102444800000); /* 2100 */
	back = reread(&there, &before, &now);
	assert_true(back.lease.expires_at < now.boot_ms);
	assert_false(back.lease.confirmed);
	lease_step(&back.lease, &LEASE_TIMING_DEFAULT, &sleeps);
	assert_int_equal(back.lease.deadline, now.boot_ms);
	assert_int_equal(back.lease.expires_at, now.boot_ms + LEASE_ASSUMED_MS);
}

static void test_a_start_without_a_name_is_another_one(void **state)
{
	struct record_moment then = before, now = after;
	const struct dhcp_client there = known();
	struct dhcp_client back;

	(void)state;
	*then.boot = *now.boot = '\0';
	back = reread(&there, &then, &now);
	assert_false(back.lease.confirmed);
	assert_int_equal(back.lease.expires_at, after.boot_ms + 20 * HOUR_MS);
	back = reread(&there, &before, &now);
	assert_int_equal(back.lease.expires_at, after.boot_ms + 20 * HOUR_MS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_it_comes_back_as_it_was),
		cmocka_unit_test(test_nothing_comes_back_as_nothing),
		cmocka_unit_test(test_a_state_under_way_begins_anew_and_lost_stays_lost),
		cmocka_unit_test(test_every_result_comes_back),
		cmocka_unit_test(test_another_start_by_a_right_clock),
		cmocka_unit_test(test_what_is_not_known_or_never_stays_so),
		cmocka_unit_test(test_the_wall_clock_was_set_back),
		cmocka_unit_test(test_made_up_times_do_not_outlive_the_machine),
		cmocka_unit_test(test_the_wall_clock_was_set_far_ahead),
		cmocka_unit_test(test_a_start_without_a_name_is_another_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
