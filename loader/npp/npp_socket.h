/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Hears the protocol on an interface (AF_PACKET, packet(7)). All else is left to the kernel, which
 * filters before it wakes us.
 */
#ifndef SLEEPPROXY_NPP_SOCKET_H
#define SLEEPPROXY_NPP_SOCKET_H

#include "npp/npp_packet.h"

/*
 * A socket that does not block, and hears what comes in on the interface from then on; -errno.
 * Needs CAP_NET_RAW. The caller closes it. It may send, too (packet_send).
 */
int npp_socket_open(uint32_t ifindex, uint8_t icmp_type);

struct npp_frame {
	uint8_t octets[PACKET_MAX];
};

/*
 * What came next, in `frame`, to which `datagram` points. What is malformed, or was not addressed
 * to this machine's interface or to all, is passed over. 0; -EAGAIN: nothing more is there; -errno.
 */
int npp_socket_receive(int fd, struct npp_frame *frame, struct npp_packet *datagram);

#endif
