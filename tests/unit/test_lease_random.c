// SPDX-License-Identifier: GPL-2.0-or-later
/* A lease in thousands of lives that make no sense, and what is true of it in each moment. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "support_lease.h"

enum { LIVES = 20000, STEPS = 60 };

/* Always the same lives. */
static uint64_t seed;

static uint32_t any(void)
{
	seed = seed * 6364136223846793005 + 1442695040888963407;
	return (uint32_t)(seed >> 32);
}

static uint32_t below(uint32_t limit)
{
	return any() % limit;
}

static uint32_t any_seconds(void)
{
	static const uint32_t seconds[] = {
		0, 1, 2, 29, 30, 59, 60, 61, 120, 3600, DAY, DHCP_INFINITE - 1, DHCP_INFINITE,
	};
	const uint32_t row = below(2 * sizeof(seconds) / sizeof(*seconds));

	return row < sizeof(seconds) / sizeof(*seconds) ? seconds[row] : below(2 * DAY);
}

static struct ipv4 one_of(struct ipv4 often, struct ipv4 seldom)
{
	const uint32_t row = below(10);

	return row == 0 ? nowhere : row == 1 ? seldom : often;
}

static struct lease_grant any_grant(int64_t now)
{
	struct lease_grant grant = {
		.address = home,
		.server = one_of(router, stranger),
		.seconds = any_seconds(),
		.t1 = any_seconds(),
		.t2 = any_seconds(),
	};

	if (below(3))
		grant.since = now - (int64_t)any_seconds() * 1000;
	return grant;
}

static struct dhcp_message any_answer(const struct lease *lease)
{
	return (struct dhcp_message){
		.type = below(10) ? DHCP_ACK : DHCP_NAK,
		.xid = below(10) ? lease->xid : any(),
		.chaddr = nas,
		.yiaddr = one_of(home, elsewhere),
		.server = one_of(lease->server, stranger),
		.lease_time = any_seconds(),
		.t1 = any_seconds(),
		.t2 = any_seconds(),
	};
}

static int64_t any_wait(const struct lease *lease, int64_t now)
{
	switch (below(6)) {
	case 0:
		return 0;
	case 1:
		return below(2000);
	case 2:
		return (int64_t)below(10 * DAY) * 1000;
	default:
		return lease->deadline > now ? lease->deadline - now : 0;
	}
}

/* One life, with what is remembered of it to judge by. */
struct life {
	struct scene scene;
	struct lease before;
	int64_t last_sent;
	int64_t sends, answers;
};

static bool is_alive(const struct lease *lease)
{
	return lease->state == LEASE_BOUND || lease->state == LEASE_RENEWING ||
	       lease->state == LEASE_REBINDING;
}

static void check_request(const struct life *life)
{
	const struct lease *lease = &life->scene.lease;
	const struct lease_input *in = &life->scene.input;
	const bool is_renewal = lease->state == LEASE_RENEWING;

	assert_true(is_renewal || lease->state == LEASE_REBINDING);
	assert_int_equal(in->cause, LEASE_TIME);
	assert_true(in->asleep && lease->kept && lease->asked);
	assert_int_equal(lease->xid, in->random);
	assert_int_equal(lease->sent_at, in->now);
	assert_int_equal(lease->tries, life->before.tries + 1);
	assert_int_equal(life->scene.todo.send,
	                 is_renewal && memcmp(&lease->server, &nowhere, sizeof(nowhere))
	                         ? SEND_TO_SERVER
	                         : SEND_TO_ALL);
	assert_true(in->now < (is_renewal ? lease->rebind_at : lease->expires_at));
	assert_true(!lease->deadline || lease->deadline > in->now);
}

static void check_note(const struct life *life)
{
	const struct lease *lease = &life->scene.lease;
	const enum lease_note note = life->scene.todo.note;
	const bool lost = lease->state == LEASE_LOST && life->before.state != LEASE_LOST;

	assert_int_equal(note == LEASE_NOTE_LOST, lost);
	if (note == LEASE_NOTE_SILENCE)
		assert_true(lease->state == LEASE_REBINDING &&
		            life->before.state != LEASE_REBINDING);
	if (note == LEASE_NOTE_RENEWED)
		assert_true(lease->state == LEASE_BOUND && lease->confirmed);
	if (note != LEASE_NOTE_NONE)
		assert_int_equal(lease->result_at, life->scene.input.now);
	else
		assert_int_equal(lease->result, life->before.result);
}

/* What is due is in the past only where it was already, or where T1 is. */
static void check_times(const struct life *life)
{
	const struct lease *lease = &life->scene.lease;
	const struct lease_input *in = &life->scene.input;

	if (lease->expires_at) {
		assert_true(lease->renew_at <= lease->rebind_at);
		assert_true(lease->rebind_at <= lease->expires_at);
	}
	if (!lease->deadline)
		return;
	assert_true(lease->deadline <= lease->expires_at);
	if (in->cause == LEASE_TIME)
		assert_true(lease->deadline > in->now);
	if (lease->deadline < in->now && lease->deadline != life->before.deadline)
		assert_int_equal(lease->deadline, lease->renew_at);
}

static void check_lease(const struct life *life)
{
	const struct lease *lease = &life->scene.lease;
	const bool endless = lease->expires_at == LEASE_NEVER;

	if (!lease->kept || !is_alive(lease)) {
		assert_int_equal(lease->deadline, 0);
		assert_false(lease->asked);
		assert_int_equal(life->scene.todo.send, SEND_NOTHING);
	} else if (!endless) {
		assert_int_not_equal(lease->deadline, 0);
	}
	if (life->before.state == LEASE_LOST)
		assert_int_equal(lease->state, LEASE_LOST);
	check_times(life);
	check_note(life);
	if (life->scene.todo.send != SEND_NOTHING)
		check_request(life);
}

static void step(struct life *life, enum lease_cause cause)
{
	life->before = life->scene.lease;
	life->scene.input.random = any();
	happens(&life->scene, cause);
	check_lease(life);
	life->sends += life->scene.todo.send != SEND_NOTHING;
}

/* What is due is done; that must come to an end. */
static void settle(struct life *life)
{
	const struct lease *lease = &life->scene.lease;

	for (int i = 0; lease->deadline && lease->deadline <= life->scene.input.now; i++) {
		assert_true(i < 2);
		step(life, LEASE_TIME);
	}
}

static void answer(struct life *life)
{
	const struct dhcp_message message = any_answer(&life->scene.lease);

	if (lease_check(&life->scene.lease, &message) != LEASE_MISMATCH_none)
		return;
	life->scene.input.message = &message;
	step(life, LEASE_ANSWER);
	life->scene.input.message = NULL;
	life->answers++;
}

static void take_a_step(struct life *life)
{
	struct scene *scene = &life->scene;
	struct lease_grant grant;

	scene->input.now += any_wait(&scene->lease, scene->input.now);
	scene->input.asleep = below(5);
	switch (below(20)) {
	case 0:
		grant = any_grant(scene->input.now);
		lease_grant(&scene->lease, &timing, &grant, any());
		break;
	case 1:
		step(life, LEASE_WAKES);
		break;
	case 2:
	case 3:
		step(life, LEASE_SLEEPS);
		break;
	case 4:
		step(life, LEASE_TIME); /* whether or not anything is due */
		break;
	default:
		answer(life);
	}
	settle(life);
}

static void test_nothing_breaks_the_rules(void **state)
{
	int64_t sends = 0, answers = 0;

	(void)state;
	seed = 20260131;
	for (int i = 0; i < LIVES; i++) {
		struct life life = { .scene = { .input = { .now = START } } };

		for (int j = 0; j < STEPS; j++)
			take_a_step(&life);
		sends += life.sends;
		answers += life.answers;
	}
	assert_true(sends > LIVES && answers > LIVES); /* something happened at all */
}

/*
 * Whatever servers say, and however often they are silent: two requests for each floor in the long
 * run, besides the first ones after a takeover.
 */
static void test_nobody_makes_it_spin(void **state)
{
	(void)state;
	seed = 4711;
	for (int i = 0; i < 1000; i++) {
		const struct lease_grant grant = grant_of(0, 0);
		struct life life = { .scene = scene_of(&grant) };
		struct scene *scene = &life.scene;

		step(&life, LEASE_SLEEPS);
		while (scene->lease.deadline && scene->input.now < START + DAY * INT64_C(1000)) {
			scene->input.now = scene->lease.deadline;
			step(&life, LEASE_TIME);
			if (below(2) && scene->lease.asked)
				answer(&life);
		}
		assert_true(life.sends <= 5 + 2 * (scene->input.now - START) / 29000);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_nothing_breaks_the_rules),
		cmocka_unit_test(test_nobody_makes_it_spin),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
