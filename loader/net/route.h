/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The way from this machine to an address, from rtnetlink(7): the daemon's raw frames go the way
 * that the kernel's own packets would.
 */
#ifndef SLEEPPROXY_NET_ROUTE_H
#define SLEEPPROXY_NET_ROUTE_H

#include <stdint.h>

#include "address.h"

/*
 * The Ethernet address of the next hop to `to` out of the interface, as this machine's kernel
 * routes and resolves it: 0 with `mac`, or
 * -EAGAIN: it is not resolved yet, and the kernel has been told to. That takes a round trip; until
 * it is known that nobody answers, about 3 s.
 * -EHOSTUNREACH: there is no route out of this interface, or the next hop is none of Ethernet and
 * IPv4, or nobody answered there in the last 5 s.
 * -EADDRINUSE: it is this machine's own address.
 * Other -errno: the kernel could not be asked. To resolve needs CAP_NET_ADMIN.
 */
int route_next_hop(uint32_t ifindex, struct ipv4 to, struct mac *mac);

#endif
