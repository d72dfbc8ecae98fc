/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Ethernet frames built in a buffer, with IPv4 or IPv6 and what is in them: for frames that the
 * network stack does not make. Pure; net/iface.h sends them.
 */
#ifndef SLEEPPROXY_BASE_PACKET_H
#define SLEEPPROXY_BASE_PACKET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "address.h"

enum { PACKET_MAX = 1514 };

/*
 * A frame under construction. What does not fit is left out, and sets `overflow`: packet_send then
 * returns -EMSGSIZE, so that the writers need not fail.
 */
struct packet {
	uint8_t octets[PACKET_MAX];
	size_t length;
	bool overflow;
};

static const struct mac MAC_BROADCAST = { { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff } };

/* Starts a frame. `vlan` 0: without a tag. `ethertype` in host byte order. */
void packet_start(struct packet *packet, const struct mac *to, const struct mac *from,
                  uint16_t vlan, uint16_t ethertype);
void packet_add(struct packet *packet, const void *data, size_t length);

/* Ports in host byte order. */
struct udp_ends {
	struct ipv4 source, destination;
	uint16_t source_port, destination_port;
};

/* Appends an IPv4 and a UDP header, with both checksums, and the payload. */
void packet_add_udp(struct packet *packet, const struct udp_ends *ends, const void *payload,
                    size_t length);

struct udp6_ends {
	struct ipv6 source, destination;
	uint16_t source_port, destination_port;
};

/* The same with IPv6. */
void packet_add_udp6(struct packet *packet, const struct udp6_ends *ends, const void *payload,
                     size_t length);

/* Appends an IPv4 header and an ICMP message, which has its own checksum already. */
void packet_add_icmp(struct packet *packet, struct ipv4 source, struct ipv4 destination,
                     const void *message, size_t length);

/*
 * Appends an IPv6 header, with the hop limit of Neighbor Discovery, and an ICMPv6 message, into
 * which the checksum is written.
 */
void packet_add_icmp6(struct packet *packet, const struct ipv6 *source,
                      const struct ipv6 *destination, const void *message, size_t length);

/*
 * RFC 1071, in network byte order. Over octets that contain their checksum it is 0 if that is
 * right.
 */
uint16_t internet_checksum(const void *data, size_t length);
/* The same with the pseudo header of IPv6 (RFC 8200, 8.1). */
uint16_t icmpv6_checksum(const struct ipv6 *source, const struct ipv6 *destination,
                         const void *message, size_t length);

/*
 * Completes the checksum of TCP or UDP, where it is that of the pseudo header alone: a sender on
 * this machine, or over veth, leaves the rest to a network card that never sees the packet. Of IPv4
 * the addresses are mapped ones, of which the sum is the same.
 */
void checksum_complete(const struct ipv6 *source, const struct ipv6 *destination, uint8_t protocol,
                       uint8_t *transport, size_t length);

#endif
