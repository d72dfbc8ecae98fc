/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A lease under test, on a clock that belongs to the test. Include after cmocka.h. */
#ifndef SLEEPPROXY_TESTS_LEASE_H
#define SLEEPPROXY_TESTS_LEASE_H

#include "dhcp/lease.h"

static const struct mac nas = { { 0x52, 0x54, 0, 0x12, 0x34, 0x56 } };
static const struct ipv4 home = { { 192, 0, 2, 20 } }, elsewhere = { { 192, 0, 2, 99 } };
static const struct ipv4 router = { { 192, 0, 2, 1 } }, stranger = { { 192, 0, 2, 66 } };
static const struct ipv4 relay = { { 192, 0, 2, 254 } };
static const struct ipv4 nowhere;

enum { START = 100000000 };                        /* ms */
enum { MINUTE = 60, HOUR = 3600, DAY = 86400 };    /* s */
enum { MINUTE_MS = 60000, HOUR_MS = 3600 * 1000 }; /* ms */

/* A lease under test: what the next step is told, and what the last one asked for. */
struct scene {
	struct lease lease;
	struct lease_trigger trigger;
	struct lease_effects effects;
	unsigned sends;
};

static inline struct lease_grant grant_of(uint32_t seconds, int64_t since)
{
	return (struct lease_grant){
		.address = home, .server = router, .seconds = seconds, .since = since
	};
}

static inline struct scene scene_of(const struct lease_grant *grant)
{
	struct scene scene = { .trigger = { .now = START, .asleep = true } };

	lease_grant(&scene.lease, MIN_LEASE_DEFAULT, grant, 0);
	return scene;
}

static inline void happens(struct scene *scene, enum lease_trigger_kind kind)
{
	scene->trigger.kind = kind;
	scene->effects = lease_step(&scene->lease, MIN_LEASE_DEFAULT, &scene->trigger);
	scene->sends += scene->effects.send != LEASE_SEND_NONE;
}

/* Runs the clock to the deadline and takes the step that is due. */
static inline void time_passes(struct scene *scene)
{
	assert_int_not_equal(scene->lease.deadline, 0);
	assert_true(scene->lease.deadline >= scene->trigger.now);
	scene->trigger.now = scene->lease.deadline;
	happens(scene, LEASE_TRIGGER_TIMEOUT);
}

/* Runs the clock through all that is due until then. */
static inline void time_passes_until(struct scene *scene, int64_t then)
{
	while (scene->lease.deadline && scene->lease.deadline <= then)
		time_passes(scene);
	scene->trigger.now = then;
}

/* Runs the clock to the next request. */
static inline void asks(struct scene *scene, enum lease_send how)
{
	do
		time_passes(scene);
	while (scene->effects.send == LEASE_SEND_NONE && scene->lease.deadline);
	assert_int_equal(scene->effects.send, how);
}

static inline struct dhcp_message answer_to(const struct scene *scene, enum dhcp_type type,
                                            uint32_t seconds)
{
	return (struct dhcp_message){
		.type = type,
		.xid = scene->lease.xid,
		.chaddr = nas,
		.yiaddr = type == DHCP_ACK ? scene->lease.address : nowhere,
		.server = router,
		.giaddr = relay,
		.lease_time = seconds,
	};
}

static inline void hears(struct scene *scene, const struct dhcp_message *message)
{
	assert_int_equal(lease_check(&scene->lease, message), DHCP_COUNT_RENEWAL);
	scene->trigger.message = message;
	happens(scene, LEASE_TRIGGER_REPLY);
	scene->trigger.message = NULL;
}

static inline void is_granted(struct scene *scene, uint32_t seconds)
{
	const struct dhcp_message ack = answer_to(scene, DHCP_ACK, seconds);

	hears(scene, &ack);
}

static inline void is_nakked(struct scene *scene)
{
	const struct dhcp_message nak = answer_to(scene, DHCP_NAK, 0);

	hears(scene, &nak);
}

/* A sleeper's lease, granted at START for so long, to us. */
static inline struct scene scene_renewed(uint32_t seconds)
{
	const struct lease_grant unknown = grant_of(0, 0);
	struct scene scene = scene_of(&unknown);

	happens(&scene, LEASE_TRIGGER_ASLEEP);
	asks(&scene, LEASE_SEND_UNICAST);
	is_granted(&scene, seconds);
	return scene;
}

static inline void check(const struct scene *scene, enum lease_state state, enum lease_event event)
{
	assert_string_equal(lease_state_names[scene->lease.state], lease_state_names[state]);
	assert_int_equal(scene->effects.event, event);
}

static inline void check_lost(const struct scene *scene, enum lease_result why)
{
	check(scene, LEASE_LOST, LEASE_EVENT_LOST);
	assert_int_equal(scene->lease.result, why);
	assert_int_equal(scene->lease.result_at, scene->trigger.now);
	assert_int_equal(scene->lease.deadline, 0);
	assert_int_equal(scene->effects.send, LEASE_SEND_NONE);
}

#endif
