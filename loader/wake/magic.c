// SPDX-License-Identifier: GPL-2.0-or-later
#include "wake/magic.h"

#include <arpa/inet.h>
#include <linux/if_ether.h>
#include <linux/ip.h>
#include <linux/udp.h>
#include <string.h>

#include "link/own.h"

static const uint8_t SYNC[6] = { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff };

enum { MAC_REPEATS = 16 };

static size_t payload_length(const struct host_spec *host)
{
	return sizeof(SYNC) + MAC_REPEATS * sizeof(struct mac) + host->secureon_length;
}

static void add_payload(struct packet *packet, const struct host_spec *host)
{
	packet_add(packet, SYNC, sizeof(SYNC));
	for (int repeat = 0; repeat < MAC_REPEATS; repeat++)
		packet_add(packet, &host->mac, sizeof(host->mac));
	packet_add(packet, host->secureon, host->secureon_length);
}

/* RFC 1071 */
static uint16_t checksum(const void *data, size_t length)
{
	const uint8_t *octets = data;
	uint32_t sum = 0;

	for (size_t i = 0; i + 1 < length; i += 2)
		sum += (uint32_t)octets[i] << 8 | octets[i + 1];
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return htons((uint16_t)~sum);
}

void magic_udp(struct packet *packet, const struct host_spec *host, const struct mac *from,
               struct ipv4 source)
{
	const uint16_t udp_length = (uint16_t)(sizeof(struct udphdr) + payload_length(host));
	struct iphdr ip = {
		.version = 4,
		.ihl = 5,
		.tot_len = htons((uint16_t)(sizeof(ip) + udp_length)),
		.frag_off =
			htons(0x4000), /* don't fragment: no identification is needed (RFC 6864) */
		.ttl = 64,
		.protocol = IPPROTO_UDP,
		.daddr = INADDR_BROADCAST
	};
	const struct udphdr udp = { .source = htons(MAGIC_UDP_SOURCE_PORT),
		                    .dest = htons(MAGIC_UDP_PORT),
		                    .len = htons(udp_length) }; /* no checksum (RFC 768) */

	memcpy(&ip.saddr, &source, sizeof(ip.saddr));
	ip.check = checksum(&ip, sizeof(ip));
	packet_start(packet, &MAC_BROADCAST, from, host->vlan, ETH_P_IP);
	packet_add(packet, &ip, sizeof(ip));
	packet_add(packet, &udp, sizeof(udp));
	add_payload(packet, host);
}

void magic_ether(struct packet *packet, const struct host_spec *host, const struct mac *from,
                 const struct mac *to)
{
	packet_start(packet, to, from, host->vlan, MAGIC_ETHERTYPE);
	add_payload(packet, host);
}

int magic_send(int fd, const struct port *port, const struct host_spec *host)
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
