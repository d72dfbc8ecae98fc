/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * wake_rules: which connections wake a host.
 *
 * The first of these rows that exists decides: the host's for the port, the host's for the protocol
 * (port 0), the host's for everything (protocol 0, port 0); then the same three of the MAC
 * 00:00:00:00:00:00, which means all hosts; then the built-in rule: TCP wakes, UDP does not.
 *
 * Written by the daemon and by people (bpftool); the datapath reads.
 */
#ifndef SLEEPPROXY_WAKE_RULES_H
#define SLEEPPROXY_WAKE_RULES_H

#include "address.h"

struct wake_rule {
	struct mac host;
	__u8 protocol; /* IPPROTO_TCP 6, IPPROTO_UDP 17; 0: any */
	__u8 zero;
	__be16 port; /* the host's port; 0: any */
};

enum wake_action { WAKE_IGNORE, WAKE };

ASSERT_SIZE(struct wake_rule, 10);

#endif
