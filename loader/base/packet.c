// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/packet.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/filter.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

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

static int set(int fd, int option)
{
	const int on = 1;

	return setsockopt(fd, SOL_PACKET, option, &on, sizeof(on));
}

static int listen_on(int fd, uint32_t ifindex, uint16_t ethertype, const struct sock_fprog *filter)
{
	const struct sockaddr_ll here = { .sll_family = AF_PACKET,
		                          .sll_protocol = htons(ethertype),
		                          .sll_ifindex = (int)ifindex };

	if (!ifindex) /* bind would take it for all of them */
		return -ENODEV;
	/* to ETH_P_ALL the kernel also shows what goes out */
	if (setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, filter, sizeof(*filter)) ||
	    set(fd, PACKET_AUXDATA) || set(fd, PACKET_IGNORE_OUTGOING) ||
	    bind(fd, (const struct sockaddr *)&here, sizeof(here)))
		return -errno;
	return 0;
}

int packet_listen(uint32_t ifindex, int kind, uint16_t ethertype, const struct sock_fprog *filter)
{
	/* protocol 0: nothing is heard before the filter is there */
	int fd = socket(AF_PACKET, kind | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	int err = fd < 0 ? -errno : listen_on(fd, ifindex, ethertype, filter);

	if (fd >= 0 && err)
		close(fd);
	return err ? err : fd;
}

int packet_promiscuous(int fd, const struct iface *port, int on)
{
	const struct packet_mreq all = { .mr_ifindex = (int)port->ifindex,
		                         .mr_type = PACKET_MR_PROMISC };

	if (setsockopt(fd, SOL_PACKET, on ? PACKET_ADD_MEMBERSHIP : PACKET_DROP_MEMBERSHIP, &all,
	               sizeof(all)))
		return -errno;
	return 0;
}

int packet_send(int fd, const struct iface *port, struct packet *packet)
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
