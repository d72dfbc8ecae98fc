// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A host's life leads: what it does to the lease and to the registration happens in the same step,
 * so that all of it is dropped together where the datapath has changed the state meanwhile.
 */
#include "host/step.h"

#include <sys/param.h>

#include "host/inputs.h"

/* How people are told, and what follows, of what became of a lease. */
void host_lease_effects(const struct lease_effects *lease, struct host_effects *effects)
{
	static const enum host_event_kind events[] = {
		[LEASE_EVENT_NONE] = HOST_EVENT_NONE,
		[LEASE_EVENT_SNOOPED] = HOST_EVENT_NONE,
		[LEASE_EVENT_GONE] = HOST_EVENT_NONE,
		[LEASE_EVENT_RENEWED] = HOST_EVENT_LEASE_RENEWED,
		[LEASE_EVENT_UNANSWERED] = HOST_EVENT_LEASE_UNANSWERED,
		[LEASE_EVENT_LOST] = HOST_EVENT_LEASE_LOST,
	};

	effects->send_dhcp = lease->send;
	effects->lease_event = events[lease->event];
	effects->persist |= lease->persist;
	effects->sync_tables |= lease->event == LEASE_EVENT_SNOOPED ||
	                        lease->event == LEASE_EVENT_GONE ||
	                        lease->event == LEASE_EVENT_LOST;
	if (lease->event == LEASE_EVENT_LOST)
		effects->next = TRIGGER_LEASE_LOST;
}

static void step_lease(struct host_core *core, const struct host_timing *timing,
                       const struct host_trigger *trigger, enum lease_trigger_kind kind,
                       struct host_effects *effects)
{
	const struct lease_trigger lease_trigger = {
		.kind = kind,
		.now = trigger->now.boot,
		.asleep = trigger->asleep,
		.random = trigger->random,
		.sent = trigger->sent,
		.err = trigger->err,
	};
	const struct lease_effects lease =
		lease_step(&core->lease, timing->min_lease, &lease_trigger);

	host_lease_effects(&lease, effects);
}

/* The proxy renews a lease from ASLEEP on; a host that is AWAKE or DROWSY does so itself. */
static void follow_state(struct host_core *core, const struct host_timing *timing,
                         const struct host_trigger *trigger, struct host_effects *effects)
{
	const enum host_state state = core->life.state;

	if (state == ASLEEP)
		step_lease(core, timing, trigger, LEASE_TRIGGER_ASLEEP, effects);
	else if (state != WAKING)
		step_lease(core, timing, trigger, LEASE_TRIGGER_AWAKE, effects);
}

/* A host that was seen up may still send its Wakeup Report: until then it lingers. */
static void end_registration(struct host_core *core, int64_t boot, struct host_effects *effects)
{
	if (!core->registration_active)
		return;
	core->registration_active = false;
	core->registration_until = boot + REGISTRATION_LINGER;
	effects->persist = true;
}

static void timeout_registration(struct host_core *core, int64_t boot, struct host_effects *effects)
{
	if (!core->registration_until || boot < core->registration_until)
		return;
	core->registration_until = 0;
	effects->persist = true;
	if (core->registration_active) {
		effects->next = TRIGGER_SLEEP_TIMER;
	} else {
		core->registration_dropped = true;
		effects->sync_tables = true;
	}
}

/* It was seen up, or says so: not one that is to stand by, or that has yet to be checked. */
static bool is_up(const struct host_core *core, enum host_state before, enum host_trigger_kind kind)
{
	return core->life.state == AWAKE && !core->life.registered &&
	       (before != AWAKE || kind == TRIGGER_WAKEUP_REPORT);
}

void host_step(struct host_core *core, const struct host_timing *timing,
               const struct host_trigger *trigger, struct host_effects *effects)
{
	const enum host_state before = core->life.state;

	*effects = (struct host_effects){ .next = TRIGGER_NONE };
	life_step(&core->life, &timing->life, trigger, effects);
	if (core->life.state != before) {
		effects->persist = true;
		follow_state(core, timing, trigger, effects);
	} else if (trigger->kind == TRIGGER_INPUTS_CHANGED) {
		follow_state(core, timing, trigger, effects);
	} else if (trigger->kind == TRIGGER_TIMEOUT) {
		step_lease(core, timing, trigger, LEASE_TRIGGER_TIMEOUT, effects);
	} else if (trigger->kind == TRIGGER_DHCP_FAILED) {
		step_lease(core, timing, trigger, LEASE_TRIGGER_SEND_FAILED, effects);
	}
	if (is_up(core, before, trigger->kind))
		end_registration(core, trigger->now.boot, effects);
	if (trigger->kind == TRIGGER_TIMEOUT && effects->next == TRIGGER_NONE)
		timeout_registration(core, trigger->now.boot, effects);
}

/* On CLOCK_MONOTONIC, which stands still while the machine is suspended. */
static int64_t mono_of(int64_t boot, const struct now *now)
{
	return boot && boot != INT64_MAX ? boot - now->boot + now->mono : INT64_MAX;
}

int64_t host_core_deadline(const struct host_core *core, const struct now *now)
{
	int64_t deadline = core->life.deadline ? core->life.deadline : INT64_MAX;

	deadline = MIN(deadline, mono_of(core->lease.deadline, now));
	deadline = MIN(deadline, mono_of(core->registration_until, now));
	return deadline;
}
