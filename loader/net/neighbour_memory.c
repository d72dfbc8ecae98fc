// SPDX-License-Identifier: GPL-2.0-or-later
#include "net/neighbour_memory.h"

#include <stdlib.h>
#include <sys/param.h>

struct neighbour_memory {
	struct neighbour *neighbours; /* in the order in which they were seen first */
};

struct neighbour_memory *neighbour_memory_new(void)
{
	return calloc(1, sizeof(struct neighbour_memory));
}

static void forget(struct neighbour_memory *memory, struct neighbour *old)
{
	HASH_DEL(memory->neighbours, old);
	free(old);
}

void neighbour_memory_free(struct neighbour_memory *memory)
{
	while (memory && memory->neighbours)
		forget(memory, memory->neighbours);
	free(memory);
}

static struct neighbour *find(struct neighbour_memory *memory, const struct mac *mac)
{
	struct neighbour *found;

	HASH_FIND(hh, memory->neighbours, mac, sizeof(*mac), found);
	if (found)
		return found;
	found = calloc(1, sizeof(*found));
	if (!found)
		return NULL;
	if (HASH_COUNT(memory->neighbours) == NEIGHBOUR_MEMORY_SIZE)
		forget(memory, memory->neighbours);
	found->mac = *mac;
	HASH_ADD(hh, memory->neighbours, mac, sizeof(found->mac), found);
	return found;
}

static bool remove_address(struct neighbour *neighbour, const struct ipv6 *address)
{
	const int i = address_index(neighbour->addresses, neighbour->count, address);

	if (i < 0)
		return false;
	neighbour->count--;
	memmove(&neighbour->addresses[i], &neighbour->addresses[i + 1],
	        (neighbour->count - (size_t)i) * sizeof(*address));
	return true;
}

/* False: another one was seen with it later. */
static bool take_from_others(struct neighbour_memory *memory, const struct ipv6 *address,
                             int64_t seen)
{
	for (struct neighbour *each = memory->neighbours; each; each = each->hh.next) {
		if (!remove_address(each, address))
			continue;
		if (each->seen <= seen)
			return true;
		each->addresses[each->count++] = *address;
		return false;
	}
	return true;
}

void neighbour_memory_add(struct neighbour_memory *memory, const struct mac *mac, uint32_t ifindex,
                          const struct ipv6 *address, int64_t seen)
{
	struct neighbour *neighbour;

	if (!memory || !mac_is_set(mac) || mac->octet[0] & 1)
		return;
	neighbour = find(memory, mac);
	if (!neighbour)
		return;
	neighbour->seen = MAX(neighbour->seen, seen);
	if (ifindex)
		neighbour->ifindex = ifindex;
	if (!address || address_index(neighbour->addresses, neighbour->count, address) >= 0 ||
	    !take_from_others(memory, address, seen))
		return;
	if (neighbour->count == NEIGHBOUR_ADDRESSES)
		remove_address(neighbour, &neighbour->addresses[0]);
	neighbour->addresses[neighbour->count++] = *address;
}

const struct neighbour *neighbour_memory_next(const struct neighbour_memory *memory,
                                              const struct neighbour *last, int64_t now)
{
	const struct neighbour *next = last ? last->hh.next : memory ? memory->neighbours : NULL;

	while (next && now - next->seen >= NEIGHBOUR_MEMORY_MS)
		next = next->hh.next;
	return next;
}
