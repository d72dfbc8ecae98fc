// SPDX-License-Identifier: GPL-2.0-or-later
/* What is true of a lease whatever happens to it: after each step of all short sequences. */
#include "test.h"

#include "support_dhcp.h"

enum { LENGTH = 6 };

static void check_request(const struct scene *scene, const struct lease *before)
{
	const struct lease *lease = &scene->lease;
	const struct lease_trigger *in = &scene->trigger;
	const bool is_renewal = lease->state == LEASE_RENEWING;
	const bool failed = in->kind == LEASE_TRIGGER_SEND_FAILED;

	assert_true(is_renewal || lease->state == LEASE_REBINDING);
	assert_true(failed || in->kind == LEASE_TRIGGER_TIMEOUT);
	assert_true(in->asleep && lease->proxy_renews && lease->request_pending);
	assert_false(lease->resolving);
	assert_true(in->now < (is_renewal ? lease->rebind_at : lease->expires_at));
	if (lease->requests == before->requests) { /* once more, or to all instead */
		assert_true(failed || before->resolving);
		assert_int_equal(lease->xid, before->xid);
		assert_int_equal(lease->sent_at, before->sent_at);
	} else {
		assert_int_equal(lease->xid, in->random);
		assert_int_equal(lease->sent_at, in->now);
		assert_int_equal(lease->requests, before->requests + 1);
		assert_int_equal(lease->unanswered, before->unanswered + 1);
	}
}

static void check_times(const struct scene *scene)
{
	const struct lease *lease = &scene->lease;
	const bool lives = lease->state != LEASE_NONE && lease->state != LEASE_LOST;

	if (!lease->proxy_renews || !lives) {
		assert_int_equal(lease->deadline, 0);
		assert_false(lease->request_pending);
		assert_int_equal(scene->effects.send, LEASE_SEND_NONE);
	} else if (lease->expires_at != LEASE_NEVER) {
		assert_int_not_equal(lease->deadline, 0);
	}
	if (lease->expires_at)
		assert_true(lease->renew_at <= lease->rebind_at &&
		            lease->rebind_at <= lease->expires_at);
	if (lease->deadline) {
		assert_true(lease->deadline <= lease->expires_at);
		assert_true(lease->deadline > scene->trigger.now ||
		            scene->trigger.kind != LEASE_TRIGGER_TIMEOUT);
	}
}

/* What is true of any step. */
static void check_step(const struct scene *scene, const struct lease *before)
{
	const struct lease *lease = &scene->lease;
	const struct lease_effects *effects = &scene->effects;
	const bool has_event = effects->event != LEASE_EVENT_NONE;

	check_times(scene);
	assert_int_equal(effects->event == LEASE_EVENT_LOST,
	                 lease->state == LEASE_LOST && before->state != LEASE_LOST);
	assert_int_equal(effects->persist, has_event || (before->confirmed && !lease->confirmed));
	assert_int_equal(lease->result_at, has_event ? scene->trigger.now : before->result_at);
	assert_true(has_event || lease->result == before->result);
	assert_true(before->state != LEASE_LOST || lease->state == LEASE_LOST);
	if (effects->send != LEASE_SEND_NONE)
		check_request(scene, before);
	if (effects->event == LEASE_EVENT_RENEWED) { /* no server makes it spin */
		assert_true(lease->renew_at >= lease->since + MIN_LEASE_DEFAULT * 63 / 128);
		assert_true(lease->expires_at >= lease->since + MIN_LEASE_DEFAULT);
	}
}

static const struct {
	enum word word;
	double numbers[3];
} alphabet[] = {
	{ WORD_LEASE, { HOUR, -1 } },
	{ WORD_LEASE, { 0 } },
	{ WORD_OTHER_LEASE, { 0 } },
	{ WORD_ASLEEP, { 0 } },
	{ WORD_AWAKE, { 0 } },
	{ WORD_WAKING, { 0 } },
	{ WORD_SLEEPING, { 0 } },
	{ WORD_WAIT, { 3000 } },
	{ WORD_DUE, { 0 } },
	{ WORD_ACK, { 1 } },
	{ WORD_ACK, { HOUR, 1, 2 } },
	{ WORD_ACK, { DAY, 600, 1200 } },
	{ WORD_ACK, { DHCP_INFINITE } },
	{ WORD_OTHER_ACK, { HOUR } },
	{ WORD_NAK, { 0 } },
	{ WORD_UNRESOLVED, { 0 } },
	{ WORD_UNREACHABLE, { 0 } },
};

/* Answers answer a request, a timer runs if there is one, and what was sent may fail. */
static bool may_happen(const struct scene *scene, enum word word)
{
	switch (word) {
	case WORD_DUE:
		return scene->lease.deadline > 0;
	case WORD_ACK:
	case WORD_OTHER_ACK:
	case WORD_NAK:
		return scene->lease.request_pending;
	case WORD_UNRESOLVED:
	case WORD_UNREACHABLE:
		return scene->effects.send != LEASE_SEND_NONE;
	default:
		return true;
	}
}

static bool is_step(enum word word)
{
	return word != WORD_LEASE && word != WORD_OTHER_LEASE && word != WORD_WAKING &&
	       word != WORD_SLEEPING && word != WORD_WAIT;
}

static void take_each_word(const struct scene *before, int left)
{
	EACH(i, alphabet)
	{
		struct scene scene = *before;

		if (!may_happen(before, alphabet[i].word))
			continue;
		scene.trigger.random = (uint32_t)left;
		take_word(&scene, alphabet[i].word, alphabet[i].numbers);
		if (is_step(alphabet[i].word))
			check_step(&scene, &before->lease);
		else
			scene.effects = (struct lease_effects){ 0 };
		if (left > 1)
			take_each_word(&scene, left - 1);
	}
}

TEST(all_short_sequences)
{
	const struct scene unknown = scene_of("lease:0 asleep", NULL);

	take_each_word(&unknown, LENGTH);
}

TEST(all_short_sequences_of_a_lease_that_the_proxy_renewed)
{
	const struct scene renewed = scene_of("lease:0 asleep due ack:3600 due", NULL);

	take_each_word(&renewed, LENGTH);
}
