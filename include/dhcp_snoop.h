/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A DHCP or DHCPv6 message of a known host or for one, as it was received: the records of the ring
 * `dhcp_snoop`. Host byte order unless the type says otherwise.
 */
#ifndef SLEEPPROXY_DHCP_SNOOP_H
#define SLEEPPROXY_DHCP_SNOOP_H

#include "address.h"

enum { DHCP_SNOOP_MAX = 1472 }; /* octets that an Ethernet frame has after IPv4 and UDP */

struct dhcp_snoop {
	__u32 ifindex;
	__u16 vlan;      /* innermost VLAN id of the frame; 0: no tag */
	__u16 length;    /* octets of `message` */
	struct mac from; /* Ethernet addresses */
	struct mac to;
	struct ipv4 source;
	struct ipv4 destination;
	__be16 source_port;
	__be16 destination_port; /* DHCPv6's, or DHCP's */
	struct mac client;       /* of DHCPv6: the host that it is of or for */
	struct ipv6 source6;     /* likewise, instead of the addresses above */
	__u16 pad;
	__u8 message[DHCP_SNOOP_MAX]; /* UDP payload: at least its fixed part */
};

ASSERT_SIZE(struct dhcp_snoop, 56 + DHCP_SNOOP_MAX);

#endif
