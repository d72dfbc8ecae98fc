/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A DHCP message on its way: the frame that carries a sleeper's request, from the sleeper's own
 * address, as its server knows it.
 */
#ifndef SLEEPPROXY_DHCP_FRAME_H
#define SLEEPPROXY_DHCP_FRAME_H

#include "base/packet.h"
#include "dhcp/dhcp_message.h"

/* Who sends to whom. */
struct dhcp_frame_ends {
	struct mac from, to; /* Ethernet */
	struct ipv4 source, destination;
	uint16_t vlan; /* 0: no tag */
};

/*
 * Pure: `message` in UDP from the client's port to a server's. -EMSGSIZE: it does not fit, and
 * `packet` is untouched.
 */
int dhcp_frame_write(struct packet *packet, const struct dhcp_frame_ends *ends,
                     const struct dhcp_message *message);

#endif
