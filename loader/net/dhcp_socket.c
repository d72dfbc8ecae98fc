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
#include "net/iface.h"

/* Of an IPv4 packet without options, with UDP behind it: offsets from its beginning. */
enum { AT_FRAGMENT = 6, AT_PROTOCOL = 9, AT_PORT = 22, AT_LENGTH = 24 };
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

static uint16_t number_at(const uint8_t *packet, size_t offset)
{
	return (uint16_t)(packet[offset] << 8 | packet[offset + 1]);
}

int dhcp_receive(int fd, struct dhcp_snoop *snoop)
{
	uint8_t packet[HEADERS + DHCP_SNOOP_MAX];
	struct sockaddr_ll from = { 0 };
	socklen_t size;
	ssize_t got;
	size_t length;

	do {
		size = sizeof(from);
		got = recvfrom(fd, packet, sizeof(packet), MSG_DONTWAIT | MSG_TRUNC,
		               (struct sockaddr *)&from, &size);
		if (got < 0)
			return -errno;
		length = got >= HEADERS ? number_at(packet, AT_LENGTH) : 0;
	} while (got > (ssize_t)sizeof(packet) || length < UDP_HEADER + sizeof(struct dhcp) ||
	         length > (size_t)got - HEADERS + UDP_HEADER || from.sll_halen != ETH_ALEN);
	*snoop = (struct dhcp_snoop){ .length = (uint16_t)(length - UDP_HEADER) };
	memcpy(&snoop->from, from.sll_addr, sizeof(snoop->from));
	memcpy(snoop->message, packet + HEADERS, snoop->length);
	return 0;
}
