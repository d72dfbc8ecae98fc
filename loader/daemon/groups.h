/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Memberships of multicast groups: seen, and kept up while their host sleeps. */
#ifndef SLEEPPROXY_DAEMON_GROUPS_H
#define SLEEPPROXY_DAEMON_GROUPS_H

#include "daemon/daemon.h"

/* group_listener.c */
/*
 * What is heard there of one family; `vlan` 0: without a tag. NULL: nobody listens, no memory, or
 * no host is in that VLAN, of which nothing is kept then.
 */
struct group_link *group_listener_link(struct daemon *daemon, uint32_t ifindex, uint16_t vlan,
                                       bool is_ipv6);

/* While it is parsed. */
struct received_group {
	uint32_t ifindex;
	uint16_t vlan;
	struct mac from;
	uint8_t packet[]; /* from its IP header on */
};

/* groups.c */
int groups_start(struct daemon *daemon);
void groups_stop(struct daemon *daemon);
void daemon_take_group(struct daemon *daemon, const struct parser_result *result);
/* A step has changed the host's state from this one. */
void host_groups_follow(struct daemon *daemon, struct host *host, enum host_state before);

enum group_count {
	GROUP_COUNT_QUERY,
	GROUP_COUNT_REPORT,
	GROUP_COUNT_OTHER,
	GROUP_COUNT_INVALID,
	GROUP_COUNT_SENT,
	GROUP_COUNTS
};
uint64_t group_count(const struct daemon *daemon, enum group_count count);

#endif
