// SPDX-License-Identifier: GPL-2.0-or-later
#include "net/dhcp_socket.h"

#include <errno.h>
#include <linux/filter.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

#include <dhcp.h> /* the wire format, of include/ */
#include <dhcp6.h>
#include "net/iface.h"

/* Of an IPv4 packet without options, with UDP behind it: offsets from its beginning. */
enum { AT_FRAGMENT = 6, AT_PROTOCOL = 9, AT_PORT = 22, AT_LENGTH = 24 };
/* Of IPv6 without extension headers, likewise. */
enum { AT_NEXT6 = 6, AT_SOURCE6 = 8, AT_PORT6 = 42, AT_LENGTH6 = 44, HEADERS6 = 48 };
enum { HEADERS = 28, UDP_HEADER = 8, IPV4_PLAIN = 0x45, OFFSET_AND_MORE = 0x3fff };

/* A server keeps to 576 octets (RFC 2131, 2): room for some 50 messages. */
enum { RECEIVE_BUFFER = 64 * 1024 };

/* The frame's Ethernet header is left out (SOCK_DGRAM), so that offsets are IPv4's. */
int dhcp_listen(uint32_t ifindex)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_B | BPF_ABS, 0),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, IPV4_PLAIN, 0, 8),
		BPF_STMT(BPF_LD | BPF_H | BPF_ABS, AT_FRAGMENT),
		BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, OFFSET_AND_MORE, 6, 0),
		BPF_STMT(BPF_LD | BPF_B | BPF_ABS, AT_PROTOCOL),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, IPPROTO_UDP, 0, 4),
		BPF_STMT(BPF_LD | BPF_H | BPF_ABS, AT_PORT),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, DHCP_CLIENT_PORT, 1, 0),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, DHCP_SERVER_PORT, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, HEADERS + DHCP_SNOOP_MAX),
		BPF_STMT(BPF_RET | BPF_K, 0),
	};
	const struct sock_fprog filter = { sizeof(code) / sizeof(*code), code };
	const int size = RECEIVE_BUFFER;
	const int fd = packet_listen(ifindex, SOCK_DGRAM, ETH_P_IP, &filter);

	if (fd >= 0)
		setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size));
	return fd;
}

int dhcp6_listen(uint32_t ifindex)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_B | BPF_ABS, AT_NEXT6),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, IPPROTO_UDP, 0, 3),
		BPF_STMT(BPF_LD | BPF_H | BPF_ABS, AT_PORT6),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, DHCP6_SERVER_PORT, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, HEADERS6 + DHCP_SNOOP_MAX),
		BPF_STMT(BPF_RET | BPF_K, 0),
	};
	const struct sock_fprog filter = { sizeof(code) / sizeof(*code), code };
	const int size = RECEIVE_BUFFER;
	const int fd = packet_listen(ifindex, SOCK_DGRAM, ETH_P_IPV6, &filter);

	if (fd >= 0)
		setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size));
	return fd;
}

static uint16_t number_at(const uint8_t *packet, size_t offset)
{
	return (uint16_t)(packet[offset] << 8 | packet[offset + 1]);
}

/* False: it has no message of `least` octets, or not all of it. */
static bool read_message(const uint8_t *packet, size_t got, size_t headers, size_t at_length,
                         size_t least, struct dhcp_snoop *snoop)
{
	const size_t length = got >= headers ? number_at(packet, at_length) : 0;

	if (got > headers + DHCP_SNOOP_MAX || length < UDP_HEADER + least ||
	    length > got - headers + UDP_HEADER)
		return false;
	*snoop = (struct dhcp_snoop){ .length = (uint16_t)(length - UDP_HEADER) };
	memcpy(snoop->message, packet + headers, snoop->length);
	return true;
}

bool dhcp_read(const uint8_t *packet, size_t length, const struct mac *from,
               struct dhcp_snoop *snoop)
{
	if (!read_message(packet, length, HEADERS, AT_LENGTH, sizeof(struct dhcp), snoop))
		return false;
	snoop->from = *from;
	return true;
}

/* The next packet, which has a message of `least` octets or more; or -errno. */
static int receive(int fd, uint8_t *packet, size_t headers, size_t at_length, size_t least,
                   struct dhcp_snoop *snoop)
{
	const size_t size = headers + DHCP_SNOOP_MAX;
	struct sockaddr_ll from = { 0 };
	socklen_t from_size = sizeof(from);
	const ssize_t got = recvfrom(fd, packet, size, MSG_DONTWAIT | MSG_TRUNC,
	                             (struct sockaddr *)&from, &from_size);

	if (got < 0)
		return -errno;
	if (from.sll_halen != ETH_ALEN ||
	    !read_message(packet, (size_t)got, headers, at_length, least, snoop))
		return -EBADMSG;
	memcpy(&snoop->from, from.sll_addr, sizeof(snoop->from));
	return 0;
}

int dhcp_receive(int fd, struct dhcp_snoop *snoop)
{
	uint8_t packet[HEADERS + DHCP_SNOOP_MAX];

	return receive(fd, packet, HEADERS, AT_LENGTH, sizeof(struct dhcp), snoop);
}

int dhcp6_receive(int fd, struct dhcp_snoop *snoop)
{
	uint8_t packet[HEADERS6 + DHCP_SNOOP_MAX];
	const int err = receive(fd, packet, HEADERS6, AT_LENGTH6, sizeof(struct dhcp6), snoop);

	if (err)
		return err;
	snoop->client = snoop->from;
	snoop->destination_port = htons(DHCP6_SERVER_PORT);
	memcpy(&snoop->source6, packet + AT_SOURCE6, sizeof(snoop->source6));
	return 0;
}
