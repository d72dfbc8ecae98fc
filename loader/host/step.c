// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A host's life leads: what it does to the lease and to the registration happens in the same step,
 * so that all of it is dropped together where the datapath has changed the state meanwhile.
 */
#include "host/step.h"

#include <sys/param.h>

#include "host/inputs.h"

static enum host_event_kind event_of(const struct lease_effects *lease)
{
	static const enum host_event_kind events[] = {
		[LEASE_EVENT_NONE] = HOST_EVENT_NONE,
		[LEASE_EVENT_SNOOPED] = HOST_EVENT_NONE,
		[LEASE_EVENT_GONE] = HOST_EVENT_NONE,
		[LEASE_EVENT_RENEWED] = HOST_EVENT_LEASE_RENEWED,
		[LEASE_EVENT_UNANSWERED] = HOST_EVENT_LEASE_UNANSWERED,
		[LEASE_EVENT_LOST] = HOST_EVENT_LEASE_LOST,
	};

	return events[lease->event];
}

static bool changes_addresses(const struct lease_effects *lease)
{
	return lease->event == LEASE_EVENT_SNOOPED || lease->event == LEASE_EVENT_GONE ||
	       lease->event == LEASE_EVENT_LOST || lease->fewer;
}

/* How people are told, and what follows, of what became of a lease. */
void host_lease_effects(const struct lease_effects *lease, struct host_effects *effects)
{
	effects->send_dhcp = lease->send;
	effects->lease_event = event_of(lease);
	effects->persist |= lease->persist;
	effects->sync_tables |= changes_addresses(lease);
	if (lease->event == LEASE_EVENT_LOST)
		effects->next = TRIGGER_LEASE_LOST;
}

/* Of IPv6 a host has other addresses, too: it is woken where none is left, for that. */
void host_lease6_effects(const struct lease_effects *lease, struct host_effects *effects)
{
	effects->send_dhcp6 = lease->send != LEASE_SEND_NONE;
	effects->lease6_event = event_of(lease);
	effects->persist |= lease->persist;
	effects->sync_tables |= changes_addresses(lease);
}

/* Both leases, but that a message of DHCPv6 that could not be sent needs no step. */
static void step_leases(struct host_core *core, const struct host_timing *timing,
                        const struct host_trigger *trigger, enum lease_trigger_kind kind,
                        struct host_effects *effects)
{
	const struct lease_trigger lease_trigger = {
		.kind = kind,
		.now = trigger->now.boot,
		.asleep = trigger->asleep,
		.random = trigger->random,
		.address = core->address,
		.addresses = core->addresses6,
		.address_count = core->address6_count,
		.sent = trigger->sent,
		.err = trigger->err,
	};
	struct lease_effects lease = lease_step(&core->lease, timing->min_lease, &lease_trigger);

	host_lease_effects(&lease, effects);
	if (kind == LEASE_TRIGGER_SEND_FAILED)
		return;
	lease = lease6_step(&core->lease6, timing->min_lease, &lease_trigger);
	host_lease6_effects(&lease, effects);
}

/* The proxy renews a lease from ASLEEP on; a host that is AWAKE or DROWSY does so itself. */
static void follow_state(struct host_core *core, const struct host_timing *timing,
                         const struct host_trigger *trigger, struct host_effects *effects)
{
	const enum host_state state = core->life.state;

	if (state == ASLEEP)
		step_leases(core, timing, trigger, LEASE_TRIGGER_ASLEEP, effects);
	else if (state != WAKING)
		step_leases(core, timing, trigger, LEASE_TRIGGER_AWAKE, effects);
}

/*
 * A host that was seen up may still send its Wakeup Report: until then it lingers. Without one,
 * the frame may have been another's: it goes on where the host is found asleep.
 */
static void end_registration(struct host_core *core, const struct host_trigger *trigger,
                             struct host_effects *effects)
{
	const int64_t boot = trigger->now.boot;

	if (!core->registration_active)
		return;
	core->registration_active = false;
	core->registration_timer = core->life.registered ? core->registration_until : 0;
	core->registration_until = boot + REGISTRATION_LINGER;
	effects->persist = true;
}

static void resume_registration(struct host_core *core)
{
	if (core->registration_active || !core->registration_until || !core->life.registered)
		return;
	core->registration_active = true;
	core->registration_until = core->registration_timer;
	core->registration_timer = 0;
}

static void drop_registration(struct host_core *core, struct host_effects *effects)
{
	core->registration_active = false;
	core->registration_until = core->registration_timer = core->registration_expires = 0;
	core->registration_dropped = true;
	core->life.told = core->life.registered = core->life.standby = false;
	effects->sync_tables = true;
	effects->persist = true;
}

/* Nothing shows that there is such a host. */
static void expire_registration(struct host_core *core, struct host_effects *effects)
{
	drop_registration(core, effects);
	effects->event = HOST_EVENT_REGISTRATION_EXPIRED;
	effects->forget = true;
}

static int64_t lifetime_of(const struct host_core *core, const struct host_timing *timing)
{
	const int64_t own = core->registration_lifetime;
	const int64_t lifetime = own ? MIN(own, timing->lifetime) : timing->lifetime;

	/* nobody is answered for by a standby, which cannot wake the host either */
	return core->registration_seen || core->life.standby ? lifetime
	                                                     : MIN(lifetime, REGISTRATION_UNSEEN);
}

/* Since the registration is there, by the map. */
static void note_frames(struct host_core *core, const struct host_timing *timing,
                        const struct host_trigger *trigger)
{
	const struct now *now = &trigger->now;
	const int64_t seen = trigger->last_seen - now->mono + now->boot;

	core->registration_seen |= trigger->last_seen != 0;
	if (core->registration_active && !core->registration_expires)
		core->registration_expires = now->boot + lifetime_of(core, timing);
	else if (core->registration_expires && trigger->last_seen)
		core->registration_expires =
			MAX(core->registration_expires, seen + lifetime_of(core, timing));
}

static void timeout_lifetime(struct host_core *core, const struct host_trigger *trigger,
                             struct host_effects *effects)
{
	const int64_t boot = trigger->now.boot;

	if (!core->registration_active || boot < core->registration_expires)
		return;
	if (core->life.state == AWAKE && core->life.standby) {
		expire_registration(core, effects);
		return;
	}
	core->registration_expires = boot + REGISTRATION_UNSEEN;
	effects->persist = true;
	if (core->life.state == ASLEEP)
		effects->next = TRIGGER_LIFETIME_OVER;
}

static void timeout_until(struct host_core *core, int64_t boot, struct host_effects *effects)
{
	if (!core->registration_until || boot < core->registration_until)
		return;
	effects->persist = true;
	if (core->registration_active) {
		core->registration_until = 0;
		effects->next = TRIGGER_SLEEP_TIMER;
	} else if (core->life.registered && boot < core->registration_expires) {
		core->registration_until = boot + REGISTRATION_LINGER;
	} else {
		drop_registration(core, effects);
	}
}

/* A wake that has failed: is there such a host? */
static void follow_failed_wake(struct host_core *core, struct host_effects *effects)
{
	const uint32_t wakes = core->registration_seen ? REGISTRATION_WAKES : 1;

	if (core->registration_active && core->life.failed_wakes >= wakes)
		expire_registration(core, effects);
}

/* It was seen up, or says so: not one that is to stand by, or that has yet to be checked. */
static bool is_up(const struct host_core *core, enum host_state before, enum host_trigger_kind kind,
                  int64_t now)
{
	const bool is_falling_asleep = core->life.registered && now < core->life.idle_until;

	return core->life.state == AWAKE && !core->life.standby &&
	       (kind == TRIGGER_WAKEUP_REPORT || (before != AWAKE && !is_falling_asleep));
}

void host_step(struct host_core *core, const struct host_timing *timing,
               const struct host_trigger *trigger, struct host_effects *effects)
{
	const enum host_state before = core->life.state;

	*effects = (struct host_effects){ .next = TRIGGER_NONE };
	life_step(&core->life, &timing->life, trigger, effects);
	note_frames(core, timing, trigger);
	if (core->life.state != before) {
		effects->persist = true;
		follow_state(core, timing, trigger, effects);
	} else if (trigger->kind == TRIGGER_INPUTS_CHANGED) {
		follow_state(core, timing, trigger, effects);
	} else if (trigger->kind == TRIGGER_TIMEOUT) {
		step_leases(core, timing, trigger, LEASE_TRIGGER_TIMEOUT, effects);
	} else if (trigger->kind == TRIGGER_DHCP_FAILED) {
		step_leases(core, timing, trigger, LEASE_TRIGGER_SEND_FAILED, effects);
	}
	if (is_up(core, before, trigger->kind, trigger->now.mono))
		end_registration(core, trigger, effects);
	else if (core->life.state == ASLEEP || core->life.standby)
		resume_registration(core);
	if (effects->event == HOST_EVENT_WAKE_FAILED)
		follow_failed_wake(core, effects);
	if (trigger->kind == TRIGGER_TIMEOUT && effects->next == TRIGGER_NONE)
		timeout_until(core, trigger->now.boot, effects);
	if (trigger->kind == TRIGGER_TIMEOUT && effects->next == TRIGGER_NONE)
		timeout_lifetime(core, trigger, effects);
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
	deadline = MIN(deadline, mono_of(core->lease6.deadline, now));
	deadline = MIN(deadline, mono_of(core->registration_until, now));
	if (core->registration_active)
		deadline = MIN(deadline, mono_of(core->registration_expires, now));
	return deadline;
}
