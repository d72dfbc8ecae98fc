// SPDX-License-Identifier: GPL-2.0-or-later
/* The life of a host that another proxy answers for, for as long as that one does. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "support_host.h"

static struct scene behind_another(void)
{
	struct scene scene = scene_in(AWAKE);

	happens(&scene, TRIGGER_HANDOVER);
	time_passes(&scene);
	scene.input.state = AWAKE;
	happens(&scene, TRIGGER_CLAIM);
	return scene;
}

/* As any proxy does that finds a sleeper answered for; people hear of it once. */
static void test_a_claim_makes_a_proxy_stand_by(void **state)
{
	struct scene scene = behind_another();

	(void)state;
	check(&scene, AWAKE, NOTE_CLAIMED);
	assert_true(scene.life.standby && scene.life.handed);
	assert_int_equal(scene.life.quiet_until, 0);
	assert_int_equal(scene.life.deadline, scene.input.now + timing.standby);
	assert_false(scene.todo.step); /* the datapath has made it */
	for (int round = 0; round < 3; round++) {
		time_passes(&scene);
		check(&scene, DROWSY, NOTE_NONE);
		assert_true(scene.todo.step && scene.todo.from == AWAKE);
		time_passes(&scene);
		assert_int_equal(scene.todo.ask, CHECK_ADDRESS);
		happens(&scene, TRIGGER_CLAIM);
		check(&scene, AWAKE, NOTE_NONE);
		assert_true(scene.life.standby);
		assert_int_equal(scene.life.deadline, scene.input.now + timing.standby);
	}
}

static void test_who_only_was_told_to_sleep_is_left_to_the_other(void **state)
{
	struct scene scene = scene_in(AWAKE);

	(void)state;
	happens(&scene, TRIGGER_SLEEP);
	time_passes(&scene);
	scene.input.state = AWAKE;
	happens(&scene, TRIGGER_CLAIM);
	check(&scene, AWAKE, NOTE_CLAIMED);
	assert_false(scene.life.standby);
	assert_int_equal(scene.life.deadline, 0);
}

/* The other proxy is gone. */
static void test_it_takes_over_when_nobody_answers(void **state)
{
	struct scene scene = behind_another();
	unsigned asks = 0;

	(void)state;
	time_passes(&scene);
	while (scene.life.state == DROWSY) {
		assert_int_equal(scene.todo.note, NOTE_NONE);
		time_passes(&scene);
		asks += scene.todo.ask == CHECK_ADDRESS;
	}
	check(&scene, ASLEEP, NOTE_ASLEEP);
	assert_int_equal(asks, timing.asks);
	assert_true(scene.todo.announce && scene.life.handed);
	assert_false(scene.life.standby);
	scene.input.state = WAKING;
	happens(&scene, TRIGGER_CLAIM); /* now it is the host's to deal with */
	check(&scene, WAKING, NOTE_WAKING);
}

static void test_a_backup_gives_the_first_proxy_time(void **state)
{
	struct scene scene = scene_in(AWAKE);

	(void)state;
	happens(&scene, TRIGGER_STANDBY);
	assert_int_equal(scene.life.quiet_until, START + timing.patience);
	assert_int_equal(scene.life.deadline, START + timing.standby);
	scene.input.last_seen = START + 4000; /* it still sends */
	time_passes(&scene);
	check(&scene, AWAKE, NOTE_NONE);
	assert_int_equal(scene.todo.ask, CHECK_NONE);
	assert_int_equal(scene.life.deadline, START + 4000 + timing.standby);
	time_passes(&scene);
	check(&scene, DROWSY, NOTE_NONE);
	assert_int_equal(scene.life.deadline, scene.input.now);
	time_passes(&scene);
	assert_int_equal(scene.todo.ask, CHECK_ADDRESS);
	happens(&scene, TRIGGER_CLAIM);
	check(&scene, AWAKE, NOTE_NONE);
	assert_true(scene.life.standby);
	assert_int_equal(scene.life.quiet_until, 0);
}

/* It is not told that a host does not fall quiet: that is the first proxy's matter. */
static void test_a_backup_has_patience_in_silence(void **state)
{
	struct scene scene = scene_in(AWAKE);

	(void)state;
	happens(&scene, TRIGGER_STANDBY);
	while (scene.life.quiet_until) {
		scene.input.last_seen = scene.life.deadline;
		time_passes(&scene);
		check(&scene, AWAKE, NOTE_NONE);
	}
	assert_true(scene.life.standby);
	assert_in_range(scene.life.deadline, scene.input.now + 1, scene.input.now + timing.standby);
}

static void test_last_frames_to_a_backup(void **state)
{
	struct scene scene = scene_in(AWAKE);

	(void)state;
	happens(&scene, TRIGGER_STANDBY);
	time_passes(&scene);
	check(&scene, DROWSY, NOTE_NONE);
	scene.input.last_seen = scene.input.now + 1;
	scene.input.now++;
	happens(&scene, TRIGGER_SEEN);
	check(&scene, AWAKE, NOTE_NONE);
	assert_true(scene.life.standby && scene.life.handed);
	assert_int_equal(scene.life.deadline, scene.input.now + timing.standby);
	scene.input.now = START + timing.patience + 1;
	happens(&scene, TRIGGER_TIME);
	time_passes(&scene);
	check(&scene, DROWSY, NOTE_NONE);
	happens(&scene, TRIGGER_SEEN); /* up again, past the proxy that goes first */
	check(&scene, AWAKE, NOTE_AWAKE);
	assert_false(scene.life.standby || scene.life.handed);
	assert_int_equal(scene.life.deadline, 0);
}

/* Magic Packets do no harm, but only the first proxy knows whether it sleeps. */
static void test_a_backup_wakes_by_a_round(void **state)
{
	const enum life_trigger causes[] = { TRIGGER_WAKE, TRIGGER_TIMER };

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct scene scene = scene_in(AWAKE);

		happens(&scene, TRIGGER_STANDBY);
		happens(&scene, causes[i]);
		assert_true(scene.todo.magic);
		time_passes(&scene);
		check(&scene, DROWSY, NOTE_NONE);
		happens(&scene, causes[i]);
		check(&scene, DROWSY, NOTE_NONE);
		assert_true(scene.todo.magic && scene.life.wanted);
		happens(&scene, TRIGGER_CLAIM);
		assert_false(scene.life.wanted);
	}
}

static void test_the_first_proxy_after_all(void **state)
{
	struct scene scene = behind_another();

	(void)state;
	happens(&scene, TRIGGER_HANDOVER);
	check(&scene, DROWSY, NOTE_DROWSY);
	assert_false(scene.life.standby);
	assert_true(scene.life.handed);
	assert_int_equal(scene.life.deadline, scene.input.now + timing.grace);
	scene = behind_another();
	happens(&scene, TRIGGER_SLEEP); /* people's word for it */
	check(&scene, DROWSY, NOTE_DROWSY);
	assert_false(scene.life.standby);
}

static void test_who_was_answered_for_is_left_to_the_first_proxy(void **state)
{
	struct scene scene = scene_in(ASLEEP);

	(void)state;
	happens(&scene, TRIGGER_STANDBY);
	assert_true(scene.todo.step && scene.todo.from == ASLEEP);
	time_passes(&scene);
	check(&scene, DROWSY, NOTE_NONE);
}

/* A report ends all that was to come. */
static void test_who_is_up_is_asked_for_no_more(void **state)
{
	struct scene scene = behind_another();

	(void)state;
	happens(&scene, TRIGGER_UP);
	assert_int_equal(scene.life.deadline, 0);
	assert_false(scene.life.standby || scene.life.handed);
	scene = scene_in(AWAKE);
	happens(&scene, TRIGGER_HANDOVER);
	happens(&scene, TRIGGER_WAKE);
	happens(&scene, TRIGGER_UP);
	check(&scene, AWAKE, NOTE_AWAKE);
	assert_int_equal(scene.life.deadline, 0);
	assert_int_equal(scene.life.quiet_until, 0);
	assert_false(scene.life.wanted);
}

static void test_who_may_sleep_unasked_is_watched_again_when_up(void **state)
{
	struct scene scene = behind_another();

	(void)state;
	scene.input.unasked = true;
	scene.input.last_seen = scene.input.now + 500;
	scene.input.now += 500;
	happens(&scene, TRIGGER_UP);
	assert_int_equal(scene.life.deadline, scene.input.now + timing.silence);
}

static void test_edits_of_who_handed_himself_over(void **state)
{
	struct scene scene = behind_another();

	(void)state;
	scene.input.state = ASLEEP;
	happens(&scene, TRIGGER_EDITED);
	assert_true(scene.life.handed);
	scene.input.state = WAKING;
	happens(&scene, TRIGGER_EDITED);
	check(&scene, WAKING, NOTE_WAKING);
	assert_true(scene.life.handed);
	assert_false(scene.life.standby);
	scene.input.state = AWAKE;
	happens(&scene, TRIGGER_EDITED);
	assert_false(scene.life.handed);
	scene = behind_another();
	scene.input.state = AWAKE;
	happens(&scene, TRIGGER_EDITED);
	assert_false(scene.life.handed || scene.life.standby);
	assert_int_equal(scene.life.deadline, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_claim_makes_a_proxy_stand_by),
		cmocka_unit_test(test_who_only_was_told_to_sleep_is_left_to_the_other),
		cmocka_unit_test(test_it_takes_over_when_nobody_answers),
		cmocka_unit_test(test_a_backup_gives_the_first_proxy_time),
		cmocka_unit_test(test_a_backup_has_patience_in_silence),
		cmocka_unit_test(test_last_frames_to_a_backup),
		cmocka_unit_test(test_a_backup_wakes_by_a_round),
		cmocka_unit_test(test_the_first_proxy_after_all),
		cmocka_unit_test(test_who_was_answered_for_is_left_to_the_first_proxy),
		cmocka_unit_test(test_who_is_up_is_asked_for_no_more),
		cmocka_unit_test(test_who_may_sleep_unasked_is_watched_again_when_up),
		cmocka_unit_test(test_edits_of_who_handed_himself_over),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
