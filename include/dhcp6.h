/* SPDX-License-Identifier: GPL-2.0-or-later */
/* DHCP for IPv6: ports, and the fixed part of a message (RFC 8415, 7 and 8). */
#ifndef SLEEPPROXY_DHCP6_H
#define SLEEPPROXY_DHCP6_H

#include "types.h"

enum {
	DHCP6_CLIENT_PORT = 546,
	DHCP6_SERVER_PORT = 547,
	DHCP6_XID_MASK = 0xffffff,
};

struct dhcp6 {
	__be32 type_and_xid; /* 8 and 24 bits */
} __attribute__((packed, aligned(2)));

ASSERT_SIZE(struct dhcp6, 4);

#endif
