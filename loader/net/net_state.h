/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The machine's own addresses, subnets and routers, read from rtnetlink(7) and kept up to date by
 * its notifications. A lookup needs no system call, and its time does not grow with the number of
 * addresses, interfaces or routes. And the next hop to an address, for which the kernel is asked.
 */
#ifndef SLEEPPROXY_NET_NET_STATE_H
#define SLEEPPROXY_NET_NET_STATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/addr.h"

struct json_object;
struct net_state;
struct router_advert;

enum net_change {
	NET_LINKS_CHANGED = 1,     /* an interface came, went or changed */
	NET_ADDRESSES_CHANGED = 2, /* of IPv4 or IPv6 */
	NET_ROUTES_CHANGED = 4,    /* one came; or, found by net_state_refresh, went; or a router */
};

/* Reads everything. 0 or -errno. */
int net_state_open(struct net_state **state);
void net_state_close(struct net_state *state); /* takes NULL */

/*
 * Call net_state_read when the descriptor is readable. It processes all notifications and returns
 * what changed (a mask of enum net_change); or -errno, and the next call returns it. Addresses are
 * then up to date. So are routes that were added; one that is gone remains until
 * net_state_refresh, and after lost notifications (ENOBUFS) all of them wait for it.
 */
int net_state_fd(const struct net_state *state);
int net_state_read(struct net_state *state);

/*
 * Dumps the routes again if some may have been removed, and whatever could not be read before; with
 * some calls the neighbours, for routers of IPv6 among them. The next net_state_read tells what has
 * changed. Its cost grows with the number of routes: call it from a timer, not after each
 * net_state_read. 0 or -errno.
 */
int net_state_refresh(struct net_state *state);

/*
 * What a router advertises on an interface, whether or not the kernel follows it: the next
 * net_state_read tells whether that changes anything. So it does after net_state_expire, to be
 * called from a timer. `now`: ms of CLOCK_BOOTTIME.
 */
void net_state_advertise(struct net_state *state, uint32_t ifindex, const struct ipv6 *router,
                         const struct router_advert *advert, int64_t now);
void net_state_expire(struct net_state *state, int64_t now);

/*
 * The store's row of a link: what routers said on it; NULL: nothing that counts any more. Times are
 * `wall_offset` ms later than those of CLOCK_BOOTTIME. It is for a net_state that has heard nothing
 * there: a prefix that has run out meanwhile counts for half a minute, in which a router that is
 * asked may answer. 0, or -EINVAL with `why`.
 */
struct json_object *net_state_write_link(const struct net_state *state, uint32_t ifindex,
                                         int64_t wall_offset);
int net_state_read_link(struct net_state *state, uint32_t ifindex, struct json_object *json,
                        int64_t wall_offset, int64_t now, char *why, size_t why_size);

/* An interface on which hosts are answered for. */
struct net_link {
	uint32_t ifindex; /* 0: its interface is away, and what is known of it stays as it is */
	/* subnets that are on it besides those of its own addresses and routes; copied */
	const struct source_prefix *subnets;
	size_t subnet_count;
};

/* All of them, until the next call. 1: they are others, 0: they are as before; or -ENOMEM. */
int net_state_set_links(struct net_state *state, const struct net_link *links, size_t count);

/*
 * What the address of a host on this link is to the machine; `ifindex` 0: on any of the links. A
 * link whose interface has had no address of the family yet, but for a link-local one of IPv6, and
 * for which no subnet was given, has no subnets to compare with: then private addresses (RFC 1918,
 * RFC 4193) and link-local ones (RFC 3927, RFC 4291) are taken for on the link, and no others. An
 * interface that loses its last address keeps its subnets. What routers advertise of a prefix
 * counts more, and routers are gateways.
 */
enum address_role net_address_role(const struct net_state *state, uint32_t ifindex,
                                   const struct ipv6 *address);
/* Are there subnets of the family to compare with, on the link, or on each of them (0)? */
bool net_has_subnets(const struct net_state *state, uint32_t ifindex, bool is_ipv4);

/* "192.0.2.0/24, 10.0.0.0/8", of the link or of all, and of the family; empty: there are none. */
enum { NET_SUBNETS_TEXT = 128 };
const char *net_subnets_text(const struct net_state *state, uint32_t ifindex, bool is_ipv4,
                             char text[NET_SUBNETS_TEXT]);

/* Is it an address of this machine's, of any interface? */
bool net_is_own(const struct net_state *state, const struct ipv6 *address);

/*
 * Does a route of any table, or one of its next hops, go through it; or is it an IPv6 neighbour's
 * that says that it is a router?
 */
bool net_is_gateway(const struct net_state *state, const struct ipv6 *address);

/*
 * Does every host of one of our subnets take it for a broadcast address, as its host bits are all
 * ones, or all zeros (RFC 1122, 3.3.6)? Not where only one bit is left for hosts (RFC 3021).
 */
bool net_is_broadcast(const struct net_state *state, struct ipv4 address);

/*
 * The broadcast addresses with all ones of the subnets that are known: their number, of which
 * `size` at most are in `list`.
 */
size_t net_broadcasts(const struct net_state *state, struct ipv4 *list, size_t size);

/*
 * An address of ours to send from: of the interface's one in the same subnet as `peer` (NULL: any),
 * else its first, else the first of another interface; never the loopback's. 0.0.0.0: there is
 * none.
 */
struct ipv4 net_source_address(const struct net_state *state, uint32_t ifindex,
                               const struct ipv4 *peer);

/*
 * The interface's link-local address of IPv6; false, with `address` untouched: it has none that is
 * its own yet.
 */
bool net_link_local(const struct net_state *state, uint32_t ifindex, struct ipv6 *address);

/*
 * The Ethernet address of the next hop to `to` out of the interface, as this machine's kernel
 * routes and resolves it, so that raw frames take the path of its own packets. 0 with `mac`, or
 * -EAGAIN: it is not resolved yet, and the kernel has been told to resolve it, which takes a round
 * trip, or about 3 s where nobody answers.
 * -EHOSTUNREACH: there is no route out of this interface, or the next hop is not on Ethernet with
 * IPv4, or did not answer in the last 5 s.
 * -EADDRINUSE: it is this machine's own address.
 * Other -errno: the kernel could not be asked. Resolving needs CAP_NET_ADMIN.
 */
int route_next_hop(uint32_t ifindex, struct ipv4 to, struct mac *mac);

/* The interface by which this machine sends to an address. 0 or -errno. */
int route_interface(const struct ipv6 *to, uint32_t *ifindex);

#endif
