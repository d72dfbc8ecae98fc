/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The hosts that this daemon knows, each with its life. Everything that happens to a host comes in
 * here, whoever reports it; what is to be done goes out through one table of actions. Nothing else
 * decides.
 */
#ifndef SLEEPPROXY_HOST_REGISTRY_H
#define SLEEPPROXY_HOST_REGISTRY_H

#include <stdbool.h>

#include "host/host_event.h"
#include "host/life.h"
#include "hosts.h"
#include "host/description.h"
#include "host_update.h"
#include "report.h"

struct event_base;
struct registry;

enum host_origin { ORIGIN_CONFIG, ORIGIN_COMMAND, ORIGIN_MAP, ORIGIN_HANDOVER };

/* What DHCP adds to a host's addresses, or takes away. */
struct host_lease {
	struct ipv6 address; /* ::: none */
	bool lost;           /* the address is withheld: nobody may use it */
	bool alone;          /* nobody but DHCP says that it is the host's */
};

/* What others may see of a known host. */
struct registered {
	struct host_description spec; /* as said, but with the addresses that it has by now */
	struct life life;
	enum host_origin origin;
	struct host_lease lease;
};

/* All take the context first, and return 0 or -errno where they return an int. */
struct registry_actions {
	void *context;
	/*
	 * The datapath's tables: all of a host, its addresses and policy included, in place of
	 * `before` (NULL: it is new, and starts in `state`); or nothing of it.
	 */
	int (*admit)(void *context, const struct host_description *spec,
	             const struct host_description *before, enum host_state state);
	void (*dismiss)(void *context, const struct host_description *spec);
	/* Another state for it, but only out of `from`. */
	int (*order)(void *context, const struct host_description *spec, enum host_state from,
	             enum host_state to, enum host_update_result *result);
	/* Its entry as it stands: the state, and when it was last seen, in ms. */
	int (*look)(void *context, const struct mac *mac, enum host_state *state,
	            int64_t *last_seen);
	/* Is the address this machine's own? To answer for it would cut us off. */
	bool (*is_own)(void *context, const struct ipv6 *address);
	int (*ask)(void *context, enum arp_check ask, const struct host_description *spec);
	int (*announce)(void *context, const struct host_description *spec);
	int (*magic)(void *context, const struct host_description *spec);
	/* Tells the peer of the report where the host is now. */
	int (*update_neighbour)(void *context, const struct report *report);
	/* It has gone over into another state. */
	void (*follow)(void *context, const struct registered *host);
	/* For people. */
	void (*tell)(void *context, const struct host_event *happening);
	/* For the next start. */
	void (*save)(void *context, const struct registered *host);
	void (*forget)(void *context, const struct mac *mac);
};

struct registry *registry_new(struct event_base *base, const struct registry_actions *actions);
void registry_free(struct registry *registry);
void registry_set_timing(struct registry *registry, const struct life_timing *timing);

enum { REGISTRY_WHY = 256 };

/*
 * Makes a host known, or, for a known one, replaces what is said of it and keeps its life. A host
 * that is new starts in `state`. -EEXIST: another host has the name, MAC or an address; -ENOSPC:
 * the tables are full; with `why`.
 */
int registry_add(struct registry *registry, const struct host_description *spec,
                 enum host_origin origin, enum host_state state, char why[REGISTRY_WHY]);
void registry_remove(struct registry *registry, const char *name);

/* The host without what its lease adds or takes away: as it was said to be. */
struct host_description registered_said(const struct registered *host);

const struct registered *registry_find(const struct registry *registry, const char *name);
const struct registered *registry_find_mac(const struct registry *registry, const struct mac *mac);
/* Whose the address is among the known, or NULL. */
const struct registered *registry_find_address(const struct registry *registry,
                                               const struct ipv6 *address);
/* By name. The callback may remove the host that it is given. */
void registry_each(struct registry *registry,
                   void (*each)(void *context, const struct registered *host), void *context);

/* A word from people or from the host itself: TRIGGER_SLEEP to TRIGGER_TIMER. */
void registry_command(struct registry *registry, const char *name, enum life_trigger cause);
/*
 * Its lease: the address is the host's from now on, or, `lost`, nobody's; `::`: it has none. A host
 * that sleeps is woken by the loss, for the reason in `detail`, which people are told. -EEXIST,
 * -EADDRINUSE, -EINVAL, -ENOSPC: the address cannot be the host's, and it has none.
 */
int registry_lease(struct registry *registry, const struct mac *mac, const struct ipv6 *address,
                   bool lost, const char *detail);
/*
 * Whether it can be the host's. -EINVAL: no host's; -EEXIST: another's; -EADDRINUSE: this
 * machine's own.
 */
int registry_lease_check(const struct registry *registry, const struct mac *mac,
                         const struct ipv6 *address);
/* HOST_EVENT_LEASE_…, for people. */
void registry_tell(struct registry *registry, const struct mac *mac, enum host_event_kind kind,
                   const char *detail);
/* A word from the datapath. */
void registry_report(struct registry *registry, const struct report *report);

/*
 * The tables as they are, where people edit them too: between begin and end every entry is shown
 * once, hosts first. What differs from what is known is taken over; what is no longer there is
 * forgotten.
 */
void registry_sync_begin(struct registry *registry);
void registry_sync_host(struct registry *registry, const struct mac *mac,
                        const struct host_entry *host);
/*
 * -ENOENT: it belongs to no known host. -ENOSPC: its host has too many. -EADDRINUSE: it is this
 * machine's own.
 */
int registry_sync_address(struct registry *registry, struct ipv4 address, const struct mac *mac);
void registry_sync_end(struct registry *registry);

#endif
