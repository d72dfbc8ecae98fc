// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A lease that is hearsay, at the moment in which its host falls asleep: it is asked for at once,
 * and given the benefit of the doubt.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "support_lease.h"

static struct scene scene_heard(uint32_t seconds, int64_t since)
{
	const struct lease_grant grant = grant_of(seconds, since);

	return scene_of(&grant);
}

static void test_it_is_asked_for_at_once(void **state)
{
	struct scene scene = scene_heard(DAY, START - 1000);

	(void)state;
	happens(&scene, LEASE_SLEEPS);
	check(&scene, LEASE_BOUND, LEASE_NOTE_NONE);
	assert_int_equal(scene.todo.send, SEND_NOTHING);
	assert_int_equal(scene.lease.deadline, START);
	asks(&scene, SEND_TO_SERVER);
	assert_int_equal(scene.input.now, START);
	check(&scene, LEASE_RENEWING, LEASE_NOTE_NONE);
	is_granted(&scene, DAY);
	assert_true(scene.lease.confirmed);
	asks(&scene, SEND_TO_SERVER);
	assert_int_equal(scene.input.now, START + DAY * INT64_C(500));
}

static void test_everybody_is_asked_where_the_server_is_not_known(void **state)
{
	const struct lease_grant grant = { .address = home };
	struct scene scene = scene_of(&grant);
	struct dhcp_message ack;

	(void)state;
	happens(&scene, LEASE_SLEEPS);
	asks(&scene, SEND_TO_ALL);
	check(&scene, LEASE_RENEWING, LEASE_NOTE_NONE);
	ack = answer_to(&scene, DHCP_ACK, HOUR);
	ack.server = stranger;
	hears(&scene, &ack);
	assert_memory_equal(&scene.lease.server, &stranger, sizeof(stranger));
	asks(&scene, SEND_TO_SERVER);
}

/* RFC 2131, 4.1, and then 4.4.5: an hour is left, and its T2 is at seven eighths of two. */
static void test_quick_retries_then_half_of_the_rest(void **state)
{
	static const int64_t at[] = { 0, 4, 12, 28, 60, 60 + 1320, 60 + 1320 + 660 };
	struct scene scene = scene_heard(2 * HOUR, START - HOUR_MS);

	(void)state;
	happens(&scene, LEASE_SLEEPS);
	for (size_t i = 0; i < sizeof(at) / sizeof(*at); i++) {
		asks(&scene, SEND_TO_SERVER);
		assert_int_equal((scene.input.now - START) / 1000, at[i]);
	}
	assert_int_equal(scene.lease.rebind_at, START - HOUR_MS + 105 * MINUTE_MS);
}

static void test_a_confirmed_lease_has_no_quick_retries(void **state)
{
	struct scene scene = scene_kept(10 * MINUTE);
	int64_t first;

	(void)state;
	asks(&scene, SEND_TO_SERVER);
	first = scene.input.now;
	asks(&scene, SEND_TO_SERVER);
	assert_true(scene.input.now - first >= timing.floor);
}

static void runs_out_of_doubt(struct scene *scene)
{
	const int64_t took_over = scene->input.now;

	happens(scene, LEASE_SLEEPS);
	asks(scene, SEND_TO_SERVER);
	assert_int_equal(scene->input.now, took_over);
	while (scene->lease.state != LEASE_REBINDING)
		time_passes(scene);
	assert_int_equal(scene->input.now, took_over + LEASE_ASSUMED_MS / 2);
	check(scene, LEASE_REBINDING, LEASE_NOTE_SILENCE);
	while (scene->lease.deadline)
		time_passes(scene);
	check_lost(scene, RESULT_EXPIRED);
	assert_int_equal(scene->input.now, took_over + LEASE_ASSUMED_MS);
}

static void test_benefit_of_the_doubt_where_nothing_is_known_of_its_times(void **state)
{
	struct scene unknown = scene_heard(0, 0), no_beginning = scene_heard(HOUR, 0);

	(void)state;
	runs_out_of_doubt(&unknown);
	runs_out_of_doubt(&no_beginning);
}

static void test_benefit_of_the_doubt_where_its_times_are_past(void **state)
{
	struct scene past = scene_heard(HOUR, START - 5 * HOUR_MS);
	struct scene just = scene_heard(HOUR, START - HOUR_MS);

	(void)state;
	runs_out_of_doubt(&past);
	runs_out_of_doubt(&just);
}

/* What was made up at one takeover is not what is known at the next. */
static void test_each_takeover_has_the_benefit_of_its_own_doubt(void **state)
{
	struct scene unknown = scene_heard(0, 0), past = scene_heard(HOUR, START - 5 * HOUR_MS);
	struct scene *const scenes[] = { &unknown, &past };

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		happens(scenes[i], LEASE_SLEEPS);
		time_passes_until(scenes[i], START + MINUTE_MS);
		happens(scenes[i], LEASE_WAKES);
		scenes[i]->input.now = START + 9 * MINUTE_MS;
		runs_out_of_doubt(scenes[i]);
	}
}

static void test_t2_that_is_past_is_half_of_the_rest(void **state)
{
	struct scene scene = scene_heard(HOUR, START - 56 * MINUTE_MS);

	(void)state;
	happens(&scene, LEASE_SLEEPS);
	assert_int_equal(scene.lease.expires_at, START + 4 * MINUTE_MS);
	assert_int_equal(scene.lease.rebind_at, START + 2 * MINUTE_MS);
	asks(&scene, SEND_TO_SERVER);
	is_granted(&scene, HOUR);
	assert_int_equal(scene.lease.expires_at, START + HOUR_MS);
}

static void test_t2_that_is_now_is_past(void **state)
{
	struct scene scene = scene_heard(HOUR, START - HOUR_MS / 8 * 7);

	(void)state;
	happens(&scene, LEASE_SLEEPS);
	asks(&scene, SEND_TO_SERVER);
	assert_int_equal(scene.lease.rebind_at, START + HOUR_MS / 16);
}

static void test_each_takeover_has_its_quick_retries(void **state)
{
	struct scene scene = scene_heard(DAY, START);

	(void)state;
	for (int takeover = 0; takeover < 3; takeover++) {
		const int64_t began = scene.input.now;

		happens(&scene, LEASE_SLEEPS);
		for (int i = 0; i < 5; i++)
			asks(&scene, SEND_TO_SERVER);
		assert_int_equal(scene.input.now, began + 60000);
		happens(&scene, LEASE_WAKES);
	}
}

static void test_a_known_end_is_never_put_off(void **state)
{
	struct scene scene = scene_heard(HOUR, START - 59 * MINUTE_MS);

	(void)state;
	happens(&scene, LEASE_SLEEPS);
	while (scene.lease.deadline)
		time_passes(&scene);
	check_lost(&scene, RESULT_EXPIRED);
	assert_int_equal(scene.input.now, START + MINUTE_MS);
}

static void test_a_second_word_of_its_sleep_changes_nothing(void **state)
{
	struct scene scene = scene_heard(DAY, START - 1000);
	struct lease before;

	(void)state;
	happens(&scene, LEASE_SLEEPS);
	asks(&scene, SEND_TO_SERVER);
	before = scene.lease;
	happens(&scene, LEASE_SLEEPS);
	assert_memory_equal(&before, &scene.lease, sizeof(before));
}

static void test_a_restored_lease_is_not_asked_for_before_t1(void **state)
{
	struct scene scene = scene_kept(HOUR);

	(void)state;
	scene.lease.kept = false; /* as a record is read */
	scene.lease.deadline = 0;
	scene.input.now = START + 10 * MINUTE_MS;
	happens(&scene, LEASE_SLEEPS);
	assert_int_equal(scene.lease.deadline, START + HOUR_MS / 2);
	scene.lease.kept = false;
	scene.input.now = START + 57 * MINUTE_MS; /* or it is late for it */
	happens(&scene, LEASE_SLEEPS);
	happens(&scene, LEASE_TIME);
	assert_int_equal(scene.todo.send, SEND_TO_ALL);
	scene.lease.kept = false;
	scene.input.now = START + HOUR_MS; /* or too late */
	happens(&scene, LEASE_SLEEPS);
	happens(&scene, LEASE_TIME);
	check_lost(&scene, RESULT_EXPIRED);
}

/* The host, or somebody, says something new while it is kept: what was asked is worth no more. */
static void test_a_new_grant_ends_what_was_under_way(void **state)
{
	const struct lease_grant anew = { .address = elsewhere, .server = nowhere };
	struct scene scene = scene_kept(HOUR);
	struct dhcp_message ack;

	(void)state;
	asks(&scene, SEND_TO_SERVER);
	ack = answer_to(&scene, DHCP_ACK, HOUR);
	lease_grant(&scene.lease, &timing, &anew, 0);
	assert_int_equal(lease_check(&scene.lease, &ack), LEASE_MISMATCH_unasked);
	assert_false(scene.lease.kept);
	assert_int_equal(scene.lease.deadline, 0);
	happens(&scene, LEASE_TIME); /* the timer of before */
	check(&scene, LEASE_BOUND, LEASE_NOTE_NONE);
	happens(&scene, LEASE_SLEEPS);
	asks(&scene, SEND_TO_ALL);
	assert_memory_equal(&scene.lease.address, &elsewhere, sizeof(elsewhere));
	assert_int_equal(scene.lease.tries, 1);
}

/* People read it with the address and the terms that the lease has by now. */
static void test_a_result_stays_where_it_tells_something(void **state)
{
	static const struct {
		enum lease_result before;
		bool moves;
		enum lease_result after;
	} rows[] = {
		{ RESULT_RENEWED, false, RESULT_NONE },    { RESULT_RENEWED, true, RESULT_NONE },
		{ RESULT_REFUSED, false, RESULT_REFUSED }, { RESULT_REFUSED, true, RESULT_NONE },
		{ RESULT_EXPIRED, false, RESULT_EXPIRED }, { RESULT_EXPIRED, true, RESULT_NONE },
		{ RESULT_MOVED, false, RESULT_MOVED },     { RESULT_MOVED, true, RESULT_NONE },
		{ RESULT_SILENCE, false, RESULT_SILENCE }, { RESULT_SILENCE, true, RESULT_NONE },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		const struct lease_grant grant = { .address = rows[i].moves ? elsewhere : home };
		struct scene scene = scene_heard(HOUR, START);

		scene.lease.result = rows[i].before;
		scene.lease.result_at = START;
		lease_grant(&scene.lease, &timing, &grant, 0);
		assert_int_equal(scene.lease.result, rows[i].after);
		assert_int_equal(scene.lease.result_at, rows[i].after ? START : 0);
	}
}

static void test_no_lease_is_nothing_to_keep(void **state)
{
	struct scene scene = { .input = { .now = START, .asleep = true } };

	(void)state;
	for (enum lease_cause cause = LEASE_SLEEPS; cause <= LEASE_TIME; cause++) {
		happens(&scene, cause);
		check(&scene, LEASE_NONE, LEASE_NOTE_NONE);
		assert_int_equal(scene.lease.deadline, 0);
	}
	assert_int_equal(scene.sends, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_it_is_asked_for_at_once),
		cmocka_unit_test(test_everybody_is_asked_where_the_server_is_not_known),
		cmocka_unit_test(test_quick_retries_then_half_of_the_rest),
		cmocka_unit_test(test_a_confirmed_lease_has_no_quick_retries),
		cmocka_unit_test(test_benefit_of_the_doubt_where_nothing_is_known_of_its_times),
		cmocka_unit_test(test_benefit_of_the_doubt_where_its_times_are_past),
		cmocka_unit_test(test_each_takeover_has_the_benefit_of_its_own_doubt),
		cmocka_unit_test(test_t2_that_is_past_is_half_of_the_rest),
		cmocka_unit_test(test_t2_that_is_now_is_past),
		cmocka_unit_test(test_each_takeover_has_its_quick_retries),
		cmocka_unit_test(test_a_known_end_is_never_put_off),
		cmocka_unit_test(test_a_second_word_of_its_sleep_changes_nothing),
		cmocka_unit_test(test_a_restored_lease_is_not_asked_for_before_t1),
		cmocka_unit_test(test_a_new_grant_ends_what_was_under_way),
		cmocka_unit_test(test_a_result_stays_where_it_tells_something),
		cmocka_unit_test(test_no_lease_is_nothing_to_keep),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
