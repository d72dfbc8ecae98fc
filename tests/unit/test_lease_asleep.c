// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A lease that is not confirmed when its host falls asleep: it is renewed at once, and times are
 * assumed where they are unknown.
 */
#include "test.h"

#include <string.h>

#include "support_lease.h"

static struct scene scene_unconfirmed(uint32_t seconds, int64_t since)
{
	const struct lease_grant grant = grant_of(seconds, since);

	return scene_of(&grant);
}

TEST(renewed_at_once)
{
	struct scene scene = scene_unconfirmed(DAY, START - 1000);

	happens(&scene, LEASE_TRIGGER_ASLEEP);
	check(&scene, LEASE_BOUND, LEASE_EVENT_NONE);
	assert_int_equal(scene.effects.send, LEASE_SEND_NONE);
	assert_int_equal(scene.lease.deadline, START);
	asks(&scene, LEASE_SEND_UNICAST);
	assert_int_equal(scene.trigger.now, START);
	check(&scene, LEASE_RENEWING, LEASE_EVENT_NONE);
	is_granted(&scene, DAY);
	assert_true(scene.lease.confirmed);
	asks(&scene, LEASE_SEND_UNICAST);
	assert_int_equal(scene.trigger.now, START + DAY * INT64_C(500));
}

TEST(broadcast_if_the_server_is_unknown)
{
	const struct lease_grant grant = { .address = home };
	struct scene scene = scene_of(&grant);
	struct dhcp_message ack;

	happens(&scene, LEASE_TRIGGER_ASLEEP);
	asks(&scene, LEASE_SEND_BROADCAST);
	check(&scene, LEASE_RENEWING, LEASE_EVENT_NONE);
	ack = answer_to(&scene, DHCP_ACK, HOUR);
	ack.server = stranger;
	hears(&scene, &ack);
	assert_memory_equal(&scene.lease.server, &stranger, sizeof(stranger));
	asks(&scene, LEASE_SEND_UNICAST);
}

/* RFC 2131, 4.1, and then 4.4.5: an hour is left, and its T2 is at seven eighths of two. */
TEST(quick_retries_then_half_of_what_remains)
{
	static const int64_t at[] = { 0, 4, 12, 28, 60, 60 + 1320, 60 + 1320 + 660 };
	struct scene scene = scene_unconfirmed(2 * HOUR, START - HOUR_MS);

	happens(&scene, LEASE_TRIGGER_ASLEEP);
	for (size_t i = 0; i < sizeof(at) / sizeof(*at); i++) {
		asks(&scene, LEASE_SEND_UNICAST);
		assert_int_equal((scene.trigger.now - START) / 1000, at[i]);
	}
	assert_int_equal(scene.lease.rebind_at, START - HOUR_MS + 105 * MINUTE_MS);
}

TEST(a_confirmed_lease_has_no_quick_retries)
{
	struct scene scene = scene_renewed(10 * MINUTE);
	int64_t first;

	asks(&scene, LEASE_SEND_UNICAST);
	first = scene.trigger.now;
	asks(&scene, LEASE_SEND_UNICAST);
	assert_true(scene.trigger.now - first >= MIN_LEASE_DEFAULT);
}

static void runs_out_of_assumed_times(struct scene *scene)
{
	const int64_t asleep_at = scene->trigger.now;

	happens(scene, LEASE_TRIGGER_ASLEEP);
	asks(scene, LEASE_SEND_UNICAST);
	assert_int_equal(scene->trigger.now, asleep_at);
	while (scene->lease.state != LEASE_REBINDING)
		time_passes(scene);
	assert_int_equal(scene->trigger.now, asleep_at + LEASE_ASSUMED_MS / 2);
	check(scene, LEASE_REBINDING, LEASE_EVENT_UNANSWERED);
	while (scene->lease.deadline)
		time_passes(scene);
	check_lost(scene, LEASE_RESULT_EXPIRED);
	assert_int_equal(scene->trigger.now, asleep_at + LEASE_ASSUMED_MS);
}

TEST(times_are_assumed_if_unknown)
{
	struct scene unknown = scene_unconfirmed(0, 0), no_beginning = scene_unconfirmed(HOUR, 0);

	runs_out_of_assumed_times(&unknown);
	runs_out_of_assumed_times(&no_beginning);
}

TEST(times_are_assumed_if_past)
{
	struct scene past = scene_unconfirmed(HOUR, START - 5 * HOUR_MS);
	struct scene just = scene_unconfirmed(HOUR, START - HOUR_MS);

	runs_out_of_assumed_times(&past);
	runs_out_of_assumed_times(&just);
}

/* Times that were assumed once are not known the next time. */
TEST(times_are_assumed_anew_each_time)
{
	struct scene unknown = scene_unconfirmed(0, 0),
		     past = scene_unconfirmed(HOUR, START - 5 * HOUR_MS);
	struct scene *const scenes[] = { &unknown, &past };

	for (size_t i = 0; i < 2; i++) {
		happens(scenes[i], LEASE_TRIGGER_ASLEEP);
		time_passes_until(scenes[i], START + MINUTE_MS);
		happens(scenes[i], LEASE_TRIGGER_AWAKE);
		scenes[i]->trigger.now = START + 9 * MINUTE_MS;
		runs_out_of_assumed_times(scenes[i]);
	}
}

TEST(t2_that_is_past_is_half_of_the_rest)
{
	struct scene scene = scene_unconfirmed(HOUR, START - 56 * MINUTE_MS);

	happens(&scene, LEASE_TRIGGER_ASLEEP);
	assert_int_equal(scene.lease.expires_at, START + 4 * MINUTE_MS);
	assert_int_equal(scene.lease.rebind_at, START + 2 * MINUTE_MS);
	asks(&scene, LEASE_SEND_UNICAST);
	is_granted(&scene, HOUR);
	assert_int_equal(scene.lease.expires_at, START + HOUR_MS);
}

TEST(t2_that_is_now_is_past)
{
	struct scene scene = scene_unconfirmed(HOUR, START - HOUR_MS / 8 * 7);

	happens(&scene, LEASE_TRIGGER_ASLEEP);
	asks(&scene, LEASE_SEND_UNICAST);
	assert_int_equal(scene.lease.rebind_at, START + HOUR_MS / 16);
}

TEST(quick_retries_each_time)
{
	struct scene scene = scene_unconfirmed(DAY, START);

	for (int sleeps = 0; sleeps < 3; sleeps++) {
		const int64_t began = scene.trigger.now;

		happens(&scene, LEASE_TRIGGER_ASLEEP);
		for (int i = 0; i < 5; i++)
			asks(&scene, LEASE_SEND_UNICAST);
		assert_int_equal(scene.trigger.now, began + 60000);
		happens(&scene, LEASE_TRIGGER_AWAKE);
	}
}

TEST(a_known_end_is_kept)
{
	struct scene scene = scene_unconfirmed(HOUR, START - 59 * MINUTE_MS);

	happens(&scene, LEASE_TRIGGER_ASLEEP);
	while (scene.lease.deadline)
		time_passes(&scene);
	check_lost(&scene, LEASE_RESULT_EXPIRED);
	assert_int_equal(scene.trigger.now, START + MINUTE_MS);
}

TEST(asleep_twice)
{
	struct scene scene = scene_unconfirmed(DAY, START - 1000);
	struct lease before;

	happens(&scene, LEASE_TRIGGER_ASLEEP);
	asks(&scene, LEASE_SEND_UNICAST);
	before = scene.lease;
	happens(&scene, LEASE_TRIGGER_ASLEEP);
	assert_memory_equal(&before, &scene.lease, sizeof(before));
}

TEST(a_restored_lease_is_renewed_at_t1)
{
	struct scene scene = scene_renewed(HOUR);

	scene.lease.proxy_renews = false; /* as a record is read */
	scene.lease.deadline = 0;
	scene.trigger.now = START + 10 * MINUTE_MS;
	happens(&scene, LEASE_TRIGGER_ASLEEP);
	assert_int_equal(scene.lease.deadline, START + HOUR_MS / 2);
	scene.lease.proxy_renews = false;
	scene.trigger.now = START + 57 * MINUTE_MS; /* or it is late for it */
	happens(&scene, LEASE_TRIGGER_ASLEEP);
	happens(&scene, LEASE_TRIGGER_TIMEOUT);
	assert_int_equal(scene.effects.send, LEASE_SEND_BROADCAST);
	scene.lease.proxy_renews = false;
	scene.trigger.now = START + HOUR_MS; /* or too late */
	happens(&scene, LEASE_TRIGGER_ASLEEP);
	happens(&scene, LEASE_TRIGGER_TIMEOUT);
	check_lost(&scene, LEASE_RESULT_EXPIRED);
}

/* The host, or somebody, says something new: what was requested before is obsolete. */
TEST(a_grant_ends_the_pending_request)
{
	const struct lease_grant anew = { .address = elsewhere, .server = nowhere };
	struct scene scene = scene_renewed(HOUR);
	struct dhcp_message ack;

	asks(&scene, LEASE_SEND_UNICAST);
	ack = answer_to(&scene, DHCP_ACK, HOUR);
	lease_grant(&scene.lease, MIN_LEASE_DEFAULT, &anew, 0);
	assert_int_equal(lease_check(&scene.lease, &ack), DHCP_COUNT_NOT_REQUESTED);
	assert_false(scene.lease.proxy_renews);
	assert_int_equal(scene.lease.deadline, 0);
	happens(&scene, LEASE_TRIGGER_TIMEOUT); /* the timer of before */
	check(&scene, LEASE_BOUND, LEASE_EVENT_NONE);
	happens(&scene, LEASE_TRIGGER_ASLEEP);
	asks(&scene, LEASE_SEND_BROADCAST);
	assert_memory_equal(&scene.lease.address, &elsewhere, sizeof(elsewhere));
	assert_int_equal(scene.lease.requests, 1);
}

/* People read it with the address and the terms that the lease has by now. */
TEST(which_results_a_grant_keeps)
{
	static const struct {
		enum lease_result before;
		bool moves;
		enum lease_result after;
	} rows[] = {
		{ LEASE_RESULT_RENEWED, false, LEASE_RESULT_NONE },
		{ LEASE_RESULT_RENEWED, true, LEASE_RESULT_NONE },
		{ LEASE_RESULT_NAK, false, LEASE_RESULT_NAK },
		{ LEASE_RESULT_NAK, true, LEASE_RESULT_NONE },
		{ LEASE_RESULT_EXPIRED, false, LEASE_RESULT_EXPIRED },
		{ LEASE_RESULT_EXPIRED, true, LEASE_RESULT_NONE },
		{ LEASE_RESULT_ADDRESS_CHANGED, false, LEASE_RESULT_ADDRESS_CHANGED },
		{ LEASE_RESULT_ADDRESS_CHANGED, true, LEASE_RESULT_NONE },
		{ LEASE_RESULT_NO_ANSWER, false, LEASE_RESULT_NO_ANSWER },
		{ LEASE_RESULT_NO_ANSWER, true, LEASE_RESULT_NONE },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		const struct lease_grant grant = { .address = rows[i].moves ? elsewhere : home };
		struct scene scene = scene_unconfirmed(HOUR, START);

		scene.lease.result = rows[i].before;
		scene.lease.result_at = START;
		lease_grant(&scene.lease, MIN_LEASE_DEFAULT, &grant, 0);
		assert_int_equal(scene.lease.result, rows[i].after);
		assert_int_equal(scene.lease.result_at, rows[i].after ? START : 0);
	}
}

TEST(no_lease)
{
	struct scene scene = { .trigger = { .now = START, .asleep = true } };

	for (enum lease_trigger_kind kind = LEASE_TRIGGER_ASLEEP; kind <= LEASE_TRIGGER_TIMEOUT;
	     kind++) {
		happens(&scene, kind);
		check(&scene, LEASE_NONE, LEASE_EVENT_NONE);
		assert_int_equal(scene.lease.deadline, 0);
	}
	assert_int_equal(scene.sends, 0);
}
