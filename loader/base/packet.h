/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Whole frames out of an interface, past the network stack (AF_PACKET, packet(7)): what a proxy
 * sends is not from the machine's own addresses, and may need a VLAN tag of its own.
 */
#ifndef SLEEPPROXY_BASE_PACKET_H
#define SLEEPPROXY_BASE_PACKET_H

#include <net/if.h>
#include <stddef.h>
#include <stdint.h>

#include "address.h"

struct sock_fprog;

enum { PACKET_MAX = 1514 };

/* Where frames go out, and as whom. */
struct iface {
	char name[IFNAMSIZ];
	uint32_t ifindex;
	struct mac mac;
};

/*
 * A frame under construction. The writers set a flag instead of failing: packet_send then returns
 * -EMSGSIZE.
 */
struct packet {
	uint8_t octets[PACKET_MAX];
	size_t length;
	int overflow;
};

static const struct mac MAC_BROADCAST = { { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff } };

/* Starts a frame; `vlan` 0: without tag. `ethertype` in host byte order. */
void packet_start(struct packet *packet, const struct mac *to, const struct mac *from,
                  uint16_t vlan, uint16_t ethertype);
void packet_add(struct packet *packet, const void *data, size_t length);

/* A socket that sends and receives nothing; -errno. Needs CAP_NET_RAW. The caller closes it. */
int packet_open(void);

/*
 * A socket that does not block, and hears what comes in on the interface from then on and passes
 * the filter, with PACKET_AUXDATA; -errno. `kind`: SOCK_RAW, or SOCK_DGRAM for frames without their
 * Ethernet header. `ethertype` in host byte order. Needs CAP_NET_RAW. The caller closes it.
 */
int packet_listen(uint32_t ifindex, int kind, uint16_t ethertype, const struct sock_fprog *filter);

/*
 * Lets the interface take in frames to other MACs, such as a sleeper's, for as long as the socket
 * is open or `on` was the last word. 0 or -errno.
 */
int packet_promiscuous(int fd, const struct iface *port, int on);

/* Pads to Ethernet's minimum and sends. 0 or -errno. */
int packet_send(int fd, const struct iface *port, struct packet *packet);

#endif
