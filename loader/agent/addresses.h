/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The interface by which a machine is on its LAN, and its addresses. */
#ifndef SLEEPPROXY_AGENT_ADDRESSES_H
#define SLEEPPROXY_AGENT_ADDRESSES_H

#include <net/if.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/packet.h"

#define LINK_FOREVER UINT32_MAX

struct link_ipv4 {
	struct ipv4 address;
	struct ipv4 broadcast; /* of its subnet, or 255.255.255.255 where that has none */
	uint8_t prefix;
	/* s, until the kernel takes it away, or LINK_FOREVER. It does not count while asleep. */
	uint32_t valid;
};

enum { LINK_IPV4 = 16, LINK_IPV6 = 32 };

/* More than it holds are left out: no host that sleeps has so many. */
struct link_addresses {
	struct link_ipv4 ipv4[LINK_IPV4];
	size_t ipv4_count;
	struct ipv6 ipv6[LINK_IPV6]; /* those that are preferred come first */
	size_t ipv6_count;
};

/*
 * Of Ethernet, with IPv4's default route: of several, the interface of that with the lowest metric.
 * 0, -ENOENT: there is none, or another -errno.
 */
int link_default(char name[IFNAMSIZ]);

/* 0, -ENODEV: there is no such interface, -EOPNOTSUPP: it is not of Ethernet, or another -errno. */
int link_port(const char *name, struct iface *port);

/*
 * Those that neighbours may ask for. A tentative address is left out: to answer for it would have
 * its owner find a duplicate (RFC 4862, 5.4). So is one that has been found to be somebody else's.
 * A deprecated one is in: it still takes connections (5.5.4), from who has it out of the DNS.
 * 0 or -errno; -EINTR: they changed meanwhile, so ask again.
 */
int link_addresses(uint32_t ifindex, struct link_addresses *addresses);

/* It is up, and so is its link: what is sent goes out. */
bool link_is_ready(const char *name);

#endif
