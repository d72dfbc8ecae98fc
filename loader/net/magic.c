// SPDX-License-Identifier: GPL-2.0-or-later
#include "net/magic.h"

#include <linux/if_ether.h>
#include <string.h>

#include "base/internet.h"
#include "net/own_addresses.h"

enum { MAC_REPEATS = 16 };

struct magic {
	uint8_t sync[6];
	struct mac macs[MAC_REPEATS];
	uint8_t secureon[6];
};

/* Returns how many of its octets count. */
static size_t magic_of(const struct host_description *host, struct magic *magic)
{
	memset(magic->sync, 0xff, sizeof(magic->sync));
	for (int repeat = 0; repeat < MAC_REPEATS; repeat++)
		magic->macs[repeat] = host->mac;
	memcpy(magic->secureon, host->secureon, sizeof(magic->secureon));
	return offsetof(struct magic, secureon) + host->secureon_length;
}

void magic_udp(struct packet *packet, const struct host_description *host, const struct mac *from,
               struct ipv4 source)
{
	const struct internet_ends ends = {
		.source = source,
		.destination = { { 255, 255, 255, 255 } },
		.source_port = MAGIC_UDP_SOURCE_PORT,
		.destination_port = MAGIC_UDP_PORT,
	};
	struct magic magic;
	size_t length = magic_of(host, &magic);

	packet_start(packet, &MAC_BROADCAST, from, host->vlan, ETH_P_IP);
	internet_add_udp(packet, &ends, &magic, length);
}

void magic_ether(struct packet *packet, const struct host_description *host, const struct mac *from,
                 const struct mac *to)
{
	struct magic magic;
	size_t length = magic_of(host, &magic);

	packet_start(packet, to, from, host->vlan, MAGIC_ETHERTYPE);
	packet_add(packet, &magic, length);
}

int magic_send(int fd, const struct iface *port, const struct host_description *host)
{
	struct packet forms[3];
	int err = 0;

	magic_udp(&forms[0], host, &port->mac, own_ipv4_near(port->ifindex, NULL));
	magic_ether(&forms[1], host, &port->mac, &MAC_BROADCAST);
	magic_ether(&forms[2], host, &port->mac, &host->mac);
	for (size_t form = 0; form < sizeof(forms) / sizeof(*forms); form++) {
		int sent = packet_send(fd, port, &forms[form]);

		err = err ? err : sent;
	}
	return err;
}
