/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A message's way, pure: from an Ethernet frame to who says what to whom, and back. Both sides
 * speak Ethernet themselves: the source of a frame is what a proxy knows a host by, and a firewall
 * that takes unknown ICMP for invalid would keep the answers from a host.
 */
#ifndef SLEEPPROXY_NPP_PACKET_H
#define SLEEPPROXY_NPP_PACKET_H

#include <stdbool.h>

#include "base/packet.h"

struct npp_packet {
	struct mac from, to;
	uint16_t vlan; /* 0: no tag */
	struct ipv4 source, destination;
	const uint8_t *octets; /* the ICMP message, which somebody else owns */
	size_t length;
};

/*
 * Of a frame without tags, as the kernel hands it out. False: it is no whole IPv4 datagram with
 * ICMP in it and with right lengths and a right header checksum. `octets` points into the frame.
 */
bool npp_packet_read(const uint8_t *frame, size_t length, struct npp_packet *datagram);

/* As packet.h has it: where it does not fit, packet_send says so. */
void npp_packet_write(const struct npp_packet *datagram, struct packet *packet);

#endif
