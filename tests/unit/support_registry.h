/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A registry whose tables, store and news are kept in memory, as its table of actions demands.
 * Include behind cmocka.h.
 */
#ifndef SLEEPPROXY_TESTS_REGISTRY_H
#define SLEEPPROXY_TESTS_REGISTRY_H

#include <errno.h>
#include <event2/event.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host/registry.h"

enum { HOSTS = 4, ADDRESSES = 64, NEWS = 32 };

/* The datapath's tables. */
struct row {
	struct mac mac;
	enum host_state state;
};

struct address_row {
	struct ipv6 address;
	struct mac mac;
};

struct scene {
	struct event_base *base;
	struct registry *registry;
	struct row hosts[HOSTS];
	struct address_row addresses[ADDRESSES];
	size_t host_count, address_count;
	int admit_error;
	struct host_description saved; /* as it was said to be, the last one */
	size_t saves;
	struct host_event news[NEWS];
	bool answered[NEWS]; /* was .20 in the tables when people were told? */
	size_t news_count;
	unsigned magics;
	enum host_state followed;
};

static inline struct ipv6 ip(unsigned last)
{
	return ipv4_mapped((struct ipv4){ { 192, 0, 2, (uint8_t)last } });
}

static inline struct mac mac_of(unsigned last)
{
	return (struct mac){ { 0x52, 0x54, 0, 0, 0, (uint8_t)last } };
}

static inline bool same_mac(const struct mac *a, const struct mac *b)
{
	return !memcmp(a, b, sizeof(*a));
}

static inline struct row *find_row(struct scene *scene, const struct mac *mac)
{
	for (size_t i = 0; i < scene->host_count; i++)
		if (same_mac(&scene->hosts[i].mac, mac))
			return &scene->hosts[i];
	return NULL;
}

static inline struct address_row *find_address(struct scene *scene, const struct ipv6 *address)
{
	for (size_t i = 0; i < scene->address_count; i++)
		if (!memcmp(&scene->addresses[i].address, address, sizeof(*address)))
			return &scene->addresses[i];
	return NULL;
}

static inline void put_address(struct scene *scene, const struct ipv6 *address,
                               const struct mac *mac)
{
	struct address_row *row = find_address(scene, address);

	assert_true(row || scene->address_count < ADDRESSES);
	if (!row)
		row = &scene->addresses[scene->address_count++];
	*row = (struct address_row){ *address, *mac };
}

static inline void delete_address(struct scene *scene, const struct ipv6 *address)
{
	struct address_row *row = find_address(scene, address);

	if (row)
		*row = scene->addresses[--scene->address_count];
}

static inline int table_admit(void *context, const struct host_description *spec,
                              const struct host_description *before, enum host_state state)
{
	struct scene *scene = context;
	struct row *row = find_row(scene, before ? &before->mac : &spec->mac);

	if (scene->admit_error)
		return scene->admit_error;
	assert_true(row || scene->host_count < HOSTS);
	if (!row)
		row = &scene->hosts[scene->host_count++];
	*row = (struct row){ spec->mac, state };
	for (size_t i = 0; before && i < before->address_count; i++)
		delete_address(scene, &before->addresses[i]);
	for (size_t i = 0; i < spec->address_count; i++)
		put_address(scene, &spec->addresses[i], &spec->mac);
	return 0;
}

static inline void table_dismiss(void *context, const struct host_description *spec)
{
	struct scene *scene = context;
	struct row *row = find_row(scene, &spec->mac);

	for (size_t i = 0; i < spec->address_count; i++)
		delete_address(scene, &spec->addresses[i]);
	if (row)
		*row = scene->hosts[--scene->host_count];
}

static inline int table_order(void *context, const struct host_description *spec,
                              enum host_state from, enum host_state to,
                              enum host_update_result *result)
{
	struct row *row = find_row(context, &spec->mac);

	*result = !row                 ? HOST_UPDATE_NO_HOST
	          : row->state != from ? HOST_UPDATE_OTHER_STATE
	                               : HOST_UPDATE_DONE;
	if (*result == HOST_UPDATE_DONE)
		row->state = to;
	return 0;
}

static inline int table_look(void *context, const struct mac *mac, enum host_state *state,
                             int64_t *last_seen)
{
	const struct row *row = find_row(context, mac);

	if (!row)
		return -ENOENT;
	*state = row->state;
	*last_seen = 0;
	return 0;
}

/* .2 is ours. */
static inline bool own_address(void *context, const struct ipv6 *address)
{
	const struct ipv6 own = ip(2);

	(void)context;
	return !memcmp(address, &own, sizeof(own));
}

static inline int no_question(void *context, enum arp_check ask,
                              const struct host_description *spec)
{
	(void)context, (void)ask, (void)spec;
	return 0;
}

static inline int no_announcement(void *context, const struct host_description *spec)
{
	(void)context, (void)spec;
	return 0;
}

static inline int count_magic(void *context, const struct host_description *spec)
{
	(void)spec;
	((struct scene *)context)->magics++;
	return 0;
}

static inline int no_hand_back(void *context, const struct report *report)
{
	(void)context, (void)report;
	return 0;
}

static inline void note_state(void *context, const struct registered *host)
{
	((struct scene *)context)->followed = host->life.state;
}

static inline void note_news(void *context, const struct host_event *happening)
{
	struct scene *scene = context;
	const struct ipv6 leased = ip(20);

	assert_true(scene->news_count < NEWS);
	scene->answered[scene->news_count] = find_address(scene, &leased);
	scene->news[scene->news_count++] = *happening;
}

static inline void note_saved(void *context, const struct registered *host)
{
	struct scene *scene = context;

	scene->saved = registered_said(host);
	scene->saves++;
}

static inline void forget_nothing(void *context, const struct mac *mac)
{
	(void)context, (void)mac;
}

static inline int set_up(void **state)
{
	struct scene *scene = calloc(1, sizeof(*scene));
	const struct registry_actions actions = {
		.context = scene,
		.admit = table_admit,
		.dismiss = table_dismiss,
		.order = table_order,
		.look = table_look,
		.is_own = own_address,
		.ask = no_question,
		.announce = no_announcement,
		.magic = count_magic,
		.update_neighbour = no_hand_back,
		.follow = note_state,
		.tell = note_news,
		.save = note_saved,
		.forget = forget_nothing,
	};

	scene->base = event_base_new();
	scene->registry = registry_new(scene->base, &actions);
	assert_non_null(scene->registry);
	*state = scene;
	return 0;
}

static inline int tear_down(void **state)
{
	struct scene *scene = *state;

	registry_free(scene->registry);
	event_base_free(scene->base);
	free(scene);
	return 0;
}

/* "nas" is host 1, "tv" host 2, and so on; `addresses` end with 0. */
static inline struct host_description spec_of(const char *name, unsigned mac,
                                              const unsigned *addresses)
{
	struct host_description spec = { .mac = mac_of(mac) };

	snprintf(spec.name, sizeof(spec.name), "%s", name);
	for (; *addresses; addresses++)
		spec.addresses[spec.address_count++] = ip(*addresses);
	return spec;
}

#define SPEC(name, mac, ...) spec_of(name, mac, (const unsigned[]){ __VA_ARGS__, 0 })

static inline void says(struct scene *scene, struct host_description spec)
{
	char why[REGISTRY_WHY];

	assert_int_equal(registry_add(scene->registry, &spec, ORIGIN_CONFIG, AWAKE, why), 0);
}

static inline int leases(struct scene *scene, unsigned mac, unsigned address)
{
	const struct ipv6 none = { { 0 } }, leased = ip(address);
	const struct mac whose = mac_of(mac);

	return registry_lease(scene->registry, &whose, address ? &leased : &none, false, "");
}

static inline void loses(struct scene *scene, unsigned address, const char *why)
{
	const struct ipv6 leased = ip(address);
	const struct mac nas = mac_of(1);

	assert_int_equal(registry_lease(scene->registry, &nas, &leased, true, why), 0);
}

static inline bool answers(struct scene *scene, unsigned mac, unsigned address)
{
	const struct ipv6 key = ip(address);
	const struct mac owner = mac_of(mac);
	const struct address_row *row = find_address(scene, &key);

	return row && same_mac(&row->mac, &owner);
}

/* Would another host be refused it? */
static inline bool is_taken(struct scene *scene, unsigned address)
{
	struct host_description other = SPEC("other", 99, address);
	char why[REGISTRY_WHY];
	int err = registry_add(scene->registry, &other, ORIGIN_COMMAND, AWAKE, why);

	registry_remove(scene->registry, "other");
	return err == -EEXIST;
}

static inline const struct registered *nas_of(const struct scene *scene)
{
	const struct registered *nas = registry_find(scene->registry, "nas");

	assert_non_null(nas);
	return nas;
}

static inline bool has(const struct host_description *spec, unsigned address)
{
	const struct ipv6 key = ip(address);

	return description_find_address(spec, &key) >= 0;
}

/* The tables show a state that somebody has set. */
static inline void is_set(struct scene *scene, enum host_state state)
{
	const struct mac mac = mac_of(1);
	struct row *row = find_row(scene, &mac);
	const struct host_entry entry = { .state = state };

	row->state = state;
	registry_sync_host(scene->registry, &mac, &entry);
	assert_int_equal(nas_of(scene)->life.state, state);
	scene->news_count = 0;
}

#endif
