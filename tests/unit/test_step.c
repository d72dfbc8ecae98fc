// SPDX-License-Identifier: GPL-2.0-or-later
/* A host's step: what its life makes of its lease and its registration, and the other way round. */
#include "test.h"

#include <errno.h>

#include "support_steps.h"

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

TEST(what_becomes_of_a_lease)
{
	static const struct {
		struct lease_effects lease;
		const char *expected;
	} rows[] = {
		{ { LEASE_SEND_UNICAST, LEASE_EVENT_NONE, false, false }, "awake, send unicast" },
		{ { LEASE_SEND_NONE, LEASE_EVENT_SNOOPED, true, false }, "awake, persist, sync" },
		{ { LEASE_SEND_NONE, LEASE_EVENT_GONE, true, false }, "awake, persist, sync" },
		{ { LEASE_SEND_NONE, LEASE_EVENT_RENEWED, true, false },
		  "awake, persist, event renewed" },
		{ { LEASE_SEND_BROADCAST, LEASE_EVENT_UNANSWERED, true, false },
		  "awake, send broadcast, persist, event unanswered" },
		{ { LEASE_SEND_NONE, LEASE_EVENT_LOST, true, false },
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
