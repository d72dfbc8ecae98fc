// SPDX-License-Identifier: GPL-2.0-or-later
#include "net/outgoing_socket.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/filter.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <linux/virtio_net.h>
#include <netinet/icmp6.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

#include <arp.h> /* the wire formats, of include/ */
#include <dhcp.h>
#include <dhcp6.h>
#include "base/files.h"

enum { TAG = 4 }; /* octets */

/* Of a frame without a tag. */
enum {
	AT_TYPE = 12,
	AT_ARP_OPERATION = ETH_HLEN + 6,
	AT_ARP_TARGET = ETH_HLEN + 24,
	AT_PROTOCOL4 = ETH_HLEN + 9,
	AT_DESTINATION4 = ETH_HLEN + 16,
	AT_PORT4 = ETH_HLEN + 22, /* the destination's, without IP options */
	AT_NEXT6 = ETH_HLEN + 6,
	AT_DESTINATION6 = ETH_HLEN + 24,
	AT_MESSAGE6 = ETH_HLEN + 40,
	AT_PORT6 = AT_MESSAGE6 + 2,
	AT_ND_TARGET = AT_MESSAGE6 + 8,
};

static uint32_t number_of(const uint8_t *octets, size_t count)
{
	uint32_t number = 0;

	for (size_t i = 0; i < count; i++)
		number = number << 8 | octets[i];
	return number;
}

/*
 * It runs for each frame that this machine sends. X: 4 after a tag. Another machine's MAC differs
 * in its last octets most often.
 */
static int open_socket(const struct iface *iface)
{
	const uint32_t start = number_of(iface->mac.octet, 2),
		       end = number_of(iface->mac.octet + 2, 4);
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_B | BPF_ABS, (uint32_t)(SKF_AD_OFF + SKF_AD_PKTTYPE)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, PACKET_OUTGOING, 0, 30),
		BPF_STMT(BPF_LDX | BPF_IMM, 0),
		BPF_STMT(BPF_LD | BPF_H | BPF_ABS, AT_TYPE),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ETH_P_8021Q, 0, 1),
		BPF_STMT(BPF_LDX | BPF_IMM, TAG),
		BPF_STMT(BPF_LD | BPF_H | BPF_IND, AT_TYPE),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ETH_P_IP, 6, 0),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ETH_P_IPV6, 9, 0),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ETH_P_ARP, 0, 22),
		BPF_STMT(BPF_LD | BPF_H | BPF_IND, AT_ARP_OPERATION),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ARP_REQUEST, 0, 20),
		/* the kernel does not pad, packet_send does */
		BPF_STMT(BPF_LD | BPF_W | BPF_LEN, 0),
		BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, ETH_ZLEN, 18, 17),
		/* IPv4 */
		BPF_STMT(BPF_LD | BPF_B | BPF_IND, AT_PROTOCOL4),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, IPPROTO_UDP, 0, 9),
		BPF_STMT(BPF_LD | BPF_H | BPF_IND, AT_PORT4),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, DHCP_CLIENT_PORT, 13, 7),
		/* IPv6 */
		BPF_STMT(BPF_LD | BPF_B | BPF_IND, AT_NEXT6),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, IPPROTO_UDP, 3, 0),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, IPPROTO_ICMPV6, 0, 4),
		BPF_STMT(BPF_LD | BPF_B | BPF_IND, AT_MESSAGE6),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ND_NEIGHBOR_SOLICIT, 8, 2),
		BPF_STMT(BPF_LD | BPF_H | BPF_IND, AT_PORT6),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, DHCP6_CLIENT_PORT, 6, 0),
		/* a packet, of which the card does not yet make several */
		BPF_STMT(BPF_LD | BPF_W | BPF_LEN, 0),
		BPF_JUMP(BPF_JMP | BPF_JGT | BPF_K, PACKET_MAX, 5, 0),
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, 2),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, end, 0, 3),
		BPF_STMT(BPF_LD | BPF_H | BPF_ABS, 0),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, start, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, UINT32_MAX),
		BPF_STMT(BPF_RET | BPF_K, 0),
	};
	const struct sock_fprog filter = { sizeof(code) / sizeof(*code), code };

	return packet_listen(iface->ifindex, SOCK_RAW, ETH_P_ALL, &filter);
}

/* Checksums may be left to the network card: the header that the socket adds says which. */
int outgoing_listen(const struct iface *iface)
{
	const int on = 1, off = 0;
	int fd = open_socket(iface), err;

	if (fd < 0 || (!setsockopt(fd, SOL_PACKET, PACKET_VNET_HDR, &on, sizeof(on)) &&
	               !setsockopt(fd, SOL_PACKET, PACKET_IGNORE_OUTGOING, &off, sizeof(off))))
		return fd;
	err = -errno;
	cleanup_close(&fd);
	return err;
}

static void complete_checksum(struct outgoing *outgoing, const struct virtio_net_hdr *header)
{
	const size_t start = header->csum_start, at = start + header->csum_offset;
	uint16_t sum;

	if (!(header->flags & VIRTIO_NET_HDR_F_NEEDS_CSUM) || start > outgoing->length ||
	    at + sizeof(sum) > outgoing->length)
		return;
	sum = internet_checksum(outgoing->frame + start, outgoing->length - start);
	if (!sum) /* of UDP it would say that there is none */
		sum = 0xffff;
	memcpy(outgoing->frame + at, &sum, sizeof(sum));
}

/* Where it was, which is not in the frame any more. */
static void insert_tag(struct outgoing *outgoing, uint16_t vlan)
{
	const uint16_t tag[] = { htons(ETH_P_8021Q), htons(vlan) };

	memmove(outgoing->frame + AT_TYPE + TAG, outgoing->frame + AT_TYPE,
	        outgoing->length - AT_TYPE);
	memcpy(outgoing->frame + AT_TYPE, tag, sizeof(tag));
	outgoing->length += TAG;
}

static bool has(const uint8_t *octets, size_t length, size_t at, size_t count, uint32_t number)
{
	return length >= at + count && number_of(octets + at, count) == number;
}

/* Of one that has passed the filter; from its EtherType on as if it had no tag. */
static int kind_of(const uint8_t *octets, size_t length, uint32_t type)
{
	if (type == ETH_P_ARP)
		return OUTGOING_QUESTION;
	if (type == ETH_P_IP)
		return octets[AT_PROTOCOL4] == IPPROTO_UDP &&
		                       has(octets, length, AT_PORT4, 2, DHCP_CLIENT_PORT)
		               ? OUTGOING_DHCP
		               : OUTGOING_PACKET;
	if (octets[AT_NEXT6] == IPPROTO_ICMPV6 &&
	    has(octets, length, AT_MESSAGE6, 1, ND_NEIGHBOR_SOLICIT))
		return OUTGOING_QUESTION;
	return octets[AT_NEXT6] == IPPROTO_UDP &&
	                       has(octets, length, AT_PORT6, 2, DHCP6_CLIENT_PORT)
	               ? OUTGOING_DHCP
	               : OUTGOING_PACKET;
}

/* False: it is too short. */
static bool read_address(struct outgoing *outgoing, const uint8_t *octets, size_t length)
{
	const uint32_t type = number_of(octets + AT_TYPE, 2);
	const bool is_ipv6 = type == ETH_P_IPV6;
	size_t at = is_ipv6 ? AT_DESTINATION6 : AT_DESTINATION4;
	struct ipv4 address4;

	if (length < at + sizeof(address4))
		return false;
	outgoing->kind = kind_of(octets, length, type);
	if (outgoing->kind == OUTGOING_QUESTION)
		at = is_ipv6 ? AT_ND_TARGET : AT_ARP_TARGET;
	if (length < at + (is_ipv6 ? sizeof(outgoing->address) : sizeof(address4)))
		return false;
	if (is_ipv6) {
		memcpy(&outgoing->address, octets + at, sizeof(outgoing->address));
		return true;
	}
	memcpy(&address4, octets + at, sizeof(address4));
	outgoing->address = ipv4_mapped(address4);
	return true;
}

static uint16_t tag_of(const uint8_t *frame)
{
	return number_of(frame + AT_TYPE, 2) == ETH_P_8021Q
	               ? number_of(frame + AT_TYPE + 2, 2) & 0xfff
	               : 0;
}

/* As the socket has it: with PACKET_VNET_HDR. */
struct received {
	struct virtio_net_hdr header;
	uint8_t frame[PACKET_MAX + 2]; /* more shows that it is too long */
};

/* False: it is too long or too short. */
static bool take(struct outgoing *outgoing, const struct received *received, size_t length,
                 uint16_t vlan)
{
	size_t shift;

	if (length < sizeof(received->header) + ETH_HLEN + TAG ||
	    length > sizeof(received->header) + PACKET_MAX)
		return false;
	outgoing->length = length - sizeof(received->header);
	memcpy(outgoing->frame, received->frame, outgoing->length);
	complete_checksum(outgoing, &received->header);
	if (vlan)
		insert_tag(outgoing, vlan);
	outgoing->vlan = tag_of(outgoing->frame);
	shift = outgoing->vlan ? TAG : 0;
	return read_address(outgoing, outgoing->frame + shift, outgoing->length - shift);
}

int outgoing_receive(int fd, struct outgoing *outgoing)
{
	struct received received;
	struct packet_origin origin;
	const ssize_t length = packet_receive(fd, &received, sizeof(received), &origin);

	if (length < 0)
		return (int)length;
	return take(outgoing, &received, (size_t)length, origin.vlan) ? 0 : -EBADMSG;
}
