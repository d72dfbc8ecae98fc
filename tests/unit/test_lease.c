// SPDX-License-Identifier: GPL-2.0-or-later
/* A sleeper's lease, step by step (RFC 2131, 4.4.5): how it is renewed, and how it is lost. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "support_lease.h"

/* So many thousandths of a day's lease that was granted at START are over. */
static int64_t into_the_day(int thousandths)
{
	return START + (int64_t)thousandths * DAY;
}

static void test_t1_is_half_and_t2_seven_eighths(void **state)
{
	const struct scene scene = scene_kept(HOUR);

	(void)state;
	check(&scene, LEASE_BOUND, LEASE_NOTE_RENEWED);
	assert_int_equal(scene.lease.renew_at, START + HOUR_MS / 2);
	assert_int_equal(scene.lease.rebind_at, START + HOUR_MS / 8 * 7);
	assert_int_equal(scene.lease.expires_at, START + HOUR_MS);
	assert_int_equal(scene.lease.deadline, scene.lease.renew_at);
}

static void test_a_server_that_answers_is_asked_at_t1_alone(void **state)
{
	struct scene scene = scene_kept(HOUR);

	(void)state;
	for (int i = 1; i <= 100; i++) {
		asks(&scene, SEND_TO_SERVER);
		check(&scene, LEASE_RENEWING, LEASE_NOTE_NONE);
		assert_int_equal(scene.input.now, START + i * (HOUR_MS / 2));
		is_granted(&scene, HOUR);
		check(&scene, LEASE_BOUND, LEASE_NOTE_RENEWED);
	}
	assert_int_equal(scene.sends, 101);
}

/* RFC 2131, 4.4.5: half of the remaining time, down to a minimum of 60 s. */
static void test_a_dead_server_is_asked_again_after_half_of_what_remains(void **state)
{
	static const int64_t to_server[] = { 1800, 2475, 2812, 2981, 3065, 3125 };
	static const int64_t to_all[] = { 3150, 3375, 3487, 3547 };
	struct scene scene = scene_kept(HOUR);

	(void)state;
	for (size_t i = 0; i < sizeof(to_server) / sizeof(*to_server); i++) {
		asks(&scene, SEND_TO_SERVER);
		check(&scene, LEASE_RENEWING, LEASE_NOTE_NONE);
		assert_int_equal((scene.input.now - START) / 1000, to_server[i]);
	}
	for (size_t i = 0; i < sizeof(to_all) / sizeof(*to_all); i++) {
		asks(&scene, SEND_TO_ALL);
		check(&scene, LEASE_REBINDING, i ? LEASE_NOTE_NONE : LEASE_NOTE_SILENCE);
		assert_int_equal((scene.input.now - START) / 1000, to_all[i]);
	}
	time_passes(&scene);
	check_lost(&scene, RESULT_EXPIRED);
	assert_int_equal(scene.input.now, START + HOUR_MS);
}

static void test_silence_is_told_once_and_stays_the_result(void **state)
{
	struct scene scene = scene_kept(DAY);
	int told = 0;

	(void)state;
	while (scene.input.now < into_the_day(990)) {
		time_passes(&scene);
		told += scene.todo.note == LEASE_NOTE_SILENCE;
	}
	assert_int_equal(told, 1);
	assert_int_equal(scene.lease.result, RESULT_SILENCE);
	assert_int_equal(scene.lease.result_at, into_the_day(875));
}

static void test_a_server_dead_until_80_percent_renews(void **state)
{
	struct scene scene = scene_kept(DAY);

	(void)state;
	time_passes_until(&scene, into_the_day(800));
	asks(&scene, SEND_TO_SERVER);
	assert_true(scene.input.now < into_the_day(875));
	is_granted(&scene, DAY);
	check(&scene, LEASE_BOUND, LEASE_NOTE_RENEWED);
	assert_int_equal(scene.lease.since, scene.input.now);
	assert_int_equal(scene.lease.tries, 0);
}

static void test_a_server_dead_until_95_percent_renews(void **state)
{
	struct scene scene = scene_kept(DAY);

	(void)state;
	time_passes_until(&scene, into_the_day(950));
	check(&scene, LEASE_REBINDING, LEASE_NOTE_NONE);
	asks(&scene, SEND_TO_ALL);
	is_granted(&scene, DAY);
	check(&scene, LEASE_BOUND, LEASE_NOTE_RENEWED);
	asks(&scene, SEND_TO_SERVER);
	check(&scene, LEASE_RENEWING, LEASE_NOTE_NONE);
}

static void test_another_server_may_answer_a_rebind_and_is_asked_from_then_on(void **state)
{
	struct scene scene = scene_kept(HOUR);
	struct dhcp_message ack;

	(void)state;
	while (scene.lease.state != LEASE_REBINDING)
		time_passes(&scene);
	ack = answer_to(&scene, DHCP_ACK, HOUR);
	ack.server = stranger;
	hears(&scene, &ack);
	check(&scene, LEASE_BOUND, LEASE_NOTE_RENEWED);
	assert_memory_equal(&scene.lease.server, &stranger, sizeof(stranger));
	assert_memory_equal(&scene.lease.relay, &relay, sizeof(relay));
	asks(&scene, SEND_TO_SERVER);
	ack.xid = scene.lease.xid;
	assert_int_equal(lease_check(&scene.lease, &ack), LEASE_MISMATCH_none);
	ack.server = router;
	assert_int_equal(lease_check(&scene.lease, &ack), LEASE_MISMATCH_foreign_server);
}

static void test_an_answer_lengthens_and_shortens(void **state)
{
	struct scene scene = scene_kept(HOUR);
	int64_t since;

	(void)state;
	asks(&scene, SEND_TO_SERVER);
	since = scene.input.now;
	is_granted(&scene, DAY);
	assert_int_equal(scene.lease.expires_at, since + DAY * INT64_C(1000));
	asks(&scene, SEND_TO_SERVER);
	assert_int_equal(scene.input.now, since + DAY * INT64_C(500));
	since = scene.input.now;
	is_granted(&scene, 10 * MINUTE);
	assert_int_equal(scene.lease.expires_at, since + 10 * MINUTE_MS);
	asks(&scene, SEND_TO_SERVER);
	assert_int_equal(scene.input.now, since + 5 * MINUTE_MS);
}

static void test_it_counts_from_the_sending(void **state)
{
	struct scene scene = scene_kept(HOUR);
	int64_t sent;

	(void)state;
	asks(&scene, SEND_TO_SERVER);
	sent = scene.input.now;
	scene.input.now += 40000;
	is_granted(&scene, HOUR);
	assert_int_equal(scene.lease.since, sent);
	assert_int_equal(scene.lease.expires_at, sent + HOUR_MS);
	assert_int_equal(scene.lease.result_at, sent + 40000);
}

static void test_refused_it_is_lost_at_once(void **state)
{
	struct scene renewing = scene_kept(HOUR), rebinding = scene_kept(HOUR);

	(void)state;
	asks(&renewing, SEND_TO_SERVER);
	is_refused(&renewing);
	check_lost(&renewing, RESULT_REFUSED);
	while (rebinding.lease.state != LEASE_REBINDING)
		time_passes(&rebinding);
	is_refused(&rebinding);
	check_lost(&rebinding, RESULT_REFUSED);
}

static void test_another_address_is_not_followed(void **state)
{
	struct scene scene = scene_kept(HOUR);
	struct dhcp_message ack;

	(void)state;
	asks(&scene, SEND_TO_SERVER);
	ack = answer_to(&scene, DHCP_ACK, HOUR);
	ack.yiaddr = elsewhere;
	hears(&scene, &ack);
	check_lost(&scene, RESULT_MOVED);
	assert_memory_equal(&scene.lease.address, &home, sizeof(home));
}

static void test_it_expires_at_the_very_moment(void **state)
{
	struct scene scene = scene_kept(HOUR);

	(void)state;
	scene.input.now = START + HOUR_MS - 1;
	happens(&scene, LEASE_TIME);
	check(&scene, LEASE_REBINDING, LEASE_NOTE_NONE);
	assert_int_equal(scene.lease.deadline, START + HOUR_MS);
	scene.input.now = START + HOUR_MS;
	happens(&scene, LEASE_TIME);
	check_lost(&scene, RESULT_EXPIRED);
}

static void test_it_expires_while_its_host_is_being_woken(void **state)
{
	struct scene scene = scene_kept(HOUR);

	(void)state;
	scene.input.asleep = false;
	time_passes_until(&scene, START + HOUR_MS);
	check_lost(&scene, RESULT_EXPIRED);
	assert_int_equal(scene.sends, 1); /* the one at the takeover */
}

/* The proxy was suspended: the clock has gone on behind T1, T2 or the end. */
static void test_the_clock_jumps(void **state)
{
	struct scene to_t1 = scene_kept(HOUR), to_t2 = scene_kept(HOUR), to_end = scene_kept(HOUR);

	(void)state;
	to_t1.input.now = START + 40 * MINUTE_MS;
	happens(&to_t1, LEASE_TIME);
	check(&to_t1, LEASE_RENEWING, LEASE_NOTE_NONE);
	assert_int_equal(to_t1.todo.send, SEND_TO_SERVER);
	to_t2.input.now = START + 55 * MINUTE_MS;
	happens(&to_t2, LEASE_TIME);
	check(&to_t2, LEASE_REBINDING, LEASE_NOTE_NONE); /* nobody was asked who could be silent */
	assert_int_equal(to_t2.todo.send, SEND_TO_ALL);
	to_end.input.now = START + 400 * (int64_t)HOUR_MS;
	happens(&to_end, LEASE_TIME);
	check_lost(&to_end, RESULT_EXPIRED);
}

static void test_an_answer_from_before_a_suspend_is_settled_by_the_clock(void **state)
{
	struct scene scene = scene_kept(HOUR);

	(void)state;
	asks(&scene, SEND_TO_SERVER);
	scene.input.now += 2 * HOUR_MS;
	is_granted(&scene, HOUR);
	assert_true(scene.lease.deadline <= scene.input.now);
	happens(&scene, LEASE_TIME);
	check_lost(&scene, RESULT_EXPIRED);
}

static void test_nothing_is_sent_while_the_host_may_be_up(void **state)
{
	struct scene scene = scene_kept(HOUR);

	(void)state;
	scene.input.asleep = false;
	time_passes_until(&scene, START + 35 * MINUTE_MS);
	assert_int_equal(scene.sends, 1);
	assert_false(scene.lease.asked);
	scene.input.asleep = true;
	time_passes(&scene);
	assert_int_equal(scene.todo.send, SEND_TO_SERVER);
	assert_in_range(scene.input.now, START + 35 * MINUTE_MS, START + 35 * MINUTE_MS + 1000);
}

static void test_nothing_is_broadcast_while_the_host_may_be_up(void **state)
{
	struct scene scene = scene_kept(HOUR);

	(void)state;
	scene.input.asleep = false;
	time_passes_until(&scene, START + 58 * MINUTE_MS);
	assert_int_equal(scene.sends, 1);
	scene.input.asleep = true;
	time_passes(&scene);
	assert_int_equal(scene.todo.send, SEND_TO_ALL);
	assert_in_range(scene.input.now, START + 58 * MINUTE_MS, START + 58 * MINUTE_MS + 1000);
}

static void test_who_wakes_is_left_alone(void **state)
{
	struct scene scene = scene_kept(HOUR);
	struct dhcp_message ack;

	(void)state;
	asks(&scene, SEND_TO_SERVER);
	ack = answer_to(&scene, DHCP_ACK, HOUR);
	happens(&scene, LEASE_WAKES);
	check(&scene, LEASE_BOUND, LEASE_NOTE_NONE);
	assert_int_equal(scene.lease.deadline, 0);
	assert_false(scene.lease.kept);
	assert_false(scene.lease.confirmed);
	assert_int_equal(lease_check(&scene.lease, &ack), LEASE_MISMATCH_unasked);
	scene.input.now += 10 * HOUR_MS;
	happens(&scene, LEASE_TIME); /* a timer that ran already */
	check(&scene, LEASE_BOUND, LEASE_NOTE_NONE);
	assert_int_equal(scene.todo.send, SEND_NOTHING);
}

static void test_lost_stays_lost_until_somebody_grants_anew(void **state)
{
	const struct lease_grant anew = {
		.address = elsewhere, .server = router, .seconds = HOUR, .since = START + HOUR_MS
	};
	struct scene scene = scene_kept(HOUR);

	(void)state;
	asks(&scene, SEND_TO_SERVER);
	is_refused(&scene);
	for (int i = 0; i < 3; i++) {
		happens(&scene, LEASE_WAKES);
		check(&scene, LEASE_LOST, LEASE_NOTE_NONE);
		happens(&scene, LEASE_SLEEPS);
		check(&scene, LEASE_LOST, LEASE_NOTE_NONE);
		assert_int_equal(scene.lease.deadline, 0);
		happens(&scene, LEASE_TIME);
		check(&scene, LEASE_LOST, LEASE_NOTE_NONE);
	}
	assert_int_equal(scene.sends, 2);
	happens(&scene, LEASE_WAKES);
	lease_grant(&scene.lease, &timing, &anew, 0);
	assert_int_equal(scene.lease.state, LEASE_BOUND);
	assert_int_equal(scene.lease.result, RESULT_NONE); /* that was of the other one */
	happens(&scene, LEASE_SLEEPS);
	asks(&scene, SEND_TO_SERVER);
}

static void test_each_request_has_its_own_xid(void **state)
{
	struct scene scene = scene_kept(DAY);
	uint32_t before = scene.lease.xid;
	struct dhcp_message late;

	(void)state;
	for (uint32_t i = 1; i <= 10; i++) {
		late = answer_to(&scene, DHCP_ACK, DAY);
		scene.input.random = i * 0x01010101;
		time_passes(&scene);
		assert_int_not_equal(scene.todo.send, SEND_NOTHING);
		assert_int_equal(scene.lease.xid, i * 0x01010101);
		assert_int_not_equal(scene.lease.xid, before);
		before = scene.lease.xid;
	}
	assert_int_equal(lease_check(&scene.lease, &late), LEASE_MISMATCH_foreign_xid);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_t1_is_half_and_t2_seven_eighths),
		cmocka_unit_test(test_a_server_that_answers_is_asked_at_t1_alone),
		cmocka_unit_test(test_a_dead_server_is_asked_again_after_half_of_what_remains),
		cmocka_unit_test(test_silence_is_told_once_and_stays_the_result),
		cmocka_unit_test(test_a_server_dead_until_80_percent_renews),
		cmocka_unit_test(test_a_server_dead_until_95_percent_renews),
		cmocka_unit_test(test_another_server_may_answer_a_rebind_and_is_asked_from_then_on),
		cmocka_unit_test(test_an_answer_lengthens_and_shortens),
		cmocka_unit_test(test_it_counts_from_the_sending),
		cmocka_unit_test(test_refused_it_is_lost_at_once),
		cmocka_unit_test(test_another_address_is_not_followed),
		cmocka_unit_test(test_it_expires_at_the_very_moment),
		cmocka_unit_test(test_it_expires_while_its_host_is_being_woken),
		cmocka_unit_test(test_the_clock_jumps),
		cmocka_unit_test(test_an_answer_from_before_a_suspend_is_settled_by_the_clock),
		cmocka_unit_test(test_nothing_is_sent_while_the_host_may_be_up),
		cmocka_unit_test(test_nothing_is_broadcast_while_the_host_may_be_up),
		cmocka_unit_test(test_who_wakes_is_left_alone),
		cmocka_unit_test(test_lost_stays_lost_until_somebody_grants_anew),
		cmocka_unit_test(test_each_request_has_its_own_xid),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
