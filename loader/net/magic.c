// SPDX-License-Identifier: GPL-2.0-or-later
#include "net/magic.h"

#include <linux/if_ether.h>
#include <string.h>

struct magic {
	struct magic_packet packet;
	uint8_t secureon[6];
};

void magic_write(struct packet *packet, enum magic_form form, const struct magic_target *target,
                 const struct mac *from, struct ipv4 source)
{
	const struct udp_ends ends = {
		.source = source,
		.destination = { { 255, 255, 255, 255 } },
		.source_port = MAGIC_UDP_SOURCE_PORT,
		.destination_port = MAGIC_UDP_PORT,
	};
	const size_t length = offsetof(struct magic, secureon) + target->secureon_length;
	struct magic magic;

	memset(magic.packet.sync, 0xff, sizeof(magic.packet.sync));
	for (int repeat = 0; repeat < MAGIC_REPEATS; repeat++)
		magic.packet.host[repeat] = target->mac;
	memcpy(magic.secureon, target->secureon, sizeof(magic.secureon));
	packet_start(packet, form == MAGIC_TO_HOST ? &target->mac : &MAC_BROADCAST, from,
	             target->vlan, form == MAGIC_UDP ? ETH_P_IP : MAGIC_ETHERTYPE);
	if (form == MAGIC_UDP)
		packet_add_udp(packet, &ends, &magic, length);
	else
		packet_add(packet, &magic, length);
}

int magic_send(int fd, const struct iface *iface, const struct magic_target *target,
               struct ipv4 source)
{
	int err = 0;

	for (enum magic_form form = 0; form < MAGIC_FORMS; form++) {
		struct packet packet;
		int sent;

		magic_write(&packet, form, target, &iface->mac, source);
		sent = packet_send(fd, iface, &packet);
		err = err ? err : sent;
	}
	return err;
}
