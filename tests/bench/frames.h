/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The frames that are sent, and what is to come back. */
#ifndef SLEEPPROXY_BENCH_FRAMES_H
#define SLEEPPROXY_BENCH_FRAMES_H

#include <linux/if_ether.h>
#include <linux/ip.h>
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
		__u8 octets[FRAME_OCTETS - sizeof(struct ethhdr)];
	};
} __attribute__((packed));

_Static_assert(sizeof(struct frame) == FRAME_OCTETS, "the shortest frame of Ethernet");

/* From a peer that is no host. The programs that send it fill in who is meant, and checksums. */
struct frame frame_make(enum offer offer);
/* That opens one to a host, with all checksums. */
struct frame frame_make_connection(unsigned host);
/* To an ARP request, as RFC 826 has it, but for the sender's address: it is who was asked for. */
struct frame frame_make_answer(const struct frame *request);
struct frame frame_make_reflection(const struct frame *request);
/* Of a host, to all: it is awake. */
struct frame frame_make_sign_of_life(unsigned host);

#endif
