/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * hosts: the hosts that this proxy knows, by MAC address (struct mac).
 *
 * Written by the daemon and by people (bpftool); the datapath changes `state` (bpf/host.bpf.h) and
 * `last_seen`. An entry of zeros is a host that is awake: a field that is not filled in does no
 * harm.
 */
#ifndef SLEEPPROXY_HOSTS_H
#define SLEEPPROXY_HOSTS_H

#include "address.h"
#include "host_state.h"

enum host_flag {
	/* the network card answers ARP and ND while the host sleeps: these are no sign of life */
	HOST_ARP_OFFLOAD = 1,
	/*
	 * a wake's first Magic Packet is the daemon's too: it has a SecureOn password, has to wait,
	 * or leaves by several interfaces. Set and cleared by the daemon alone
	 */
	HOST_MAGIC_BY_DAEMON = 2,
	/* echo requests (ping) for the sleeping host: consumed; or a reason to wake it */
	HOST_ECHO_IGNORE = 4,
	HOST_ECHO_WAKE = 8,
};

/* Host byte order. */
struct host_entry {
	enum host_state state;
	__u32 ifindex;   /* answered for on this interface only; 0: on any */
	__u16 vlan;      /* answered for in this VLAN (innermost tag) only; 0: any, or untagged */
	__u16 flags;     /* enum host_flag */
	__u32 last_seen; /* s, CLOCK_MONOTONIC: when a frame of the host was last received */
};

ASSERT_SIZE(struct host_entry, 16);

#endif
