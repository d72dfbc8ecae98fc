// SPDX-License-Identifier: GPL-2.0-or-later
#include "net/arp_replies.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/filter.h>
#include <linux/if_ether.h>
#include <stddef.h>
#include <sys/socket.h>

#include "arp.h"
#include "base/packet.h"

/* The frame's Ethernet header is not shown (SOCK_DGRAM), so that offsets are ARP's. */
int replies_open(uint32_t ifindex)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_H | BPF_ABS, offsetof(struct arp, operation)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ARP_REPLY, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, sizeof(struct arp)),
		BPF_STMT(BPF_RET | BPF_K, 0),
	};
	const struct sock_fprog filter = { sizeof(code) / sizeof(*code), code };

	return packet_listen(ifindex, SOCK_DGRAM, ETH_P_ARP, &filter);
}

int replies_take(int fd, struct ipv4 *address, struct mac *mac)
{
	struct arp arp;
	ssize_t length;

	do {
		length = recv(fd, &arp, sizeof(arp), MSG_DONTWAIT);
		if (length < 0)
			return -errno;
	} while (length < (ssize_t)sizeof(arp) ||
	         arp.hardware_type != htons(ARP_HARDWARE_ETHERNET) ||
	         arp.protocol_type != htons(ARP_PROTOCOL_IPV4));
	*address = arp.sender;
	*mac = arp.sender_mac;
	return 0;
}
