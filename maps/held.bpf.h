/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SLEEPPROXY_HELD_BPF_H
#define SLEEPPROXY_HELD_BPF_H

#include <bpf/bpf_helpers.h>
#include "held.h"

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, HELD_CONNECTIONS);
	__type(key, struct held_connection);
	__type(value, struct held_entry);
} held SEC(".maps");

#endif
