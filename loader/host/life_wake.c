// SPDX-License-Identifier: GPL-2.0-or-later
/* A host is woken: why, how often, and what follows where it does not wake. */
#include "host/life.h"

#include <sys/param.h>

/* Two probes by other machines are one machine's. ms */
enum { PROBES_WITHIN = 600000 };

/*
 * Whatever wakes a host that is not there makes us send: after each wake that failed, the next one
 * has half the rounds, twice as far apart, and comes after twice the pause.
 */
static unsigned int rarer(const struct life *life)
{
	return MIN(life->failed_wakes, WAKE_RARER_MAX);
}

/*
 * Linux announces nothing on resume, so the host is asked until it answers: that shows that it is
 * awake, and makes the switch relearn its port.
 */
static void send_round(struct life_call *call)
{
	struct life *life = call->life;
	const int64_t now = call->now;

	if (now >= life->next_magic) {
		life->attempts++;
		life->next_magic = now + (call->timing->wake_interval << rarer(life));
		call->effects->send_magic = true;
	}
	life->deadline = MIN(now + (call->timing->check_interval << rarer(life)), life->next_magic);
	call->effects->check = CHECK_OWNER;
}

/* The datapath, which sends the first Magic Packet of most wakes, is told by a flag of the host. */
void wake_hold_off(struct life_call *call, int64_t wait)
{
	call->life->holdoff_until = call->life->deadline = wait ? call->now + wait : 0;
}

void wake_hold_off_over(struct life_call *call)
{
	call->life->holdoff_until = 0;
	call->effects->sync_tables = true;
}

void wake_begin(struct life_call *call)
{
	struct life *life = call->life;

	life_enter(call, WAKING, HOST_EVENT_WAKING);
	life->standby = false;
	life->idle_until = 0;
	life->wake_pending = false;
	life->next_magic = life->deadline = MAX(call->now, life->holdoff_until);
	if (life->next_magic > call->now)
		call->effects->event = HOST_EVENT_WAKE_DELAYED;
	else if (!call->trigger->busy)
		send_round(call); /* in this very step: nothing is as urgent */
}

/* People know more than we do of a host that did not wake. */
static void forget_failed_wakes(struct life_call *call)
{
	struct life *life = call->life;

	if (!life->failed_wakes)
		return;
	life->failed_wakes = 0;
	life->holdoff_until = 0;
	if (life->state == WAKING) {
		life->attempts = 0;
		life->next_magic = life->deadline = call->now;
	}
}

void wake_told(struct life_call *call)
{
	struct life *life = call->life;

	if (call->trigger->kind == TRIGGER_WAKE)
		forget_failed_wakes(call);
	if (life->state == ASLEEP) {
		life_set_state(call);
		wake_begin(call);
	} else if (life->state == DROWSY) {
		/* WAKING implies that we answer for it; verify that it sleeps first */
		life->wake_pending = true;
		call->effects->send_magic = life->standby;
	} else if (life->state == AWAKE) { /* as far as is known; a round costs nothing */
		call->effects->send_magic = true;
	}
}

/* Its address, or its last one, is gone: only the host itself can get another. */
void wake_lost_address(struct life_call *call)
{
	if (call->life->state == ASLEEP)
		wake_told(call);
}

void wake_by_connection(struct life_call *call)
{
	if (call->life->state != WAKING)
		wake_begin(call);
}

/*
 * Another machine uses its address: nobody answers for it until that is checked as before any
 * takeover. One that only probes for it would not answer, as it does not have it yet.
 */
static void fail(struct life_call *call)
{
	struct life *life = call->life;

	if (life->contest == CONTEST_PROBED) {
		wake_give_up(call);
		return;
	}
	life_change(call, life->contest ? DROWSY : ASLEEP, HOST_EVENT_WAKE_FAILED);
	wake_hold_off(call, call->timing->wake_holdoff << rarer(life));
	if (life->contest)
		life->deadline = call->now;
	life->failed_wakes++;
}

void wake_timeout(struct life_call *call)
{
	const struct life *life = call->life;
	const uint32_t rounds = MAX(call->timing->wake_attempts >> rarer(life), 1);

	if (call->now >= life->next_magic && life->attempts >= rounds)
		fail(call);
	else
		send_round(call);
}

/*
 * Another machine looks whether it may take the address. Once that may be a mistake; again, it is a
 * machine that needs it: the host is woken to defend it.
 */
void wake_by_probe(struct life_call *call)
{
	struct life *life = call->life;
	const int64_t before = life->probed_at;

	if (life->state != ASLEEP && life->state != WAKING)
		return;
	life->probed_at = call->now;
	if (!before || call->now - before > PROBES_WITHIN)
		return;
	if (life->contest == CONTEST_NONE)
		life->contest = CONTEST_PROBED;
	if (life->state == ASLEEP) {
		life_set_state(call);
		wake_begin(call);
	}
}
