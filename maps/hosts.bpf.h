/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SLEEPPROXY_HOSTS_BPF_H
#define SLEEPPROXY_HOSTS_BPF_H

#include <bpf/bpf_helpers.h>
#include "hosts.h"

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 4096); /* the daemon sets it from max-hosts */
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, struct mac);
	__type(value, struct host_entry);
} hosts SEC(".maps");

#endif
