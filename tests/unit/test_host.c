// SPDX-License-Identifier: GPL-2.0-or-later
/* A host's life, step by step: how it falls asleep, and what people's edits make of it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "support_host.h"

static void test_sleep_waits_for_grace_then_asks_then_takes_over(void **state)
{
	struct scene scene = scene_in(AWAKE);

	(void)state;
	happens(&scene, TRIGGER_SLEEP);
	check(&scene, DROWSY, NOTE_DROWSY);
	assert_true(scene.todo.step && scene.todo.from == AWAKE);
	assert_int_equal(scene.life.deadline, START + timing.grace);
	assert_false(scene.todo.announce);
	for (unsigned ask = 0; ask < timing.asks; ask++) {
		time_passes(&scene);
		check(&scene, DROWSY, NOTE_NONE);
		assert_int_equal(scene.todo.ask, CHECK_ADDRESS);
	}
	time_passes(&scene);
	check(&scene, ASLEEP, NOTE_ASLEEP);
	assert_true(scene.todo.announce && scene.todo.step && scene.todo.from == DROWSY);
	assert_int_equal(scene.input.now, START + timing.grace + timing.asks * timing.ask_interval);
	assert_int_equal(scene.life.deadline, 0);
}

static void test_sleep_now_skips_grace_but_not_the_check(void **state)
{
	struct scene scene = scene_in(AWAKE);
	unsigned asks = 0;

	(void)state;
	happens(&scene, TRIGGER_SLEEP_NOW);
	assert_int_equal(scene.life.deadline, START);
	while (scene.life.state == DROWSY) {
		time_passes(&scene);
		asks += scene.todo.ask == CHECK_ADDRESS;
	}
	assert_int_equal(asks, timing.asks);
	assert_int_equal(scene.life.state, ASLEEP);
}

static void test_owner_seen_while_drowsy_is_awake(void **state)
{
	struct scene scene = scene_in(AWAKE);

	(void)state;
	happens(&scene, TRIGGER_SLEEP_NOW);
	time_passes(&scene);
	happens(&scene, TRIGGER_SEEN);
	check(&scene, AWAKE, NOTE_AWAKE);
	assert_false(scene.todo.step); /* the datapath has done it */
}

static void test_last_frames_only_delay_a_told_sleep(void **state)
{
	struct scene scene = scene_in(AWAKE);

	(void)state;
	happens(&scene, TRIGGER_SLEEP);
	scene.input.now += 2000;
	scene.input.last_seen = scene.input.now;
	happens(&scene, TRIGGER_SEEN);
	check(&scene, AWAKE, NOTE_AWAKE);
	assert_int_equal(scene.life.deadline, scene.input.now + timing.grace);
	time_passes(&scene);
	check(&scene, DROWSY, NOTE_DROWSY);
}

static void test_a_host_that_stays_noisy_is_not_asked_for_ever(void **state)
{
	struct scene scene = scene_in(AWAKE);

	(void)state;
	happens(&scene, TRIGGER_SLEEP);
	happens(&scene, TRIGGER_SEEN);
	while (scene.life.deadline) {
		scene.input.last_seen = scene.life.deadline; /* it always just sent */
		time_passes(&scene);
		assert_int_equal(scene.life.state, AWAKE);
	}
	check(&scene, AWAKE, NOTE_NOT_QUIET);
	assert_in_range(scene.input.now, START + timing.patience,
	                START + timing.patience + timing.grace);
}

static void test_a_silent_host_that_stays_up_is_not_checked_for_ever(void **state)
{
	struct scene scene = scene_in(AWAKE);

	(void)state;
	happens(&scene, TRIGGER_SLEEP);
	while (scene.life.deadline) {
		time_passes(&scene);
		if (scene.todo.ask == CHECK_ADDRESS)
			happens(&scene, TRIGGER_SEEN); /* it answers that, and says nothing else */
		assert_int_not_equal(scene.life.state, ASLEEP);
	}
	check(&scene, AWAKE, NOTE_NOT_QUIET);
}

static void test_claimed_address_is_not_taken_over(void **state)
{
	struct scene scene = scene_in(AWAKE);

	(void)state;
	happens(&scene, TRIGGER_SLEEP_NOW);
	time_passes(&scene);
	scene.input.state = AWAKE;
	happens(&scene, TRIGGER_CLAIM);
	check(&scene, AWAKE, NOTE_CLAIMED);
	assert_int_equal(scene.life.deadline, 0); /* nor tried again */
}

static void test_silence_makes_a_marked_host_checked(void **state)
{
	struct scene scene = { .input = { .now = START, .state = AWAKE, .unasked = true } };

	(void)state;
	life_init(&scene.life, &timing, &scene.input);
	assert_int_equal(scene.life.deadline, START + timing.silence);
	scene.input.last_seen = START + 50000;
	time_passes(&scene);
	check(&scene, AWAKE, NOTE_NONE);
	assert_int_equal(scene.life.deadline, START + 50000 + timing.silence);
	for (unsigned ask = 0; ask < timing.asks; ask++) {
		time_passes(&scene);
		check(&scene, AWAKE, NOTE_NONE);
		assert_int_equal(scene.todo.ask, CHECK_OWNER);
	}
	time_passes(&scene);
	check(&scene, DROWSY, NOTE_DROWSY);
	while (scene.life.state == DROWSY)
		time_passes(&scene);
	check(&scene, ASLEEP, NOTE_ASLEEP);
}

static void test_a_silent_host_that_answers_is_left_in_peace(void **state)
{
	struct scene scene = { .input = { .now = START, .state = AWAKE, .unasked = true } };

	(void)state;
	life_init(&scene.life, &timing, &scene.input);
	time_passes(&scene);
	assert_int_equal(scene.todo.ask, CHECK_OWNER);
	scene.input.last_seen = scene.input.now + 1; /* its answer */
	time_passes(&scene);
	check(&scene, AWAKE, NOTE_NONE);
	assert_int_equal(scene.todo.ask, CHECK_NONE);
	assert_int_equal(scene.life.deadline, scene.input.last_seen + timing.silence);
	for (unsigned ask = 0; ask < timing.asks; ask++) { /* as often as before */
		time_passes(&scene);
		assert_int_equal(scene.todo.ask, CHECK_OWNER);
	}
	time_passes(&scene);
	check(&scene, DROWSY, NOTE_DROWSY);
}

static void test_states_have_names(void **state)
{
	(void)state;
	assert_string_equal(host_state_name(AWAKE), "awake");
	assert_string_equal(host_state_name(DROWSY), "drowsy");
	assert_string_equal(host_state_name(ASLEEP), "asleep");
	assert_string_equal(host_state_name(WAKING), "waking");
	assert_string_equal(host_state_name(WAKING + 1), "invalid");
}

static void test_unmarked_host_is_never_checked(void **state)
{
	struct scene scene = scene_in(AWAKE);

	(void)state;
	assert_int_equal(scene.life.deadline, 0);
}

static void test_edits_are_followed(void **state)
{
	struct scene scene = scene_in(AWAKE);

	(void)state;
	scene.input.state = ASLEEP;
	happens(&scene, TRIGGER_EDITED);
	check(&scene, ASLEEP, NOTE_ASLEEP);
	assert_true(scene.todo.announce);
	assert_false(scene.todo.step);
	scene.input.state = DROWSY;
	happens(&scene, TRIGGER_EDITED);
	check(&scene, DROWSY, NOTE_DROWSY);
	assert_int_equal(scene.life.deadline, START + timing.grace);
	scene.input.state = AWAKE;
	happens(&scene, TRIGGER_EDITED);
	check(&scene, AWAKE, NOTE_AWAKE);
}

static void test_sleep_of_a_sleeper_changes_nothing(void **state)
{
	struct scene scene = scene_in(ASLEEP);
	struct life before = scene.life;

	(void)state;
	happens(&scene, TRIGGER_SLEEP);
	happens(&scene, TRIGGER_SLEEP_NOW);
	assert_memory_equal(&before, &scene.life, sizeof(before));
}

static void test_seen_while_awake_changes_nothing(void **state)
{
	struct scene scene = scene_in(AWAKE);
	struct life before = scene.life;

	(void)state;
	happens(&scene, TRIGGER_SEEN);
	assert_memory_equal(&before, &scene.life, sizeof(before));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sleep_waits_for_grace_then_asks_then_takes_over),
		cmocka_unit_test(test_sleep_now_skips_grace_but_not_the_check),
		cmocka_unit_test(test_owner_seen_while_drowsy_is_awake),
		cmocka_unit_test(test_last_frames_only_delay_a_told_sleep),
		cmocka_unit_test(test_a_host_that_stays_noisy_is_not_asked_for_ever),
		cmocka_unit_test(test_a_silent_host_that_stays_up_is_not_checked_for_ever),
		cmocka_unit_test(test_claimed_address_is_not_taken_over),
		cmocka_unit_test(test_silence_makes_a_marked_host_checked),
		cmocka_unit_test(test_a_silent_host_that_answers_is_left_in_peace),
		cmocka_unit_test(test_states_have_names),
		cmocka_unit_test(test_unmarked_host_is_never_checked),
		cmocka_unit_test(test_edits_are_followed),
		cmocka_unit_test(test_sleep_of_a_sleeper_changes_nothing),
		cmocka_unit_test(test_seen_while_awake_changes_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
