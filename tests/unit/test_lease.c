// SPDX-License-Identifier: GPL-2.0-or-later
/* The lease of a sleeping host (RFC 2131, 4.4.5): how it is renewed, and how it is lost. */
#include "test.h"

#include <string.h>

#include "support_lease.h"

/* So many thousandths of a day's lease that was granted at START are over. */
static int64_t into_the_day(int thousandths)
{
	return START + (int64_t)thousandths * DAY;
}

TEST(t1_is_half_and_t2_seven_eighths)
{
	const struct scene scene = scene_renewed(HOUR);

	check(&scene, LEASE_BOUND, LEASE_EVENT_RENEWED);
	assert_int_equal(scene.lease.renew_at, START + HOUR_MS / 2);
	assert_int_equal(scene.lease.rebind_at, START + HOUR_MS / 8 * 7);
	assert_int_equal(scene.lease.expires_at, START + HOUR_MS);
	assert_int_equal(scene.lease.deadline, scene.lease.renew_at);
}

TEST(renewed_at_t1)
{
	struct scene scene = scene_renewed(HOUR);

	for (int i = 1; i <= 100; i++) {
		asks(&scene, LEASE_SEND_UNICAST);
		check(&scene, LEASE_RENEWING, LEASE_EVENT_NONE);
		assert_int_equal(scene.trigger.now, START + i * (HOUR_MS / 2));
		is_granted(&scene, HOUR);
		check(&scene, LEASE_BOUND, LEASE_EVENT_RENEWED);
	}
	assert_int_equal(scene.sends, 101);
}

/* RFC 2131, 4.4.5: half of the remaining time, down to a minimum of 60 s. */
TEST(retransmissions_to_a_dead_server)
{
	static const int64_t to_server[] = { 1800, 2475, 2812, 2981, 3065, 3125 };
	static const int64_t to_all[] = { 3150, 3375, 3487, 3547 };
	struct scene scene = scene_renewed(HOUR);

	for (size_t i = 0; i < sizeof(to_server) / sizeof(*to_server); i++) {
		asks(&scene, LEASE_SEND_UNICAST);
		check(&scene, LEASE_RENEWING, LEASE_EVENT_NONE);
		assert_int_equal((scene.trigger.now - START) / 1000, to_server[i]);
	}
	for (size_t i = 0; i < sizeof(to_all) / sizeof(*to_all); i++) {
		asks(&scene, LEASE_SEND_BROADCAST);
		check(&scene, LEASE_REBINDING, i ? LEASE_EVENT_NONE : LEASE_EVENT_UNANSWERED);
		assert_int_equal((scene.trigger.now - START) / 1000, to_all[i]);
	}
	time_passes(&scene);
	check_lost(&scene, LEASE_RESULT_EXPIRED);
	assert_int_equal(scene.trigger.now, START + HOUR_MS);
}

TEST(unanswered_is_reported_once_and_stays_the_result)
{
	struct scene scene = scene_renewed(DAY);
	int told = 0;

	while (scene.trigger.now < into_the_day(990)) {
		time_passes(&scene);
		told += scene.effects.event == LEASE_EVENT_UNANSWERED;
	}
	assert_int_equal(told, 1);
	assert_int_equal(scene.lease.result, LEASE_RESULT_NO_ANSWER);
	assert_int_equal(scene.lease.result_at, into_the_day(875));
}

TEST(a_server_dead_until_80_percent_renews)
{
	struct scene scene = scene_renewed(DAY);

	time_passes_until(&scene, into_the_day(800));
	asks(&scene, LEASE_SEND_UNICAST);
	assert_true(scene.trigger.now < into_the_day(875));
	is_granted(&scene, DAY);
	check(&scene, LEASE_BOUND, LEASE_EVENT_RENEWED);
	assert_int_equal(scene.lease.since, scene.trigger.now);
	assert_int_equal(scene.lease.requests, 0);
}

TEST(a_server_dead_until_95_percent_renews)
{
	struct scene scene = scene_renewed(DAY);

	time_passes_until(&scene, into_the_day(950));
	check(&scene, LEASE_REBINDING, LEASE_EVENT_NONE);
	asks(&scene, LEASE_SEND_BROADCAST);
	is_granted(&scene, DAY);
	check(&scene, LEASE_BOUND, LEASE_EVENT_RENEWED);
	asks(&scene, LEASE_SEND_UNICAST);
	check(&scene, LEASE_RENEWING, LEASE_EVENT_NONE);
}

TEST(another_server_answers_a_rebind)
{
	struct scene scene = scene_renewed(HOUR);
	struct dhcp_message ack;

	while (scene.lease.state != LEASE_REBINDING)
		time_passes(&scene);
	ack = answer_to(&scene, DHCP_ACK, HOUR);
	ack.server = stranger;
	hears(&scene, &ack);
	check(&scene, LEASE_BOUND, LEASE_EVENT_RENEWED);
	assert_memory_equal(&scene.lease.server, &stranger, sizeof(stranger));
	assert_memory_equal(&scene.lease.relay, &relay, sizeof(relay));
	asks(&scene, LEASE_SEND_UNICAST);
	ack.xid = scene.lease.xid;
	assert_int_equal(lease_check(&scene.lease, &ack), DHCP_COUNT_RENEWAL);
	ack.server = router;
	assert_int_equal(lease_check(&scene.lease, &ack), DHCP_COUNT_WRONG_SERVER);
}

TEST(another_lease_time_is_granted)
{
	struct scene scene = scene_renewed(HOUR);
	int64_t since;

	asks(&scene, LEASE_SEND_UNICAST);
	since = scene.trigger.now;
	is_granted(&scene, DAY);
	assert_int_equal(scene.lease.expires_at, since + DAY * INT64_C(1000));
	asks(&scene, LEASE_SEND_UNICAST);
	assert_int_equal(scene.trigger.now, since + DAY * INT64_C(500));
	since = scene.trigger.now;
	is_granted(&scene, 10 * MINUTE);
	assert_int_equal(scene.lease.expires_at, since + 10 * MINUTE_MS);
	asks(&scene, LEASE_SEND_UNICAST);
	assert_int_equal(scene.trigger.now, since + 5 * MINUTE_MS);
}

TEST(the_lease_counts_from_the_sending)
{
	struct scene scene = scene_renewed(HOUR);
	int64_t sent;

	asks(&scene, LEASE_SEND_UNICAST);
	sent = scene.trigger.now;
	scene.trigger.now += 40000;
	is_granted(&scene, HOUR);
	assert_int_equal(scene.lease.since, sent);
	assert_int_equal(scene.lease.expires_at, sent + HOUR_MS);
	assert_int_equal(scene.lease.result_at, sent + 40000);
}

TEST(nak)
{
	struct scene renewing = scene_renewed(HOUR), rebinding = scene_renewed(HOUR);

	asks(&renewing, LEASE_SEND_UNICAST);
	is_nakked(&renewing);
	check_lost(&renewing, LEASE_RESULT_NAK);
	while (rebinding.lease.state != LEASE_REBINDING)
		time_passes(&rebinding);
	is_nakked(&rebinding);
	check_lost(&rebinding, LEASE_RESULT_NAK);
}

TEST(ack_of_another_address)
{
	struct scene scene = scene_renewed(HOUR);
	struct dhcp_message ack;

	asks(&scene, LEASE_SEND_UNICAST);
	ack = answer_to(&scene, DHCP_ACK, HOUR);
	ack.yiaddr = elsewhere;
	hears(&scene, &ack);
	check_lost(&scene, LEASE_RESULT_ADDRESS_CHANGED);
	assert_memory_equal(&scene.lease.address, &home, sizeof(home));
}

TEST(expiry_to_the_millisecond)
{
	struct scene scene = scene_renewed(HOUR);

	scene.trigger.now = START + HOUR_MS - 1;
	happens(&scene, LEASE_TRIGGER_TIMEOUT);
	check(&scene, LEASE_REBINDING, LEASE_EVENT_NONE);
	assert_int_equal(scene.lease.deadline, START + HOUR_MS);
	scene.trigger.now = START + HOUR_MS;
	happens(&scene, LEASE_TRIGGER_TIMEOUT);
	check_lost(&scene, LEASE_RESULT_EXPIRED);
}

TEST(expiry_while_the_host_is_being_woken)
{
	struct scene scene = scene_renewed(HOUR);

	scene.trigger.asleep = false;
	time_passes_until(&scene, START + HOUR_MS);
	check_lost(&scene, LEASE_RESULT_EXPIRED);
	assert_int_equal(scene.sends, 1); /* the one when it fell asleep */
}

/* The proxy was suspended: the clock is beyond T1, T2 or the end. */
TEST(the_clock_jumps)
{
	struct scene to_t1 = scene_renewed(HOUR), to_t2 = scene_renewed(HOUR),
		     to_end = scene_renewed(HOUR);

	to_t1.trigger.now = START + 40 * MINUTE_MS;
	happens(&to_t1, LEASE_TRIGGER_TIMEOUT);
	check(&to_t1, LEASE_RENEWING, LEASE_EVENT_NONE);
	assert_int_equal(to_t1.effects.send, LEASE_SEND_UNICAST);
	to_t2.trigger.now = START + 55 * MINUTE_MS;
	happens(&to_t2, LEASE_TRIGGER_TIMEOUT);
	check(&to_t2, LEASE_REBINDING, LEASE_EVENT_NONE); /* no request is unanswered */
	assert_int_equal(to_t2.effects.send, LEASE_SEND_BROADCAST);
	to_end.trigger.now = START + 400 * (int64_t)HOUR_MS;
	happens(&to_end, LEASE_TRIGGER_TIMEOUT);
	check_lost(&to_end, LEASE_RESULT_EXPIRED);
}

TEST(an_answer_from_before_a_suspend)
{
	struct scene scene = scene_renewed(HOUR);

	asks(&scene, LEASE_SEND_UNICAST);
	scene.trigger.now += 2 * HOUR_MS;
	is_granted(&scene, HOUR);
	assert_true(scene.lease.deadline <= scene.trigger.now);
	happens(&scene, LEASE_TRIGGER_TIMEOUT);
	check_lost(&scene, LEASE_RESULT_EXPIRED);
}

TEST(no_unicast_while_the_host_may_be_awake)
{
	struct scene scene = scene_renewed(HOUR);

	scene.trigger.asleep = false;
	time_passes_until(&scene, START + 35 * MINUTE_MS);
	assert_int_equal(scene.sends, 1);
	assert_false(scene.lease.request_pending);
	scene.trigger.asleep = true;
	time_passes(&scene);
	assert_int_equal(scene.effects.send, LEASE_SEND_UNICAST);
	assert_in_range(scene.trigger.now, START + 35 * MINUTE_MS, START + 35 * MINUTE_MS + 1000);
}

TEST(no_broadcast_while_the_host_may_be_awake)
{
	struct scene scene = scene_renewed(HOUR);

	scene.trigger.asleep = false;
	time_passes_until(&scene, START + 58 * MINUTE_MS);
	assert_int_equal(scene.sends, 1);
	scene.trigger.asleep = true;
	time_passes(&scene);
	assert_int_equal(scene.effects.send, LEASE_SEND_BROADCAST);
	assert_in_range(scene.trigger.now, START + 58 * MINUTE_MS, START + 58 * MINUTE_MS + 1000);
}

TEST(nothing_is_sent_for_a_host_that_wakes)
{
	struct scene scene = scene_renewed(HOUR);
	struct dhcp_message ack;

	asks(&scene, LEASE_SEND_UNICAST);
	ack = answer_to(&scene, DHCP_ACK, HOUR);
	happens(&scene, LEASE_TRIGGER_AWAKE);
	check(&scene, LEASE_BOUND, LEASE_EVENT_NONE);
	assert_true(scene.effects.persist); /* confirmed no longer */
	assert_int_equal(scene.lease.deadline, 0);
	assert_false(scene.lease.proxy_renews);
	assert_false(scene.lease.confirmed);
	assert_int_equal(lease_check(&scene.lease, &ack), DHCP_COUNT_NOT_REQUESTED);
	happens(&scene, LEASE_TRIGGER_AWAKE);
	assert_false(scene.effects.persist);
	scene.trigger.now += 10 * HOUR_MS;
	happens(&scene, LEASE_TRIGGER_TIMEOUT); /* a timer that ran already */
	check(&scene, LEASE_BOUND, LEASE_EVENT_NONE);
	assert_int_equal(scene.effects.send, LEASE_SEND_NONE);
}

TEST(lost_until_granted_anew)
{
	const struct lease_grant anew = {
		.address = elsewhere, .server = router, .seconds = HOUR, .since = START + HOUR_MS
	};
	struct scene scene = scene_renewed(HOUR);

	asks(&scene, LEASE_SEND_UNICAST);
	is_nakked(&scene);
	for (int i = 0; i < 3; i++) {
		happens(&scene, LEASE_TRIGGER_AWAKE);
		check(&scene, LEASE_LOST, LEASE_EVENT_NONE);
		happens(&scene, LEASE_TRIGGER_ASLEEP);
		check(&scene, LEASE_LOST, LEASE_EVENT_NONE);
		assert_int_equal(scene.lease.deadline, 0);
		happens(&scene, LEASE_TRIGGER_TIMEOUT);
		check(&scene, LEASE_LOST, LEASE_EVENT_NONE);
	}
	assert_int_equal(scene.sends, 2);
	happens(&scene, LEASE_TRIGGER_AWAKE);
	lease_grant(&scene.lease, MIN_LEASE_DEFAULT, &anew, 0);
	assert_int_equal(scene.lease.state, LEASE_BOUND);
	assert_int_equal(scene.lease.result, LEASE_RESULT_NONE); /* that was of the other one */
	happens(&scene, LEASE_TRIGGER_ASLEEP);
	asks(&scene, LEASE_SEND_UNICAST);
}

TEST(each_request_has_its_own_xid)
{
	struct scene scene = scene_renewed(DAY);
	uint32_t before = scene.lease.xid;
	struct dhcp_message late;

	for (uint32_t i = 1; i <= 10; i++) {
		late = answer_to(&scene, DHCP_ACK, DAY);
		scene.trigger.random = i * 0x01010101;
		time_passes(&scene);
		assert_int_not_equal(scene.effects.send, LEASE_SEND_NONE);
		assert_int_equal(scene.lease.xid, i * 0x01010101);
		assert_int_not_equal(scene.lease.xid, before);
		before = scene.lease.xid;
	}
	assert_int_equal(lease_check(&scene.lease, &late), DHCP_COUNT_WRONG_XID);
}
