/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Hosts that were found AWAKE in `hosts` in this tick (index_awake in maps/index.h). In: a MAC.
 * Out: whether it is one; its set, where one is noted and forgotten.
 */
#ifndef SLEEPPROXY_AWAKE_BPF_H
#define SLEEPPROXY_AWAKE_BPF_H

#include "cell.bpf.h"

/* The set that a MAC is in, if any. */
static __always_inline struct index_awake *index_awake_of(__u64 mac)
{
	struct index_awake *sets = bpf_map_lookup_elem(&index_awake, &ONLY_ROW), *set;
	__u64 at = index_mac_hash(mac) >> 12;

	if (!sets)
		return NULL;
	asm volatile("" : "+r"(at));
	set = &sets[at & index_awake_mask];
	asm volatile("" : "+r"(set)); /* or clang adds it up for each entry */
	return set;
}

#define AWAKE_ENTRY(set, i) (*(volatile const __u64 *)&(set)->entry[i])

/* Without a branch for each entry, since which of them it is cannot be predicted. */
static __always_inline bool index_awake_has(const struct index_awake *set, __u64 entry)
{
	__u64 equal = 0;

#pragma unroll
	for (int i = 0; i < INDEX_AWAKE; i++) {
		const __u64 difference = AWAKE_ENTRY(set, i) ^ entry;

		equal |= ~difference & (difference - 1); /* the top bit: it is 0 */
	}
	return equal >> 63;
}

/*
 * The one to overwrite: of an earlier tick, or else the last. Counted, since an address that
 * branches decide costs a barrier each (Spectre v1).
 */
static __always_inline __u64 *index_awake_victim(struct index_awake *set, __u64 tick)
{
	__u64 equal = 1, at = 0;

#pragma unroll
	for (int i = 0; i < INDEX_AWAKE - 1; i++) {
		const __u64 difference = (AWAKE_ENTRY(set, i) ^ tick) & INDEX_TICK;

		equal &= (difference - 1) >> 63;
		at += equal;
	}
	asm volatile("" : "+r"(at));
	return &set->entry[at & (INDEX_AWAKE - 1)];
}

static __always_inline __u64 index_tick(void)
{
	return bpf_jiffies64() >> index_state.tick_shift & INDEX_TICK;
}

/*
 * The entries of its set, whosever they are, get another tick, and another first octet of the MAC:
 * so none has the same value again.
 */
static __always_inline void index_forget_awake(const struct mac *mac)
{
	struct index_awake *set = index_awake_of(index_mac(mac));

	if (!set)
		return;
#pragma unroll
	for (int i = 0; i < INDEX_AWAKE; i++)
		__sync_fetch_and_add(&set->entry[i], (1ULL << 56) + (INDEX_TICK + 1) / 2);
}

#endif
