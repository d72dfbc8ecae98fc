// SPDX-License-Identifier: GPL-2.0-or-later
#include "support_addresses.h"

static const struct mac macs[WHO_COUNT] = {
	[PROXY] = { { 0x02, 0x50, 0x10, 0x20, 0x30, 0x40 } },
	[HOST] = { { 0x06, 0xa0, 0xa1, 0xa2, 0xa3, 0xa4 } },
	[SECOND] = { { 0x02, 0xb0, 0xb1, 0xb2, 0xb3, 0xb4 } },
	[FILLER] = { { 0x02, 0xf0, 0xf1, 0xf2, 0xf3, 0xf4 } },
	[PEER] = { { 0x02, 0xc0, 0xc1, 0xc2, 0xc3, 0xc4 } },
	[REPEATER] = { { 0x02, 0xd0, 0xd1, 0xd2, 0xd3, 0xd4 } },
	[UNKNOWN] = { { 0x02, 0xe0, 0xe1, 0xe2, 0xe3, 0xe4 } },
	[NEAR_HOST1] = { { 0x06, 0xaf, 0xa1, 0xa2, 0xa3, 0xa4 } },
	[NEAR_HOST2] = { { 0x06, 0xa0, 0xaf, 0xa2, 0xa3, 0xa4 } },
	[NEAR_HOST3] = { { 0x06, 0xa0, 0xa1, 0xa2, 0xa3, 0xaf } },
	[NEAR_PROXY1] = { { 0x06, 0x50, 0x10, 0x20, 0x30, 0x40 } },
	[NEAR_PROXY2] = { { 0x02, 0x50, 0x10, 0x2f, 0x30, 0x40 } },
	[NEAR_PROXY3] = { { 0x02, 0x50, 0x10, 0x20, 0x3f, 0x40 } },
	[GROUP] = { { 0x01, 0x00, 0x5e, 0x00, 0x00, 0x01 } },
	[SOLICITED] = { { 0x33, 0x33, 0xff, 0x0a, 0x0b, 0x0c } },
	[ALL_NODES] = { { 0x33, 0x33, 0x00, 0x00, 0x00, 0x01 } },
	[BROADCAST] = { { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff } },
};

static const struct ipv4 addresses4[WHERE_COUNT] = {
	[PEER_IP] = { { 192, 0, 2, 77 } },
	[HOST_IP] = { { 192, 0, 2, 10 } },
	[HOST_IP2] = { { 198, 51, 100, 10 } },
	[SECOND_IP] = { { 192, 0, 2, 11 } },
	[OWN_IP] = { { 192, 0, 2, 1 } },
	[FILLER_IP] = { { 192, 0, 2, 12 } },
	[DANGLING_IP] = { { 192, 0, 2, 13 } },
	[UNKNOWN_IP] = { { 203, 0, 113, 99 } },
	[ZERO_HALF_IP1] = { { 0, 0, 2, 14 } },
	[ZERO_HALF_IP2] = { { 10, 14, 0, 0 } },
	[BROADCAST_IP] = { { 255, 255, 255, 255 } },
	[SELF_IP] = { { 0, 0, 0, 1 } },
	[LOOPBACK_IP] = { { 127, 0, 0, 53 } },
	[MULTICAST_IP] = { { 224, 0, 0, 251 } },
	[RESERVED_IP] = { { 240, 1, 2, 3 } },
};

/* 2001:db8::/32 and an interface identifier; a link-local address; a group of the link. */
#define GLOBAL(subnet, ...) \
	{ \
		{ \
			0x20, 0x01, 0x0d, 0xb8, 0, subnet, [8] = __VA_ARGS__ \
		} \
	}
#define LINK(...) \
	{ \
		{ \
			0xfe, 0x80, [8] = __VA_ARGS__ \
		} \
	}
#define LINK_GROUP(...) \
	{ \
		{ \
			0xff, 0x02, [11] = __VA_ARGS__ \
		} \
	}

static const struct ipv6 addresses6[WHERE_COUNT] = {
	[PEER_IP6] = GLOBAL(7, 0x00, 0xc0, 0xc1, 0xff, 0xfe, 0xc2, 0xc3, 0xc4),
	[HOST_IP6] = GLOBAL(7, 0x31, 0x41, 0x59, 0x26, 0x53, 0x0a, 0x0b, 0x0c),
	[HOST_IP6_2] = LINK(0x04, 0xa0, 0xa1, 0xff, 0xfe, 0xa2, 0xa3, 0xa4),
	[SECOND_IP6] = GLOBAL(7, 0x00, 0xb0, 0xb1, 0xff, 0xfe, 0xb2, 0xb3, 0xb4),
	[OWN_IP6] = LINK(0x00, 0x50, 0x10, 0xff, 0xfe, 0x20, 0x30, 0x40),
	[MULTICAST_IP6] = LINK_GROUP(0, 0, 0, 0, 0xfb),
	[DANGLING_IP6] = GLOBAL(7, 0, 0, 0, 0, 0, 0, 0, 0x0d),
	[UNKNOWN_IP6] = GLOBAL(8, 0, 0, 0, 0, 0, 0, 0, 0x63),
	[LOOPBACK_IP6] = { { [15] = 1 } },
	[MAPPED_IP6] = { { [10] = 0xff, 0xff, 192, 0, 2, 77 } },
	[ZERO_BUT_IP6_1] = { { 0x20 } },
	[ZERO_BUT_IP6_2] = { { [7] = 0x02 } },
	[ZERO_BUT_IP6_3] = { { [15] = 0x02 } },
	[SOLICITED_IP6] = LINK_GROUP(0x01, 0xff, 0x0a, 0x0b, 0x0c),
	[ALMOST_SOLICITED_IP6] = LINK_GROUP(0x01, 0xfe, 0x0a, 0x0b, 0x0c),
	[ALL_NODES_IP6] = LINK_GROUP(0, 0, 0, 0, 0x01),
};

const struct mac *mac_of(enum who who)
{
	return &macs[who];
}

const struct ipv4 *ipv4_of(enum where where)
{
	return &addresses4[where];
}

const struct ipv6 *ipv6_of(enum where where)
{
	return &addresses6[where];
}

struct ipv6 ip_of(enum where where)
{
	return where < PEER_IP6 ? ipv4_mapped(addresses4[where]) : addresses6[where];
}
