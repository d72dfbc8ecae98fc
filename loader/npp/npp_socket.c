// SPDX-License-Identifier: GPL-2.0-or-later
#include "npp/npp_socket.h"

#include <errno.h>
#include <linux/filter.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

enum { TRIES = 64 }; /* a flood of what is no message keeps nobody here */
enum { TYPE_AT = 12, IP_AT = ETH_HLEN, FRAGMENT_AT = IP_AT + 6, PROTOCOL_AT = IP_AT + 9 };

/*
 * Unfragmented ICMP of our type. To ETH_P_IP alone the kernel shows a frame after it has forgotten
 * its tag: as another host's, or, where this machine is in that VLAN, as one without.
 */
int npp_socket_open(uint32_t ifindex, uint8_t icmp_type)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_H | BPF_ABS, TYPE_AT),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ETH_P_IP, 0, 8),
		BPF_STMT(BPF_LD | BPF_B | BPF_ABS, PROTOCOL_AT),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, IPPROTO_ICMP, 0, 6),
		BPF_STMT(BPF_LD | BPF_H | BPF_ABS, FRAGMENT_AT),
		BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, 0x3fff, 4, 0),
		BPF_STMT(BPF_LDX | BPF_B | BPF_MSH, IP_AT),
		BPF_STMT(BPF_LD | BPF_B | BPF_IND, IP_AT),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, icmp_type, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, UINT32_MAX),
		BPF_STMT(BPF_RET | BPF_K, 0),
	};
	const struct sock_fprog filter = { sizeof(code) / sizeof(*code), code };

	return packet_listen(ifindex, SOCK_RAW, ETH_P_ALL, &filter);
}

/* The kernel takes a tag off the frame before it shows it. */
static uint16_t vlan_of(struct msghdr *message)
{
	for (struct cmsghdr *part = CMSG_FIRSTHDR(message); part;
	     part = CMSG_NXTHDR(message, part)) {
		struct tpacket_auxdata aux;

		if (part->cmsg_level != SOL_PACKET || part->cmsg_type != PACKET_AUXDATA)
			continue;
		memcpy(&aux, CMSG_DATA(part), sizeof(aux));
		return aux.tp_status & TP_STATUS_VLAN_VALID ? aux.tp_vlan_tci & 0xfff : 0;
	}
	return 0;
}

/* `length`: octets, or -errno. */
static ssize_t receive(int fd, struct npp_frame *frame, struct sockaddr_ll *from, uint16_t *vlan)
{
	union {
		struct cmsghdr aligned;
		char space[CMSG_SPACE(sizeof(struct tpacket_auxdata))];
	} control;
	struct iovec into = { frame->octets, sizeof(frame->octets) };
	struct msghdr message = {
		.msg_name = from,
		.msg_namelen = sizeof(*from),
		.msg_iov = &into,
		.msg_iovlen = 1,
		.msg_control = &control,
		.msg_controllen = sizeof(control),
	};
	ssize_t length = recvmsg(fd, &message, MSG_DONTWAIT);

	if (length < 0)
		return -errno;
	*vlan = vlan_of(&message);
	return length;
}

static bool is_for_us(const struct sockaddr_ll *from)
{
	return from->sll_pkttype == PACKET_HOST || from->sll_pkttype == PACKET_BROADCAST;
}

int npp_socket_receive(int fd, struct npp_frame *frame, struct npp_packet *datagram)
{
	for (int tries = 0; tries < TRIES; tries++) {
		struct sockaddr_ll from = { 0 };
		uint16_t vlan = 0;
		ssize_t length = receive(fd, frame, &from, &vlan);

		if (length < 0)
			return (int)length;
		if (!is_for_us(&from) || !npp_packet_read(frame->octets, (size_t)length, datagram))
			continue;
		datagram->vlan = vlan;
		return 0;
	}
	return -EAGAIN;
}
