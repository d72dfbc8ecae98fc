/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The next hop to an address, from rtnetlink(7): the daemon's raw frames take the same path as the
 * kernel's own packets.
 */
#ifndef SLEEPPROXY_NET_ROUTE_H
#define SLEEPPROXY_NET_ROUTE_H

#include <stdint.h>

#include "address.h"

/*
 * The Ethernet address of the next hop to `to` out of the interface, as this machine's kernel
 * routes and resolves it: 0 with `mac`, or
 * -EAGAIN: it is not resolved yet, and the kernel has been told to resolve it, which takes a round
 * trip, or about 3 s where nobody answers.
 * -EHOSTUNREACH: there is no route out of this interface, or the next hop is not on Ethernet with
 * IPv4, or did not answer in the last 5 s.
 * -EADDRINUSE: it is this machine's own address.
 * Other -errno: the kernel could not be asked. Resolving needs CAP_NET_ADMIN.
 */
int route_next_hop(uint32_t ifindex, struct ipv4 to, struct mac *mac);

#endif
