// SPDX-License-Identifier: GPL-2.0-or-later
/* A host's registration, a step at a time: how it ends, lingers, goes on, and expires. */
#include "test.h"

#include "support_steps.h"

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
	lost.registration_expires = BOOT + LIFETIME;
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
		  ON(TRIGGER_HOST_SEEN),
		  "awake, bound by host, ended until 3600000 timer 7, persist" },
		{ "and with a report has ended for good", at(registered_in(WAKING), BOOT + 7),
		  ON(TRIGGER_WAKEUP_REPORT), "awake, bound by host, ended until 3600000, persist" },
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

/* Up as it seemed, without a report; about to be found asleep where it is DROWSY. */
static struct host_core unreported(enum host_state state)
{
	struct host_core core = registered_in(state);

	core.registration_active = false;
	core.registration_until = BOOT + 3600000;
	core.registration_timer = BOOT + 7;
	return core;
}

static struct host_core unseen(struct host_core core)
{
	core.registration_seen = false;
	return core;
}

static struct host_core expiring(struct host_core core, int64_t in)
{
	core.registration_expires = BOOT + in;
	return core;
}

/* About to fail to wake. */
static struct host_core failing(struct host_core core, uint32_t failed)
{
	core.life.attempts = ATTEMPTS;
	core.life.deadline = core.life.next_magic = NOW;
	core.life.failed_wakes = failed;
	return core;
}

static struct host_core standing_by(struct host_core core)
{
	core.life.standby = true;
	return core;
}

static struct host_core naming(struct host_core core, int64_t lifetime)
{
	core.registration_expires = 0;
	core.registration_lifetime = lifetime;
	return core;
}

TEST(a_registration_goes_on_where_its_host_sleeps_after_all)
{
	const struct step_case cases[] = {
		{ "found asleep", unreported(DROWSY), ON(TRIGGER_TIMEOUT),
		  "asleep, bound by proxy due 3600000, registered until 7, persist" },
		{ "not while it is checked", at(unreported(AWAKE), BOOT + 9), ON(TRIGGER_SLEEP_NOW),
		  "drowsy, bound by host, ended until 9 timer 7, persist" },
		{ "another proxy answers: a standby again", unreported(DROWSY),
		  ON(TRIGGER_ADDRESS_CLAIM, .state = AWAKE),
		  "awake, bound by host, registered until 7, persist" },
		{ "it lingers until it has expired", at(unreported(AWAKE), BOOT),
		  ON(TRIGGER_TIMEOUT),
		  "awake, bound by host, ended until 3600000 timer 7, persist" },
		{ "and no longer", at(expiring(unreported(AWAKE), 0), BOOT), ON(TRIGGER_TIMEOUT),
		  "awake, bound by host, ended dropped, persist, sync" },
	};

	EACH(i, cases)
	check_step_case(&cases[i]);
}

TEST(a_registration_expires)
{
	const struct step_case cases[] = {
		{ "the proxy's lifetime", naming(registered_in(ASLEEP), 0), ON(TRIGGER_SLEEP),
		  "asleep, bound by proxy, registered" },
		{ "its own", naming(registered_in(ASLEEP), 60000), ON(TRIGGER_SLEEP),
		  "asleep, bound by proxy, registered expires 60000" },
		{ "no longer than the proxy's", naming(registered_in(ASLEEP), LIFETIME + 1),
		  ON(TRIGGER_SLEEP), "asleep, bound by proxy, registered" },
		{ "one that was never seen", unseen(naming(registered_in(ASLEEP), 0)),
		  ON(TRIGGER_SLEEP), "asleep, bound by proxy, registered expires 60000" },
		{ "a standby answers for nobody",
		  standing_by(unseen(naming(registered_in(AWAKE), 0))), ON(TRIGGER_SLEEP_TIMER),
		  "awake, bound by host, registered" },
		{ "from when it was seen last", expiring(registered_in(ASLEEP), 9),
		  ON(TRIGGER_SLEEP, .last_seen = NOW - 5),
		  "asleep, bound by proxy, registered expires 86399995" },
		{ "it has to show itself", expiring(registered_in(ASLEEP), 0), ON(TRIGGER_TIMEOUT),
		  "asleep, bound by proxy, registered expires 60000, persist, next lifetime" },
		{ "not yet", expiring(registered_in(ASLEEP), 1), ON(TRIGGER_TIMEOUT),
		  "asleep, bound by proxy, registered expires 1" },
		{ "it is being woken already", expiring(failing(registered_in(WAKING), 0), 0),
		  ON(TRIGGER_TIMEOUT),
		  "asleep, bound by proxy, registered expires 60000, persist, next lifetime" },
		{ "a standby cannot wake it", standing_by(expiring(registered_in(AWAKE), 0)),
		  ON(TRIGGER_TIMEOUT),
		  "awake, bound by host, ended dropped, persist, sync, event expired, forget" },
	};

	EACH(i, cases)
	check_step_case(&cases[i]);
}

TEST(a_ghost_is_given_up)
{
	const struct step_case cases[] = {
		{ "never seen: after one wake", failing(unseen(registered_in(WAKING)), 0),
		  ON(TRIGGER_TIMEOUT),
		  "asleep, bound by proxy, ended dropped, persist, sync, event expired, forget" },
		{ "seen before: not yet", failing(registered_in(WAKING), REGISTRATION_WAKES - 2),
		  ON(TRIGGER_TIMEOUT), "asleep, bound by proxy, registered, persist" },
		{ "so many in a row", failing(registered_in(WAKING), REGISTRATION_WAKES - 1),
		  ON(TRIGGER_TIMEOUT),
		  "asleep, bound by proxy, ended dropped, persist, sync, event expired, forget" },
		{ "not one that people know alone", failing(core_in(WAKING), 99),
		  ON(TRIGGER_TIMEOUT), "asleep, bound by proxy, persist" },
	};

	EACH(i, cases)
	check_step_case(&cases[i]);
}
