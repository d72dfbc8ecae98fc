/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The machines of the tests and their addresses, by name. */
#ifndef SLEEPPROXY_TESTS_ADDRESSES_H
#define SLEEPPROXY_TESTS_ADDRESSES_H

#include <stdbool.h>
#include "address.h"

enum who {
	NO_MAC, /* 00:00:00:00:00:00 */
	PROXY,
	HOST,       /* the sleeper of the tests; its first octet is the number of TCP */
	SECOND,     /* another known host, asleep only if a row says so */
	FILLER,     /* the host whose reports fill the ring */
	PEER,       /* another machine, which talks to the host */
	REPEATER,   /* puts its own MAC into the Ethernet header of frames that it forwards */
	UNKNOWN,    /* in no map */
	NEAR_HOST1, /* HOST with another octet in the first, second, third pair */
	NEAR_HOST2,
	NEAR_HOST3,
	NEAR_PROXY1,
	NEAR_PROXY2,
	NEAR_PROXY3,
	GROUP,     /* a multicast address */
	SOLICITED, /* that of the groups of HOST_IP6 */
	ALL_NODES,
	BROADCAST,
	WHO_COUNT,
};

enum where {
	NO_IP, /* 0.0.0.0, and :: */
	PEER_IP,
	HOST_IP,
	HOST_IP2,
	SECOND_IP,
	FILLER_IP,
	OWN_IP,       /* the proxy's machine's */
	BROADCAST_IP, /* 255.255.255.255, in addresses4 as if it were the host's */
	MULTICAST_IP, /* likewise */
	DANGLING_IP,  /* in addresses4, with a MAC that hosts does not have */
	UNKNOWN_IP,
	SELF_IP, /* in 0/8 */
	LOOPBACK_IP,
	RESERVED_IP,   /* in 240/4 */
	ZERO_HALF_IP1, /* one half of it is zero */
	ZERO_HALF_IP2,
	PEER_IP6, /* from here on IPv6, with the same meanings */
	HOST_IP6,
	HOST_IP6_2, /* link-local */
	SECOND_IP6,
	OWN_IP6,
	MULTICAST_IP6,
	DANGLING_IP6,
	UNKNOWN_IP6,
	LOOPBACK_IP6,
	MAPPED_IP6,     /* PEER_IP as an IPv6 address (RFC 4291, 2.5.5.2) */
	ZERO_BUT_IP6_1, /* zero but for its first, middle, last octet */
	ZERO_BUT_IP6_2,
	ZERO_BUT_IP6_3,
	SOLICITED_IP6, /* the group of HOST_IP6 */
	ALMOST_SOLICITED_IP6,
	ALL_NODES_IP6,
	WHERE_COUNT,
};

const struct mac *mac_of(enum who who);
const struct ipv4 *ipv4_of(enum where where);
const struct ipv6 *ipv6_of(enum where where);

/* Of either family, as in reports. */
struct ipv6 ip_of(enum where where);

#endif
