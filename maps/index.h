/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The index: which addresses are those of sleeping hosts, in a form that costs a frame one load. It
 * is derived from `hosts`, `addresses4` and `addresses6`, which stay the truth, and is not for
 * users: it has no pin. bpf/cell.bpf.h says why it is never wrong.
 *
 * index_cells: an ARRAY of one row, a cell for each address, at its place. Host byte order:
 *
 *   bits  0-16  the address's upper 16 bits, and 1 more; 0: none. A place and these say exactly
 *               which address it is
 *   bit  17     its host is ASLEEP, or it is WAKING and connections to it are copied yet
 *   bit  18     its host is WAKING, and no more are copied; neither bit: the maps say what is
 *   bit  19     several addresses have this place: of none of them it says anything
 *   bits 20-23  the only interface on which it is answered for: a number in index_state.ports
 *   bit  24     its echo requests (ping) are answered
 *   bits 25-31  version: how often the host's row was changed
 *
 * A host's state is in the cell of one of its IPv4 addresses, its home; or, of a host without any,
 * in a cell that no address has. So one write changes it; what is sent to its other IPv4 addresses
 * is looked up in the maps.
 *
 * index_buckets: an ARRAY of one row, buckets of IPv6 addresses with the homes of their hosts.
 *
 * index_macs: an ARRAY of one row, a Bloom filter of the MACs in `hosts`: two bits of one 64-bit
 * word for each. Who is not in it is no host.
 *
 * index_awake: an ARRAY of one row, sets of hosts that were found AWAKE in `hosts` in this tick, a
 * jiffy or with many hosts 128 of them (512 ms at 250 Hz). It is noticed so late at most that one
 * of them sends which others have set ASLEEP. A MAC may be in one set only. Host byte order:
 *
 *   bits  0-15  the tick
 *   bits 16-63  the MAC, its first octet uppermost
 *
 * index_homes: a HASH, from the MAC of a host to the place of its home.
 *
 * index_copies: how many connections were copied in the present wake of a host, by a hash of its
 * MAC; hosts of one place have one count.
 */
#ifndef SLEEPPROXY_INDEX_H
#define SLEEPPROXY_INDEX_H

#include "address.h"

enum index_cell {
	INDEX_ADDRESS = 0x1ffff,
	INDEX_ASLEEP = 1 << 17,
	INDEX_WAKING = 1 << 18,
	INDEX_SHARED = 1 << 19,
	INDEX_PORT_SHIFT = 20,
	INDEX_PORT = 15 << INDEX_PORT_SHIFT,
	INDEX_ECHO = 1 << 24,
	INDEX_VERSION_SHIFT = 25,
};

/* What a cell says of its host. */
#define INDEX_HOST (INDEX_ASLEEP | INDEX_WAKING | INDEX_PORT | INDEX_ECHO)

/* In a cell that is the home of a host without IPv4: no address has these upper bits. */
#define INDEX_NO_ADDRESS 0x1ffff

/* As the program says; for more hosts than its default there are more. Powers of 2. */
enum {
	INDEX_CELLS_PER_HOST = 16,
	INDEX_CELLS_MIN = 4096 * INDEX_CELLS_PER_HOST, /* 16 bits of an address are a place */
	INDEX_MAC_BITS_PER_HOST = 32,
	INDEX_MAC_WORDS_MIN = 4096 * INDEX_MAC_BITS_PER_HOST / 64,
	INDEX_BUCKETS_PER_HOST = 2,
	INDEX_BUCKETS_MIN = 1024 * INDEX_BUCKETS_PER_HOST,
	INDEX_HOSTS_PER_AWAKE = 2,
	INDEX_AWAKE_MIN = 1024 / INDEX_HOSTS_PER_AWAKE,
};

/* Connections that are copied for each wake of a host: more than a daemon keeps of a host. */
enum { INDEX_COPIES_MAX = 128, INDEX_COPIES = 1024 };

enum { INDEX_PORTS = 16, INDEX_TICK = 0xffff, INDEX_TICK_MANY = 7 };

/* How long a look is believed: so late are rows that others have changed obeyed. ms */
enum {
	INDEX_VALID_FEW = 100,
	INDEX_VALID_MANY = 1500,
};

/* One cache line. */
enum { INDEX_BUCKET = 3, INDEX_HOME_SHIFT = 24, INDEX_HOME = 0xffffff };

struct index_bucket {
	struct ipv6 address[INDEX_BUCKET];
	__u32 home[INDEX_BUCKET]; /* a place, and index_state.build above; 0: no address */
	__u32 is_full;            /* there are more, which are in the maps alone */
};

ASSERT_SIZE(struct index_bucket, 64);

enum { INDEX_AWAKE = 4 };

struct index_awake {
	__u64 entry[INDEX_AWAKE];
};

ASSERT_SIZE(struct index_awake, 32);

static inline __u32 index_upper(__u32 address)
{
	return (address >> 16) + 1;
}

/*
 * The place of an address, before it is cut to the size of the table. Neighbours share a cache
 * line, and up to 65536 addresses with the same upper 16 bits have a place each. Those with other
 * upper bits begin 103 times 1024 places away: in the smallest table at 64 different places, and in
 * larger ones behind each other.
 */
static inline __u32 index_place(__u32 address)
{
	return ((address >> 16) * 103 << 10) + (address & 0xffff);
}

#endif
