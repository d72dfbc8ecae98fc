// SPDX-License-Identifier: GPL-2.0-or-later
/* The life of a host that hands itself over, and says itself that it is up. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "support_host.h"

enum { UNCHANGED = -1 };
enum { STEP = 1, MAGIC = 2, HAND_BACK = 4, HANDED = 8, STANDBY = 16 };

/* What happens in which state, and what comes of it. */
struct row {
	enum host_state in;
	enum life_trigger cause;
	enum host_state out;
	enum life_note note;
	unsigned int flags; /* asked for, and left in the life */
	int64_t deadline;   /* from then on; UNCHANGED; 0: none */
};

static void check_rows(const struct row *rows, size_t count, bool handed, bool standby)
{
	for (size_t i = 0; i < count; i++) {
		struct scene scene = scene_in(rows[i].in);
		int64_t before = scene.life.deadline;

		scene.life.handed = handed;
		scene.life.standby = standby;
		scene.input.now += 100;
		happens(&scene, rows[i].cause);
		check(&scene, rows[i].out, rows[i].note);
		assert_int_equal(scene.todo.step, !!(rows[i].flags & STEP));
		if (rows[i].flags & STEP)
			assert_int_equal(scene.todo.from, rows[i].in);
		assert_int_equal(scene.todo.magic, !!(rows[i].flags & MAGIC));
		assert_int_equal(scene.todo.update_neighbour, !!(rows[i].flags & HAND_BACK));
		assert_false(scene.todo.announce);
		assert_int_equal(scene.todo.ask, CHECK_NONE);
		assert_int_equal(scene.life.handed, !!(rows[i].flags & HANDED));
		assert_int_equal(scene.life.standby, !!(rows[i].flags & STANDBY));
		if (rows[i].deadline != UNCHANGED)
			before = rows[i].deadline ? scene.input.now + rows[i].deadline : 0;
		assert_int_equal(scene.life.deadline, before);
	}
}

#define CHECK_ROWS(rows, handed, standby) \
	check_rows(rows, sizeof(rows) / sizeof(*(rows)), handed, standby)

static void test_what_a_host_says_of_itself_in_each_state(void **state)
{
	const struct row rows[] = {
		{ AWAKE, TRIGGER_HANDOVER, DROWSY, NOTE_DROWSY, STEP | HANDED, timing.grace },
		{ DROWSY, TRIGGER_HANDOVER, DROWSY, NOTE_NONE, HANDED, UNCHANGED },
		{ ASLEEP, TRIGGER_HANDOVER, ASLEEP, NOTE_NONE, HANDED, UNCHANGED },
		{ WAKING, TRIGGER_HANDOVER, DROWSY, NOTE_DROWSY, STEP | HANDED, timing.grace },
		{ AWAKE, TRIGGER_STANDBY, AWAKE, NOTE_STANDS_BY, HANDED | STANDBY, timing.standby },
		{ DROWSY, TRIGGER_STANDBY, AWAKE, NOTE_STANDS_BY, STEP | HANDED | STANDBY,
		  timing.standby },
		{ ASLEEP, TRIGGER_STANDBY, AWAKE, NOTE_STANDS_BY, STEP | HANDED | STANDBY,
		  timing.standby },
		{ WAKING, TRIGGER_STANDBY, AWAKE, NOTE_STANDS_BY, STEP | HANDED | STANDBY,
		  timing.standby },
	};

	(void)state;
	CHECK_ROWS(rows, false, false);
}

static void test_a_report_in_each_state(void **state)
{
	const struct row rows[] = {
		{ AWAKE, TRIGGER_UP, AWAKE, NOTE_NONE, 0, 0 },
		{ DROWSY, TRIGGER_UP, AWAKE, NOTE_AWAKE, STEP, 0 },
		{ ASLEEP, TRIGGER_UP, AWAKE, NOTE_AWAKE, STEP, 0 },
		{ WAKING, TRIGGER_UP, AWAKE, NOTE_AWAKE, STEP | HAND_BACK, 0 },
	};

	const struct row standing_by[] = { { AWAKE, TRIGGER_UP, AWAKE, NOTE_AWAKE, 0, 0 } };

	(void)state;
	CHECK_ROWS(rows, false, false);
	CHECK_ROWS(rows, true, false);
	CHECK_ROWS(standing_by, true, true);
}

static void test_the_sleep_timer_in_each_state(void **state)
{
	const struct row rows[] = {
		{ AWAKE, TRIGGER_TIMER, AWAKE, NOTE_NONE, MAGIC | HANDED, UNCHANGED },
		{ DROWSY, TRIGGER_TIMER, DROWSY, NOTE_NONE, HANDED, UNCHANGED },
		{ WAKING, TRIGGER_TIMER, WAKING, NOTE_NONE, HANDED, UNCHANGED },
	};

	(void)state;
	CHECK_ROWS(rows, true, false);
}

/* A frame of its own is a word, too; the datapath has made that step. */
static void test_a_frame_in_each_state(void **state)
{
	const struct row rows[] = {
		{ AWAKE, TRIGGER_SEEN, AWAKE, NOTE_NONE, HANDED | STANDBY, UNCHANGED },
		{ DROWSY, TRIGGER_SEEN, AWAKE, NOTE_AWAKE, 0, 0 },
		{ ASLEEP, TRIGGER_SEEN, AWAKE, NOTE_AWAKE, 0, 0 },
		{ WAKING, TRIGGER_SEEN, AWAKE, NOTE_AWAKE, HAND_BACK, 0 },
	};

	(void)state;
	CHECK_ROWS(rows, true, true);
}

static void test_who_hands_himself_over_is_asked_for_and_taken_over(void **state)
{
	struct scene scene = scene_in(AWAKE);

	(void)state;
	happens(&scene, TRIGGER_HANDOVER);
	assert_int_equal(scene.life.quiet_until, START + timing.patience);
	for (unsigned ask = 0; ask < timing.asks; ask++) {
		time_passes(&scene);
		check(&scene, DROWSY, NOTE_NONE);
		assert_int_equal(scene.todo.ask, CHECK_ADDRESS);
	}
	time_passes(&scene);
	check(&scene, ASLEEP, NOTE_ASLEEP);
	assert_int_equal(scene.input.now, START + timing.grace + timing.asks * timing.ask_interval);
	assert_true(scene.todo.announce && scene.life.handed);
	assert_int_equal(scene.life.quiet_until, 0);
	assert_int_equal(scene.life.cool_until, scene.input.now + timing.cooldown);
	happens(&scene, TRIGGER_TIMER);
	check(&scene, WAKING, NOTE_COOLING);
	assert_true(scene.todo.step && scene.todo.from == ASLEEP && scene.life.handed);
	time_passes(&scene);
	assert_true(scene.todo.magic);
	happens(&scene, TRIGGER_SEEN);
	check(&scene, AWAKE, NOTE_AWAKE);
	assert_false(scene.life.handed);
	assert_int_equal(scene.life.deadline, 0);
}

/* Its last frames come behind its word. */
static void test_last_frames_do_not_take_the_word_back(void **state)
{
	struct scene scene = scene_in(AWAKE);

	(void)state;
	happens(&scene, TRIGGER_HANDOVER);
	scene.input.now += 2000;
	scene.input.last_seen = scene.input.now;
	happens(&scene, TRIGGER_SEEN);
	check(&scene, AWAKE, NOTE_AWAKE);
	assert_true(scene.life.handed);
	assert_int_equal(scene.life.quiet_until, START + timing.patience);
	assert_int_equal(scene.life.deadline, scene.input.now + timing.grace);
	time_passes(&scene);
	check(&scene, DROWSY, NOTE_DROWSY);
	scene.input.now = START + timing.patience - 1;
	happens(&scene, TRIGGER_SEEN);
	assert_true(scene.life.handed);
	time_passes(&scene);
	check(&scene, AWAKE, NOTE_NOT_QUIET);
}

static void test_a_frame_after_all_patience_takes_it_back(void **state)
{
	struct scene scene = scene_in(AWAKE);

	(void)state;
	happens(&scene, TRIGGER_HANDOVER);
	scene.input.now = START + timing.patience;
	happens(&scene, TRIGGER_SEEN);
	check(&scene, AWAKE, NOTE_AWAKE);
	assert_false(scene.life.handed);
	scene = scene_in(AWAKE);
	happens(&scene, TRIGGER_HANDOVER);
	while (scene.life.state == DROWSY)
		time_passes(&scene);
	happens(&scene, TRIGGER_SEEN); /* it sleeps: this is no last frame */
	check(&scene, AWAKE, NOTE_AWAKE);
	assert_false(scene.life.handed);
}

static void test_told_again_it_has_its_patience_again(void **state)
{
	const enum life_trigger causes[] = { TRIGGER_SLEEP, TRIGGER_HANDOVER };

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct scene scene = scene_in(AWAKE);

		happens(&scene, TRIGGER_SLEEP);
		scene.input.now += 3000;
		happens(&scene, causes[i]);
		check(&scene, DROWSY, NOTE_NONE);
		assert_false(scene.todo.step);
		assert_int_equal(scene.life.quiet_until, START + 3000 + timing.patience);
		assert_int_equal(scene.life.deadline, START + timing.grace);
	}
}

static void test_told_that_it_sleeps_already_it_is_asked_for_at_once(void **state)
{
	struct scene scene = scene_in(AWAKE);

	(void)state;
	happens(&scene, TRIGGER_HANDOVER);
	scene.input.now += 1000;
	happens(&scene, TRIGGER_SLEEP_NOW);
	check(&scene, DROWSY, NOTE_DROWSY);
	assert_int_equal(scene.life.deadline, scene.input.now);
	assert_true(scene.life.prompt);
}

static void test_the_timer_of_who_is_going_to_sleep_wakes_him_then(void **state)
{
	struct scene scene = scene_in(AWAKE);

	(void)state;
	happens(&scene, TRIGGER_HANDOVER);
	happens(&scene, TRIGGER_TIMER);
	assert_false(scene.todo.magic);
	while (scene.life.state == DROWSY)
		time_passes(&scene);
	check(&scene, WAKING, NOTE_COOLING);
	assert_true(scene.todo.step && scene.todo.from == DROWSY);
	assert_true(scene.todo.announce);
}

/* Aborted before it slept: it is not waited for any more. */
static void test_a_report_ends_all_patience(void **state)
{
	struct scene scene = scene_in(AWAKE);

	(void)state;
	happens(&scene, TRIGGER_HANDOVER);
	happens(&scene, TRIGGER_SEEN);
	assert_int_not_equal(scene.life.deadline, 0);
	happens(&scene, TRIGGER_UP);
	check(&scene, AWAKE, NOTE_NONE);
	assert_int_equal(scene.life.quiet_until, 0);
	assert_int_equal(scene.life.deadline, 0);
}

static void test_patience_ends_with_its_last_moment(void **state)
{
	struct scene scene = scene_in(AWAKE);

	(void)state;
	happens(&scene, TRIGGER_HANDOVER);
	happens(&scene, TRIGGER_SEEN);
	scene.input.last_seen = scene.input.now = START + timing.patience;
	happens(&scene, TRIGGER_TIME);
	check(&scene, AWAKE, NOTE_NOT_QUIET);
	assert_true(scene.life.standby); /* it was told that it would be answered for */
	assert_int_equal(scene.life.deadline, scene.input.now + timing.standby);
}

static void test_the_last_word_counts(void **state)
{
	struct scene scene = scene_in(AWAKE);

	(void)state;
	happens(&scene, TRIGGER_HANDOVER);
	happens(&scene, TRIGGER_WAKE);
	assert_true(scene.life.wanted);
	happens(&scene, TRIGGER_SLEEP_NOW);
	while (scene.life.state == DROWSY)
		time_passes(&scene);
	check(&scene, ASLEEP, NOTE_ASLEEP);
}

/* Whoever is woken on his way to sleep is not put to sleep when he is up. */
static void test_a_wake_ends_what_it_was_told(void **state)
{
	struct scene scene = scene_in(AWAKE);

	(void)state;
	happens(&scene, TRIGGER_HANDOVER);
	happens(&scene, TRIGGER_WAKE);
	scene.input.state = WAKING;
	happens(&scene, TRIGGER_CLAIM);
	check(&scene, WAKING, NOTE_WAKING);
	assert_int_equal(scene.life.quiet_until, 0);
	assert_false(scene.life.wanted);
	happens(&scene, TRIGGER_SEEN);
	check(&scene, AWAKE, NOTE_AWAKE);
	assert_int_equal(scene.life.deadline, 0);
}

/* What people set holds at once. */
static void test_edits_end_what_it_was_told(void **state)
{
	struct scene scene = scene_in(AWAKE);

	(void)state;
	happens(&scene, TRIGGER_HANDOVER);
	scene.input.state = ASLEEP;
	happens(&scene, TRIGGER_EDITED);
	assert_int_equal(scene.life.deadline, 0);
	assert_int_equal(scene.life.quiet_until, 0);
	scene = scene_in(AWAKE);
	happens(&scene, TRIGGER_HANDOVER);
	while (scene.life.state == DROWSY)
		time_passes(&scene);
	scene.input.state = WAKING;
	happens(&scene, TRIGGER_EDITED);
	check(&scene, WAKING, NOTE_WAKING); /* without a cool-down */
	scene = scene_in(AWAKE);
	happens(&scene, TRIGGER_HANDOVER);
	scene.input.state = DROWSY;
	happens(&scene, TRIGGER_EDITED);
	while (scene.life.state == DROWSY)
		time_passes(&scene);
	happens(&scene, TRIGGER_CONNECTION);
	check(&scene, WAKING, NOTE_WAKING);
}

static void test_a_life_begins_with_nothing_said(void **state)
{
	struct scene scene = scene_in(AWAKE);
	struct life life = { .handed = true, .standby = true, .wanted = true, .tries = 7 };

	(void)state;
	scene.input.state = ASLEEP;
	life_init(&life, &timing, &scene.input);
	assert_false(life.handed || life.standby || life.wanted);
	assert_int_equal(life.tries, 0);
	assert_int_equal(life.since, START);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_what_a_host_says_of_itself_in_each_state),
		cmocka_unit_test(test_a_report_in_each_state),
		cmocka_unit_test(test_the_sleep_timer_in_each_state),
		cmocka_unit_test(test_a_frame_in_each_state),
		cmocka_unit_test(test_who_hands_himself_over_is_asked_for_and_taken_over),
		cmocka_unit_test(test_last_frames_do_not_take_the_word_back),
		cmocka_unit_test(test_a_frame_after_all_patience_takes_it_back),
		cmocka_unit_test(test_told_again_it_has_its_patience_again),
		cmocka_unit_test(test_told_that_it_sleeps_already_it_is_asked_for_at_once),
		cmocka_unit_test(test_the_timer_of_who_is_going_to_sleep_wakes_him_then),
		cmocka_unit_test(test_a_report_ends_all_patience),
		cmocka_unit_test(test_patience_ends_with_its_last_moment),
		cmocka_unit_test(test_the_last_word_counts),
		cmocka_unit_test(test_a_wake_ends_what_it_was_told),
		cmocka_unit_test(test_edits_end_what_it_was_told),
		cmocka_unit_test(test_a_life_begins_with_nothing_said),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
