/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SLEEPPROXY_COUNTERS_BPF_H
#define SLEEPPROXY_COUNTERS_BPF_H

#include <bpf/bpf_helpers.h>
#include "counters.h"

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct counters);
} counters SEC(".maps");

#endif
