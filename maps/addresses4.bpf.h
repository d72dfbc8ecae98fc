/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SLEEPPROXY_ADDRESSES4_BPF_H
#define SLEEPPROXY_ADDRESSES4_BPF_H

#include <bpf/bpf_helpers.h>
#include "addresses4.h"

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 16384); /* the daemon sets it from max-hosts */
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, struct ipv4);
	__type(value, struct mac);
} addresses4 SEC(".maps");

#endif
