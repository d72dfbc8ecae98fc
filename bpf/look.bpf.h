/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The look of the daemon at `hosts`, `addresses4` and `addresses6`, which brings the index up to
 * date: the states of hosts each time, and which addresses there are where these have changed. In:
 * how long a tick is. Out: the index, valid for a while; a digest of the maps, in which two looks
 * differ if anybody has changed a row. cell.bpf.h says what the order of the steps is for.
 */
#ifndef SLEEPPROXY_LOOK_BPF_H
#define SLEEPPROXY_LOOK_BPF_H

#include "index_look.h"
#include "look_build.bpf.h"

#define NS_PER_MS 1000000ULL

enum { LOOKS_SHORT = 31 };

/*
 * Its MAC into the filter. And it may have been set ASLEEP by hand, since this tick began; with
 * many hosts a look comes after its end.
 */
static __always_inline void look_follow_host(const struct mac *mac, const struct host_entry *host)
{
	const __u64 hash = index_mac_hash(index_mac(mac)), bits = index_mac_bits(hash);
	__u64 *word = index_mac_word(hash >> 12);

	if (word && ~*word & bits)
		*word |= bits;
	if (host_state(host) != AWAKE && !index_state.tick_shift)
		index_forget_awake(mac);
}

/* Of a short look, and without a store to the stack: that would be a barrier for each row. */
static long look_add_host(void *map, const struct mac *mac, const struct host_entry *host,
                          void *unused)
{
	const __u64 fields = (__u64)host->ifindex << 32 | (__u32)host->vlan << 16 | host->flags;

	(void)map;
	(void)unused;
	index_state.look.hosts++;
	index_state.look.rows += look_digest(index_mac(mac) | (__u16)host_state(host), fields);
	return 0;
}

static long look_at_host(void *map, const struct mac *mac, const struct host_entry *host,
                         void *unused)
{
	look_follow_host(mac, host);
	return look_add_host(map, mac, host, unused);
}

/* The number of an interface; -1: there are too many. Global, so that it is verified once. */
__noinline int look_port(__u32 ifindex)
{
#pragma unroll
	for (int port = 0; port < INDEX_PORTS; port++) {
		if (port && !index_state.ports[port])
			index_state.ports[port] = ifindex;
		if (index_state.ports[port] == ifindex)
			return port;
	}
	return -1;
}

/* Connections to a host that is WAKING are the maps' as long as they are copied. */
static __always_inline __u32 look_state(const struct mac *mac, enum host_state state)
{
	return state == ASLEEP || index_may_copy(mac) ? INDEX_ASLEEP : INDEX_WAKING;
}

/* What a host's home says of it. A host in a VLAN is the maps', as tagged frames are. */
static __always_inline __u32 look_content(const struct mac *mac)
{
	const struct host_entry *host = host_by_mac(mac);
	const enum host_state state = host ? host_state(host) : AWAKE;
	int port;

	if ((state != ASLEEP && state != WAKING) || host->vlan)
		return 0;
	port = look_port(host->ifindex);
	if (port < 0)
		return 0;
	return look_state(mac, state) | port << INDEX_PORT_SHIFT |
	       (host->flags & (HOST_ECHO_IGNORE | HOST_ECHO_WAKE) ? 0 : INDEX_ECHO);
}

static __always_inline bool look_is_home(const struct mac *mac, __u32 place)
{
	const __u32 *home = bpf_map_lookup_elem(&index_homes, mac);

	return home && *home == place;
}

/*
 * The map may change while it is read, and a row that is deleted becomes another one: so what is
 * written is looked up, once the cell has been read, and the MAC is copied: its home and its state
 * must be one host's. `address`: a key of addresses4, or of addresses6.
 */
static __always_inline void look_write(void *addresses, const void *address, __u32 place)
{
	__u32 *cell = index_cell(place), before, content = 0;
	const struct mac *row;
	struct mac mac;

	if (!cell)
		return;
	before = __sync_fetch_and_or(cell, 0);
	row = bpf_map_lookup_elem(addresses, address);
	if (row && !(before & INDEX_SHARED)) {
		mac = *row;
		if (look_is_home(&mac, place))
			content = look_content(&mac);
	}
	__sync_val_compare_and_swap(cell, before, (before & ~INDEX_HOST) | content);
}

static __noinline long look_write4(const struct ipv4 *address, __u32 place)
{
	look_write(&addresses4, address, place);
	return 0;
}

static __noinline long look_write6(const struct ipv6 *address, __u32 place)
{
	look_write(&addresses6, address, place);
	return 0;
}

static long look_at_address(void *map, const struct ipv4 *address, const struct mac *mac,
                            void *unused)
{
	const __u32 number = look_address(address), place = index_place(number);
	__u32 content, wanted;
	const __u32 *cell;

	look_add_address(map, address, mac, unused);
	cell = index_cell(place);
	if (!cell)
		return 0;
	content = *(volatile __u32 *)cell;
	if ((content ^ index_upper(number)) & (INDEX_ADDRESS | INDEX_SHARED))
		return 0;
	wanted = look_content(mac);
	index_state.look.states += look_digest(number, wanted);
	if ((content & INDEX_HOST) != wanted)
		look_write4(address, place);
	return 0;
}

/* The state of a host that has a home without an address; others' are written above. */
static long look_at_address6(void *map, const struct ipv6 *address, const struct mac *mac,
                             void *unused)
{
	const __u32 *home, *cell;
	__u32 content, wanted;

	look_add_address6(map, address, mac, unused);
	home = bpf_map_lookup_elem(&index_homes, mac);
	if (!home)
		return 0;
	cell = index_cell(*home);
	if (!cell)
		return 0;
	content = *(volatile __u32 *)cell;
	if ((content & INDEX_ADDRESS) != INDEX_NO_ADDRESS)
		return 0;
	wanted = look_content(mac);
	index_state.look.states += look_digest(index_mac(mac), wanted);
	if ((content & INDEX_HOST) != wanted)
		look_write6(address, *home);
	return 0;
}

/* This machine is never a host, whatever the maps say: then they alone are asked. */
static __always_inline bool look_finds_own(void)
{
#pragma unroll
	for (int i = 0; i < INDEX_PORTS; i++)
		if (host_by_mac(&index_state.own[i]))
			return true;
	return false;
}

/* ns; 0: not at all. */
static __always_inline __u64 look_validity(__u64 few)
{
	const __u64 validity = index_state.look.hosts < few ? INDEX_VALID_FEW * NS_PER_MS
	                                                    : INDEX_VALID_MANY * NS_PER_MS;
	const __u64 left = heartbeat_left(bpf_ktime_get_ns());

	if (look_finds_own())
		return 0;
	return left < validity ? left : validity;
}

static __always_inline void look_settle(void)
{
	index_state.settled.repeated = index_state.look.rows == index_state.settled.rows &&
	                               index_state.look.states == index_state.settled.states;
	index_state.settled.rows = index_state.look.rows;
	index_state.settled.states = index_state.look.states;
	index_state.settled.left = LOOKS_SHORT;
}

/*
 * A look need not be whole, that is compare cells with `hosts`, where two whole ones have found the
 * same, in `hosts` and of each address's host, and `hosts` is still the same: who has changed a row
 * would have had to change it back, twice, within a look each. What the datapath and the daemon
 * change is counted. This spares what takes longest, a lookup for each address.
 */
static __always_inline bool look_may_be_short(void)
{
	if (!index_state.settled.repeated || !index_state.settled.left)
		return false;
	index_state.settled.left--;
	return true;
}

static __always_inline void look_begin(__u64 changes)
{
	index_state.look.hosts = index_state.look.addresses = index_state.look.states = 0;
	index_state.look.rows = changes;
}

static __always_inline void look_whole(__u64 changes)
{
	look_begin(changes);
	bpf_for_each_map_elem(&hosts, look_at_host, NULL, 0);
	bpf_for_each_map_elem(&addresses4, look_at_address, NULL, 0);
	bpf_for_each_map_elem(&addresses6, look_at_address6, NULL, 0);
	look_settle();
}

/* False: rows of `hosts` differ from those that the last whole look saw. */
static __always_inline bool look_short(__u64 changes)
{
	look_begin(changes);
	bpf_for_each_map_elem(&hosts, look_add_host, NULL, 0);
	if (index_state.look.rows != index_state.settled.rows)
		return false;
	bpf_for_each_map_elem(&addresses4, look_add_address, NULL, 0);
	bpf_for_each_map_elem(&addresses6, look_add_address6, NULL, 0);
	return true;
}

SEC("syscall")
int look(struct index_look *result)
{
	/* before the rows are read: what changes meanwhile is for the next look */
	const __u64 start = bpf_jiffies64(), changes = *(volatile __u32 *)&index_state.changes;

	if (!look_may_be_short() || !look_short(changes))
		look_whole(changes);
	if (index_state.look.addresses != index_state.addresses) {
		look_build();
		look_whole(changes);
		index_state.settled.repeated = false;
	}
	result->digest = look_digest(index_state.look.rows, index_state.look.addresses);
	result->hosts = index_state.look.hosts;
	index_state.tick_shift = index_state.look.hosts < result->few ? 0 : INDEX_TICK_MANY;
	if (result->tick)
		index_state.valid_until = start + look_validity(result->few) / result->tick;
	return 0;
}

#endif
