/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The machine's own addresses. */
#ifndef SLEEPPROXY_NET_OWN_ADDRESSES_H
#define SLEEPPROXY_NET_OWN_ADDRESSES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "address.h"

/*
 * An address to ask from: of the interface's, one in the same subnet as `peer` (or NULL), else its
 * first, else any of the machine's. 0.0.0.0 where there is none: to send with that would be a probe
 * (RFC 5227), and a conflict for its owner.
 */
struct ipv4 own_ipv4_near(uint32_t ifindex, const struct ipv4 *peer);

/*
 * All of them at one moment. More than it holds are left out: no machine that serves a LAN has so
 * many.
 */
enum { OWN_MAX = 256 };

struct own {
	struct ipv6 addresses[OWN_MAX];
	size_t count;
};

void own_read(struct own *own);
bool own_has(const struct own *own, const struct ipv6 *address);

/*
 * Does every host of a subnet of this machine's take the address for its own broadcast, as all of
 * its host bits are ones, or zeros (RFC 1122, 3.3.6)?
 */
bool own_is_broadcast(const struct ipv4 *address);

#endif
