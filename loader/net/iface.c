// SPDX-License-Identifier: GPL-2.0-or-later
#include "net/iface.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/ethtool.h>
#include <linux/filter.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include "base/files.h"

int iface_ioctl(const char *name, unsigned long command, struct ifreq *request)
{
	autoclose int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	snprintf(request->ifr_name, sizeof(request->ifr_name), "%s", name);
	return fd < 0 || ioctl(fd, command, request) ? -errno : 0;
}

int iface_find(const char *name, struct iface *iface)
{
	struct ifreq index = { 0 }, address = { 0 };
	int err = iface_ioctl(name, SIOCGIFINDEX, &index);

	if (!err)
		err = iface_ioctl(name, SIOCGIFHWADDR, &address);
	if (err)
		return err;
	*iface = (struct iface){ .ifindex = (uint32_t)index.ifr_ifindex };
	snprintf(iface->name, sizeof(iface->name), "%s", name);
	memcpy(&iface->mac, address.ifr_hwaddr.sa_data, sizeof(iface->mac));
	return 0;
}

void iface_driver(const char *name, char driver[IFACE_DRIVER])
{
	struct ethtool_drvinfo info = { .cmd = ETHTOOL_GDRVINFO };
	struct ifreq request = { .ifr_data = (void *)&info };

	*driver = 0;
	if (!iface_ioctl(name, SIOCETHTOOL, &request))
		snprintf(driver, IFACE_DRIVER, "%s", info.driver);
}

/* IFF_RUNNING may be a second late: it is asked for only where the driver does not say. */
bool iface_has_link(const char *name)
{
	struct ethtool_value link = { .cmd = ETHTOOL_GLINK };
	struct ifreq said = { .ifr_data = (void *)&link }, flags = { 0 };

	if (!iface_ioctl(name, SIOCETHTOOL, &said))
		return link.data;
	return !iface_ioctl(name, SIOCGIFFLAGS, &flags) && flags.ifr_flags & IFF_RUNNING;
}

/* 1, 0 or -errno; -ENOENT: the kernel lacks the family. */
static int is_set(const char *name, bool is_ipv4, const char *setting)
{
	char path[64 + IFNAMSIZ];
	char digit = '0';
	autoclose int fd = -1;

	snprintf(path, sizeof(path), "/proc/sys/net/ipv%c/conf/%s/%s", is_ipv4 ? '4' : '6', name,
	         setting);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || read(fd, &digit, 1) != 1)
		return -errno;
	return digit != '0'; /* forwarding of IPv6 may be 2 */
}

int iface_forwards(const struct iface *iface, bool is_ipv4)
{
	return is_set(iface->name, is_ipv4, "forwarding");
}

int iface_ipv6_is_disabled(const char *name)
{
	return is_set(name, false, "disable_ipv6");
}

int packet_open(void)
{
	/* protocol 0: nothing is received */
	int fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	return fd < 0 ? -errno : fd;
}

/* Some thousand small frames, which may come at once. Without CAP_NET_ADMIN: as many as may be. */
static void set_receive_buffer(int fd)
{
	const int octets = 4 << 20;

	if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &octets, sizeof(octets)))
		setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &octets, sizeof(octets));
}

int packet_listen(uint32_t ifindex, int kind, uint16_t ethertype, const struct sock_fprog *filter)
{
	const struct sockaddr_ll here = { .sll_family = AF_PACKET,
		                          .sll_protocol = htons(ethertype),
		                          .sll_ifindex = (int)ifindex };
	const int on = 1;
	int fd, err;

	if (!ifindex) /* bind would take it for all interfaces */
		return -ENODEV;
	/* protocol 0: nothing is received before the filter is attached */
	fd = socket(AF_PACKET, kind | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	/* to ETH_P_ALL the kernel also shows what goes out */
	if (fd >= 0 && !setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, filter, sizeof(*filter)) &&
	    !setsockopt(fd, SOL_PACKET, PACKET_AUXDATA, &on, sizeof(on)) &&
	    !setsockopt(fd, SOL_PACKET, PACKET_IGNORE_OUTGOING, &on, sizeof(on)) &&
	    !bind(fd, (const struct sockaddr *)&here, sizeof(here))) {
		set_receive_buffer(fd);
		return fd;
	}
	err = -errno;
	cleanup_close(&fd);
	return err;
}

/* The kernel moves the tag from the frame into the auxiliary data. */
static uint16_t vlan_of(struct msghdr *message)
{
	const struct cmsghdr *header = CMSG_FIRSTHDR(message); /* packet_listen asks for no other */
	struct tpacket_auxdata aux;

	if (!header || header->cmsg_type != PACKET_AUXDATA)
		return 0;
	memcpy(&aux, CMSG_DATA(header), sizeof(aux));
	return aux.tp_status & TP_STATUS_VLAN_VALID ? aux.tp_vlan_tci & 0xfff : 0;
}

ssize_t packet_receive(int fd, void *frame, size_t size, struct packet_origin *origin)
{
	union {
		struct cmsghdr aligned;
		char space[CMSG_SPACE(sizeof(struct tpacket_auxdata))];
	} control;
	struct sockaddr_ll from = { 0 };
	struct iovec buffer = { frame, size };
	struct msghdr message = {
		.msg_name = &from,
		.msg_namelen = sizeof(from),
		.msg_iov = &buffer,
		.msg_iovlen = 1,
		.msg_control = &control,
		.msg_controllen = sizeof(control),
	};
	ssize_t length = recvmsg(fd, &message, MSG_DONTWAIT);

	if (length < 0)
		return -errno;
	*origin = (struct packet_origin){ from.sll_pkttype, vlan_of(&message) };
	return length;
}

static int set_membership(int fd, const struct iface *iface, unsigned short type, bool on)
{
	const struct packet_mreq all = { .mr_ifindex = (int)iface->ifindex, .mr_type = type };

	if (setsockopt(fd, SOL_PACKET, on ? PACKET_ADD_MEMBERSHIP : PACKET_DROP_MEMBERSHIP, &all,
	               sizeof(all)))
		return -errno;
	return 0;
}

int packet_promiscuous(int fd, const struct iface *iface, bool on)
{
	return set_membership(fd, iface, PACKET_MR_PROMISC, on);
}

int packet_all_multicast(int fd, const struct iface *iface, bool on)
{
	return set_membership(fd, iface, PACKET_MR_ALLMULTI, on);
}

int packet_send_octets(int fd, const struct iface *iface, const uint8_t *octets, size_t length)
{
	const struct sockaddr_ll out = { .sll_family = AF_PACKET,
		                         .sll_ifindex = (int)iface->ifindex,
		                         .sll_halen = ETH_ALEN };

	return sendto(fd, octets, length, 0, (const struct sockaddr *)&out, sizeof(out)) < 0
	               ? -errno
	               : 0;
}

int packet_send(int fd, const struct iface *iface, struct packet *packet)
{
	if (packet->overflow)
		return -EMSGSIZE;
	if (packet->length < ETH_ZLEN)
		packet->length = ETH_ZLEN;
	return packet_send_octets(fd, iface, packet->octets, packet->length);
}
