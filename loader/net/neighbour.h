/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Neighbours are asked and told, by ARP (net/arp.h) or Neighbor Discovery (net/nd.h) as the address
 * is of IPv4 or IPv6. `vlan` 0: without a tag. 0 or -errno.
 */
#ifndef SLEEPPROXY_NET_NEIGHBOUR_H
#define SLEEPPROXY_NET_NEIGHBOUR_H

#include "net/iface.h"
#include "net/net_state.h"
#include "report.h"

/*
 * Asks `to`, a host or MAC_BROADCAST, for `target`. -EADDRNOTAVAIL: this machine has no IPv4
 * address to ask from.
 */
int neighbour_request(int fd, const struct net_state *net, const struct iface *iface,
                      const struct mac *to, const struct ipv6 *target, uint16_t vlan);

/* Tells all that the addresses are at `as`: the interface's MAC, or their host's. */
int neighbour_announce(int fd, const struct iface *iface, const struct mac *as,
                       const struct ipv6 *addresses, size_t count, uint16_t vlan);

/* Tells who sent the frame of `report` that the address is at the host's own MAC. */
int neighbour_update(int fd, const struct iface *iface, const struct report *report);

#endif
