/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Addresses as on the wire, octets in network order, so that bpftool shows and takes them in the
 * order in which people write them. Aligned to 2, as every field of a frame is after the 14-octet
 * Ethernet header: the compiler then copies by halfwords, and no CPU needs unaligned loads.
 */
#ifndef SLEEPPROXY_ADDRESS_H
#define SLEEPPROXY_ADDRESS_H

#include "types.h"

struct mac {
	__u8 octet[6];
} __attribute__((aligned(2)));

struct ipv4 {
	__u8 octet[4];
} __attribute__((aligned(2)));

/* Where both families are possible, IPv4 is written ::ffff:a.b.c.d (RFC 4291, 2.5.5.2). */
struct ipv6 {
	__u8 octet[16];
} __attribute__((aligned(2)));

enum { IPV4_MAPPED_BITS = 96 };

ASSERT_SIZE(struct mac, 6);
ASSERT_SIZE(struct ipv4, 4);
ASSERT_SIZE(struct ipv6, 16);

static inline struct ipv6 ipv4_mapped(struct ipv4 address)
{
	const __u8 *a = address.octet;

	return (struct ipv6){ { [10] = 0xff, 0xff, a[0], a[1], a[2], a[3] } };
}

#endif
