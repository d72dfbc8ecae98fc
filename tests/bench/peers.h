/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What else can answer ARP for others, or wake them, each at the far end of a wire of its own: the
 * kernel's own proxies, and programs on packet sockets. They are given the best of conditions: no
 * XDP program, which they do not need, but GRO; no delay; nobody else who looks at the frames. The
 * programs know a host by a comparison of its address.
 */
#ifndef SLEEPPROXY_BENCH_PEERS_H
#define SLEEPPROXY_BENCH_PEERS_H

#include <stdbool.h>

struct wire;

enum { PEER_WHY = 256 };

struct peer {
	const char *setup;       /* commands of the shell; $far: the wire's far end; $hosts */
	void (*answer)(int far); /* by the far end's index, for ever; NULL: the kernel answers */
	int cpu;                 /* that does so */
	unsigned burst;          /* see struct questions */
};

extern const struct peer peer_proxy_arp, peer_ebtables, peer_neigh_proxy, peer_tpacket,
	peer_recvfrom, peer_sniffer;

/* Sets it up on that wire, until the bench ends. False, with `why`: this machine has no such. */
bool peer_start(const struct peer *peer, const struct wire *wire, unsigned hosts,
                char why[PEER_WHY]);

/* peer_sockets.c; by the index of an interface. They say when they listen. */
void tpacket_answer(int interface);
void recvfrom_answer(int interface);
void sniffer_wake(int interface);
void peer_is_ready(void);

#endif
