/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the datapath knows of the interface that it is attached to: constants of the program, set
 * before it is loaded.
 */
#ifndef SLEEPPROXY_DATAPATH_CONFIG_H
#define SLEEPPROXY_DATAPATH_CONFIG_H

#include "address.h"

/* Whose MAC goes into an answer, as ARP payload and as Ethernet source. */
enum answer_mode {
	ANSWER_PROXY, /* the proxy's: its traffic comes here, the switch learns nothing new */
	ANSWER_HOST,  /* the sleeper's (the draft's 4.1): neighbours relearn nothing */
};

struct datapath_config {
	struct mac mac;
	__u8 answer;   /* enum answer_mode */
	__u8 forwards; /* the machine routes IPv4: what is not for a sleeper is its business */
};

ASSERT_SIZE(struct datapath_config, 8);

#endif
