/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * DHCP for IPv4: the fixed part of a message and the cookie before the options (RFC 2131, 2 and 3),
 * with the RFC's names. Fields in network order.
 */
#ifndef SLEEPPROXY_DHCP_H
#define SLEEPPROXY_DHCP_H

#include "address.h"

enum {
	DHCP_SERVER_PORT = 67,
	DHCP_CLIENT_PORT = 68,
	DHCP_BOOTREQUEST = 1,
	DHCP_BOOTREPLY = 2,
	DHCP_HARDWARE_ETHERNET = 1,
	DHCP_FLAG_BROADCAST = 0x8000,
	DHCP_COOKIE = 0x63825363,
};

struct dhcp {
	__u8 op;
	__u8 htype;
	__u8 hlen;
	__u8 hops;
	__be32 xid;
	__be16 secs;
	__be16 flags;
	struct ipv4 ciaddr;
	struct ipv4 yiaddr;
	struct ipv4 siaddr;
	struct ipv4 giaddr;
	struct mac chaddr;
	__u8 chaddr_rest[10];
	__u8 sname[64];
	__u8 file[128];
	__be32 cookie;
} __attribute__((packed, aligned(2)));

ASSERT_SIZE(struct dhcp, 240);

#endif
