/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * IPv4's header around UDP and ICMP, for frames that the network stack does not make, and the
 * checksum that all of them share.
 */
#ifndef SLEEPPROXY_BASE_INTERNET_H
#define SLEEPPROXY_BASE_INTERNET_H

#include "base/packet.h"

/* Ports in host byte order. */
struct internet_ends {
	struct ipv4 source, destination;
	uint16_t source_port, destination_port;
};

/* Both headers, with both checksums, and the payload behind what `packet` has already. */
void internet_add_udp(struct packet *packet, const struct internet_ends *ends, const void *payload,
                      size_t length);

/* The header, and an ICMP message that has its checksum already, likewise. */
void internet_add_icmp(struct packet *packet, struct ipv4 source, struct ipv4 destination,
                       const void *message, size_t length);

/* RFC 1071, in network order. Of octets that hold their own, where it is right: 0. */
uint16_t internet_checksum(const void *data, size_t length);

#endif
