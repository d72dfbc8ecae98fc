/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The tables of net_state.c, and what net_role.c makes of them. */
#ifndef SLEEPPROXY_NET_INTERNAL_H
#define SLEEPPROXY_NET_INTERNAL_H

#include <stddef.h>
#include <uthash.h>

#include "net/net_state.h"
#include "net/prefixes.h"

struct mnl_socket;

/* An own address; or a router, as `own` alone; or a subnet, as net_role.c says. */
struct net_address {
	uint32_t ifindex;
	uint16_t bits;              /* the prefix's length, in the mapped address */
	uint16_t is_tentative;      /* of IPv6: others may have it (RFC 4862) */
	struct ipv6 own, on_subnet; /* they differ where it is one end of a point-to-point link */
	struct ipv6 broadcast;      /* of IPv4, where the kernel has one */
	UT_hash_handle hh;
};

enum { NET_KEY_SIZE = offsetof(struct net_address, hh) };
_Static_assert(NET_KEY_SIZE == 56, "all before is hashed, so without padding");

struct known_link {
	uint32_t ifindex, before; /* of its interface, now and the last time; 0: none yet */
	bool has_subnets[2];      /* of IPv6, of IPv4 */
};

struct net_state {
	struct mnl_socket *socket;
	struct net_address *addresses;        /* in the order in which they were added */
	struct net_address *routes;           /* gateways; subnets of IPv6 that are on a link */
	struct net_address *routers;          /* neighbours that say that they are */
	struct net_address *own, *broadcasts; /* addresses, as `own` alone */
	struct net_address *subnets, *given;  /* of all own addresses; of the links */
	bool has_length[129];                 /* is there a subnet with a prefix so long? */
	struct known_link *links;
	size_t link_count;
	bool addresses_stale, routes_stale, routers_stale; /* to be read anew */
	bool index_stale;                                  /* what follows from them is */
	unsigned int refreshes;
	struct prefixes prefixes;
	int changed; /* enum net_change, not told yet */
};

bool net_table_is_same(const struct net_address *a, const struct net_address *b);
bool net_table_has(const struct net_address *table, const struct net_address *key);
/* For libmnl: MNL_CB_OK, or MNL_CB_ERROR with errno. */
int net_table_add(struct net_address **table, const struct net_address *address);
void net_table_clear(struct net_address **table);

enum { ADDRESS_BITS = 128 };

/* For tables: an address; a subnet. */
static inline struct net_address net_address_key(const struct ipv6 *address)
{
	return (struct net_address){ .own = *address };
}

static inline struct net_address net_subnet_key(uint32_t ifindex, uint32_t bits,
                                                const struct ipv6 *address)
{
	return (struct net_address){ .ifindex = ifindex,
		                     .bits = (uint16_t)bits,
		                     .on_subnet = ip_network(address, bits) };
}

/* What follows from the addresses and the links. 0 or -ENOMEM. */
int net_state_index(struct net_state *state);

#endif
