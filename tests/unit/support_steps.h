/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Steps of a host as tables of cases: what is before, and in words what is after. */
#ifndef SLEEPPROXY_TESTS_STEPS_H
#define SLEEPPROXY_TESTS_STEPS_H

#include "support_hosts.h"

/* T1, T2 and its end are in 1, 2 and 3 hours. */
static inline struct lease lease_in(enum lease_state state)
{
	return (struct lease){
		.state = state,
		.address = { { 192, 0, 2, 20 } },
		.server = { { 192, 0, 2, 1 } },
		.seconds = 14400,
		.since = BOOT - 3600000,
		.renew_at = BOOT + 3600000,
		.rebind_at = BOOT + 7200000,
		.expires_at = BOOT + 10800000,
		.confirmed = true,
	};
}

static inline struct host_core core_in(enum host_state state)
{
	struct host_core core = { .life = { .state = state, .since = SINCE },
		                  .lease = lease_in(LEASE_BOUND) };

	core.lease.proxy_renews = state >= ASLEEP;
	core.life.attempts = state == DROWSY ? CHECKS : 0; /* its next deadline finds it asleep */
	core.life.deadline = state == DROWSY ? NOW : 0;
	return core;
}

static inline struct host_core registered_in(enum host_state state)
{
	struct host_core core = core_in(state);

	core.registration_active = core.registration_seen = core.life.registered = true;
	core.registration_expires = BOOT + LIFETIME;
	return core;
}

static inline struct host_core ended(void)
{
	struct host_core core = registered_in(AWAKE);

	core.registration_active = core.life.registered = false;
	core.registration_until = BOOT + 5;
	core.registration_expires = BOOT + LIFETIME;
	return core;
}

/* A lease that the proxy renews, at a time that is over. */
static inline struct host_core due(int64_t renew_at, int64_t rebind_at, int64_t expires_at)
{
	struct host_core core = core_in(ASLEEP);

	core.lease.renew_at = renew_at;
	core.lease.rebind_at = rebind_at;
	core.lease.expires_at = expires_at;
	core.lease.deadline = BOOT;
	return core;
}

enum { STEP_TEXT = 512 };

static inline void append_lease(const struct lease *lease, char text[STEP_TEXT])
{
	append(text, STEP_TEXT, ", %s by %s", lease_state_names[lease->state],
	       lease->proxy_renews ? "proxy" : "host");
	if (lease->request_pending)
		append(text, STEP_TEXT, " xid %u", lease->xid);
	if (lease->deadline)
		append(text, STEP_TEXT, " due %jd", (intmax_t)lease->deadline - BOOT);
}

static inline void append_registration(const struct host_core *core, char text[STEP_TEXT])
{
	append(text, STEP_TEXT, ", %s", core->registration_active ? "registered" : "ended");
	if (core->registration_until)
		append(text, STEP_TEXT, " until %jd", (intmax_t)core->registration_until - BOOT);
	if (core->registration_timer)
		append(text, STEP_TEXT, " timer %jd", (intmax_t)core->registration_timer - BOOT);
	if (core->registration_expires && core->registration_expires != BOOT + LIFETIME)
		append(text, STEP_TEXT, " expires %jd",
		       (intmax_t)core->registration_expires - BOOT);
	if (core->registration_dropped)
		append(text, STEP_TEXT, " dropped");
}

/* What a step does beyond the life, in words. */
static const char *step_text(const struct host_core *core, const struct host_effects *effects,
                             char text[STEP_TEXT])
{
	static const char *const sends[] = { "", ", send unicast", ", send broadcast" };
	static const char *const next[] = {
		[TRIGGER_LEASE_LOST] = ", next lost",
		[TRIGGER_SLEEP_TIMER] = ", next timer",
		[TRIGGER_LIFETIME_OVER] = ", next lifetime",
	};
	static const char *const events[] = {
		[HOST_EVENT_NONE] = "",
		[HOST_EVENT_LEASE_RENEWED] = ", event renewed",
		[HOST_EVENT_LEASE_UNANSWERED] = ", event unanswered",
		[HOST_EVENT_LEASE_LOST] = ", event lost",
	};

	snprintf(text, STEP_TEXT, "%s", host_state_names[core->life.state]);
	if (core->lease.state != LEASE_NONE)
		append_lease(&core->lease, text);
	if (core->registration_active || core->registration_until || core->registration_dropped)
		append_registration(core, text);
	append(text, STEP_TEXT, "%s%s%s", sends[effects->send_dhcp],
	       effects->persist ? ", persist" : "", effects->sync_tables ? ", sync" : "");
	append(text, STEP_TEXT, "%s%s%s", events[effects->lease_event],
	       effects->event == HOST_EVENT_REGISTRATION_EXPIRED ? ", event expired" : "",
	       effects->forget ? ", forget" : "");
	if (effects->next)
		append(text, STEP_TEXT, "%s", next[effects->next]);
	return text;
}

struct step_case {
	const char *shows;
	struct host_core core;
	struct host_trigger trigger;
	const char *after;
};

static inline void check_step_case(const struct step_case *it)
{
	struct host_effects effects;
	struct host_trigger trigger = it->trigger;
	struct host_core core = it->core;
	char text[STEP_TEXT];

	memset(&effects, 0x5a, sizeof(effects)); /* it need not be initialized */
	trigger.now = now;
	trigger.random = 7;
	host_step(&core, &timing, &trigger, &effects);
	if (strcmp(step_text(&core, &effects, text), it->after))
		fail_msg("%s:\n  found    %s\n  expected %s", it->shows, text, it->after);
}

#endif
