/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A proxy on a real event loop, whose answers and deeds are written down; the host "nas" speaks to
 * it. Each message must have come to one end when the test is over. Include behind cmocka.h.
 */
#ifndef SLEEPPROXY_TESTS_PROXY_H
#define SLEEPPROXY_TESTS_PROXY_H

#include <errno.h>
#include <event2/event.h>
#include <json-c/json.h>
#include <stdlib.h>
#include <string.h>
#include <sys/param.h>

#include "base/clock.h"
#include "base/log.h"
#include "npp_server/internal.h"

static const struct mac nas = { { 0x52, 0x54, 0, 0x12, 0x34, 0x56 } };
static const struct mac tv = { { 0x52, 0x54, 0, 0x12, 0x34, 0x57 } };
static const struct ipv4 home = { { 192, 0, 2, 20 } }, elsewhere = { { 192, 0, 2, 99 } };
static const struct ipv4 us = { { 192, 0, 2, 2 } }, us_too = { { 198, 51, 100, 2 } };
static const struct ipv4 first_proxy = { { 192, 0, 2, 3 } };
static const struct ipv4 everybody = { { 255, 255, 255, 255 } };
static const struct ipv4 nowhere;
static const struct iface lan = { "lan", 7, { { 2, 0, 0, 0, 0, 2 } } };

enum { DEEDS = 128, TRANSACTION = 0x1234, BOX = 253 };

struct sent {
	struct iface port;
	struct npp_packet datagram;
	uint8_t octets[NPP_MESSAGE_MAX];
	struct npp_message message;
};

struct taken {
	struct session session, before;
	bool has_before;
	char interface[IFNAMSIZ];
	uint16_t vlan;
	struct ipv4 source;
	struct npp_request said;
};

struct dropped {
	struct session session;
	bool forget;
};

/* What was done, each kind in its order; and, first, what the rest of the daemon says. */
struct scene {
	struct event_base *base;
	struct proxy *proxy;
	struct proxy_settings settings;
	struct npp_keys keys;
	struct ipv4 own;
	enum proxy_refusal check;
	struct mac known[2]; /* for more than their handover */
	int take_error;
	bool take_forgets, forgets_in_silence;
	struct npp_wakeup_confirm lease;
	uint64_t heard;
	struct sent sent[DEEDS];
	struct ipv4 asked[DEEDS];
	uint16_t asked_vlan;
	struct taken taken[DEEDS];
	struct dropped dropped[DEEDS];
	struct mac given_back[DEEDS], woken[DEEDS];
	struct session saved;
	struct ipv4 trust_source, trust_forgotten;
	struct json_object *trust;
	size_t sends, asks, checks, takes, drops, backs, wakes, saves, trusts, distrusts;
};

static inline bool same_mac(const struct mac *a, const struct mac *b)
{
	return !memcmp(a, b, sizeof(*a));
}

static inline bool same_ipv4(struct ipv4 a, struct ipv4 b)
{
	return !memcmp(&a, &b, sizeof(a));
}

static inline void note_send(void *context, const struct iface *port,
                             const struct npp_packet *datagram)
{
	struct scene *scene = context;
	struct sent *sent = &scene->sent[scene->sends++];

	assert_true(scene->sends <= DEEDS && datagram->length <= NPP_MESSAGE_MAX);
	*sent = (struct sent){ .port = *port, .datagram = *datagram };
	memcpy(sent->octets, datagram->octets, datagram->length);
	sent->datagram.octets = sent->octets;
	assert_int_equal(
		npp_read(sent->octets, datagram->length, scene->settings.icmp_type, &sent->message),
		NPP_PARSE_ERROR_none);
}

static inline void note_question(void *context, const struct iface *port, uint16_t vlan,
                                 struct ipv4 address)
{
	struct scene *scene = context;

	assert_memory_equal(port, &lan, sizeof(lan));
	assert_true(scene->asks < DEEDS);
	scene->asked_vlan = vlan;
	scene->asked[scene->asks++] = address;
}

static inline struct ipv4 own_address(void *context, const struct iface *port, struct ipv4 peer)
{
	(void)port, (void)peer;
	return ((struct scene *)context)->own;
}

static inline bool is_own(void *context, struct ipv4 address)
{
	(void)context;
	return same_ipv4(address, us) || same_ipv4(address, us_too);
}

static inline enum proxy_refusal check_address(void *context, const struct mac *mac,
                                               const struct ipv6 *address)
{
	struct scene *scene = context;

	(void)mac, (void)address;
	scene->checks++;
	return scene->check;
}

static inline bool is_known(void *context, const struct mac *mac)
{
	struct scene *scene = context;

	return same_mac(mac, &scene->known[0]) || same_mac(mac, &scene->known[1]);
}

static inline int note_take(void *context, struct session *session, const struct session *before,
                            const struct session_request *request)
{
	struct scene *scene = context;
	struct taken *taken = &scene->taken[scene->takes++];

	assert_true(scene->takes <= DEEDS);
	*taken = (struct taken){ .session = *session,
		                 .has_before = before,
		                 .vlan = request->vlan,
		                 .source = request->source,
		                 .said = *request->said };
	if (before)
		taken->before = *before;
	memcpy(taken->interface, request->interface, sizeof(taken->interface));
	if (scene->take_forgets)
		proxy_forget(scene->proxy, &session->mac);
	if (!scene->take_error)
		session->handover.added |= 1; /* as handover_apply has it */
	return scene->take_error;
}

static inline void note_back(void *context, const struct mac *mac)
{
	struct scene *scene = context;

	assert_true(scene->backs < DEEDS);
	scene->given_back[scene->backs++] = *mac;
}

static inline void note_wake(void *context, const struct mac *mac)
{
	struct scene *scene = context;

	assert_true(scene->wakes < DEEDS);
	scene->woken[scene->wakes++] = *mac;
}

/* A host that is forgotten is so everywhere, and the proxy is told before this is over. */
static inline void note_drop(void *context, const struct session *session, bool forget)
{
	struct scene *scene = context;
	const struct mac mac = session->mac;

	if (forget && !scene->forgets_in_silence)
		proxy_forget(scene->proxy, &mac);
	assert_true(scene->drops < DEEDS);
	scene->dropped[scene->drops++] = (struct dropped){ *session, forget };
}

static inline void tell_lease(void *context, const struct mac *mac,
                              struct npp_wakeup_confirm *confirm)
{
	const struct npp_client client = confirm->client;
	struct scene *scene = context;

	(void)mac;
	*confirm = scene->lease;
	confirm->client = client;
}

static inline void note_save(void *context, const struct session *session)
{
	struct scene *scene = context;

	scene->saves++;
	scene->saved = *session;
}

static inline void note_trust(void *context, struct ipv4 source, struct json_object *trust)
{
	struct scene *scene = context;

	scene->trusts++;
	scene->trust_source = source;
	json_object_put(scene->trust);
	scene->trust = json_object_get(trust);
}

static inline void note_distrust(void *context, struct ipv4 source)
{
	struct scene *scene = context;

	scene->distrusts++;
	scene->trust_forgotten = source;
}

static inline struct proxy *a_proxy(struct scene *scene)
{
	const struct proxy_actions actions = {
		.context = scene,
		.send = note_send,
		.ask = note_question,
		.own_address = own_address,
		.is_own = is_own,
		.check = check_address,
		.is_known = is_known,
		.take = note_take,
		.give_back = note_back,
		.drop = note_drop,
		.wake = note_wake,
		.lease = tell_lease,
		.save = note_save,
		.save_trust = note_trust,
		.forget_trust = note_distrust,
	};
	struct proxy *proxy = proxy_new(scene->base, &actions);

	assert_non_null(proxy);
	proxy_set(proxy, &scene->settings);
	return proxy;
}

static inline int set_up(void **state)
{
	struct scene *scene = calloc(1, sizeof(*scene));

	log_init(LOG_EMERG);
	scene->settings = (struct proxy_settings){
		.icmp_type = BOX, .lifetime = 1800, .preference = -5, .hosts_max = 4
	};
	scene->own = us;
	scene->base = event_base_new();
	scene->proxy = a_proxy(scene);
	*state = scene;
	return 0;
}

static inline uint64_t counted(const struct scene *scene)
{
	uint64_t sum = 0;

	for (int i = 0; i < PROXY_COUNT_COUNT; i++)
		sum += proxy_counts(scene->proxy)[i];
	return sum;
}

static inline uint64_t count_of(const struct scene *scene, enum proxy_count end)
{
	return proxy_counts(scene->proxy)[end];
}

static inline int tear_down(void **state)
{
	struct scene *scene = *state;

	assert_int_equal(counted(scene) + HASH_COUNT(scene->proxy->pending), scene->heard);
	proxy_free(scene->proxy);
	assert_int_equal(event_base_get_num_events(scene->base, EVENT_BASE_COUNT_ADDED), 0);
	event_base_free(scene->base);
	json_object_put(scene->trust);
	free(scene);
	return 0;
}

#define PROXY_TEST(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

/* Runs the loop for so long. */
static inline void wait_ms(struct scene *scene, int ms)
{
	const struct timeval time = { .tv_sec = ms / 1000, .tv_usec = ms % 1000 * 1000 };

	event_base_loopexit(scene->base, &time);
	event_base_dispatch(scene->base);
}

/* Nobody has said that he has the addresses. */
static inline void nobody_claims(struct scene *scene)
{
	struct pending *pending, *next;

	HASH_ITER (hh, scene->proxy->pending, pending, next)
		event_active(pending->timer, EV_TIMEOUT, 1);
	event_base_loop(scene->base, EVLOOP_NONBLOCK);
}

#endif
