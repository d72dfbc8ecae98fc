// SPDX-License-Identifier: GPL-2.0-or-later
/* A host's step: what its life makes of its lease and its registration, and the other way round. */
#include "test.h"

#include <errno.h>

#include "support_hosts.h"

/* T1, T2 and its end are in 1, 2 and 3 hours. */
static struct lease lease_in(enum lease_state state)
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

static struct host_core core_in(enum host_state state)
{
	struct host_core core = { .life = { .state = state, .since = SINCE },
		                  .lease = lease_in(LEASE_BOUND) };

	core.lease.proxy_renews = state >= ASLEEP;
	core.life.attempts = state == DROWSY ? CHECKS : 0; /* its next deadline finds it asleep */
	core.life.deadline = state == DROWSY ? NOW : 0;
	return core;
}

static struct host_core registered_in(enum host_state state)
{
	struct host_core core = core_in(state);

	core.registration_active = core.life.registered = true;
	return core;
}

static struct host_core ended(void)
{
	struct host_core core = registered_in(AWAKE);

	core.registration_active = core.life.registered = false;
	core.registration_until = BOOT + 5;
	return core;
}

/* A lease that the proxy renews, at a time that is over. */
static struct host_core due(int64_t renew_at, int64_t rebind_at, int64_t expires_at)
{
	struct host_core core = core_in(ASLEEP);

	core.lease.renew_at = renew_at;
	core.lease.rebind_at = rebind_at;
	core.lease.expires_at = expires_at;
	core.lease.deadline = BOOT;
	return core;
}

enum { STEP_TEXT = 512 };

static void append_lease(const struct lease *lease, char text[STEP_TEXT])
{
	append(text, STEP_TEXT, ", %s by %s", lease_state_names[lease->state],
	       lease->proxy_renews ? "proxy" : "host");
	if (lease->request_pending)
		append(text, STEP_TEXT, " xid %u", lease->xid);
	if (lease->deadline)
		append(text, STEP_TEXT, " due %jd", (intmax_t)lease->deadline - BOOT);
}

static void append_registration(const struct host_core *core, char text[STEP_TEXT])
{
	append(text, STEP_TEXT, ", %s", core->registration_active ? "registered" : "ended");
	if (core->registration_until)
		append(text, STEP_TEXT, " until %jd", (intmax_t)core->registration_until - BOOT);
	if (core->registration_dropped)
		append(text, STEP_TEXT, " dropped");
}

/* What a step does beyond the life, in words. */
static const char *step_text(const struct host_core *core, const struct host_effects *effects,
                             char text[STEP_TEXT])
{
	static const char *const sends[] = { "", ", send unicast", ", send broadcast" };
	static const char *const next[] = {
		[TRIGGER_LEASE_LOST] = ", next lost", [TRIGGER_SLEEP_TIMER] = ", next timer"
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
	append(text, STEP_TEXT, "%s", events[effects->lease_event]);
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

static void check_step_case(const struct step_case *it)
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

TEST(the_lease_follows_the_life)
{
	const struct step_case cases[] = {
		{ "ASLEEP: the proxy renews it from T1 on", core_in(DROWSY), ON(TRIGGER_TIMEOUT),
		  "asleep, bound by proxy due 3600000, persist" },
		{ "WAKING: it goes on", core_in(ASLEEP), ON(TRIGGER_CONNECTION),
		  "waking, bound by proxy, persist" },
		{ "AWAKE: the host does it itself", core_in(WAKING), ON(TRIGGER_HOST_SEEN),
		  "awake, bound by host, persist" },
		{ "DROWSY: it still may", core_in(ASLEEP), ON(TRIGGER_MAP_EDIT, .state = DROWSY),
		  "drowsy, bound by host, persist" },
		{ "no step of its life", core_in(ASLEEP), ON(TRIGGER_SLEEP),
		  "asleep, bound by proxy" },
		{ "inputs changed, ASLEEP: a lease that was just granted",
		  { .life.state = ASLEEP,
		    .lease = { .state = LEASE_BOUND, .address = { { 192, 0, 2, 20 } } } },
		  ON(TRIGGER_INPUTS_CHANGED),
		  "asleep, bound by proxy due 0" },
		{ "inputs changed, AWAKE: what was confirmed is not any more", core_in(AWAKE),
		  ON(TRIGGER_INPUTS_CHANGED), "awake, bound by host, persist" },
		{ "inputs changed, WAKING: it goes on", core_in(WAKING), ON(TRIGGER_INPUTS_CHANGED),
		  "waking, bound by proxy" },
		{ "a host without a lease",
		  { .life = LIFE(ASLEEP) },
		  ON(TRIGGER_HOST_SEEN),
		  "awake, persist" },
	};

	EACH(i, cases)
	check_step_case(&cases[i]);
}

TEST(a_lease_is_renewed)
{
	const int64_t later = BOOT + 600000;
	struct host_core sent = due(BOOT, later, later);

	sent.lease.state = LEASE_RENEWING;
	sent.lease.request_pending = true;
	sent.lease.xid = 7;
	sent.lease.requests = sent.lease.unanswered = 1;
	sent.lease.deadline = BOOT + 300000;

	const struct step_case cases[] = {
		{ "T1: its server is asked", due(BOOT, later, later),
		  ON(TRIGGER_TIMEOUT, .asleep = true),
		  "asleep, renewing by proxy xid 7 due 300000, send unicast" },
		{ "not ASLEEP by the map: not yet", due(BOOT, later, later), ON(TRIGGER_TIMEOUT),
		  "asleep, renewing by proxy due 1000" },
		{ "its end: only the host can get another", due(BOOT - 2, BOOT - 1, BOOT),
		  ON(TRIGGER_TIMEOUT, .asleep = true),
		  "asleep, lost by proxy, persist, sync, event lost, next lost" },
		{ "not sent: broadcast instead", sent,
		  ON(TRIGGER_DHCP_FAILED, .sent = LEASE_SEND_UNICAST, .err = -EHOSTUNREACH,
		     .asleep = true),
		  "asleep, renewing by proxy xid 7 due 300000, send broadcast" },
		{ "not sent: the next hop is being resolved", sent,
		  ON(TRIGGER_DHCP_FAILED, .sent = LEASE_SEND_UNICAST, .err = -EAGAIN,
		     .asleep = true),
		  "asleep, renewing by proxy xid 7 due 200" },
		{ "not sent by broadcast either", sent,
		  ON(TRIGGER_DHCP_FAILED, .sent = LEASE_SEND_BROADCAST, .err = -ENODEV,
		     .asleep = true),
		  "asleep, renewing by proxy due 300000" },
		{ "not sent, and no lease any more",
		  { .life = LIFE(ASLEEP) },
		  ON(TRIGGER_DHCP_FAILED, .sent = LEASE_SEND_UNICAST, .err = -EAGAIN),
		  "asleep" },
	};

	EACH(i, cases)
	check_step_case(&cases[i]);
}

static struct host_core at(struct host_core core, int64_t until)
{
	core.registration_until = until;
	return core;
}

TEST(a_registration_ends_and_lingers)
{
	struct host_core lost = at(due(BOOT - 2, BOOT - 1, BOOT), BOOT);
	struct host_core unchecked = registered_in(AWAKE);

	lost.registration_active = true;
	unchecked.life.registered = false;

	const struct step_case cases[] = {
		{ "it goes to sleep", registered_in(AWAKE), ON(TRIGGER_SLEEP_REQUEST),
		  "drowsy, bound by host, registered, persist" },
		{ "it stays while the host sleeps", registered_in(DROWSY), ON(TRIGGER_TIMEOUT),
		  "asleep, bound by proxy due 3600000, registered, persist" },
		{ "and while it is woken", at(registered_in(ASLEEP), BOOT + 7),
		  ON(TRIGGER_CONNECTION), "waking, bound by proxy, registered until 7, persist" },
		{ "a standby is AWAKE, and registered", registered_in(ASLEEP), ON(TRIGGER_STANDBY),
		  "awake, bound by host, registered, persist" },
		{ "up: it ends, and lingers", at(registered_in(WAKING), BOOT + 7),
		  ON(TRIGGER_HOST_SEEN), "awake, bound by host, ended until 3600000, persist" },
		{ "by a report, AWAKE as before", registered_in(AWAKE), ON(TRIGGER_WAKEUP_REPORT),
		  "awake, bound by host, ended until 3600000, persist" },
		{ "registered just now: its Sleep Request is the next trigger", unchecked,
		  ON(TRIGGER_INPUTS_CHANGED), "awake, bound by host, registered, persist" },
		{ "it ends once", ended(), ON(TRIGGER_WAKEUP_REPORT),
		  "awake, bound by host, ended until 5" },
		{ "it lingers", ended(), ON(TRIGGER_TIMEOUT),
		  "awake, bound by host, ended until 5" },
		{ "long enough", at(ended(), BOOT), ON(TRIGGER_TIMEOUT),
		  "awake, bound by host, ended dropped, persist, sync" },
		{ "it is kept for its Client Identifier", at(ended(), 0), ON(TRIGGER_TIMEOUT),
		  "awake, bound by host" },
		{ "its Sleep Timer", at(registered_in(ASLEEP), BOOT), ON(TRIGGER_TIMEOUT),
		  "asleep, bound by proxy, registered, persist, next timer" },
		{ "in a moment", at(registered_in(ASLEEP), BOOT + 1), ON(TRIGGER_TIMEOUT),
		  "asleep, bound by proxy, registered until 1" },
		{ "by no other trigger", at(registered_in(ASLEEP), BOOT), ON(TRIGGER_SLEEP),
		  "asleep, bound by proxy, registered until 0" },
		{ "as it falls asleep", at(registered_in(DROWSY), BOOT), ON(TRIGGER_TIMEOUT),
		  "asleep, bound by proxy due 3600000, registered, persist, next timer" },
		{ "one step after the other", lost, ON(TRIGGER_TIMEOUT),
		  "asleep, lost by proxy, registered until 0, persist, sync, event lost, next lost" },
		{ "no registration", { .life = LIFE(AWAKE) }, ON(TRIGGER_WAKEUP_REPORT), "awake" },
	};

	EACH(i, cases)

	check_step_case(&cases[i]);
}

TEST(what_becomes_of_a_lease)
{
	static const struct {
		struct lease_effects lease;
		const char *expected;
	} rows[] = {
		{ { LEASE_SEND_UNICAST, LEASE_EVENT_NONE, false }, "awake, send unicast" },
		{ { LEASE_SEND_NONE, LEASE_EVENT_SNOOPED, true }, "awake, persist, sync" },
		{ { LEASE_SEND_NONE, LEASE_EVENT_GONE, true }, "awake, persist, sync" },
		{ { LEASE_SEND_NONE, LEASE_EVENT_RENEWED, true }, "awake, persist, event renewed" },
		{ { LEASE_SEND_BROADCAST, LEASE_EVENT_UNANSWERED, true },
		  "awake, send broadcast, persist, event unanswered" },
		{ { LEASE_SEND_NONE, LEASE_EVENT_LOST, true },
		  "awake, persist, sync, event lost, next lost" },
	};
	const struct host_core core = { .life = LIFE(AWAKE) };
	char text[STEP_TEXT];

	EACH(i, rows)
	{
		struct host_effects effects = { .next = TRIGGER_NONE };

		host_lease_effects(&rows[i].lease, &effects);
		if (strcmp(step_text(&core, &effects, text), rows[i].expected))
			fail_msg("lease event %d: %s, not %s", rows[i].lease.event, text,
			         rows[i].expected);
	}
}

/* The life's is of CLOCK_MONOTONIC, the others' of CLOCK_BOOTTIME. */
TEST(the_earliest_deadline)
{
	static const struct {
		int64_t life, lease, registration, expected;
	} rows[] = {
		{ 0, 0, 0, INT64_MAX },
		{ NOW + 9, 0, 0, NOW + 9 },
		{ NOW + 9, BOOT + 8, BOOT + 10, NOW + 8 },
		{ NOW + 9, BOOT + 10, BOOT + 7, NOW + 7 },
		{ NOW + 9, BOOT + 10, BOOT + 10, NOW + 9 },
		{ NOW - 1, BOOT - 2, BOOT, NOW - 2 },
		{ 0, LEASE_NEVER, 0, INT64_MAX },
		{ 0, LEASE_NEVER, BOOT - 1, NOW - 1 },
	};

	EACH(i, rows)
	{
		struct host_core core = { .life.deadline = rows[i].life,
			                  .lease.deadline = rows[i].lease,
			                  .registration_until = rows[i].registration };

		if (host_core_deadline(&core, &now) != rows[i].expected)
			fail_msg("life %jd, lease %jd, registration %jd: %jd, not %jd",
			         (intmax_t)rows[i].life, (intmax_t)rows[i].lease,
			         (intmax_t)rows[i].registration,
			         (intmax_t)host_core_deadline(&core, &now),
			         (intmax_t)rows[i].expected);
	}
}
