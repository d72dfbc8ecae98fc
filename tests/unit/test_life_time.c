// SPDX-License-Identifier: GPL-2.0-or-later
/* A host's life as time goes by: each deadline, and whole runs of them. */

#include "test.h"

#include "support_hosts.h"

enum { LONG_AGO = NOW - IDLE };

/* clang-format off */
static const struct life_case awake[] = {
	UNCHANGED("too early",
	  LIFE(AWAKE, .deadline = NOW + 1, .idle_until = NOW + 9), ON(TRIGGER_TIMEOUT)),
	UNCHANGED("no deadline", LIFE(AWAKE, .idle_until = 1), ON(TRIGGER_TIMEOUT)),
	{ "told to sleep, and idle for the grace period",
	  LIFE(AWAKE, .deadline = NOW, .idle_until = NOW + 9),
	  ON(TRIGGER_TIMEOUT, .last_seen = NOW - GRACE),
	  LIFE(DROWSY, .deadline = NOW, .idle_until = NOW + 9),
	  { SET_STATE(AWAKE), .event = HOST_EVENT_DROWSY } },
	{ "told to sleep, and not idle for so long",
	  LIFE(AWAKE, .deadline = NOW, .idle_until = NOW + 9),
	  ON(TRIGGER_TIMEOUT, .last_seen = NOW - GRACE + 1),
	  LIFE(AWAKE, .deadline = NOW + 1, .idle_until = NOW + 9), { 0 } },
	{ "told to sleep, and never idle",
	  LIFE(AWAKE, .deadline = NOW, .idle_until = NOW), ON(TRIGGER_TIMEOUT, .last_seen = NOW),
	  LIFE(AWAKE), { .event = HOST_EVENT_STILL_ACTIVE } },
	{ "it relies on us, and may sleep later",
	  LIFE(AWAKE, .deadline = NOW, .idle_until = NOW, .registered = true),
	  ON(TRIGGER_TIMEOUT, .last_seen = NOW),
	  LIFE(AWAKE, .deadline = NOW + STANDBY, .registered = true, .standby = true),
	  { .event = HOST_EVENT_STILL_ACTIVE } },
	{ "that a host is active is the first proxy's to tell",
	  LIFE(AWAKE, .deadline = NOW, .idle_until = NOW, .registered = true, .standby = true),
	  ON(TRIGGER_TIMEOUT, .last_seen = NOW - 3),
	  LIFE(AWAKE, .deadline = NOW - 3 + STANDBY, .registered = true, .standby = true), { 0 } },
	{ "a standby checks in silence whether the other proxy is there",
	  LIFE(AWAKE, .deadline = NOW, .registered = true, .standby = true),
	  ON(TRIGGER_TIMEOUT, .last_seen = NOW - STANDBY),
	  LIFE(DROWSY, .deadline = NOW, .registered = true, .standby = true, .skip_holdoff = true),
	  { SET_STATE(AWAKE) } },
	{ "the same while it has time",
	  LIFE(AWAKE, .deadline = NOW, .idle_until = NOW + 9, .registered = true, .standby = true),
	  ON(TRIGGER_TIMEOUT, .last_seen = NOW - STANDBY),
	  LIFE(DROWSY, .deadline = NOW, .idle_until = NOW + 9, .registered = true, .standby = true),
	  { SET_STATE(AWAKE) } },
	{ "a standby leaves a host that sends alone",
	  LIFE(AWAKE, .deadline = NOW, .idle_until = NOW + 9, .registered = true, .standby = true),
	  ON(TRIGGER_TIMEOUT, .last_seen = NOW - 4000),
	  LIFE(AWAKE, .deadline = NOW - 4000 + STANDBY, .idle_until = NOW + 9, .registered = true,
	       .standby = true), { 0 } },
	{ "detect-sleep: the owner is asked",
	  LIFE(AWAKE, .since = LONG_AGO, .deadline = NOW),
	  ON(TRIGGER_TIMEOUT, .detect_sleep = true),
	  LIFE(AWAKE, .since = LONG_AGO, .attempts = 1, .deadline = NOW + CHECK),
	  { .check = CHECK_OWNER } },
	{ "detect-sleep: once more",
	  LIFE(AWAKE, .since = LONG_AGO, .attempts = CHECKS - 1, .deadline = NOW),
	  ON(TRIGGER_TIMEOUT, .detect_sleep = true),
	  LIFE(AWAKE, .since = LONG_AGO, .attempts = CHECKS, .deadline = NOW + CHECK),
	  { .check = CHECK_OWNER } },
	{ "detect-sleep: no answer, so it has slept for long",
	  LIFE(AWAKE, .since = LONG_AGO, .attempts = CHECKS, .deadline = NOW),
	  ON(TRIGGER_TIMEOUT, .detect_sleep = true),
	  LIFE(DROWSY, .deadline = NOW, .skip_holdoff = true),
	  { SET_STATE(AWAKE), .event = HOST_EVENT_DROWSY } },
	{ "detect-sleep: it has answered",
	  LIFE(AWAKE, .since = LONG_AGO, .attempts = 2, .deadline = NOW),
	  ON(TRIGGER_TIMEOUT, .detect_sleep = true, .last_seen = NOW + 1 - IDLE),
	  LIFE(AWAKE, .since = LONG_AGO, .deadline = NOW + 1), { 0 } },
	{ "detect-sleep counts from when the host was up, where no frame was seen",
	  LIFE(AWAKE, .deadline = NOW), ON(TRIGGER_TIMEOUT, .detect_sleep = true),
	  LIFE(AWAKE, .deadline = SINCE + IDLE), { 0 } },
	{ "no detect-sleep any more",
	  LIFE(AWAKE, .deadline = NOW), ON(TRIGGER_TIMEOUT), LIFE(AWAKE), { 0 } },
};

static const struct life_case drowsy[] = {
	{ "does anybody have its addresses?",
	  LIFE(DROWSY, .deadline = NOW), ON(TRIGGER_TIMEOUT),
	  LIFE(DROWSY, .attempts = 1, .deadline = NOW + CHECK), { .check = CHECK_ADDRESS } },
	{ "once more",
	  LIFE(DROWSY, .attempts = CHECKS - 1, .deadline = NOW), ON(TRIGGER_TIMEOUT),
	  LIFE(DROWSY, .attempts = CHECKS, .deadline = NOW + CHECK), { .check = CHECK_ADDRESS } },
	{ "nobody has them",
	  LIFE(DROWSY, .attempts = CHECKS, .deadline = NOW, .idle_until = NOW + 9,
	       .registered = true), ON(TRIGGER_TIMEOUT),
	  LIFE(ASLEEP, .deadline = NOW + HOLDOFF, .holdoff_until = NOW + HOLDOFF,
	       .registered = true),
	  { SET_STATE(DROWSY), .announce = true, .event = HOST_EVENT_ASLEEP } },
	{ "no wake-holdoff for a host that slept already",
	  LIFE(DROWSY, .attempts = CHECKS, .deadline = NOW, .skip_holdoff = true,
	       .holdoff_until = 5), ON(TRIGGER_TIMEOUT), LIFE(ASLEEP, .skip_holdoff = true),
	  { SET_STATE(DROWSY), .announce = true, .event = HOST_EVENT_ASLEEP } },
	{ "the other proxy is gone",
	  LIFE(DROWSY, .attempts = CHECKS, .deadline = NOW, .registered = true, .standby = true,
	       .skip_holdoff = true), ON(TRIGGER_TIMEOUT),
	  LIFE(ASLEEP, .registered = true, .skip_holdoff = true),
	  { SET_STATE(DROWSY), .announce = true, .event = HOST_EVENT_ASLEEP } },
	{ "a wake is pending: it is answered for from now on",
	  LIFE(DROWSY, .attempts = CHECKS, .deadline = NOW, .wake_pending = true,
	       .skip_holdoff = true), ON(TRIGGER_TIMEOUT),
	  LIFE(WAKING, FIRST_ROUND, .skip_holdoff = true),
	  { SET_STATE(DROWSY), .announce = true, SENT, .event = HOST_EVENT_WAKING } },
	{ "a wake is pending, and it has just fallen asleep",
	  LIFE(DROWSY, .attempts = CHECKS, .deadline = NOW, .wake_pending = true),
	  ON(TRIGGER_TIMEOUT),
	  LIFE(WAKING, .deadline = NOW + HOLDOFF, .next_magic = NOW + HOLDOFF,
	       .holdoff_until = NOW + HOLDOFF),
	  { SET_STATE(DROWSY), .announce = true, .event = HOST_EVENT_WAKE_DELAYED } },
};

static const struct life_case waking[] = {
	{ "a round of Magic Packets, and is it up?",
	  LIFE(WAKING, .deadline = NOW, .next_magic = NOW), ON(TRIGGER_TIMEOUT),
	  LIFE(WAKING, .attempts = 1, .deadline = NOW + CHECK, .next_magic = NOW + MAGIC),
	  { .send_magic = true, .check = CHECK_OWNER } },
	{ "between two rounds it is only asked",
	  LIFE(WAKING, .attempts = 1, .deadline = NOW, .next_magic = NOW + CHECK + 1),
	  ON(TRIGGER_TIMEOUT),
	  LIFE(WAKING, .attempts = 1, .deadline = NOW + CHECK, .next_magic = NOW + CHECK + 1),
	  { .check = CHECK_OWNER } },
	{ "a round is not delayed by it",
	  LIFE(WAKING, .attempts = 1, .deadline = NOW, .next_magic = NOW + 1), ON(TRIGGER_TIMEOUT),
	  LIFE(WAKING, .attempts = 1, .deadline = NOW + 1, .next_magic = NOW + 1),
	  { .check = CHECK_OWNER } },
	{ "the last round",
	  LIFE(WAKING, .attempts = ATTEMPTS - 1, .deadline = NOW, .next_magic = NOW),
	  ON(TRIGGER_TIMEOUT),
	  LIFE(WAKING, .attempts = ATTEMPTS, .deadline = NOW + CHECK, .next_magic = NOW + MAGIC),
	  { .send_magic = true, .check = CHECK_OWNER } },
	{ "it does not wake: answered for again, and not woken again at once",
	  LIFE(WAKING, .attempts = ATTEMPTS, .deadline = NOW, .next_magic = NOW,
	       .registered = true), ON(TRIGGER_TIMEOUT),
	  LIFE(ASLEEP, .deadline = NOW + HOLDOFF, .next_magic = NOW,
	       .holdoff_until = NOW + HOLDOFF, .failed_wakes = 1, .registered = true),
	  { SET_STATE(WAKING), .event = HOST_EVENT_WAKE_FAILED, .took = NOW - SINCE } },
	{ "it may be woken again, which the map is to say",
	  LIFE(ASLEEP, .deadline = NOW, .holdoff_until = NOW), ON(TRIGGER_TIMEOUT),
	  LIFE(ASLEEP), { .sync_tables = true } },
	{ "after one that failed: twice as far apart",
	  LIFE(WAKING, .deadline = NOW, .next_magic = NOW, .failed_wakes = 1), ON(TRIGGER_TIMEOUT),
	  LIFE(WAKING, .attempts = 1, .deadline = NOW + 2 * CHECK, .next_magic = NOW + 2 * MAGIC,
	       .failed_wakes = 1), { .send_magic = true, .check = CHECK_OWNER } },
	{ "after one that failed: half as many, and twice the pause",
	  LIFE(WAKING, .attempts = ATTEMPTS / 2, .deadline = NOW, .next_magic = NOW,
	       .failed_wakes = 1), ON(TRIGGER_TIMEOUT),
	  LIFE(ASLEEP, .deadline = NOW + 2 * HOLDOFF, .next_magic = NOW,
	       .holdoff_until = NOW + 2 * HOLDOFF, .failed_wakes = 2),
	  { SET_STATE(WAKING), .event = HOST_EVENT_WAKE_FAILED, .took = NOW - SINCE } },
	{ "after any number of them: at least one, and no rarer than this",
	  LIFE(WAKING, .deadline = NOW, .next_magic = NOW, .failed_wakes = 1000),
	  ON(TRIGGER_TIMEOUT),
	  LIFE(WAKING, .attempts = 1, .deadline = NOW + 8 * CHECK, .next_magic = NOW + 8 * MAGIC,
	       .failed_wakes = 1000), { .send_magic = true, .check = CHECK_OWNER } },
	{ "after any number of them: the longest pause",
	  LIFE(WAKING, .attempts = 1, .deadline = NOW, .next_magic = NOW, .failed_wakes = 1000),
	  ON(TRIGGER_TIMEOUT),
	  LIFE(ASLEEP, .deadline = NOW + 8 * HOLDOFF, .next_magic = NOW,
	       .holdoff_until = NOW + 8 * HOLDOFF, .failed_wakes = 1001),
	  { SET_STATE(WAKING), .event = HOST_EVENT_WAKE_FAILED, .took = NOW - SINCE } },
	{ "where another machine uses its address, that is checked before it is answered for",
	  LIFE(WAKING, .attempts = ATTEMPTS, .deadline = NOW, .next_magic = NOW,
	       .contest = CONTEST_USED), ON(TRIGGER_TIMEOUT),
	  LIFE(DROWSY, .deadline = NOW, .next_magic = NOW, .holdoff_until = NOW + HOLDOFF,
	       .failed_wakes = 1, .contest = CONTEST_USED),
	  { SET_STATE(WAKING), .event = HOST_EVENT_WAKE_FAILED, .took = NOW - SINCE } },
	{ "where one probes for it, it is given up",
	  LIFE(WAKING, .attempts = ATTEMPTS, .deadline = NOW, .next_magic = NOW, .told = true,
	       .contest = CONTEST_PROBED, .probed_at = NOW - 7), ON(TRIGGER_TIMEOUT),
	  LIFE(AWAKE, .deadline = NOW + SILENCE, .next_magic = NOW, .told = true,
	       .given_up = true),
	  { SET_STATE(WAKING), .event = HOST_EVENT_ADDRESS_IN_USE, .took = NOW - SINCE } },
};
/* clang-format on */

CASES_TEST(awake)
CASES_TEST(drowsy)
CASES_TEST(waking)

TEST(a_life_begins)
{
	static const struct life begun[] = {
		LIFE(AWAKE, .since = NOW, .skip_holdoff = true),
		LIFE(DROWSY, .since = NOW, .deadline = NOW + GRACE, .skip_holdoff = true),
		LIFE(ASLEEP, .since = NOW, .skip_holdoff = true),
		LIFE(WAKING, .since = NOW, .deadline = NOW, .next_magic = NOW,
		     .skip_holdoff = true),
	};

	EACH(i, begun)
	{
		const struct host_effects none = { .took = 0 };
		struct life life = { .registered = true, .wake_pending = true, .attempts = 7 };
		char found[LIFE_TEXT], expected[LIFE_TEXT];

		life_init(&life, &timing.life, begun[i].state, NOW);
		assert_string_equal(life_text(&life, &none, found),
		                    life_text(&begun[i], &none, expected));
	}
}

/* A life and its clock. */
struct run {
	struct life life;
	struct host_trigger trigger;
	struct host_effects effects;
	unsigned int magics, checks[CHECK_OWNER + 1];
};

/* TRIGGER_TIMEOUT: once the deadline is over. */
static void step(struct run *run, enum host_trigger_kind kind)
{
	run->trigger.kind = kind;
	if (kind == TRIGGER_TIMEOUT)
		run->trigger.now.mono = run->life.deadline;
	run->effects = (struct host_effects){ .set_state = false };
	life_step(&run->life, &timing.life, &run->trigger, &run->effects);
	run->magics += run->effects.send_magic;
	run->checks[run->effects.check]++;
}

/* Told, then silent; or, where it was never told, by an edit of the map. */
static struct run asleep_by(enum host_trigger_kind told)
{
	struct run run = { .life = LIFE(AWAKE), .trigger.now = now };

	step(&run, told);
	while (run.life.state != ASLEEP)
		step(&run, TRIGGER_TIMEOUT);
	return run;
}

/* Anybody can send a frame in the name of a host that sleeps. */
TEST(one_frame_ends_no_sleep)
{
	static const struct {
		const char *shows;
		enum host_trigger_kind told;
		bool signs;
		int64_t silence;
	} rows[] = {
		{ "by command", TRIGGER_SLEEP, false, SILENCE },
		{ "by command, asleep already", TRIGGER_SLEEP_NOW, false, SILENCE },
		{ "by its registration", TRIGGER_SLEEP_REQUEST, false, SILENCE },
		{ "with a key it would report", TRIGGER_SLEEP_REQUEST, true, GRACE },
		{ "a command has no key", TRIGGER_SLEEP, true, SILENCE },
		{ "left by the other proxy", TRIGGER_STANDBY, false, SILENCE },
	};

	EACH(i, rows)
	{
		struct run run = asleep_by(rows[i].told);
		int64_t seen = run.trigger.now.mono += 3600000;

		memset(run.checks, 0, sizeof(run.checks));
		run.trigger.last_seen = seen;
		run.trigger.signs = rows[i].signs;
		step(&run, TRIGGER_HOST_SEEN);
		assert_int_equal(run.life.state, AWAKE);
		while (run.life.state != ASLEEP && run.life.deadline)
			step(&run, TRIGGER_TIMEOUT);
		if (run.life.state != ASLEEP)
			fail_msg("%s: it is not answered for any more", rows[i].shows);
		if (run.trigger.now.mono != seen + rows[i].silence + 2 * CHECKS * CHECK)
			fail_msg("%s: after %jd ms", rows[i].shows,
			         (intmax_t)(run.trigger.now.mono - seen));
		assert_int_equal(run.checks[CHECK_OWNER], CHECKS);
		assert_int_equal(run.checks[CHECK_ADDRESS], CHECKS);
	}
}

TEST(who_answers_or_reports_is_up)
{
	struct run run = asleep_by(TRIGGER_SLEEP_REQUEST);

	run.trigger.last_seen = run.trigger.now.mono;
	step(&run, TRIGGER_HOST_SEEN);
	for (int i = 0; i < 3; i++) {
		assert_int_equal(run.life.state, AWAKE);
		assert_int_equal(run.life.deadline, run.trigger.last_seen + SILENCE);
		step(&run, TRIGGER_TIMEOUT);
		assert_int_equal(run.effects.check, CHECK_OWNER);
		assert_int_equal(run.effects.event, HOST_EVENT_NONE);
		run.trigger.last_seen = run.trigger.now.mono; /* it answers */
		step(&run, TRIGGER_TIMEOUT);
		assert_int_equal(run.life.attempts, 0);
		assert_int_equal(run.life.deadline, run.trigger.last_seen + SILENCE);
	}
	step(&run, TRIGGER_WAKEUP_REPORT);
	assert_int_equal(run.life.deadline, 0);
}

/* That another machine has the address is told once, however often that is found. */
TEST(a_recheck_is_told_where_something_is_new)
{
	struct run run = asleep_by(TRIGGER_SLEEP);

	run.trigger.last_seen = run.trigger.now.mono;
	step(&run, TRIGGER_HOST_SEEN);
	for (int i = 0; i < 2; i++) {
		while (run.life.state != DROWSY)
			step(&run, TRIGGER_TIMEOUT);
		assert_int_equal(run.effects.event, HOST_EVENT_NONE);
		run.trigger.state = AWAKE;
		step(&run, TRIGGER_ADDRESS_CLAIM);
		assert_int_equal(run.effects.event, HOST_EVENT_NONE);
		assert_int_equal(run.life.state, AWAKE);
	}
}

TEST(a_sleep_and_a_wake_take_their_time)
{
	struct run run = { .life = LIFE(AWAKE), .trigger.now = now };
	int64_t began;

	step(&run, TRIGGER_SLEEP_REQUEST);
	while (run.life.state == DROWSY)
		step(&run, TRIGGER_TIMEOUT);
	assert_int_equal(run.life.state, ASLEEP);
	assert_int_equal(run.checks[CHECK_ADDRESS], CHECKS);
	assert_int_equal(run.trigger.now.mono, NOW + GRACE + CHECKS * CHECK);
	began = run.trigger.now.mono + HOLDOFF;
	step(&run, TRIGGER_CONNECTION);
	while (run.life.state == WAKING) {
		step(&run, TRIGGER_TIMEOUT);
		if (run.effects.send_magic)
			assert_int_equal(run.trigger.now.mono, began + (run.magics - 1) * MAGIC);
	}
	assert_int_equal(run.magics, ATTEMPTS);
	assert_int_equal(run.checks[CHECK_OWNER], ATTEMPTS * MAGIC / CHECK);
	assert_int_equal(run.trigger.now.mono, began + ATTEMPTS * MAGIC);
}

/* A connection a second, for half an hour, to a host that is not there; then it is switched on. */
TEST(a_ghost_is_woken_ever_more_rarely)
{
	enum { PERIOD = 8 * (MAGIC + HOLDOFF), HALF_AN_HOUR = 1800000 };
	struct run run = { .life = LIFE(ASLEEP), .trigger.now = now };
	int64_t last = NOW, longest = 0;

	for (int64_t at = NOW; at < NOW + HALF_AN_HOUR; at += 1000) {
		while (run.life.state == WAKING && run.life.deadline <= at) {
			step(&run, TRIGGER_TIMEOUT);
			if (!run.effects.send_magic)
				continue;
			longest = MAX(longest, run.trigger.now.mono - last);
			last = run.trigger.now.mono;
		}
		run.trigger.now.mono = at;
		step(&run, TRIGGER_CONNECTION);
	}
	assert_in_range(run.magics, HALF_AN_HOUR / PERIOD, HALF_AN_HOUR / PERIOD + 2 * ATTEMPTS);
	assert_int_equal(longest, PERIOD);
	step(&run, TRIGGER_HOST_SEEN);
	step(&run, TRIGGER_SLEEP_NOW);
	while (run.life.state == DROWSY)
		step(&run, TRIGGER_TIMEOUT);
	run.magics = 0;
	step(&run, TRIGGER_CONNECTION);
	while (run.life.state == WAKING)
		step(&run, TRIGGER_TIMEOUT);
	assert_int_equal(run.magics, ATTEMPTS);
}
