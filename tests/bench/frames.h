/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The frames that are sent, and what is to come back. */
#ifndef SLEEPPROXY_BENCH_FRAMES_H
#define SLEEPPROXY_BENCH_FRAMES_H

#include <linux/if_ether.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/tcp.h>
#include <linux/udp.h>
#include "arp.h"
#include "traffic.h"

struct frame {
	struct ethhdr eth;
	union {
		struct arp arp;
		struct {
			struct iphdr ip;
			union {
				struct tcphdr tcp;
				struct udphdr udp;
			};
		} __attribute__((packed));
		struct {
			struct ipv6hdr ip6;
		} __attribute__((packed));
		__u8 octets[FRAME_OCTETS - sizeof(struct ethhdr)];
	};
} __attribute__((packed));

_Static_assert(sizeof(struct frame) == FRAME_OCTETS, "the shortest frame of Ethernet");

/* From a peer that is no host. The programs that send it fill in who is meant, and checksums. */
struct frame frame_make(enum offer offer);
struct ipv6 address6_of_host(unsigned i);
/* That opens one to a host, with all checksums. */
struct frame frame_make_connection(unsigned host);
/* Of a host, to all: it is awake. */
struct frame frame_make_sign_of_life(unsigned host);

#endif
