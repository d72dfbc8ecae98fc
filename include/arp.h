/* SPDX-License-Identifier: GPL-2.0-or-later */
/* ARP for IPv4 over Ethernet (RFC 826). Fields in network order. */
#ifndef SLEEPPROXY_ARP_H
#define SLEEPPROXY_ARP_H

#include "address.h"

enum {
	ARP_HARDWARE_ETHERNET = 1,
	ARP_PROTOCOL_IPV4 = 0x0800,
	ARP_REQUEST = 1,
	ARP_REPLY = 2,
};

struct arp {
	__be16 hardware_type;
	__be16 protocol_type;
	__u8 hardware_length;
	__u8 protocol_length;
	__be16 operation;
	struct mac sender_mac;
	struct ipv4 sender;
	struct mac target_mac;
	struct ipv4 target;
};

ASSERT_SIZE(struct arp, 28);

#endif
