/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How the datapath is configured on an interface. */
#ifndef SLEEPPROXY_DATAPATH_CONFIG_H
#define SLEEPPROXY_DATAPATH_CONFIG_H

#include "address.h"

/* Whose MAC an answer contains, as ARP sender and as Ethernet source. */
enum answer_mode {
	ANSWER_PROXY, /* the proxy's: the switch learns nothing new, traffic comes to us */
	ANSWER_HOST,  /* the host's (4.1 of the NPP draft): neighbours keep their entries */
};

/* How it is attached. AUTO: native where the driver has XDP, generic otherwise. */
enum xdp_mode { XDP_MODE_AUTO, XDP_MODE_NATIVE, XDP_MODE_GENERIC };

/* Constants of the program, set before it is loaded. */
struct datapath_config {
	struct mac mac; /* the interface's own */
	__u8 answer;    /* enum answer_mode */
	__u8 forwards;  /* the machine routes IPv4: packets to awake hosts are left to it */
	__u8 forwards6; /* the same of IPv6 */
	__u8 zero;
};

ASSERT_SIZE(struct datapath_config, 10);

#endif
