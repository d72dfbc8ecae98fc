// SPDX-License-Identifier: GPL-2.0-or-later
#include "dhcp/dhcp_frame.h"

#include <errno.h>
#include <linux/if_ether.h>

#include "base/internet.h"

int dhcp_frame_write(struct packet *packet, const struct dhcp_frame_ends *ends,
                     const struct dhcp_message *message)
{
	const struct internet_ends udp = {
		.source = ends->source,
		.destination = ends->destination,
		.source_port = DHCP_CLIENT_PORT,
		.destination_port = DHCP_SERVER_PORT,
	};
	uint8_t octets[DHCP_MESSAGE_MAX];
	size_t length = dhcp_message_write(message, octets);
	struct packet whole;

	if (!length)
		return -EMSGSIZE;
	packet_start(&whole, &ends->to, &ends->from, ends->vlan, ETH_P_IP);
	internet_add_udp(&whole, &udp, octets, length);
	if (whole.overflow) /* a tag may be too much */
		return -EMSGSIZE;
	*packet = whole;
	return 0;
}
