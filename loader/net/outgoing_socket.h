/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What this machine itself sends on an interface, or forwards there: its questions for MACs, by ARP
 * and Neighbor Discovery, the IP packets that it sends to the interface's own MAC, and what it says
 * as a DHCP server. Frames of packet sockets are among them.
 */
#ifndef SLEEPPROXY_NET_OUTGOING_SOCKET_H
#define SLEEPPROXY_NET_OUTGOING_SOCKET_H

#include <stdbool.h>
#include <stddef.h>

#include "net/iface.h"

struct outgoing {
	enum { OUTGOING_QUESTION, OUTGOING_PACKET, OUTGOING_DHCP } kind; /* DHCPv6, too */
	uint16_t vlan;       /* of the tag in the frame; 0: none */
	struct ipv6 address; /* that is asked for, or that the packet is for */
	size_t length;
	uint8_t frame[PACKET_MAX + 4]; /* with its tag, and with its checksums */
};

/* Octets of its Ethernet header, with the tag. */
static inline size_t outgoing_header(const struct outgoing *outgoing)
{
	return outgoing->vlan ? 18 : 14;
}

/*
 * A socket that receives them, without blocking; or -errno. The caller closes it. It needs
 * CAP_NET_RAW.
 */
int outgoing_listen(const struct iface *iface);

/*
 * The next one. 0; -EBADMSG: it is cut short, or longer than a frame may be, as the network card
 * makes several of it; -EAGAIN: there is none; another -errno.
 */
int outgoing_receive(int fd, struct outgoing *outgoing);

#endif
