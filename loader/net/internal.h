/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The tables of net_state.c, and what net_role.c makes of them. */
#ifndef SLEEPPROXY_NET_INTERNAL_H
#define SLEEPPROXY_NET_INTERNAL_H

#include <stddef.h>
#include <uthash.h>

#include "net/net_state.h"

struct mnl_socket;

/* An own address; or a gateway, as `own` alone; or a subnet, as net_role.c says. */
struct net_address {
	uint32_t ifindex;
	uint32_t bits;              /* the prefix's length, in the address's own family */
	struct ipv6 own, on_subnet; /* they differ where it is one end of a point-to-point link */
	struct ipv6 broadcast;      /* of IPv4, where the kernel has one */
	UT_hash_handle hh;
};

enum { NET_KEY_SIZE = offsetof(struct net_address, hh) };
_Static_assert(NET_KEY_SIZE == 56, "all before is hashed, so without padding");

struct known_link {
	uint32_t ifindex, before; /* of its interface, now and the last time; 0: none yet */
	bool has_subnets;
};

struct net_state {
	struct mnl_socket *socket;
	struct net_address *addresses, *gateways; /* in the order in which they were added */
	struct net_address *own, *broadcasts;     /* addresses, as `own` alone */
	struct net_address *subnets, *given;      /* of all own addresses; of the links */
	uint64_t lengths;                         /* a bit for each length of a subnet's prefix */
	struct known_link *links;
	size_t link_count;
	bool addresses_stale, routes_stale; /* to be read anew */
	int changed;                        /* enum net_change, not told yet */
};

bool net_table_is_same(const struct net_address *a, const struct net_address *b);
bool net_table_has(const struct net_address *table, const struct net_address *key);
/* For libmnl: MNL_CB_OK, or MNL_CB_ERROR with errno. */
int net_table_add(struct net_address **table, const struct net_address *address);
void net_table_clear(struct net_address **table);

/* What follows from the addresses and the links. 0 or -ENOMEM. */
int net_state_index(struct net_state *state);

#endif
