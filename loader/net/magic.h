/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Magic Packets. The payload is 6 × FF, then 16 × the host's MAC, then its SecureOn password if it
 * has one. It is sent in three forms, as no single one reaches every network card: a UDP datagram
 * to 255.255.255.255 (the Wakeup Packet of draft-jeong-eman-network-proxy-protocol), and EtherType
 * 0x0842 both broadcast and to the host's MAC. Broadcast is never left out: after an answer in the
 * host's name a switch may believe that its MAC is on our port.
 */
#ifndef SLEEPPROXY_NET_MAGIC_H
#define SLEEPPROXY_NET_MAGIC_H

#include "magic_packet.h"
#include "net/iface.h"

enum {
	MAGIC_UDP_PORT = 9,            /* discard */
	MAGIC_UDP_SOURCE_PORT = 40000, /* not 9, as some switches filter equal ports */
};

struct magic_target {
	struct mac mac;
	uint16_t vlan; /* 0: no tag */
	uint8_t secureon[6];
	uint8_t secureon_length; /* octets: 0, 4 or 6 */
};

/* In the order in which they are sent. */
enum magic_form { MAGIC_TO_ALL, MAGIC_TO_HOST, MAGIC_UDP, MAGIC_FORMS };

/* Pure. `source` is the UDP form's. */
void magic_write(struct packet *packet, enum magic_form form, const struct magic_target *target,
                 const struct mac *from, struct ipv4 source);

/* All three forms. 0, or the first -errno; the other forms are sent all the same. */
int magic_send(int fd, const struct iface *iface, const struct magic_target *target,
               struct ipv4 source);

#endif
