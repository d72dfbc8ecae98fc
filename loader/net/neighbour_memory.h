/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The neighbours that were seen, by their MAC, and the addresses that they used. Pure; times are ms
 * of CLOCK_BOOTTIME. All functions take NULL for no memory.
 */
#ifndef SLEEPPROXY_NET_NEIGHBOUR_MEMORY_H
#define SLEEPPROXY_NET_NEIGHBOUR_MEMORY_H

#include <stdint.h>
#include <uthash.h>

#include "base/addr.h"

/* So many are remembered, so long; who was seen first, and what it used first, goes first. */
enum {
	NEIGHBOUR_MEMORY_SIZE = 1024,
	NEIGHBOUR_ADDRESSES = 8,
	NEIGHBOUR_MEMORY_MS = 24 * 60 * 60 * 1000,
};

struct neighbour {
	struct mac mac;
	uint32_t ifindex; /* where it was seen; 0: not known */
	int64_t seen;     /* last */
	size_t count;
	struct ipv6 addresses[NEIGHBOUR_ADDRESSES]; /* the one that it began to use last is last */
	UT_hash_handle hh;
};

struct neighbour_memory;

struct neighbour_memory *neighbour_memory_new(void); /* NULL: out of memory */
void neighbour_memory_free(struct neighbour_memory *memory);

/*
 * It was seen then, perhaps earlier than what is known of it. `ifindex` 0, `address` NULL: not
 * known. An address belongs to who was seen with it last. Nothing that is no host's is remembered.
 */
void neighbour_memory_add(struct neighbour_memory *memory, const struct mac *mac, uint32_t ifindex,
                          const struct ipv6 *address, int64_t seen);

/* The next one, in the order in which they were seen first; NULL: the first, or no further one. */
const struct neighbour *neighbour_memory_next(const struct neighbour_memory *memory,
                                              const struct neighbour *last, int64_t now);

#endif
