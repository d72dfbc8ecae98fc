/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SLEEPPROXY_WAKE_RULES_BPF_H
#define SLEEPPROXY_WAKE_RULES_BPF_H

#include <bpf/bpf_helpers.h>
#include "wake_rules.h"

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 65536); /* the daemon sets it from max-hosts */
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, struct wake_rule);
	__type(value, enum wake_action);
} wake_rules SEC(".maps");

#endif
