// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/packet.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <string.h>
#include <sys/socket.h>

void packet_start(struct packet *packet, const struct mac *to, const struct mac *from,
                  uint16_t vlan, uint16_t ethertype)
{
	const uint16_t tag[] = { htons(ETH_P_8021Q), htons(vlan) };
	const uint16_t type = htons(ethertype);

	memset(packet, 0, sizeof(*packet));
	packet_add(packet, to, sizeof(*to));
	packet_add(packet, from, sizeof(*from));
	if (vlan)
		packet_add(packet, tag, sizeof(tag));
	packet_add(packet, &type, sizeof(type));
}

void packet_add(struct packet *packet, const void *data, size_t length)
{
	if (length > sizeof(packet->octets) - packet->length) {
		packet->overflow = 1;
		return;
	}
	memcpy(packet->octets + packet->length, data, length);
	packet->length += length;
}

int packet_open(void)
{
	/* protocol 0: nothing is received */
	int fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	return fd < 0 ? -errno : fd;
}

int packet_hear_all(int fd, const struct port *port, int on)
{
	const struct packet_mreq all = { .mr_ifindex = (int)port->ifindex,
		                         .mr_type = PACKET_MR_PROMISC };

	if (setsockopt(fd, SOL_PACKET, on ? PACKET_ADD_MEMBERSHIP : PACKET_DROP_MEMBERSHIP, &all,
	               sizeof(all)))
		return -errno;
	return 0;
}

int packet_send(int fd, const struct port *port, struct packet *packet)
{
	const struct sockaddr_ll out = { .sll_family = AF_PACKET,
		                         .sll_ifindex = (int)port->ifindex,
		                         .sll_halen = ETH_ALEN };

	if (packet->overflow)
		return -EMSGSIZE;
	if (packet->length < ETH_ZLEN)
		packet->length = ETH_ZLEN;
	if (sendto(fd, packet->octets, packet->length, 0, (const struct sockaddr *)&out,
	           sizeof(out)) < 0)
		return -errno;
	return 0;
}
