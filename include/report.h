/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the datapath reports to the daemon: the records of the `events` ring. Host byte order where
 * not said otherwise.
 */
#ifndef SLEEPPROXY_REPORT_H
#define SLEEPPROXY_REPORT_H

#include "address.h"
#include "host_state.h"

enum report_kind {
	REPORT_OWNER_SEEN = 1, /* a frame of the host itself */
	REPORT_CLAIM,          /* another machine, the peer, uses the host's address */
	REPORT_CONNECTION,     /* the peer opens a connection to the host */
};

struct report {
	enum report_kind kind;
	enum host_state state; /* the state that the datapath has set because of it */
	__u32 ifindex;
	__u16 vlan;    /* innermost VLAN id of the frame; 0: it had no tag */
	__u8 protocol; /* IPPROTO_TCP or IPPROTO_UDP; 0 with ARP */
	__u8 zero;
	struct mac host;
	struct mac peer_mac; /* the frame's Ethernet source */
	struct ipv6 peer;
	struct ipv6 address; /* the host's address that it was about */
	__be16 peer_port;
	__be16 port;
};

ASSERT_SIZE(struct report, 64);

#endif
