// SPDX-License-Identifier: GPL-2.0-or-later
#include "announce/replies.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/filter.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <stddef.h>
#include <sys/socket.h>
#include <unistd.h>

#include "arp.h"

/* The frame's Ethernet header is not shown (SOCK_DGRAM), so that offsets are ARP's. */
static int listen_on(int fd, uint32_t ifindex)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_H | BPF_ABS, offsetof(struct arp, operation)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ARP_REPLY, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, sizeof(struct arp)),
		BPF_STMT(BPF_RET | BPF_K, 0),
	};
	const struct sock_fprog program = { sizeof(code) / sizeof(*code), code };
	const struct sockaddr_ll here = { .sll_family = AF_PACKET,
		                          .sll_protocol = htons(ETH_P_ARP),
		                          .sll_ifindex = (int)ifindex };

	if (setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof(program)) ||
	    bind(fd, (const struct sockaddr *)&here, sizeof(here)))
		return -errno;
	return 0;
}

int replies_open(uint32_t ifindex)
{
	int fd = socket(AF_PACKET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	int err = fd < 0 ? -errno : listen_on(fd, ifindex);

	if (fd >= 0 && err)
		close(fd);
	return err ? err : fd;
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
