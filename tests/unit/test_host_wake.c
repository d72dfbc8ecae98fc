// SPDX-License-Identifier: GPL-2.0-or-later
/* A host's life, step by step: how it is woken. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "support_host.h"

static void test_connection_wakes_by_rounds_until_seen(void **state)
{
	struct scene scene = scene_in(ASLEEP);
	int64_t began;

	(void)state;
	happens(&scene, TRIGGER_CONNECTION);
	check(&scene, WAKING, NOTE_WAKING);
	assert_false(scene.todo.step);
	began = scene.input.now;
	time_passes(&scene);
	assert_int_equal(scene.input.now, began);
	assert_true(scene.todo.magic);
	assert_int_equal(scene.todo.ask, CHECK_OWNER);
	for (int ask = 0; ask < 3; ask++) {
		time_passes(&scene);
		assert_false(scene.todo.magic);
		assert_int_equal(scene.todo.ask, CHECK_OWNER);
	}
	time_passes(&scene);
	assert_true(scene.todo.magic);
	assert_int_equal(scene.input.now, began + timing.wake_interval);
	happens(&scene, TRIGGER_SEEN);
	check(&scene, AWAKE, NOTE_AWAKE);
	assert_true(scene.todo.update_neighbour);
	assert_int_equal(scene.life.deadline, 0);
}

static void test_wake_gives_up_and_cools_down(void **state)
{
	struct scene scene = scene_in(ASLEEP);
	unsigned rounds = 0;
	int64_t gave_up;

	(void)state;
	happens(&scene, TRIGGER_CONNECTION);
	while (scene.life.state == WAKING) {
		time_passes(&scene);
		rounds += scene.todo.magic;
	}
	check(&scene, ASLEEP, NOTE_GAVE_UP);
	assert_true(scene.todo.step && scene.todo.from == WAKING);
	assert_int_equal(rounds, timing.wake_rounds);
	gave_up = scene.input.now;
	scene.input.now += 1000;
	happens(&scene, TRIGGER_CONNECTION);
	check(&scene, WAKING, NOTE_COOLING);
	assert_false(scene.todo.magic);
	time_passes(&scene);
	assert_int_equal(scene.input.now, gave_up + timing.cooldown);
	assert_true(scene.todo.magic);
}

static void waits_for_the_cooldown(enum life_trigger cause)
{
	struct scene scene = scene_in(AWAKE);
	int64_t asleep;

	happens(&scene, TRIGGER_SLEEP);
	while (scene.life.state == DROWSY)
		time_passes(&scene);
	asleep = scene.input.now;
	happens(&scene, cause);
	check(&scene, WAKING, NOTE_COOLING);
	time_passes(&scene);
	assert_int_equal(scene.input.now, asleep + timing.cooldown);
	assert_true(scene.todo.magic);
}

static void test_cooldown_after_falling_asleep(void **state)
{
	(void)state;
	waits_for_the_cooldown(TRIGGER_CONNECTION);
	waits_for_the_cooldown(TRIGGER_LEASE);
}

static void test_no_cooldown_for_who_slept_already(void **state)
{
	struct scene scene = scene_in(AWAKE);

	(void)state;
	falls_asleep(&scene);
	happens(&scene, TRIGGER_CONNECTION);
	check(&scene, WAKING, NOTE_WAKING);
	assert_int_equal(scene.life.deadline, scene.input.now);
}

static void test_wake_command_in_each_state(void **state)
{
	struct scene scene = scene_in(ASLEEP);

	(void)state;
	happens(&scene, TRIGGER_WAKE);
	check(&scene, WAKING, NOTE_WAKING);
	assert_true(scene.todo.step && scene.todo.from == ASLEEP);
	happens(&scene, TRIGGER_WAKE);
	check(&scene, WAKING, NOTE_NONE);
	scene = scene_in(AWAKE);
	happens(&scene, TRIGGER_WAKE);
	check(&scene, AWAKE, NOTE_NONE);
	assert_true(scene.todo.magic);
}

static void test_wake_while_drowsy_comes_after_the_check(void **state)
{
	struct scene scene = scene_in(AWAKE);

	(void)state;
	happens(&scene, TRIGGER_SLEEP_NOW);
	happens(&scene, TRIGGER_WAKE);
	check(&scene, DROWSY, NOTE_NONE);
	assert_false(scene.todo.magic);
	while (scene.life.state == DROWSY)
		time_passes(&scene);
	check(&scene, WAKING, NOTE_WAKING);
	assert_true(scene.todo.step && scene.todo.from == DROWSY);
	time_passes(&scene);
	assert_true(scene.todo.magic);
}

static void test_second_report_of_one_wake_changes_nothing(void **state)
{
	struct scene scene = scene_in(ASLEEP);
	struct life before;

	(void)state;
	scene.input.state = WAKING;
	happens(&scene, TRIGGER_EDITED); /* seen in the table first … */
	time_passes(&scene);
	before = scene.life;
	happens(&scene, TRIGGER_CONNECTION); /* … and reported then */
	assert_memory_equal(&before, &scene.life, sizeof(before));
	check(&scene, WAKING, NOTE_NONE);
}

static void test_claim_of_a_sleeper_wakes_it(void **state)
{
	struct scene scene = scene_in(ASLEEP);

	(void)state;
	scene.input.state = WAKING;
	happens(&scene, TRIGGER_CLAIM);
	check(&scene, WAKING, NOTE_WAKING);
	time_passes(&scene);
	assert_true(scene.todo.magic);
}

/* Only the host itself can get another address; whoever is up does so unasked. */
static void test_a_lost_lease_wakes_a_sleeper_alone(void **state)
{
	struct scene scene = scene_in(ASLEEP);

	(void)state;
	happens(&scene, TRIGGER_LEASE);
	check(&scene, WAKING, NOTE_WAKING);
	assert_true(scene.todo.step && scene.todo.from == ASLEEP);
	time_passes(&scene);
	assert_true(scene.todo.magic);
	happens(&scene, TRIGGER_LEASE);
	check(&scene, WAKING, NOTE_NONE);
	for (enum host_state state = AWAKE; state <= DROWSY; state++) {
		struct life before;

		scene = scene_in(state);
		before = scene.life;
		happens(&scene, TRIGGER_LEASE);
		check(&scene, state, NOTE_NONE);
		assert_false(scene.todo.step || scene.todo.magic);
		assert_memory_equal(&before, &scene.life, sizeof(before));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_connection_wakes_by_rounds_until_seen),
		cmocka_unit_test(test_wake_gives_up_and_cools_down),
		cmocka_unit_test(test_cooldown_after_falling_asleep),
		cmocka_unit_test(test_no_cooldown_for_who_slept_already),
		cmocka_unit_test(test_wake_command_in_each_state),
		cmocka_unit_test(test_wake_while_drowsy_comes_after_the_check),
		cmocka_unit_test(test_second_report_of_one_wake_changes_nothing),
		cmocka_unit_test(test_claim_of_a_sleeper_wakes_it),
		cmocka_unit_test(test_a_lost_lease_wakes_a_sleeper_alone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
