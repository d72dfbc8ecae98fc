/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * dhcp_snoop: the ring of DHCP messages for the daemon; its records are include/dhcp_snoop.h.
 * Separate from `reports`, so that no flood of DHCP takes the room of a wake.
 */
#ifndef SLEEPPROXY_DHCP_SNOOP_BPF_H
#define SLEEPPROXY_DHCP_SNOOP_BPF_H

#include <bpf/bpf_helpers.h>
#include "dhcp_snoop.h"

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 128 * 1024);
} dhcp_snoop SEC(".maps");

#endif
