/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The registry from inside: what registry.c, entry.c and sync.c share, and nobody else sees. */
#ifndef SLEEPPROXY_HOST_ENTRY_H
#define SLEEPPROXY_HOST_ENTRY_H

#include <uthash.h>

#include "host/registry.h"

struct event;

struct entry {
	struct registered host;
	struct registry *registry;
	struct event *timer;
	struct report report;           /* why it was woken last */
	char detail[HOST_EVENT_DETAIL]; /* … where its lease is why */
	bool cannot_ask;                /* said so already */
	enum host_state followed;       /* the state that others were told of last */
	uint32_t sync_round;            /* of the last sync that showed it */
	uint32_t sync_found;            /* a bit for each of its addresses that the round showed */
	UT_hash_handle by_mac;
	UT_hash_handle by_name;
};

struct owned_address {
	struct ipv6 address;
	struct entry *owner;
	UT_hash_handle hh;
};

struct registry {
	struct event_base *base;
	struct registry_actions actions;
	struct life_timing timing;
	struct entry *by_mac, *by_name;
	struct owned_address *addresses;
	uint32_t sync_round;
};

struct entry *entry_by_mac(const struct registry *registry, const struct mac *mac);
struct entry *entry_by_name(const struct registry *registry, const char *name);
struct entry *entry_by_address(const struct registry *registry, const struct ipv6 *address);

/* A host's life goes on: the step is taken, and what it asks for is done. */
void entry_step(struct entry *entry, enum life_trigger cause, enum host_state state);
/*
 * A new entry, in the indexes, with a life that it has already or with one that starts as `state`.
 * NULL: no memory.
 */
struct entry *entry_new(struct registry *registry, const struct registered *host);
struct entry *entry_born(struct registry *registry, const struct host_description *spec,
                         enum host_origin origin, enum host_state state);
/* Out of the indexes; nobody is told. */
void entry_free(struct entry *entry);
/* Forgotten everywhere, the datapath's tables included. */
void entry_remove(struct entry *entry);
void entry_tell(struct entry *entry, enum host_event_kind kind, enum life_trigger cause,
                int64_t took_ms);
/*
 * What is said of a host, with what its lease adds or takes away: `spec` becomes what it has. 0;
 * -ENOSPC: it has too many addresses already.
 */
int lease_overlay(struct host_description *spec, struct host_lease *lease);
int entry_own(struct entry *entry, const struct ipv6 *address);
void entry_disown(struct entry *entry, const struct ipv6 *address);

#endif
