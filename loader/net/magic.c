// SPDX-License-Identifier: GPL-2.0-or-later
#include "net/magic.h"

#include <linux/if_ether.h>
#include <string.h>

enum { MAC_REPEATS = 16 };

struct magic {
	uint8_t sync[6];
	struct mac macs[MAC_REPEATS];
	uint8_t secureon[6];
};

/* Returns how many of its octets count. */
static size_t magic_of(const struct magic_target *target, struct magic *magic)
{
	memset(magic->sync, 0xff, sizeof(magic->sync));
	for (int repeat = 0; repeat < MAC_REPEATS; repeat++)
		magic->macs[repeat] = target->mac;
	memcpy(magic->secureon, target->secureon, sizeof(magic->secureon));
	return offsetof(struct magic, secureon) + target->secureon_length;
}

void magic_write_udp(struct packet *packet, const struct magic_target *target,
                     const struct mac *from, struct ipv4 source)
{
	const struct udp_ends ends = {
		.source = source,
		.destination = { { 255, 255, 255, 255 } },
		.source_port = MAGIC_UDP_SOURCE_PORT,
		.destination_port = MAGIC_UDP_PORT,
	};
	struct magic magic;
	size_t length = magic_of(target, &magic);

	packet_start(packet, &MAC_BROADCAST, from, target->vlan, ETH_P_IP);
	packet_add_udp(packet, &ends, &magic, length);
}

void magic_write_ether(struct packet *packet, const struct magic_target *target,
                       const struct mac *from, const struct mac *to)
{
	struct magic magic;
	size_t length = magic_of(target, &magic);

	packet_start(packet, to, from, target->vlan, MAGIC_ETHERTYPE);
	packet_add(packet, &magic, length);
}

int magic_send(int fd, const struct iface *iface, const struct magic_target *target,
               struct ipv4 source)
{
	struct packet forms[3];
	int err = 0;

	magic_write_udp(&forms[0], target, &iface->mac, source);
	magic_write_ether(&forms[1], target, &iface->mac, &MAC_BROADCAST);
	magic_write_ether(&forms[2], target, &iface->mac, &target->mac);
	for (size_t form = 0; form < sizeof(forms) / sizeof(*forms); form++) {
		int sent = packet_send(fd, iface, &forms[form]);

		err = err ? err : sent;
	}
	return err;
}
