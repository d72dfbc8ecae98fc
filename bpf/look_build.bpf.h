/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The part of a look (look.bpf.h) that makes the index anew, where addresses have changed. In:
 * `addresses4` and `addresses6`. Out: places of addresses, homes of hosts, empty cells and filter.
 */
#ifndef SLEEPPROXY_LOOK_BUILD_BPF_H
#define SLEEPPROXY_LOOK_BUILD_BPF_H

#include "host.bpf.h"

#define AF_INET6 10

enum { HOME_TRIES = 4, BUILDS = 255 };

static __always_inline __u32 look_address(const struct ipv4 *address)
{
	const __u16 *half = (const __u16 *)address;

	return (__u32)bpf_ntohs(half[0]) << 16 | bpf_ntohs(half[1]);
}

/* Of a row, to be summed, so that the order of the rows does not matter: Murmur3's last step. */
static __always_inline __u64 look_digest(__u64 key, __u64 value)
{
	__u64 mixed = (key + 1) * 0x9e3779b97f4a7c15ULL ^ value;

	mixed = (mixed ^ mixed >> 33) * 0xff51afd7ed558ccdULL;
	mixed = (mixed ^ mixed >> 33) * 0xc4ceb9fe1a85ec53ULL;
	return mixed ^ mixed >> 33;
}

static long look_add_address(void *map, const struct ipv4 *address, const struct mac *mac,
                             void *unused)
{
	(void)map;
	(void)unused;
	index_state.look.addresses += look_digest(look_address(address), index_mac(mac));
	return 0;
}

static long look_add_address6(void *map, const struct ipv6 *address, const struct mac *mac,
                              void *unused)
{
	(void)map;
	(void)unused;
	index_state.look.addresses +=
		look_digest(HALF(address, 0) * 3 + HALF(address, 1), index_mac(mac) | AF_INET6);
	return 0;
}

/* An address takes its place, and a host its home. */
static long look_place(void *map, const struct ipv4 *address, const struct mac *mac, void *unused)
{
	const __u32 number = look_address(address), upper = index_upper(number);
	const __u32 place = index_place(number);
	__u32 *cell = index_cell(place);

	if (!cell)
		return 0;
	look_add_address(map, address, mac, unused);
	if (*cell & INDEX_ADDRESS) {
		__sync_fetch_and_or(cell, INDEX_SHARED);
		return 0;
	}
	__sync_fetch_and_or(cell, upper);
	if (!ipv4_is_group(address)) /* which is no host's: the maps say so */
		bpf_map_update_elem(&index_homes, mac, &place, BPF_NOEXIST);
	return 0;
}

/* A host without an IPv4 address takes a cell that none has, near a place of its own. */
static __always_inline void look_make_home(const struct mac *mac, __u64 hash)
{
#pragma unroll
	for (int i = 0; i < HOME_TRIES; i++) {
		const __u32 place = (hash + i) & index_cells_mask & INDEX_HOME;
		__u32 *cell = index_cell(place);

		if (cell && !__sync_val_compare_and_swap(cell, 0, INDEX_NO_ADDRESS)) {
			bpf_map_update_elem(&index_homes, mac, &place, BPF_NOEXIST);
			return;
		}
	}
}

static __always_inline bool look_fill_slot(struct index_bucket *bucket, unsigned slot,
                                           const struct ipv6 *address, __u32 home)
{
	if (bucket->home[slot])
		return false;
	bucket->address[slot] = *address;
	bucket->home[slot] = home;
	return true;
}

/* An IPv6 address goes into its bucket, with its host's home; the others are the maps'. */
static long look_place6(void *map, const struct ipv6 *address, const struct mac *mac, void *unused)
{
	const __u64 hash = index_hash6(HALF(address, 0), HALF(address, 1));
	struct index_bucket *bucket;
	const __u32 *place;
	__u32 home = 0;

	look_add_address6(map, address, mac, unused);
	if (!bpf_map_lookup_elem(&index_homes, mac))
		look_make_home(mac, hash);
	place = bpf_map_lookup_elem(&index_homes, mac);
	if (place && !ipv6_is_group(address))
		home = index_state.build << INDEX_HOME_SHIFT | (*place & INDEX_HOME);
	bucket = index_bucket(hash);
	if (!bucket)
		return 0;
	if (!home || (!look_fill_slot(bucket, 0, address, home) &&
	              !look_fill_slot(bucket, 1, address, home) &&
	              !look_fill_slot(bucket, 2, address, home)))
		bucket->is_full = true;
	return 0;
}

static long look_clear_bucket(__u32 at, void *unused)
{
	struct index_bucket *bucket = index_bucket(at);

	(void)unused;
	if (bucket)
		__builtin_memset(bucket, 0, sizeof(*bucket));
	return 0;
}

static long look_clear_cell(__u32 place, void *unused)
{
	__u32 *cell = index_cell(place);

	(void)unused;
	if (cell)
		*cell = 0;
	return 0;
}

static long look_clear_word(__u32 at, void *unused)
{
	__u64 *word = index_mac_word(at);

	(void)unused;
	if (word)
		*word = 0;
	return 0;
}

static long look_clear_home(void *map, const struct mac *mac, __u32 *home, void *unused)
{
	(void)home;
	(void)unused;
	bpf_map_delete_elem(map, mac);
	return 0;
}

/* With the index off: what is sent to an address that is not in it yet would pass. */
static __always_inline void look_build(void)
{
	index_state.valid_until = 0;
	index_state.build = index_state.build % BUILDS + 1;
	bpf_loop(index_cells_mask + 1, look_clear_cell, NULL, 0);
	bpf_loop(index_words_mask + 1, look_clear_word, NULL, 0);
	bpf_loop(index_buckets_mask + 1, look_clear_bucket, NULL, 0);
	bpf_for_each_map_elem(&index_homes, look_clear_home, NULL, 0);
#pragma unroll
	for (int port = 1; port < INDEX_PORTS; port++)
		index_state.ports[port] = 0;
	index_state.look.addresses = 0;
	bpf_for_each_map_elem(&addresses4, look_place, NULL, 0);
	bpf_for_each_map_elem(&addresses6, look_place6, NULL, 0);
	index_state.addresses = index_state.look.addresses;
}

#endif
