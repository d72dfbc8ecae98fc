/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Addresses compared and converted, and what is made of them: ports and prefixes. The datapath
 * compares by halfwords instead, in bpf/frame.bpf.h.
 */
#ifndef SLEEPPROXY_BASE_ADDR_H
#define SLEEPPROXY_BASE_ADDR_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "address.h"

/* What one host may have; the maps have room for it. */
enum { HOST_ADDRESSES = 32, HOST_PORTS = 64, HOST_SOURCES = 16 };

/* A port that wakes. */
struct wake_port {
	uint8_t protocol; /* IPPROTO_TCP, IPPROTO_UDP; 0: no port at all, valid only alone */
	uint16_t port;    /* host byte order; 0: any */
};

/* A source that may wake, or may not. */
struct source_prefix {
	struct ipv6 address; /* with zeros after the prefix */
	uint8_t bits;        /* of the mapped address, 0 to 128 */
	bool allow;
};

/* What an address is to this machine and its network: a host may have it where it is nothing. */
enum address_role {
	ROLE_NONE,
	ROLE_OWN,
	ROLE_BROADCAST,
	ROLE_GATEWAY,
	ROLE_OFF_LINK,    /* in no subnet of the link that the host is on */
	ROLE_PREFIX_OVER, /* in a prefix that is deprecated, or has run out (RFC 4862, 5.5.4) */
};

static inline bool mac_equal(const struct mac *a, const struct mac *b)
{
	return !memcmp(a, b, sizeof(*a));
}

/* For qsort and bsearch. */
static inline int mac_compare(const void *a, const void *b)
{
	return memcmp(a, b, sizeof(struct mac));
}

static inline bool mac_is_set(const struct mac *mac)
{
	return !mac_equal(mac, &(struct mac){ { 0 } });
}

static inline bool ipv4_equal(struct ipv4 a, struct ipv4 b)
{
	return !memcmp(&a, &b, sizeof(a));
}

/* 0.0.0.0 means that there is none. */
static inline bool ipv4_is_set(struct ipv4 address)
{
	return !ipv4_equal(address, (struct ipv4){ { 0 } });
}

static inline bool ip_equal(const struct ipv6 *a, const struct ipv6 *b)
{
	return !memcmp(a, b, sizeof(*a));
}

/* Its index, or -1. */
static inline int address_index(const struct ipv6 *addresses, size_t count,
                                const struct ipv6 *address)
{
	for (size_t i = 0; i < count; i++)
		if (ip_equal(&addresses[i], address))
			return (int)i;
	return -1;
}

/* :: means that there is none. */
static inline bool ip_is_set(const struct ipv6 *address)
{
	return !ip_equal(address, &(struct ipv6){ { 0 } });
}

/* fe80::/10 */
static inline bool ip_is_link_local(const struct ipv6 *address)
{
	return address->octet[0] == 0xfe && (address->octet[1] & 0xc0) == 0x80;
}

/* Is it an IPv4 address, ::ffff:a.b.c.d? */
static inline bool ip_is_ipv4(const struct ipv6 *address)
{
	static const struct ipv6 mapped = { { [10] = 0xff, 0xff } };

	return !memcmp(address, &mapped, IPV4_MAPPED_BITS / 8);
}

/* Its last four octets. */
static inline struct ipv4 ip_to_ipv4(const struct ipv6 *address)
{
	const uint8_t *last = address->octet + IPV4_MAPPED_BITS / 8;

	return (struct ipv4){ { last[0], last[1], last[2], last[3] } };
}

/* Of either family. */
static inline bool ip_is_multicast(const struct ipv6 *address)
{
	return ip_is_ipv4(address) ? (ip_to_ipv4(address).octet[0] & 0xf0) == 224
	                           : address->octet[0] == 0xff;
}

/*
 * A multicast group whose members report to routers and switches that they are: not 224.0.0.0/24
 * (RFC 4541, 2.1.2), all nodes and what stays on the machine (RFC 3810, 6); nor a solicited-node
 * group, which whoever answers for the address joins itself.
 */
static inline bool group_is_reported(const struct ipv6 *group)
{
	static const struct ipv6 all_nodes = { { 0xff, 2, [15] = 1 } };
	static const struct ipv6 solicited_node = { { 0xff, 2, [11] = 1, 0xff } };
	static const uint8_t local[] = { 224, 0, 0 };
	enum { SOLICITED_NODE_OCTETS = 13, SCOPE_LINK = 2 };

	if (!ip_is_multicast(group))
		return false;
	if (ip_is_ipv4(group))
		return memcmp(group->octet + IPV4_MAPPED_BITS / 8, local, sizeof(local)) != 0;
	return (group->octet[1] & 0xf) >= SCOPE_LINK && !ip_equal(group, &all_nodes) &&
	       memcmp(group, &solicited_node, SOLICITED_NODE_OCTETS) != 0;
}

/* The address with zeros after the prefix; `bits` of the mapped address, 0 to 128. */
static inline struct ipv6 ip_network(const struct ipv6 *address, unsigned int bits)
{
	struct ipv6 network = *address;

	for (unsigned int i = bits / 8; i < sizeof(network.octet); i++)
		network.octet[i] &= i == bits / 8 ? 0xff00 >> bits % 8 : 0;
	return network;
}

static inline bool wake_port_equal(const struct wake_port *a, const struct wake_port *b)
{
	return a->protocol == b->protocol && a->port == b->port;
}

#endif
