/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * wake_sources: who may wake a host, by longest prefix. The host's own rows are looked up before
 * those of the MAC 00:00:00:00:00:00, which means all hosts; where no row matches, everybody may.
 *
 * The rows of the MAC ff:ff:ff:ff:ff:ff come first, whatever their value: no connection from there
 * wakes a host. They are the broadcast addresses of the machine's subnets.
 *
 * Written by the daemon and by people (bpftool); the datapath reads.
 */
#ifndef SLEEPPROXY_WAKE_SOURCES_H
#define SLEEPPROXY_WAKE_SOURCES_H

#include "address.h"

struct wake_source {
	__u32 prefix_length; /* bits, host byte order: 48 for the MAC, and those of `source` */
	struct mac host;
	struct ipv6 source; /* IPv4 as ::ffff:a.b.c.d: 192.168.1.0/24 has 48 + 96 + 24 bits */
	__u8 zero[2];       /* after the prefix, never compared */
};

enum source_action { SOURCE_DENY, SOURCE_ALLOW };

enum {
	SOURCE_HOST_BITS = 48,
	SOURCE_ALL_BITS = SOURCE_HOST_BITS + 128,
};

ASSERT_SIZE(struct wake_source, 28);

#endif
