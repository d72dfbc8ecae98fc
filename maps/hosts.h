/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * hosts: the hosts that this proxy knows, by MAC address.
 *
 * Written by the daemon and by people (bpftool); the datapath itself changes `state` (see
 * bpf/host.bpf.h) and `last_seen`. An entry of zeros is a host that is awake: whatever is not
 * filled in does no harm.
 */
#ifndef SLEEPPROXY_HOSTS_H
#define SLEEPPROXY_HOSTS_H

#include "address.h"
#include "host_state.h"

enum host_flag {
	HOST_NIC_ANSWERS_ARP =
		1, /* the network card answers ARP and ND in its sleep: that is no sign of life */
};

struct host_entry {
	enum host_state state;
	__u32 ifindex; /* answered for on this interface only; 0: on any */
	/* answered for in this VLAN (the innermost tag) only; 0: in any, and untagged */
	__u16 vlan;
	__u16 flags;     /* enum host_flag */
	__u32 last_seen; /* s, CLOCK_MONOTONIC, of the last frame of the host that came by */
};

ASSERT_SIZE(struct host_entry, 16);

#endif
