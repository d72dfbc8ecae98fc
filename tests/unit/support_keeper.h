/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A keeper of leases on a real event loop, whose requests and news are written down. Include behind
 * cmocka.h.
 */
#ifndef SLEEPPROXY_TESTS_KEEPER_H
#define SLEEPPROXY_TESTS_KEEPER_H

#include <arpa/inet.h>
#include <event2/event.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "dhcp/keeper.h"

static const struct mac nas = { { 0x52, 0x54, 0, 0x12, 0x34, 0x56 } };
static const struct mac router_mac = { { 0x02, 0, 0, 0, 0, 0x01 } };
static const struct ipv4 home = { { 192, 0, 2, 20 } }, elsewhere = { { 192, 0, 2, 99 } };
static const struct ipv4 router = { { 192, 0, 2, 1 } };
static const struct ipv4 nowhere;

enum { NOTES = 64 };

struct sent {
	struct mac host;
	struct dhcp_message request;
	struct ipv4 server;
	bool to_all;
	int64_t at;
};

struct told {
	enum keeper_event event;
	enum lease_state state;
	bool has_answer;
};

/* `results`: of the first sendings; the others are well. `delay_us`: how long each takes. */
struct scene {
	struct event_base *base;
	struct keeper *keeper;
	bool asleep;
	int results[4];
	useconds_t delay_us;
	struct sent sent[NOTES];
	struct told told[NOTES];
	size_t sends, tales;
};

static inline bool note_sleep(void *context, const struct mac *host)
{
	assert_memory_equal(host, &nas, sizeof(nas));
	return ((struct scene *)context)->asleep;
}

static inline int note_request(void *context, const struct mac *host,
                               const struct dhcp_message *request, struct ipv4 server, bool to_all)
{
	struct scene *scene = context;

	assert_true(scene->asleep);
	assert_true(scene->sends < NOTES);
	scene->sent[scene->sends] =
		(struct sent){ *host, *request, server, to_all, clock_boot_ms() };
	scene->sends++;
	usleep(scene->delay_us);
	return scene->sends <= 4 ? scene->results[scene->sends - 1] : 0;
}

static inline void note_change(void *context, const struct mac *host, enum keeper_event event,
                               const struct dhcp_client *client, const struct dhcp_message *answer)
{
	struct scene *scene = context;

	assert_memory_equal(host, &nas, sizeof(nas));
	assert_true(scene->tales < NOTES);
	scene->told[scene->tales++] = (struct told){ event, client->lease.state, answer != NULL };
}

static inline int set_up(void **state)
{
	struct scene *scene = calloc(1, sizeof(*scene));
	const struct keeper_actions actions = { scene, note_sleep, note_request, note_change };

	scene->asleep = true;
	scene->base = event_base_new();
	scene->keeper = keeper_new(scene->base, &actions);
	assert_non_null(scene->keeper);
	keeper_set_timing(scene->keeper, &(struct lease_timing){ .floor = 100 });
	*state = scene;
	return 0;
}

static inline int tear_down(void **state)
{
	struct scene *scene = *state;

	keeper_free(scene->keeper);
	event_base_free(scene->base);
	free(scene);
	return 0;
}

/* Runs the loop for so long. */
static inline void wait_ms(struct scene *scene, int ms)
{
	const struct timeval time = { .tv_sec = ms / 1000, .tv_usec = ms % 1000 * 1000 };

	event_base_loopexit(scene->base, &time);
	event_base_dispatch(scene->base);
}

/* A second's lease that began so long ago; asked for as soon as the loop runs. */
static inline void falls_asleep(struct scene *scene, int ms_ago)
{
	const struct lease_grant grant = {
		.address = home, .server = router, .seconds = 1, .since = clock_boot_ms() - ms_ago
	};
	const struct dhcp_identity silent = { 0 };

	keeper_grant(scene->keeper, &nas, &grant, &silent);
	keeper_follow(scene->keeper, &nas, ASLEEP);
}

static inline const struct lease *lease_of(const struct scene *scene)
{
	return &keeper_find(scene->keeper, &nas)->lease;
}

/* What dhcp_message_write leaves to servers: type, server, lease time, and any option more. */
static inline struct dhcp_snoop heard_from_server(enum dhcp_type type, uint32_t xid,
                                                  uint32_t seconds)
{
	const uint32_t time = htonl(seconds);
	struct dhcp_snoop heard = { .from = router_mac, .length = sizeof(struct dhcp) + 16 };
	const struct dhcp fixed = {
		.op = DHCP_BOOTREPLY,
		.htype = DHCP_HARDWARE_ETHERNET,
		.hlen = 6,
		.xid = htonl(xid),
		.yiaddr = type == DHCP_NAK ? nowhere : home,
		.chaddr = nas,
		.cookie = htonl(DHCP_COOKIE),
	};
	uint8_t *options = heard.message + sizeof(fixed);

	memcpy(heard.message, &fixed, sizeof(fixed));
	memcpy(options, (uint8_t[]){ 53, 1, type, 54, 4 }, 5);
	memcpy(options + 5, &router, 4);
	memcpy(options + 9, (uint8_t[]){ 51, 4 }, 2);
	memcpy(options + 11, &time, 4);
	options[15] = 255;
	return heard;
}

static inline struct dhcp_snoop heard_from_client(const struct dhcp_message *message)
{
	struct dhcp_snoop heard = { .from = nas };

	heard.length = (uint16_t)dhcp_message_write(message, heard.message);
	assert_int_not_equal(heard.length, 0);
	return heard;
}

static inline void hears_server(struct scene *scene, enum dhcp_type type, uint32_t xid,
                                uint32_t seconds)
{
	const struct dhcp_snoop heard = heard_from_server(type, xid, seconds);

	keeper_hear(scene->keeper, &heard);
}

static inline uint64_t count_of(const struct scene *scene, enum dhcp_count what)
{
	return keeper_counts(scene->keeper)[what];
}

#endif
