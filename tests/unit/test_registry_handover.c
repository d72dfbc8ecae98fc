// SPDX-License-Identifier: GPL-2.0-or-later
/* Words of a host that the datapath was faster than: what the tables have counts. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/clock.h"
#include "support_registry.h"

/* The tables have it by now; the report of it is still on its way. */
static void is_found(struct scene *scene, enum host_state state)
{
	const struct mac mac = mac_of(1);

	find_row(scene, &mac)->state = state;
	scene->news_count = 0;
	scene->saves = 0;
}

static enum host_state found(struct scene *scene)
{
	const struct mac mac = mac_of(1);

	return find_row(scene, &mac)->state;
}

static void runs_until(struct scene *scene, enum host_state state)
{
	const int64_t limit = clock_ms() + 10000;

	while (nas_of(scene)->life.state != state && clock_ms() < limit)
		event_base_loop(scene->base, EVLOOP_ONCE);
	assert_int_equal(nas_of(scene)->life.state, state);
}

static int set_up_handed_over(void **state)
{
	const struct life_timing timing = {
		.grace = 40, .patience = 5000, .ask_interval = 10, .asks = 2, .standby = 60
	};
	struct scene *scene;
	int err = set_up(state);

	scene = *state;
	registry_set_timing(scene->registry, &timing);
	says(scene, SPEC("nas", 1, 10));
	registry_command(scene->registry, "nas", TRIGGER_HANDOVER);
	assert_int_equal(nas_of(scene)->life.state, DROWSY);
	assert_int_equal(found(scene), DROWSY);
	return err;
}

#define HANDED_TEST(test) cmocka_unit_test_setup_teardown(test, set_up_handed_over, tear_down)

static void test_a_host_hands_itself_over_and_reports(void **state)
{
	struct scene *scene = *state;

	runs_until(scene, ASLEEP);
	assert_int_equal(found(scene), ASLEEP);
	assert_true(nas_of(scene)->life.handed);
	registry_command(scene->registry, "nas", TRIGGER_UP);
	assert_int_equal(nas_of(scene)->life.state, AWAKE);
	assert_int_equal(found(scene), AWAKE);
	assert_int_equal(scene->followed, AWAKE);
	assert_false(nas_of(scene)->life.handed);
	assert_int_equal(scene->news[scene->news_count - 1].kind, HOST_EVENT_AWAKE);
}

/* Its last frame came between the last question and the takeover. */
static void test_a_takeover_that_comes_too_late(void **state)
{
	struct scene *scene = *state;
	const int64_t quiet_until = nas_of(scene)->life.quiet_until;

	is_found(scene, AWAKE);
	runs_until(scene, AWAKE);
	assert_int_equal(found(scene), AWAKE);
	assert_int_equal(scene->followed, AWAKE);
	assert_int_equal(scene->news_count, 1);
	assert_int_equal(scene->news[0].kind, HOST_EVENT_AWAKE);
	assert_int_equal(scene->saves, 1);
	assert_true(nas_of(scene)->life.handed);
	assert_int_equal(nas_of(scene)->life.quiet_until, quiet_until);
	assert_int_equal(nas_of(scene)->life.deadline, nas_of(scene)->life.since + 40);
	runs_until(scene, ASLEEP); /* it has fallen quiet at last */
	assert_int_equal(found(scene), ASLEEP);
}

static void test_a_word_that_comes_too_late(void **state)
{
	struct scene *scene = *state;

	is_found(scene, AWAKE);
	registry_command(scene->registry, "nas", TRIGGER_SLEEP_NOW);
	assert_int_equal(nas_of(scene)->life.state, AWAKE);
	assert_int_equal(found(scene), AWAKE);
	assert_false(nas_of(scene)->life.prompt); /* as if nothing had been said */
	assert_true(nas_of(scene)->life.handed);
	assert_int_not_equal(nas_of(scene)->life.deadline, 0);
}

static void test_a_sleeper_that_was_faster(void **state)
{
	struct scene *scene = *state;

	runs_until(scene, ASLEEP);
	is_found(scene, AWAKE);
	registry_command(scene->registry, "nas", TRIGGER_TIMER);
	assert_int_equal(nas_of(scene)->life.state, AWAKE);
	assert_int_equal(scene->magics, 0);
	assert_false(nas_of(scene)->life.handed);
	assert_int_equal(nas_of(scene)->life.deadline, 0);
}

/* By people, or by a connection: then it is no frame of its own. */
static void test_another_state_than_awake_is_an_edit(void **state)
{
	struct scene *scene = *state;

	is_found(scene, WAKING);
	registry_command(scene->registry, "nas", TRIGGER_UP);
	assert_int_equal(nas_of(scene)->life.state, WAKING);
	assert_int_equal(found(scene), WAKING);
	assert_int_equal(nas_of(scene)->life.quiet_until, 0);
	assert_int_equal(scene->news[0].kind, HOST_EVENT_WAKING);
}

static void test_a_host_that_is_in_no_table(void **state)
{
	struct scene *scene = *state;
	const struct life before = nas_of(scene)->life;

	scene->news_count = 0;
	scene->host_count = 0;
	registry_command(scene->registry, "nas", TRIGGER_UP);
	assert_memory_equal(&nas_of(scene)->life, &before, sizeof(before));
	assert_int_equal(scene->news_count, 0);
}

static void test_a_backup_takes_over_in_silence(void **state)
{
	struct scene *scene = *state;

	registry_command(scene->registry, "nas", TRIGGER_STANDBY);
	assert_int_equal(found(scene), AWAKE);
	scene->news_count = 0;
	runs_until(scene, DROWSY);
	assert_int_equal(found(scene), DROWSY);
	assert_int_equal(scene->news_count, 0);
	runs_until(scene, ASLEEP);
	assert_int_equal(found(scene), ASLEEP);
	assert_int_equal(scene->news_count, 1);
	assert_int_equal(scene->news[0].kind, HOST_EVENT_ASLEEP);
}

static void test_a_handover_is_an_origin_of_its_own(void **state)
{
	struct host_description spec = SPEC("tv", 2, 30);
	struct scene *scene = *state;
	char why[REGISTRY_WHY];

	assert_int_equal(registry_add(scene->registry, &spec, ORIGIN_HANDOVER, AWAKE, why), 0);
	assert_int_equal(registry_find(scene->registry, "tv")->origin, ORIGIN_HANDOVER);
	assert_int_equal(registry_add(scene->registry, &spec, ORIGIN_COMMAND, AWAKE, why), 0);
	assert_int_equal(registry_find(scene->registry, "tv")->origin, ORIGIN_COMMAND);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		HANDED_TEST(test_a_host_hands_itself_over_and_reports),
		HANDED_TEST(test_a_takeover_that_comes_too_late),
		HANDED_TEST(test_a_word_that_comes_too_late),
		HANDED_TEST(test_a_sleeper_that_was_faster),
		HANDED_TEST(test_another_state_than_awake_is_an_edit),
		HANDED_TEST(test_a_host_that_is_in_no_table),
		HANDED_TEST(test_a_backup_takes_over_in_silence),
		HANDED_TEST(test_a_handover_is_an_origin_of_its_own),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
