// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The times that servers grant, also invalid ones, and which of their messages are an answer at
 * all.
 */
#include "test.h"

#include <string.h>

#include "support_lease.h"

#define EACH(item, table) for (size_t item = 0; item < sizeof(table) / sizeof(*(table)); item++)

static struct scene scene_acknowledged(uint32_t seconds, uint32_t t1, uint32_t t2)
{
	struct scene scene = scene_renewed(HOUR);
	struct dhcp_message ack;

	asks(&scene, LEASE_SEND_UNICAST);
	ack = answer_to(&scene, DHCP_ACK, seconds);
	ack.t1 = t1;
	ack.t2 = t2;
	hears(&scene, &ack);
	return scene;
}

/* In ms, from its beginning. */
static void check_times(const struct scene *scene, int64_t t1, int64_t t2, int64_t end)
{
	const struct lease *lease = &scene->lease;

	assert_int_equal(lease->renew_at - lease->since, t1);
	assert_int_equal(lease->rebind_at - lease->since, t2);
	assert_int_equal(lease->expires_at - lease->since, end);
}

TEST(t1_and_t2_of_the_server)
{
	static const struct {
		uint32_t t1, t2;
		int64_t used1, used2;
	} rows[] = {
		{ 600, 1200, 600, 1200 },
		{ 3598, 3599, 3598, 3599 },
		{ 30, 31, 30, 31 },
		{ 600, 0, 600, 3150 },
		{ 0, 3000, 1800, 3000 }, /* one of them */
		{ 1200, 1200, 1800, 3150 },
		{ 1201, 1200, 1800, 3150 }, /* T1 not before T2 */
		{ 600, 3600, 1800, 3150 },
		{ 600, 7200, 1800, 3150 }, /* T2 not before the end */
		{ 1, 2, 1800, 3150 },
		{ 29, 1800, 1800, 3150 }, /* too often */
		{ 0, 1800, 1800, 3150 },
		{ 3200, 0, 1800, 3150 },
		{ UINT32_MAX, UINT32_MAX, 1800, 3150 },
	};

	EACH(i, rows)
	{
		const struct scene scene = scene_acknowledged(HOUR, rows[i].t1, rows[i].t2);

		check_times(&scene, rows[i].used1 * 1000, rows[i].used2 * 1000, HOUR_MS);
	}
}

TEST(shortest_lease)
{
	static const uint32_t tiny[] = { 1, 2, 30, 59, 60 };

	EACH(i, tiny)
	{
		const struct scene scene =
			scene_acknowledged(tiny[i], tiny[i] / 2, tiny[i] / 2 + 1);

		check_times(&scene, 30000, tiny[i] == 60 ? 31000 : 52500, 60000);
		assert_int_equal(scene.lease.seconds, tiny[i]);
	}
}

TEST(longest_lease_that_ends)
{
	const struct scene scene = scene_acknowledged(DHCP_INFINITE - 1, 0, 0);

	assert_int_equal(scene.lease.expires_at - scene.lease.since,
	                 (int64_t)(DHCP_INFINITE - 1) * 1000);
	assert_true(scene.lease.deadline > scene.trigger.now);
}

static int64_t t1_with(uint32_t random)
{
	const struct lease_grant grant = grant_of(HOUR, START);
	struct lease lease = { 0 };

	lease_grant(&lease, MIN_LEASE_DEFAULT, &grant, random);
	assert_int_equal(lease.rebind_at, START + HOUR_MS / 8 * 7);
	assert_int_equal(lease.expires_at, START + HOUR_MS);
	return lease.renew_at - START;
}

TEST(jitter_of_t1)
{
	assert_int_equal(t1_with(0), HOUR_MS / 2);
	assert_int_equal(t1_with(1), HOUR_MS / 2 - 1);
	assert_int_equal(t1_with(HOUR_MS / 128), HOUR_MS / 2 - HOUR_MS / 128);
	assert_int_equal(t1_with(HOUR_MS / 128 + 1), HOUR_MS / 2);
	for (uint32_t i = 0; i < 1000; i++)
		assert_in_range(t1_with(i * 2654435761U), HOUR_MS / 2 - HOUR_MS / 128, HOUR_MS / 2);
}

TEST(times_need_length_and_beginning)
{
	static const struct {
		uint32_t seconds;
		int64_t since;
	} rows[] = { { 0, 0 }, { HOUR, 0 }, { 0, START }, { DHCP_INFINITE, 0 } };

	EACH(i, rows)
	{
		const struct lease_grant grant = grant_of(rows[i].seconds, rows[i].since);
		const struct scene scene = scene_of(&grant);

		assert_int_equal(scene.lease.state, LEASE_BOUND);
		assert_int_equal(scene.lease.renew_at, 0);
		assert_int_equal(scene.lease.rebind_at, 0);
		assert_int_equal(scene.lease.expires_at, 0);
	}
}

TEST(infinite_lease_that_is_confirmed)
{
	struct scene scene = scene_acknowledged(DHCP_INFINITE, 600, 1200);

	check(&scene, LEASE_BOUND, LEASE_EVENT_RENEWED);
	assert_int_equal(scene.lease.expires_at, LEASE_NEVER);
	assert_int_equal(scene.lease.renew_at, LEASE_NEVER);
	assert_int_equal(scene.lease.deadline, 0);
	scene.trigger.now += DHCP_INFINITE * INT64_C(100000);
	happens(&scene, LEASE_TRIGGER_TIMEOUT);
	check(&scene, LEASE_BOUND, LEASE_EVENT_NONE);
	assert_int_equal(scene.sends, 2);
	happens(&scene, LEASE_TRIGGER_AWAKE);
	check(&scene, LEASE_BOUND, LEASE_EVENT_NONE);
}

/* Its host may have another by now: the server is asked, but nothing depends on the answer. */
TEST(infinite_lease_that_is_not_confirmed)
{
	const struct lease_grant grant = grant_of(DHCP_INFINITE, START - HOUR_MS);
	struct scene scene = scene_of(&grant);

	happens(&scene, LEASE_TRIGGER_ASLEEP);
	for (int i = 0; i < 5; i++)
		asks(&scene, LEASE_SEND_UNICAST);
	assert_int_equal(scene.trigger.now, START + 60000);
	assert_int_equal(scene.lease.expires_at, LEASE_NEVER);
	assert_int_equal(scene.lease.rebind_at, LEASE_NEVER);
	assert_int_equal(scene.lease.deadline, 0);
	is_granted(&scene, HOUR);
	assert_int_equal(scene.lease.expires_at, scene.trigger.now + HOUR_MS);
	assert_int_not_equal(scene.lease.deadline, 0);
}

static void forge(struct scene *scene, uint32_t seconds, uint32_t t1, uint32_t t2)
{
	struct dhcp_message ack = answer_to(scene, DHCP_ACK, seconds);

	ack.t1 = t1;
	ack.t2 = t2;
	scene->trigger.random = scene->trigger.random * 1103515245 + 12345;
	hears(scene, &ack);
}

/* Two for each `min_lease`, as for the shortest lease, and a little for the jitter. */
static void check_a_day_of(uint32_t seconds, uint32_t t1, uint32_t t2)
{
	struct scene scene = scene_renewed(HOUR);
	const int64_t begin = scene.trigger.now;

	while (scene.trigger.now < begin + DAY * INT64_C(1000)) {
		time_passes(&scene);
		if (scene.effects.send != LEASE_SEND_NONE)
			forge(&scene, seconds, t1, t2);
	}
	assert_true(scene.sends <= 2 * DAY / (MIN_LEASE_DEFAULT / 1000) * 64 / 63 + 2);
}

TEST(forged_answers_do_not_make_it_spin)
{
	static const uint32_t times[] = { 0, 1, 29, 30, 31, 59, 60, 61, 120, DHCP_INFINITE - 1 };

	EACH(i, times)
	EACH(j, times)
	{
		check_a_day_of(1, times[i], times[j]);
		check_a_day_of(61, times[i], times[j]);
		check_a_day_of(HOUR, times[i], times[j]);
	}
}

/* Answers that are late by half of the shortest lease have no effect, nor any cost. */
TEST(late_forged_answers_do_not_make_it_spin)
{
	struct scene scene = scene_renewed(HOUR);
	unsigned steps = 0;

	while (scene.lease.state != LEASE_LOST && scene.trigger.now < START + DAY * INT64_C(1000)) {
		time_passes(&scene);
		steps++;
		if (scene.effects.send == LEASE_SEND_NONE)
			continue;
		scene.trigger.now += 29999;
		forge(&scene, 1, 0, 0);
		if (scene.lease.deadline && scene.lease.deadline < scene.trigger.now)
			scene.trigger.now = scene.lease.deadline;
	}
	assert_true(steps <= 2 * DAY / (MIN_LEASE_DEFAULT / 1000) * 64 / 63 + 2);
}

static void check_mismatch(struct scene *scene, const struct dhcp_message *message,
                           enum dhcp_count expected)
{
	assert_int_equal(lease_check(&scene->lease, message), expected);
}

TEST(mismatches_of_an_ack)
{
	struct scene scene = scene_renewed(HOUR);
	struct dhcp_message good, bad;

	good = answer_to(&scene, DHCP_ACK, HOUR);
	check_mismatch(&scene, &good, DHCP_COUNT_NOT_REQUESTED); /* it was answered */
	asks(&scene, LEASE_SEND_UNICAST);
	good = answer_to(&scene, DHCP_ACK, HOUR);
	check_mismatch(&scene, &good, DHCP_COUNT_RENEWAL);
	bad = good;
	bad.xid++;
	check_mismatch(&scene, &bad, DHCP_COUNT_WRONG_XID);
	bad = good;
	bad.server = stranger;
	check_mismatch(&scene, &bad, DHCP_COUNT_WRONG_SERVER);
	bad = good;
	bad.server = nowhere;
	check_mismatch(&scene, &bad, DHCP_COUNT_WRONG_SERVER);
	bad = good;
	bad.lease_time = 0;
	check_mismatch(&scene, &bad, DHCP_COUNT_NOT_AN_ANSWER);
	bad = good;
	bad.yiaddr = nowhere;
	check_mismatch(&scene, &bad, DHCP_COUNT_NOT_AN_ANSWER);
	for (enum dhcp_type type = DHCP_DISCOVER; type <= DHCP_INFORM; type++) {
		bad = good;
		bad.type = type;
		check_mismatch(&scene, &bad,
		               type == DHCP_ACK || type == DHCP_NAK ? DHCP_COUNT_RENEWAL
		                                                    : DHCP_COUNT_NOT_AN_ANSWER);
	}
}

TEST(mismatches_of_a_nak)
{
	struct scene scene = scene_renewed(HOUR);
	struct dhcp_message good, bad;

	asks(&scene, LEASE_SEND_UNICAST);
	good = answer_to(&scene, DHCP_NAK, 0);
	check_mismatch(&scene, &good, DHCP_COUNT_RENEWAL);
	bad = good;
	bad.server = stranger;
	check_mismatch(&scene, &bad, DHCP_COUNT_WRONG_SERVER);
	bad = good;
	bad.server = nowhere;
	check_mismatch(&scene, &bad, DHCP_COUNT_WRONG_SERVER);
	bad = good;
	bad.xid ^= 0x80000000;
	check_mismatch(&scene, &bad, DHCP_COUNT_WRONG_XID);
	while (scene.lease.state != LEASE_REBINDING)
		time_passes(&scene);
	good = answer_to(&scene, DHCP_NAK, 0);
	bad = good;
	bad.server = stranger;
	check_mismatch(&scene, &bad, DHCP_COUNT_RENEWAL); /* all were asked */
	bad = good;
	bad.server = nowhere;
	check_mismatch(&scene, &bad, DHCP_COUNT_WRONG_SERVER);
}

TEST(names)
{
	static const char *const states[] = { "none", "bound", "renewing", "rebinding", "lost" };
	static const char *const results[] = { NULL,  "renewed", "no-answer",
		                               "nak", "expired", "address-changed" };

	EACH(i, states)
	assert_string_equal(lease_state_names[i], states[i]);
	assert_null(lease_result_names[LEASE_RESULT_NONE]);
	for (size_t i = 1; i < sizeof(results) / sizeof(*results); i++)
		assert_string_equal(lease_result_names[i], results[i]);
}
