// SPDX-License-Identifier: GPL-2.0-or-later
/* A function for each trigger, and one for each state whose deadline is over. */
#include "host/life.h"

#include <stddef.h>
#include <sys/param.h>

void life_enter(struct life_call *call, enum host_state state, enum host_event_kind event)
{
	struct life *life = call->life;

	if (life->state == WAKING)
		call->effects->took = call->now - life->since;
	life->state = state;
	life->since = call->now;
	life->deadline = 0;
	life->attempts = 0;
	call->effects->event = event;
}

void life_set_state(struct life_call *call)
{
	call->effects->set_state = true;
	call->effects->from = call->life->state;
}

void life_change(struct life_call *call, enum host_state state, enum host_event_kind event)
{
	life_set_state(call);
	life_enter(call, state, event);
}

/* A frame may be somebody else's: one that was told to sleep is checked again until it reports. */
static int64_t idle_limit(const struct life_call *call)
{
	const struct life *life = call->life;

	if (life->standby)
		return call->timing->standby;
	if (life->idle_until || (life->registered && call->trigger->signs))
		return call->timing->grace_period;
	if (life->told)
		return call->timing->silence;
	return call->trigger->detect_sleep ? call->timing->idle_timeout : 0;
}

/* A host that is AWAKE is checked again once it has been idle for so long that it may sleep. */
static void await_idle(struct life_call *call)
{
	const int64_t limit = idle_limit(call);
	const int64_t seen = MAX(call->trigger->last_seen, call->life->since);

	call->life->deadline = limit ? MAX(seen + limit, call->now + 1) : 0;
}

static void become_awake(struct life_call *call, enum host_event_kind event)
{
	call->life->wake_pending = false;
	call->life->failed_wakes = 0;
	call->life->contest = CONTEST_NONE;
	call->life->probed_at = 0;
	life_enter(call, AWAKE, event);
	await_idle(call);
}

/* It is checked again and again, as a standby or until it reports: people are told what is new. */
static bool is_recheck(const struct life *life)
{
	return life->standby || (life->told && !life->idle_until);
}

static void become_drowsy(struct life_call *call, int64_t wait)
{
	life_change(call, DROWSY, is_recheck(call->life) ? HOST_EVENT_NONE : HOST_EVENT_DROWSY);
	call->life->deadline = call->now + wait;
}

static void become_asleep(struct life_call *call)
{
	struct life *life = call->life;

	life_change(call, ASLEEP, HOST_EVENT_ASLEEP);
	life->contest = CONTEST_NONE;
	life->given_up = false;
	wake_hold_off(call, life->skip_holdoff ? 0 : call->timing->wake_holdoff);
	life->idle_until = 0;
	life->standby = false;
	call->effects->announce = true;
	if (life->wake_pending)
		wake_begin(call);
}

static void told_to_sleep(struct life_call *call)
{
	const bool now = call->trigger->kind == TRIGGER_SLEEP_NOW;
	struct life *life = call->life;

	life->told = true;
	life->registered |= call->trigger->kind == TRIGGER_SLEEP_REQUEST;
	if (life->state == ASLEEP)
		return;
	life->idle_until = call->now + call->timing->sleep_timeout;
	if (life->state == DROWSY && !now)
		return;
	life->standby = false;
	life->skip_holdoff = now;
	life->wake_pending = false;
	become_drowsy(call, now ? 0 : call->timing->grace_period);
}

/* The host may take its time to fall idle, and the other proxy to answer for it. */
static void standby(struct life_call *call)
{
	struct life *life = call->life;

	life->told = life->registered = life->standby = true;
	life->idle_until = call->now + call->timing->sleep_timeout;
	if (life->state != AWAKE)
		life_set_state(call);
	become_awake(call, HOST_EVENT_STANDBY);
}

static void wakeup_report(struct life_call *call)
{
	struct life *life = call->life;
	const bool is_new = life->state != AWAKE || life->standby;

	life->told = life->registered = life->standby = life->given_up = false;
	life->idle_until = 0;
	if (!is_new) {
		await_idle(call);
		return;
	}
	if (life->state != AWAKE)
		life_set_state(call);
	call->effects->update_neighbour = life->state == WAKING;
	become_awake(call, HOST_EVENT_AWAKE);
}

/* In DROWSY, another machine answered our check: the address is not ours to take. */
static void address_claim(struct life_call *call)
{
	struct life *life = call->life;
	enum host_event_kind event;

	if (call->trigger->state == WAKING) {
		life->contest = CONTEST_USED;
		wake_by_connection(call);
		return;
	}
	event = is_recheck(life) && !life->contest ? HOST_EVENT_NONE : HOST_EVENT_ADDRESS_IN_USE;
	life->given_up |= life->contest != CONTEST_NONE;
	life->idle_until = 0;
	life->standby = life->registered;
	become_awake(call, event);
}

void wake_give_up(struct life_call *call)
{
	life_set_state(call);
	call->life->given_up = true;
	become_awake(call, HOST_EVENT_ADDRESS_IN_USE);
}

static void seen(struct life_call *call)
{
	struct life *life = call->life;
	const bool is_late = life->state != DROWSY || call->now >= life->idle_until;

	if (life->state == AWAKE)
		return;
	life->given_up = false;
	call->effects->update_neighbour = life->state == WAKING;
	life->standby &= !is_late;
	become_awake(call, life->standby ? HOST_EVENT_NONE : HOST_EVENT_AWAKE);
}

/* By hand, or by the datapath whose report found no room in the ring: the map is right. */
static void map_edit(struct life_call *call)
{
	struct life *life = call->life;

	life->holdoff_until = 0;
	life->idle_until = 0;
	life->skip_holdoff = true;
	life->wake_pending = false;
	life->told |= call->trigger->state != AWAKE;
	switch (call->trigger->state) {
	case DROWSY:
		life_enter(call, DROWSY, HOST_EVENT_DROWSY);
		life->deadline = call->now + call->timing->grace_period;
		break;
	case ASLEEP:
		life_enter(call, ASLEEP, HOST_EVENT_ASLEEP);
		life->standby = false;
		call->effects->announce = true;
		break;
	case WAKING:
		wake_begin(call);
		break;
	default:
		life->told = life->registered = life->standby = false;
		become_awake(call, HOST_EVENT_AWAKE);
	}
}

static void check(struct life_call *call, enum arp_check kind)
{
	call->life->attempts++;
	call->life->deadline = call->now + call->timing->check_interval;
	call->effects->check = kind;
}

/*
 * With detect-sleep the owner is asked first: most idle hosts are awake, and then no event tells
 * of the check.
 */
static void check_idle(struct life_call *call)
{
	struct life *life = call->life;

	if (!life->idle_until && !life->standby && life->attempts < call->timing->check_requests) {
		check(call, CHECK_OWNER);
		return;
	}
	life->skip_holdoff = !life->idle_until; /* it has slept for long */
	become_drowsy(call, 0);
}

static void timeout_awake(struct life_call *call)
{
	struct life *life = call->life;
	const int64_t limit = idle_limit(call), now = call->now;

	if (life->idle_until && now >= life->idle_until) {
		life->idle_until = 0;
		call->effects->event = life->standby ? HOST_EVENT_NONE : HOST_EVENT_STILL_ACTIVE;
		life->standby = life->registered; /* it may sleep later, and relies on us */
	} else if (limit && now >= MAX(call->trigger->last_seen, life->since) + limit) {
		check_idle(call);
		return;
	}
	life->given_up &= call->trigger->last_seen <= life->since;
	life->attempts = 0;
	await_idle(call);
}

static void timeout_drowsy(struct life_call *call)
{
	if (call->life->attempts == call->timing->check_requests)
		become_asleep(call);
	else
		check(call, CHECK_ADDRESS);
}

static void timeout(struct life_call *call)
{
	static void (*const by_state[])(struct life_call *) = {
		[AWAKE] = timeout_awake,
		[DROWSY] = timeout_drowsy,
		[ASLEEP] = wake_hold_off_over,
		[WAKING] = wake_timeout,
	};
	struct life *life = call->life;

	if (!life->deadline || call->now < life->deadline)
		return;
	life->deadline = 0;
	if (by_state[life->state])
		by_state[life->state](call);
}

/* It may have become one whose sleep is to be detected. */
static void inputs_changed(struct life_call *call)
{
	if (call->life->state == AWAKE && !call->life->deadline)
		await_idle(call);
}

/* An unsent request is not an unanswered one. */
static void check_failed(struct life_call *call)
{
	if (call->life->state != WAKING && call->life->attempts)
		call->life->attempts--;
}

void life_step(struct life *life, const struct life_timing *timing,
               const struct host_trigger *trigger, struct host_effects *effects)
{
	static void (*const by_trigger[])(struct life_call *) = {
		[TRIGGER_SLEEP] = told_to_sleep,
		[TRIGGER_SLEEP_NOW] = told_to_sleep,
		[TRIGGER_SLEEP_REQUEST] = told_to_sleep,
		[TRIGGER_STANDBY] = standby,
		[TRIGGER_WAKEUP_REPORT] = wakeup_report,
		[TRIGGER_WAKE] = wake_told,
		[TRIGGER_SLEEP_TIMER] = wake_told,
		[TRIGGER_LIFETIME_OVER] = wake_told,
		[TRIGGER_CONNECTION] = wake_by_connection,
		[TRIGGER_ADDRESS_CLAIM] = address_claim,
		[TRIGGER_ADDRESS_PROBE] = wake_by_probe,
		[TRIGGER_HOST_SEEN] = seen,
		[TRIGGER_LEASE_LOST] = wake_lost_address,
		[TRIGGER_ADDRESSES_LOST] = wake_lost_address,
		[TRIGGER_MAP_EDIT] = map_edit,
		[TRIGGER_TIMEOUT] = timeout,
		[TRIGGER_INPUTS_CHANGED] = inputs_changed,
		[TRIGGER_CHECK_FAILED] = check_failed,
		[TRIGGER_DHCP_FAILED] = NULL,
	};
	struct life_call call = { life, timing, trigger, trigger->now.mono, effects };

	if (by_trigger[trigger->kind])
		by_trigger[trigger->kind](&call);
}

void life_init(struct life *life, const struct life_timing *timing, enum host_state state,
               int64_t now)
{
	const struct host_trigger found = { .kind = TRIGGER_MAP_EDIT,
		                            .state = state,
		                            .now.mono = now };
	struct host_effects none = { .set_state = false };

	*life = (struct life){ .since = now };
	life_step(life, timing, &found, &none);
	if (state != WAKING)
		return;
	/* nothing can be sent yet: the first round is due at once */
	life->attempts = 0;
	life->next_magic = life->deadline = now;
}
