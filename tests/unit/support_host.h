/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A host under test, on a clock that belongs to the test. Include behind cmocka.h. */
#ifndef SLEEPPROXY_TESTS_HOST_H
#define SLEEPPROXY_TESTS_HOST_H

#include "host/life.h"

static const struct life_timing timing = {
	.grace = 5000,
	.patience = 60000,
	.silence = 120000,
	.ask_interval = 500,
	.asks = 3,
	.wake_interval = 2000,
	.wake_rounds = 4,
	.standby = 30000,
	.cooldown = 3000,
};

enum { START = 1000000 };

/* A host under test: its life, the clock, and what the last step asked for. */
struct scene {
	struct life life;
	struct life_input input;
	struct life_actions todo;
};

static inline struct scene scene_in(enum host_state state)
{
	struct scene scene = { .input = { .now = START, .state = state, .cause = TRIGGER_EDITED } };

	life_init(&scene.life, &timing, &scene.input);
	return scene;
}

static inline void happens(struct scene *scene, enum life_trigger cause)
{
	scene->input.cause = cause;
	scene->todo = life_step(&scene->life, &timing, &scene->input);
}

/* Runs the clock to the deadline, where one is set, and takes the step that is due. */
static inline void time_passes(struct scene *scene)
{
	assert_true(scene->life.deadline >= scene->input.now);
	scene->input.now = scene->life.deadline;
	happens(scene, TRIGGER_TIME);
}

static inline void check(const struct scene *scene, enum host_state state, enum life_note note)
{
	assert_string_equal(host_state_name(scene->life.state), host_state_name(state));
	assert_int_equal(scene->todo.note, note);
}

/* Through the check that nobody answers. */
static inline void falls_asleep(struct scene *scene)
{
	happens(scene, TRIGGER_SLEEP_NOW);
	while (scene->life.state == DROWSY)
		time_passes(scene);
}

#endif
