/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SLEEPPROXY_INDEX_BPF_H
#define SLEEPPROXY_INDEX_BPF_H

#include <bpf/bpf_helpers.h>
#include "index.h"

/* Sizes without types, so that the daemon can set them from max-hosts. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__uint(key_size, sizeof(__u32));
	__uint(value_size, INDEX_CELLS_MIN * sizeof(__u32));
} index_cells SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__uint(key_size, sizeof(__u32));
	__uint(value_size, INDEX_MAC_WORDS_MIN * sizeof(__u64));
} index_macs SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__uint(key_size, sizeof(__u32));
	__uint(value_size, INDEX_AWAKE_MIN * sizeof(struct index_awake));
} index_awake SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__uint(key_size, sizeof(__u32));
	__uint(value_size, INDEX_BUCKETS_MIN * sizeof(struct index_bucket));
} index_buckets SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 4096); /* the daemon sets it from max-hosts */
	__type(key, struct mac);
	__type(value, __u32);
} index_homes SEC(".maps");

#endif
