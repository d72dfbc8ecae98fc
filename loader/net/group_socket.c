// SPDX-License-Identifier: GPL-2.0-or-later
#include "net/group_socket.h"

#include <linux/filter.h>
#include <linux/if_ether.h>
#include <netinet/icmp6.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include "base/files.h"
#include "net/iface.h"

/* Of the frame; the message of MLD is behind a hop-by-hop header of 8 octets. */
enum { TO_AT = 0, GROUP_BIT = 1, TYPE_AT = 12, PROTOCOL_AT = ETH_HLEN + 9 };
enum { NEXT_AT = ETH_HLEN + 6, OPTIONS_AT = ETH_HLEN + 40, MESSAGE_AT = OPTIONS_AT + 8 };
enum { OPTIONS_8_OCTETS = IPPROTO_ICMPV6 << 8, MLD_V2_REPORT = 143 };

int group_listen(const struct iface *iface)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_B | BPF_ABS, TO_AT),
		BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, GROUP_BIT, 0, 13),
		BPF_STMT(BPF_LD | BPF_H | BPF_ABS, TYPE_AT),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ETH_P_IPV6, 3, 0),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ETH_P_IP, 0, 10),
		BPF_STMT(BPF_LD | BPF_B | BPF_ABS, PROTOCOL_AT),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, IPPROTO_IGMP, 7, 8),
		BPF_STMT(BPF_LD | BPF_B | BPF_ABS, NEXT_AT),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, IPPROTO_HOPOPTS, 0, 6),
		BPF_STMT(BPF_LD | BPF_H | BPF_ABS, OPTIONS_AT),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, OPTIONS_8_OCTETS, 0, 4),
		BPF_STMT(BPF_LD | BPF_B | BPF_ABS, MESSAGE_AT),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, MLD_V2_REPORT, 1, 0),
		BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, MLD_LISTENER_REDUCTION + 1, 1, 0),
		BPF_STMT(BPF_RET | BPF_K, UINT32_MAX),
		BPF_STMT(BPF_RET | BPF_K, 0),
	};
	const struct sock_fprog filter = { sizeof(code) / sizeof(*code), code };
	int fd = packet_listen(iface->ifindex, SOCK_RAW, ETH_P_ALL, &filter);
	const int err = fd < 0 ? fd : packet_all_multicast(fd, iface, true);

	if (!err)
		return fd;
	cleanup_close(&fd);
	return err;
}
