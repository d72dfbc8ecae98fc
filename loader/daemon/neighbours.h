/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the neighbours of a served interface are asked, what they say by Neighbor Discovery, and
 * what is learnt of it; which of them are no hosts; and this machine as a neighbour of its own
 * hosts.
 */
#ifndef SLEEPPROXY_DAEMON_NEIGHBOURS_H
#define SLEEPPROXY_DAEMON_NEIGHBOURS_H

#include "daemon/daemon.h"
#include "net/neighbour_memory.h"

/* effects.c */
/*
 * After answers, or DHCP requests, from the host's MAC a switch sends frames to the host back to
 * us: then only broadcast reaches it.
 */
static inline bool served_iface_asks_all(const struct served_iface *served)
{
	return served->config.answer == ANSWER_HOST ||
	       served->config.dhcp_source == DHCP_SOURCE_HOST;
}
/* Asks who has the address: the host, or, with CHECK_ADDRESS, anybody. 0 or -errno */
int host_check_address(struct daemon *daemon, const struct host *host,
                       const struct served_iface *served, enum arp_check kind,
                       const struct ipv6 *address);

/* nd_listener.c */
void nd_listener_take(struct daemon *daemon, const struct parser_result *result);

/* router_listener.c */
void router_listener_take(struct daemon *daemon, const struct parser_result *result);
void router_listeners_tick(struct daemon *daemon);

/* learning.c */
/* The host has sent this, on that interface. */
void daemon_learn(struct daemon *daemon, struct host *host, uint32_t ifindex,
                  const struct nd_message *message);
void learning_tick(struct daemon *daemon);

/* discovery.c */
int discovery_start(struct daemon *daemon);
void discovery_stop(struct daemon *daemon);
/* It has sent something just now. `address` NULL: not known. */
void discovery_see(struct daemon *daemon, const struct mac *mac, uint32_t ifindex,
                   const struct ipv6 *address);
/* What the kernel and DHCP know is added; then each one that is no host. NULL: the first, none. */
void discovery_refresh(struct daemon *daemon);
const struct neighbour *discovery_next(const struct daemon *daemon, const struct neighbour *last);

/* outgoing_listener.c */
/* Gives a frame to this machine's own stack, as received, and as from itself. 0 or -errno. */
int daemon_receive_own(const struct daemon *daemon, const struct iface *iface, uint8_t *frame,
                       size_t length);
/* The kernel's neighbour entries of the host, after a step; and before it is removed. */
void host_follow_own_entries(struct daemon *daemon, struct host *host, enum host_state before);
void host_forget_own_entries(struct daemon *daemon, struct host *host);

#endif
