/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SLEEPPROXY_HEARTBEAT_BPF_H
#define SLEEPPROXY_HEARTBEAT_BPF_H

#include <bpf/bpf_helpers.h>
#include "heartbeat.h"

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct heartbeat);
} heartbeat SEC(".maps");

#endif
