// SPDX-License-Identifier: GPL-2.0-or-later
/* A host's life, a step at a time: what it is told, what the datapath saw, what people edited. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "support_hosts.h"

/* clang-format off */
static const struct life_case told_to_sleep[] = {
	{ "first the grace period, then the check",
	  LIFE(AWAKE), ON(TRIGGER_SLEEP),
	  LIFE(DROWSY, .deadline = NOW + GRACE, .idle_until = NOW + SLEEP_TIMEOUT),
	  { SET_STATE(AWAKE), .event = HOST_EVENT_DROWSY } },
	{ "told that it sleeps already: the check at once, and no wake-holdoff",
	  LIFE(AWAKE), ON(TRIGGER_SLEEP_NOW),
	  LIFE(DROWSY, .deadline = NOW, .idle_until = NOW + SLEEP_TIMEOUT, .skip_holdoff = true),
	  { SET_STATE(AWAKE), .event = HOST_EVENT_DROWSY } },
	{ "its own Sleep Request is remembered",
	  LIFE(AWAKE), ON(TRIGGER_SLEEP_REQUEST),
	  LIFE(DROWSY, .deadline = NOW + GRACE, .idle_until = NOW + SLEEP_TIMEOUT,
	       .registered = true), { SET_STATE(AWAKE), .event = HOST_EVENT_DROWSY } },
	{ "the last word counts: no wake is pending",
	  LIFE(AWAKE, .wake_pending = true, .skip_holdoff = true), ON(TRIGGER_SLEEP),
	  LIFE(DROWSY, .deadline = NOW + GRACE, .idle_until = NOW + SLEEP_TIMEOUT),
	  { SET_STATE(AWAKE), .event = HOST_EVENT_DROWSY } },
	{ "told again while DROWSY: more time to fall idle, the deadline stays",
	  LIFE(DROWSY, .attempts = 1, .deadline = NOW + 7, .idle_until = NOW + 9,
	       .wake_pending = true), ON(TRIGGER_SLEEP),
	  LIFE(DROWSY, .attempts = 1, .deadline = NOW + 7, .idle_until = NOW + SLEEP_TIMEOUT,
	       .wake_pending = true), { 0 } },
	{ "by a Sleep Request, too",
	  LIFE(DROWSY, .attempts = 1, .deadline = NOW + 7, .idle_until = NOW + 9),
	  ON(TRIGGER_SLEEP_REQUEST),
	  LIFE(DROWSY, .attempts = 1, .deadline = NOW + 7, .idle_until = NOW + SLEEP_TIMEOUT,
	       .registered = true), { 0 } },
	{ "told while DROWSY that it sleeps: the check begins anew",
	  LIFE(DROWSY, .attempts = 2, .deadline = NOW + 7, .idle_until = NOW + 9,
	       .wake_pending = true), ON(TRIGGER_SLEEP_NOW),
	  LIFE(DROWSY, .since = NOW, .deadline = NOW, .idle_until = NOW + SLEEP_TIMEOUT,
	       .skip_holdoff = true), { SET_STATE(DROWSY), .event = HOST_EVENT_DROWSY } },
	UNCHANGED("ASLEEP is what was asked for",
	  LIFE(ASLEEP, .holdoff_until = 5), ON(TRIGGER_SLEEP)),
	UNCHANGED("ASLEEP, told that it sleeps",
	  LIFE(ASLEEP, .holdoff_until = 5), ON(TRIGGER_SLEEP_NOW)),
	{ "ASLEEP, its own Sleep Request is remembered",
	  LIFE(ASLEEP), ON(TRIGGER_SLEEP_REQUEST), LIFE(ASLEEP, .registered = true), { 0 } },
	{ "the wake of a host that goes to sleep ends",
	  LIFE(WAKING, .attempts = 2, .deadline = NOW + 7, .next_magic = NOW + 9),
	  ON(TRIGGER_SLEEP_REQUEST),
	  LIFE(DROWSY, .deadline = NOW + GRACE, .idle_until = NOW + SLEEP_TIMEOUT,
	       .registered = true, .next_magic = NOW + 9),
	  { SET_STATE(WAKING), .event = HOST_EVENT_DROWSY, .took = NOW - SINCE } },
	{ "this proxy goes first after all",
	  LIFE(AWAKE, .deadline = NOW + 7, .registered = true, .standby = true),
	  ON(TRIGGER_SLEEP_REQUEST),
	  LIFE(DROWSY, .deadline = NOW + GRACE, .idle_until = NOW + SLEEP_TIMEOUT,
	       .registered = true), { SET_STATE(AWAKE), .event = HOST_EVENT_DROWSY } },
	{ "people's word ends the standby, too",
	  LIFE(AWAKE, .deadline = NOW + 7, .registered = true, .standby = true), ON(TRIGGER_SLEEP),
	  LIFE(DROWSY, .deadline = NOW + GRACE, .idle_until = NOW + SLEEP_TIMEOUT,
	       .registered = true), { SET_STATE(AWAKE), .event = HOST_EVENT_DROWSY } },
};

#define STANDS_BY \
	LIFE(AWAKE, .since = NOW, .deadline = NOW + STANDBY, .idle_until = NOW + SLEEP_TIMEOUT, \
	     .registered = true, .standby = true)

static const struct life_case told_to_stand_by[] = {
	{ "AWAKE: it and the first proxy have time",
	  LIFE(AWAKE), ON(TRIGGER_STANDBY), STANDS_BY, { .event = HOST_EVENT_STANDBY } },
	{ "DROWSY: left to the first proxy",
	  LIFE(DROWSY, .attempts = 2, .deadline = NOW + 7, .wake_pending = true),
	  ON(TRIGGER_STANDBY), STANDS_BY, { SET_STATE(DROWSY), .event = HOST_EVENT_STANDBY } },
	{ "ASLEEP: left to the first proxy",
	  LIFE(ASLEEP), ON(TRIGGER_STANDBY), STANDS_BY,
	  { SET_STATE(ASLEEP), .event = HOST_EVENT_STANDBY } },
	{ "WAKING: left to the first proxy",
	  LIFE(WAKING, .attempts = 2, .deadline = NOW + 7), ON(TRIGGER_STANDBY), STANDS_BY,
	  { SET_STATE(WAKING), .event = HOST_EVENT_STANDBY, .took = NOW - SINCE } },
	{ "a host that has just sent is idle from then on",
	  LIFE(AWAKE), ON(TRIGGER_STANDBY, .last_seen = NOW + 3),
	  LIFE(AWAKE, .since = NOW, .deadline = NOW + 3 + STANDBY,
	       .idle_until = NOW + SLEEP_TIMEOUT, .registered = true, .standby = true),
	  { .event = HOST_EVENT_STANDBY } },
};

static const struct life_case reported_up[] = {
	{ "AWAKE: nothing new, but it is waited for no more",
	  LIFE(AWAKE, .deadline = NOW + 7, .idle_until = NOW + 9, .registered = true),
	  ON(TRIGGER_WAKEUP_REPORT), LIFE(AWAKE), { 0 } },
	{ "AWAKE with detect-sleep: it is watched again",
	  LIFE(AWAKE, .idle_until = NOW + 9),
	  ON(TRIGGER_WAKEUP_REPORT, .detect_sleep = true, .last_seen = NOW),
	  LIFE(AWAKE, .deadline = NOW + IDLE), { 0 } },
	{ "while another proxy answers for it",
	  LIFE(AWAKE, .deadline = NOW + 7, .registered = true, .standby = true),
	  ON(TRIGGER_WAKEUP_REPORT), LIFE(AWAKE, .since = NOW), { .event = HOST_EVENT_AWAKE } },
	{ "DROWSY: aborted before it slept",
	  LIFE(DROWSY, .attempts = 2, .deadline = NOW + 7, .idle_until = NOW + 9,
	       .registered = true, .wake_pending = true), ON(TRIGGER_WAKEUP_REPORT), LIFE(AWAKE),
	  { SET_STATE(DROWSY), .event = HOST_EVENT_AWAKE } },
	{ "ASLEEP",
	  LIFE(ASLEEP, .registered = true), ON(TRIGGER_WAKEUP_REPORT), LIFE(AWAKE),
	  { SET_STATE(ASLEEP), .event = HOST_EVENT_AWAKE } },
	{ "WAKING: who woke it has our MAC for it",
	  LIFE(WAKING, .attempts = 2, .deadline = NOW + 7, .registered = true),
	  ON(TRIGGER_WAKEUP_REPORT), LIFE(AWAKE),
	  { SET_STATE(WAKING), .update_neighbour = true, .event = HOST_EVENT_AWAKE,
	       .took = NOW - SINCE } },
	{ "of a host that never registered",
	  LIFE(ASLEEP), ON(TRIGGER_WAKEUP_REPORT), LIFE(AWAKE),
	  { SET_STATE(ASLEEP), .event = HOST_EVENT_AWAKE } },
};

static const struct life_case seen[] = {
	UNCHANGED("AWAKE: nothing new",
	  LIFE(AWAKE, .deadline = NOW + 7, .registered = true, .standby = true),
	  ON(TRIGGER_HOST_SEEN)),
	{ "not told to sleep, DROWSY: the datapath has changed the state already",
	  LIFE(DROWSY, .attempts = 1, .deadline = NOW + 7, .wake_pending = true),
	  ON(TRIGGER_HOST_SEEN), LIFE(AWAKE), { .event = HOST_EVENT_AWAKE } },
	{ "last frames of a host that was told to sleep only delay it",
	  LIFE(DROWSY, .deadline = NOW + 7, .idle_until = NOW + 1, .registered = true),
	  ON(TRIGGER_HOST_SEEN, .last_seen = NOW),
	  LIFE(AWAKE, .deadline = NOW + GRACE, .idle_until = NOW + 1, .registered = true),
	  { .event = HOST_EVENT_AWAKE } },
	{ "a frame when it should be idle ends the registration",
	  LIFE(DROWSY, .deadline = NOW + 7, .idle_until = NOW, .registered = true),
	  ON(TRIGGER_HOST_SEEN), LIFE(AWAKE, .idle_until = NOW, .deadline = NOW + GRACE),
	  { .event = HOST_EVENT_AWAKE } },
	{ "last frames of a host that another proxy goes first for",
	  LIFE(DROWSY, .deadline = NOW + 7, .idle_until = NOW + 1, .registered = true,
	       .standby = true), ON(TRIGGER_HOST_SEEN, .last_seen = NOW),
	  LIFE(AWAKE, .deadline = NOW + STANDBY, .idle_until = NOW + 1, .registered = true,
	       .standby = true), { 0 } },
	{ "up again, although the other proxy did not say so",
	  LIFE(DROWSY, .deadline = NOW + 7, .registered = true, .standby = true),
	  ON(TRIGGER_HOST_SEEN), LIFE(AWAKE), { .event = HOST_EVENT_AWAKE } },
	{ "ASLEEP: it is up, and with detect-sleep watched",
	  LIFE(ASLEEP, .registered = true),
	  ON(TRIGGER_HOST_SEEN, .detect_sleep = true, .last_seen = NOW),
	  LIFE(AWAKE, .deadline = NOW + IDLE), { .event = HOST_EVENT_AWAKE } },
	{ "WAKING: who woke it has our MAC for it",
	  LIFE(WAKING, .attempts = 1, .deadline = NOW + 7, .registered = true),
	  ON(TRIGGER_HOST_SEEN), LIFE(AWAKE),
	  { .update_neighbour = true, .event = HOST_EVENT_AWAKE, .took = NOW - SINCE } },
};

/* The datapath has set AWAKE in DROWSY, WAKING in ASLEEP. */
static const struct life_case address_claims[] = {
	{ "in DROWSY the address is not taken, nor tried again",
	  LIFE(DROWSY, .attempts = 1, .deadline = NOW + 7, .idle_until = NOW + 9,
	       .wake_pending = true), ON(TRIGGER_ADDRESS_CLAIM, .state = AWAKE), LIFE(AWAKE),
	  { .event = HOST_EVENT_ADDRESS_IN_USE } },
	{ "of a registered host: this proxy is its standby from now on",
	  LIFE(DROWSY, .attempts = 1, .deadline = NOW + 7, .idle_until = NOW + 9,
	       .registered = true), ON(TRIGGER_ADDRESS_CLAIM, .state = AWAKE),
	  LIFE(AWAKE, .deadline = NOW + STANDBY, .registered = true, .standby = true),
	  { .event = HOST_EVENT_ADDRESS_IN_USE } },
	{ "as before: people are told once",
	  LIFE(DROWSY, .attempts = 1, .deadline = NOW + 7, .registered = true, .standby = true,
	       .wake_pending = true), ON(TRIGGER_ADDRESS_CLAIM, .state = AWAKE),
	  LIFE(AWAKE, .deadline = NOW + STANDBY, .registered = true, .standby = true), { 0 } },
	{ "in ASLEEP it is the host's to defend",
	  LIFE(ASLEEP, .registered = true), ON(TRIGGER_ADDRESS_CLAIM, .state = WAKING),
	  LIFE(WAKING, FIRST_ROUND, .registered = true),
	  { SENT, .event = HOST_EVENT_WAKING } },
	UNCHANGED("in WAKING it is being woken already",
	  LIFE(WAKING, .attempts = 1, .deadline = NOW + 7),
	  ON(TRIGGER_ADDRESS_CLAIM, .state = WAKING)),
};

static const struct life_case wakes[] = {
	{ "a connection: the datapath has set WAKING",
	  LIFE(ASLEEP, .registered = true), ON(TRIGGER_CONNECTION),
	  LIFE(WAKING, FIRST_ROUND, .registered = true),
	  { SENT, .event = HOST_EVENT_WAKING } },
	UNCHANGED("reported after it was seen in the map: nothing new",
	  LIFE(WAKING, .attempts = 1, .deadline = NOW + 7, .next_magic = NOW + 9),
	  ON(TRIGGER_CONNECTION)),
	{ "a host that has just fallen asleep is woken later",
	  LIFE(ASLEEP, .holdoff_until = NOW + 3), ON(TRIGGER_CONNECTION),
	  LIFE(WAKING, .deadline = NOW + 3, .next_magic = NOW + 3, .holdoff_until = NOW + 3),
	  { .event = HOST_EVENT_WAKE_DELAYED } },
	{ "what a host was told ends with its wake",
	  LIFE(DROWSY, .idle_until = NOW + 9, .wake_pending = true, .registered = true,
	       .standby = true, .holdoff_until = NOW), ON(TRIGGER_CONNECTION),
	  LIFE(WAKING, FIRST_ROUND, .registered = true,
	       .holdoff_until = NOW), { SENT, .event = HOST_EVENT_WAKING } },
	{ "the command, ASLEEP",
	  LIFE(ASLEEP), ON(TRIGGER_WAKE), LIFE(WAKING, FIRST_ROUND),
	  { SET_STATE(ASLEEP), SENT, .event = HOST_EVENT_WAKING } },
	{ "the command, AWAKE as far as is known: a round costs nothing",
	  LIFE(AWAKE, .deadline = NOW + 7), ON(TRIGGER_WAKE), LIFE(AWAKE, .deadline = NOW + 7),
	  { .send_magic = true } },
	{ "the command, DROWSY: once it is known to sleep",
	  LIFE(DROWSY, .deadline = NOW + 7), ON(TRIGGER_WAKE),
	  LIFE(DROWSY, .deadline = NOW + 7, .wake_pending = true), { 0 } },
	{ "the command, DROWSY as a standby: only the first proxy knows",
	  LIFE(DROWSY, .deadline = NOW + 7, .registered = true, .standby = true), ON(TRIGGER_WAKE),
	  LIFE(DROWSY, .deadline = NOW + 7, .registered = true, .standby = true,
	       .wake_pending = true), { .send_magic = true } },
	UNCHANGED("the command, WAKING", LIFE(WAKING, .deadline = NOW + 7), ON(TRIGGER_WAKE)),
	{ "the Sleep Timer, ASLEEP: it stays registered until it is up",
	  LIFE(ASLEEP, .registered = true, .holdoff_until = NOW + 3), ON(TRIGGER_SLEEP_TIMER),
	  LIFE(WAKING, .registered = true, .holdoff_until = NOW + 3, .deadline = NOW + 3,
	       .next_magic = NOW + 3), { SET_STATE(ASLEEP), .event = HOST_EVENT_WAKE_DELAYED } },
	{ "the Sleep Timer, AWAKE",
	  LIFE(AWAKE, .registered = true, .standby = true, .deadline = NOW + 7),
	  ON(TRIGGER_SLEEP_TIMER),
	  LIFE(AWAKE, .registered = true, .standby = true, .deadline = NOW + 7),
	  { .send_magic = true } },
	{ "the Sleep Timer, DROWSY",
	  LIFE(DROWSY, .registered = true, .deadline = NOW + 7), ON(TRIGGER_SLEEP_TIMER),
	  LIFE(DROWSY, .registered = true, .deadline = NOW + 7, .wake_pending = true), { 0 } },
	UNCHANGED("the Sleep Timer, WAKING",
	  LIFE(WAKING, .deadline = NOW + 7), ON(TRIGGER_SLEEP_TIMER)),
	{ "a lost lease, ASLEEP: only the host can get another",
	  LIFE(ASLEEP), ON(TRIGGER_LEASE_LOST), LIFE(WAKING, FIRST_ROUND),
	  { SET_STATE(ASLEEP), SENT, .event = HOST_EVENT_WAKING } },
	{ "a lost lease, with a wake-holdoff",
	  LIFE(ASLEEP, .holdoff_until = NOW + 3), ON(TRIGGER_LEASE_LOST),
	  LIFE(WAKING, .deadline = NOW + 3, .next_magic = NOW + 3, .holdoff_until = NOW + 3),
	  { SET_STATE(ASLEEP), .event = HOST_EVENT_WAKE_DELAYED } },
	{ "the last address lost, ASLEEP",
	  LIFE(ASLEEP), ON(TRIGGER_ADDRESSES_LOST),
	  LIFE(WAKING, FIRST_ROUND),
	  { SET_STATE(ASLEEP), SENT, .event = HOST_EVENT_WAKING } },
	UNCHANGED("a host that is up gets another by itself", LIFE(AWAKE), ON(TRIGGER_LEASE_LOST)),
	UNCHANGED("so does one that is DROWSY",
	  LIFE(DROWSY, .deadline = NOW + 7), ON(TRIGGER_ADDRESSES_LOST)),
	UNCHANGED("or WAKING", LIFE(WAKING, .deadline = NOW + 7), ON(TRIGGER_LEASE_LOST)),
};

#define ANY_LIFE \
	.attempts = 2, .deadline = NOW + 7, .idle_until = NOW + 9, .holdoff_until = NOW + 11, \
	.registered = true, .standby = true

static const struct life_case map_edits[] = {
	{ "AWAKE ends all that the host said",
	  LIFE(DROWSY, ANY_LIFE, .wake_pending = true), ON(TRIGGER_MAP_EDIT, .state = AWAKE),
	  LIFE(AWAKE, .skip_holdoff = true), { .event = HOST_EVENT_AWAKE } },
	{ "DROWSY: the grace period, the check, and no wake-holdoff",
	  LIFE(AWAKE, ANY_LIFE), ON(TRIGGER_MAP_EDIT, .state = DROWSY),
	  LIFE(DROWSY, .deadline = NOW + GRACE, .registered = true, .standby = true,
	       .skip_holdoff = true), { .event = HOST_EVENT_DROWSY } },
	{ "ASLEEP is answered for at once, by nobody else, and no wake is pending",
	  LIFE(DROWSY, ANY_LIFE, .wake_pending = true), ON(TRIGGER_MAP_EDIT, .state = ASLEEP),
	  LIFE(ASLEEP, .registered = true, .skip_holdoff = true),
	  { .announce = true, .event = HOST_EVENT_ASLEEP } },
	{ "WAKING without a wake-holdoff",
	  LIFE(ASLEEP, ANY_LIFE), ON(TRIGGER_MAP_EDIT, .state = WAKING),
	  LIFE(WAKING, FIRST_ROUND, .registered = true,
	       .skip_holdoff = true), { SENT, .event = HOST_EVENT_WAKING } },
	{ "out of WAKING",
	  LIFE(WAKING), ON(TRIGGER_MAP_EDIT, .state = ASLEEP), LIFE(ASLEEP, .skip_holdoff = true),
	  { .announce = true, .event = HOST_EVENT_ASLEEP, .took = NOW - SINCE } },
	{ "AWAKE with detect-sleep is watched",
	  LIFE(ASLEEP), ON(TRIGGER_MAP_EDIT, .state = AWAKE, .detect_sleep = true),
	  LIFE(AWAKE, .deadline = NOW + IDLE, .skip_holdoff = true),
	  { .event = HOST_EVENT_AWAKE } },
};

static const struct life_case other[] = {
	{ "inputs changed: it may have detect-sleep now",
	  LIFE(AWAKE), ON(TRIGGER_INPUTS_CHANGED, .detect_sleep = true, .last_seen = NOW - 3),
	  LIFE(AWAKE, .deadline = NOW - 3 + IDLE), { 0 } },
	{ "a host that has been idle for long is due at once, but not in the same step",
	  LIFE(AWAKE, .since = 1), ON(TRIGGER_INPUTS_CHANGED, .detect_sleep = true),
	  LIFE(AWAKE, .since = 1, .deadline = NOW + 1), { 0 } },
	UNCHANGED("a deadline stays as it is",
	  LIFE(AWAKE, .deadline = NOW + 7), ON(TRIGGER_INPUTS_CHANGED, .detect_sleep = true)),
	UNCHANGED("a host that may not be checked", LIFE(AWAKE), ON(TRIGGER_INPUTS_CHANGED)),
	UNCHANGED("inputs of a host that is not AWAKE",
	  LIFE(ASLEEP), ON(TRIGGER_INPUTS_CHANGED, .detect_sleep = true)),
	{ "a request that was not sent is not an unanswered one",
	  LIFE(DROWSY, .attempts = 2, .deadline = NOW + 7), ON(TRIGGER_CHECK_FAILED),
	  LIFE(DROWSY, .attempts = 1, .deadline = NOW + 7), { 0 } },
	{ "AWAKE, too",
	  LIFE(AWAKE, .attempts = 1, .deadline = NOW + 7), ON(TRIGGER_CHECK_FAILED),
	  LIFE(AWAKE, .deadline = NOW + 7), { 0 } },
	UNCHANGED("of none", LIFE(DROWSY, .deadline = NOW + 7), ON(TRIGGER_CHECK_FAILED)),
	UNCHANGED("rounds of Magic Packets are counted, and not checks",
	  LIFE(WAKING, .attempts = 2, .deadline = NOW + 7), ON(TRIGGER_CHECK_FAILED)),
	UNCHANGED("DHCP is the lease's", LIFE(ASLEEP), ON(TRIGGER_DHCP_FAILED)),
	UNCHANGED("no trigger", LIFE(AWAKE, .deadline = NOW), ON(TRIGGER_NONE)),
};
/* clang-format on */

CASES_TEST(told_to_sleep)
CASES_TEST(told_to_stand_by)
CASES_TEST(reported_up)
CASES_TEST(seen)
CASES_TEST(address_claims)
CASES_TEST(wakes)
CASES_TEST(map_edits)
CASES_TEST(other)

static void test_states_have_names(void **state)
{
	(void)state;
	assert_string_equal(host_state_names[AWAKE], "awake");
	assert_string_equal(host_state_names[DROWSY], "drowsy");
	assert_string_equal(host_state_names[ASLEEP], "asleep");
	assert_string_equal(host_state_names[WAKING], "waking");
	assert_null(host_state_names[WAKING + 1]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_told_to_sleep),     cmocka_unit_test(test_told_to_stand_by),
		cmocka_unit_test(test_reported_up),       cmocka_unit_test(test_seen),
		cmocka_unit_test(test_address_claims),    cmocka_unit_test(test_wakes),
		cmocka_unit_test(test_map_edits),         cmocka_unit_test(test_other),
		cmocka_unit_test(test_states_have_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
