/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SLEEPPROXY_ADDRESSES6_BPF_H
#define SLEEPPROXY_ADDRESSES6_BPF_H

#include <bpf/bpf_helpers.h>
#include "addresses6.h"

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 32768); /* the daemon sets it from max-hosts */
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, struct ipv6);
	__type(value, struct mac);
} addresses6 SEC(".maps");

#endif
