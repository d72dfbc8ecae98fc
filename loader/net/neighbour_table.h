/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The kernel's own table of neighbours, by rtnetlink(7): to which MAC this machine itself sends.
 * Functions return 0 or -errno; to change it needs CAP_NET_ADMIN.
 */
#ifndef SLEEPPROXY_NET_NEIGHBOUR_TABLE_H
#define SLEEPPROXY_NET_NEIGHBOUR_TABLE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/addr.h"

struct neighbour_entry {
	uint16_t state;   /* NUD_*; NUD_NONE: there is no entry */
	bool is_managed;  /* by another program */
	struct mac mac;   /* zeros: none, or not Ethernet's */
	uint32_t updated; /* how long ago, in ticks of sysconf(_SC_CLK_TCK) */
};

int neighbour_entry_get(uint32_t ifindex, const struct ipv6 *address,
                        struct neighbour_entry *entry);

/*
 * Makes the kernel resolve the neighbour, or verify it, as if it had a packet for it. Entries that
 * another program manages are left to it, as this would clear their flags.
 */
int neighbour_entry_resolve(uint32_t ifindex, const struct ipv6 *address,
                            const struct neighbour_entry *entry);

/*
 * The entry, which must be there, gets that MAC, and what waits for it is sent. It is NUD_STALE:
 * the kernel verifies it within 8 s of its use.
 */
int neighbour_entry_set(uint32_t ifindex, const struct ipv6 *address, const struct mac *mac);
int neighbour_entry_delete(uint32_t ifindex, const struct ipv6 *address);

/* Calls `each` for every entry of all interfaces. */
typedef void neighbour_entries_each_fn(void *context, uint32_t ifindex, const struct ipv6 *address,
                                       const struct neighbour_entry *entry);
int neighbour_entries_each(neighbour_entries_each_fn *each, void *context);

#endif
