/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SLEEPPROXY_WAKE_SOURCES_BPF_H
#define SLEEPPROXY_WAKE_SOURCES_BPF_H

#include <bpf/bpf_helpers.h>
#include "wake_sources.h"

struct {
	__uint(type, BPF_MAP_TYPE_LPM_TRIE);
	__uint(max_entries, 65536); /* the daemon sets it from max-hosts */
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, struct wake_source);
	__type(value, enum source_action);
} wake_sources SEC(".maps");

#endif
