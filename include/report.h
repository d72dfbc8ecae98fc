/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the datapath reports to the daemon: the records of the ring `reports`. Host byte order
 * unless the type says otherwise.
 */
#ifndef SLEEPPROXY_REPORT_H
#define SLEEPPROXY_REPORT_H

#include "address.h"
#include "host_state.h"

enum report_kind {
	REPORT_OWNER_SEEN = 1, /* a frame sent by the host itself */
	REPORT_CLAIM,          /* the peer, another machine, uses the host's address */
	REPORT_CONNECTION,     /* the peer opens a connection to the host */
	REPORT_PROBE,          /* the peer's probe for the host's address (ARP, ND) was answered */
	REPORT_BOUNCED,        /* the peer's frame was to us for the host, which is awake */
};

struct report {
	enum report_kind kind;
	enum host_state state; /* the host's new state, which the datapath has set */
	__u32 ifindex;
	__u16 vlan;    /* innermost VLAN id of the frame; 0: no tag */
	__u8 protocol; /* IPPROTO_TCP, _UDP, or of an echo request _ICMP or _ICMPV6; 0: ARP or ND */
	__u8 zero;
	struct mac host;
	struct mac peer_mac; /* the frame's Ethernet source */
	struct ipv6 peer;
	struct ipv6 address; /* the host's */
	__be16 peer_port;
	__be16 port;
};

ASSERT_SIZE(struct report, 64);

#endif
