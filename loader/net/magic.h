/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Magic Packets. The payload is 6 × FF, then 16 × the host's MAC, then its SecureOn password where
 * it has one. It goes out in the three forms that between them every receiver knows: as a UDP
 * datagram to 255.255.255.255 (the Wakeup Packet of draft-jeong-eman-network-proxy-protocol), and
 * as EtherType 0x0842 both broadcast and to the host's MAC. Broadcast is never left out: after an
 * answer in its name a switch may believe that the MAC is on our port.
 */
#ifndef SLEEPPROXY_NET_MAGIC_H
#define SLEEPPROXY_NET_MAGIC_H

#include "base/packet.h"
#include "host/description.h"

enum {
	MAGIC_ETHERTYPE = 0x0842,
	MAGIC_UDP_PORT = 9, /* discard */
	MAGIC_UDP_SOURCE_PORT =
		40000, /* not 9 as well: there are switch filters against equal ports */
};

/* Pure: the UDP form from `source`, and the EtherType form to `to`. */
void magic_udp(struct packet *packet, const struct host_description *host, const struct mac *from,
               struct ipv4 source);
void magic_ether(struct packet *packet, const struct host_description *host, const struct mac *from,
                 const struct mac *to);

/*
 * One round out of `port`: every form. 0, or the first -errno; the other forms are sent all the
 * same.
 */
int magic_send(int fd, const struct iface *port, const struct host_description *host);

#endif
