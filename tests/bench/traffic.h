/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The traffic: which hosts exist, and which frames are offered. Shared by the program that fills
 * the maps and the BPF programs that make frames, so that these need no table of hosts, whose cache
 * misses would be measured too.
 */
#ifndef SLEEPPROXY_BENCH_TRAFFIC_H
#define SLEEPPROXY_BENCH_TRAFFIC_H

#include "types.h"

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "frames are made of little-endian words");

enum macs { SEQUENTIAL, RANDOM };

enum offer {
	OFFER_TCP_UNKNOWN,
	OFFER_TCP_HOST,
	OFFER_UDP_UNKNOWN,
	OFFER_TCP6_UNKNOWN,
	OFFER_ARP_UNKNOWN,
	OFFER_OTHER,
	OFFER_SYN,
};

/* How it is asked for a host. */
enum ask { ASK_ARP, ASK_ND, ASK_ECHO };

enum {
	FRAME_OCTETS = 60,
	ARP_OCTETS = 42,
	ND_OCTETS = 86,
	QUESTION_WORDS = 11, /* of 8 octets: the longest is that of ND */
	SYN_WORDS = 8,       /* a whole frame */
	UNKNOWN_MACS = 16,
	STAMPED_HOSTS = 65536,
};

struct traffic {
	__u64 request[QUESTION_WORDS];
	/* What comes back; where the mask is 0, it has the address that was asked for. */
	__u64 answer[QUESTION_WORDS], answer_mask[QUESTION_WORDS];
	__u64 syn[SYN_WORDS];
	__u64 seed;
	__u64 asked;            /* sum of the addresses in the requests */
	__u64 arrived;          /* frames that came back */
	__u64 wrong;            /* of them, those that are no such answer */
	__u64 senders, targets; /* sums of the addresses in them */
	__u32 hosts;
	enum macs macs;
	enum offer offer;
	enum ask ask;
};

/* What is to come back. A host that is woken also has frames that were held for it. */
enum stamped { STAMPED_MAGIC, STAMPED_SECURED, STAMPED_ECHO };

/* Of that, by host: when the first came, ns of CLOCK_MONOTONIC; how many. */
struct stamps {
	enum stamped expected;
	__u64 first[STAMPED_HOSTS];
	__u32 packets[STAMPED_HOSTS];
	__u64 wrong; /* Magic Packets for no host, or with wrong octets */
};

#define NET_HOSTS 0x0a100000u     /* 10.16.0.0/12 */
#define NET_UNKNOWN 0x0a200000u   /* 10.32.0.0/12 */
#define ADDRESS_PROXY 0x0a090001u /* 10.9.0.1 */
#define ADDRESS_PEER 0x0a090002u

/*
 * A host's IPv6 address: this prefix, then the other bits of its IPv4 address, then these. So the
 * sum of all its words is the same for each, and no checksum has to be made anew.
 */
#define NET_HOSTS6 0xb80d0120ULL /* 2001:db8::/64, as it is in memory */

/* Text of NET_HOSTS, for commands. */
#define NET_HOSTS_TEXT "10.16.0.0/12"

#define MAC_PROXY 0x01000000aa02ULL /* 02:aa:00:00:00:01 */
#define MAC_PROXY_TEXT "02:aa:00:00:00:01"
#define MAC_LOCAL 0x02ULL
#define MAC_UNKNOWN 0x0000beef0006ULL

/* A MAC in the low 48 bits, its first octet lowest. */
static inline __u64 mac_of_host(__u32 i, enum macs macs)
{
	if (macs == RANDOM)
		return ((i + 1) * 0x9e3779b97f4a7c15ULL >> 16 & 0xfffffffffffcULL) | MAC_LOCAL;
	return (__u64)(i & 0xff) << 40 | (__u64)(i >> 8 & 0xff) << 32 | MAC_LOCAL;
}

/* SecureOn, of four octets, the first lowest: 1.2.0.0 for the first host */
static inline __u32 password_of_host(__u32 i)
{
	return (i & 0xff) << 24 | (i >> 8 & 0xff) << 16 | 0x0201;
}

static inline __u64 mac_of_unknown(__u32 i)
{
	return (__u64)(i % UNKNOWN_MACS) << 40 | MAC_UNKNOWN;
}

#endif
