// SPDX-License-Identifier: GPL-2.0-or-later
/* Invariants of a lease, checked after each of many random triggers. */
#include "test.h"

#include <errno.h>
#include <string.h>

#include "support_lease.h"

enum { LIVES = 20000, STEPS = 60 };

/* Always the same numbers. */
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

/* One lease, with what is needed to check it. */
struct life {
	struct scene scene;
	struct lease before;
	bool sends_fail;
	int64_t sends, failures, answers;
};

static bool is_alive(const struct lease *lease)
{
	return lease->state == LEASE_BOUND || lease->state == LEASE_RENEWING ||
	       lease->state == LEASE_REBINDING;
}

static void check_first_sending(const struct life *life)
{
	const struct lease *lease = &life->scene.lease;
	const struct lease_trigger *in = &life->scene.trigger;
	const bool is_renewal = lease->state == LEASE_RENEWING;

	assert_int_equal(lease->xid, in->random);
	assert_int_equal(lease->sent_at, in->now);
	assert_int_equal(lease->unanswered, life->before.unanswered + 1);
	assert_int_equal(life->scene.effects.send,
	                 is_renewal && memcmp(&lease->server, &nowhere, sizeof(nowhere))
	                         ? LEASE_SEND_UNICAST
	                         : LEASE_SEND_BROADCAST);
}

/* The same request once more: while the next hop is resolved, or to all instead. */
static void check_repetition(const struct life *life)
{
	const struct lease *lease = &life->scene.lease;
	const bool failed = life->scene.trigger.kind == LEASE_TRIGGER_SEND_FAILED;

	assert_true(failed || life->before.resolving);
	assert_int_equal(life->scene.effects.send,
	                 failed ? LEASE_SEND_BROADCAST : LEASE_SEND_UNICAST);
	assert_int_equal(lease->xid, life->before.xid);
	assert_int_equal(lease->sent_at, life->before.sent_at);
}

static void check_request(const struct life *life)
{
	const struct lease *lease = &life->scene.lease;
	const struct lease_trigger *in = &life->scene.trigger;
	const bool is_renewal = lease->state == LEASE_RENEWING;

	assert_true(is_renewal || lease->state == LEASE_REBINDING);
	assert_true(in->kind == LEASE_TRIGGER_TIMEOUT || in->kind == LEASE_TRIGGER_SEND_FAILED);
	assert_true(in->asleep && lease->proxy_renews && lease->request_pending);
	assert_false(lease->resolving);
	assert_true(in->now < (is_renewal ? lease->rebind_at : lease->expires_at));
	assert_true(!lease->deadline || lease->deadline > in->now);
	if (lease->requests == life->before.requests + 1)
		check_first_sending(life);
	else
		check_repetition(life);
}

static void check_event(const struct life *life)
{
	const struct lease *lease = &life->scene.lease;
	const struct lease_effects *effects = &life->scene.effects;
	const bool lost = lease->state == LEASE_LOST && life->before.state != LEASE_LOST;

	assert_int_equal(effects->event == LEASE_EVENT_LOST, lost);
	assert_int_equal(effects->persist, effects->event != LEASE_EVENT_NONE ||
	                                           (life->before.confirmed && !lease->confirmed));
	if (effects->event == LEASE_EVENT_UNANSWERED)
		assert_true(lease->state == LEASE_REBINDING &&
		            life->before.state != LEASE_REBINDING && life->before.unanswered);
	if (effects->event == LEASE_EVENT_RENEWED)
		assert_true(lease->state == LEASE_BOUND && lease->confirmed);
	if (effects->event != LEASE_EVENT_NONE)
		assert_int_equal(lease->result_at, life->scene.trigger.now);
	else
		assert_int_equal(lease->result, life->before.result);
}

/* A deadline is in the past only if it was already, or if it is T1. */
static void check_times(const struct life *life)
{
	const struct lease *lease = &life->scene.lease;
	const struct lease_trigger *in = &life->scene.trigger;

	if (lease->expires_at) {
		assert_true(lease->renew_at <= lease->rebind_at);
		assert_true(lease->rebind_at <= lease->expires_at);
	}
	if (!lease->deadline)
		return;
	assert_true(lease->deadline <= lease->expires_at);
	if (in->kind == LEASE_TRIGGER_TIMEOUT)
		assert_true(lease->deadline > in->now);
	if (lease->deadline < in->now && lease->deadline != life->before.deadline)
		assert_int_equal(lease->deadline, lease->renew_at);
}

static void check_lease(const struct life *life)
{
	const struct lease *lease = &life->scene.lease;
	const bool endless = lease->expires_at == LEASE_NEVER;

	if (!lease->proxy_renews || !is_alive(lease)) {
		assert_int_equal(lease->deadline, 0);
		assert_false(lease->request_pending);
		assert_int_equal(life->scene.effects.send, LEASE_SEND_NONE);
	} else if (!endless) {
		assert_int_not_equal(lease->deadline, 0);
	}
	if (life->before.state == LEASE_LOST)
		assert_int_equal(lease->state, LEASE_LOST);
	check_times(life);
	check_event(life);
	if (life->scene.effects.send != LEASE_SEND_NONE)
		check_request(life);
}

static void step_once(struct life *life, enum lease_trigger_kind kind)
{
	life->before = life->scene.lease;
	happens(&life->scene, kind);
	check_lease(life);
	life->sends += life->scene.effects.send != LEASE_SEND_NONE;
}

/* What is sent may fail; that must come to an end. */
static void step(struct life *life, enum lease_trigger_kind kind)
{
	static const int errors[] = { -EAGAIN, -EAGAIN, -EAGAIN, -ENETUNREACH };
	struct scene *scene = &life->scene;

	scene->trigger.random = any();
	step_once(life, kind);
	for (int i = 0; life->sends_fail && scene->effects.send != LEASE_SEND_NONE && below(3);
	     i++) {
		assert_true(i < 2);
		scene->trigger.sent = scene->effects.send;
		scene->trigger.err = errors[below(4)];
		life->failures++;
		step_once(life, LEASE_TRIGGER_SEND_FAILED);
	}
}

/* Does what is due, which must come to an end. */
static void settle(struct life *life)
{
	const struct lease *lease = &life->scene.lease;

	for (int i = 0; lease->deadline && lease->deadline <= life->scene.trigger.now; i++) {
		assert_true(i < 2);
		step(life, LEASE_TRIGGER_TIMEOUT);
	}
}

static void answer(struct life *life)
{
	const struct dhcp_message message = any_answer(&life->scene.lease);

	if (lease_check(&life->scene.lease, &message) != DHCP_COUNT_RENEWAL)
		return;
	life->scene.trigger.message = &message;
	step(life, LEASE_TRIGGER_REPLY);
	life->scene.trigger.message = NULL;
	life->answers++;
}

static void take_a_step(struct life *life)
{
	struct scene *scene = &life->scene;
	struct lease_grant grant;

	scene->trigger.now += any_wait(&scene->lease, scene->trigger.now);
	scene->trigger.asleep = below(5);
	switch (below(20)) {
	case 0:
		grant = any_grant(scene->trigger.now);
		lease_grant(&scene->lease, MIN_LEASE_DEFAULT, &grant, any());
		break;
	case 1:
		step(life, LEASE_TRIGGER_AWAKE);
		break;
	case 2:
	case 3:
		step(life, LEASE_TRIGGER_ASLEEP);
		break;
	case 4:
		step(life, LEASE_TRIGGER_TIMEOUT); /* whether or not anything is due */
		break;
	default:
		answer(life);
	}
	settle(life);
}

TEST(invariants)
{
	int64_t sends = 0, failures = 0, answers = 0;

	seed = 20260131;
	for (int i = 0; i < LIVES; i++) {
		struct life life = { .scene.trigger.now = START, .sends_fail = i % 2 };

		for (int j = 0; j < STEPS; j++)
			take_a_step(&life);
		sends += life.sends;
		failures += life.failures;
		answers += life.answers;
	}
	assert_true(sends > LIVES && answers > LIVES && failures > LIVES);
}

/*
 * Whatever servers answer, or if they do not: in the long run two requests for each `min_lease`,
 * besides the first ones after the host fell asleep.
 */
TEST(no_server_makes_it_spin)
{
	seed = 4711;
	for (int i = 0; i < 1000; i++) {
		const struct lease_grant grant = grant_of(0, 0);
		struct life life = { .scene = scene_of(&grant) };
		struct scene *scene = &life.scene;

		step(&life, LEASE_TRIGGER_ASLEEP);
		while (scene->lease.deadline && scene->trigger.now < START + DAY * INT64_C(1000)) {
			scene->trigger.now = scene->lease.deadline;
			step(&life, LEASE_TRIGGER_TIMEOUT);
			if (below(2) && scene->lease.request_pending)
				answer(&life);
		}
		assert_true(life.sends <= 5 + 2 * (scene->trigger.now - START) / 29000);
	}
}
