// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Which hosts claim an address. A place for each claim, of 8 octets, in a table with linear
 * probing: the host, and 16 bits of the address's hash. The address itself is in the host's claims
 * alone, as there may be many.
 */
#include <stdlib.h>
#include <string.h>

#include "host/host.h"

enum { TAG_BITS = 16, DROPPED = 1, SIZE_MIN = 16 };

static uint64_t hash_of(const struct ipv6 *address)
{
	uint64_t half[2], hash;

	memcpy(half, address, sizeof(half));
	hash = half[0] * 0x9e3779b97f4a7c15 ^ (half[1] + 0x632be59bd9b4e019) * 0xd6e8feb86659fd93;
	hash = (hash ^ hash >> 32) * 0xd6e8feb86659fd93;
	return hash ^ hash >> 32;
}

/* Addresses of programs have 48 bits at most, of which the uppermost is 0. */
static uint64_t place_of(const struct host *host, uint64_t hash)
{
	return (uint64_t)(uintptr_t)host << TAG_BITS | (hash & (((uint64_t)1 << TAG_BITS) - 1));
}

static struct host *host_in(uint64_t place)
{
	return (struct host *)(uintptr_t)(place >> TAG_BITS);
}

static uint64_t *place_at(const struct claim_index *index, uint64_t hash, size_t step)
{
	return &index->places[((hash >> TAG_BITS) + step) % index->size];
}

static bool claims(const struct host *host, const struct ipv6 *address)
{
	const struct address_list *list = host->claims.list;

	return list && address_index(list->addresses, list->count, address) >= 0;
}

struct host *claim_next(const struct claim_index *index, const struct ipv6 *address, size_t *step)
{
	const uint64_t hash = hash_of(address);

	while (*step < index->size) {
		const uint64_t place = *place_at(index, hash, (*step)++);
		struct host *host = host_in(place);

		if (!place)
			break;
		if (host && place == place_of(host, hash) && claims(host, address))
			return host;
	}
	*step = index->size;
	return NULL;
}

/* Where nothing is, or is any more. */
void claim_add(struct claim_index *index, const struct host *host, const struct ipv6 *address)
{
	const uint64_t hash = hash_of(address);
	uint64_t *place;
	size_t step = 0;

	do
		place = place_at(index, hash, step++);
	while (*place > DROPPED);
	index->used += !*place;
	index->claims++;
	*place = place_of(host, hash);
}

/* With a third more than is needed, into which all of them are put again. */
bool claims_reserve(struct host_table *table, size_t more)
{
	struct claim_index *index = &table->claims;
	const size_t size = SIZE_MIN + (index->claims + more) * 3 / 2;
	struct claim_index made = { .size = size };

	if ((index->used + more) * 8 <= index->size * 7)
		return true;
	made.places = calloc(size, sizeof(*made.places));
	if (!made.places)
		return false;
	host_table_each (table, host)
		for (size_t i = 0; host->claims.list && i < host->claims.list->count; i++)
			claim_add(&made, host, &host->claims.list->addresses[i]);
	free(index->places);
	*index = made;
	return true;
}

/* Of two claims of a host with one hash either may go: both are found by what is between. */
void claim_drop(struct claim_index *index, const struct host *host, const struct ipv6 *address)
{
	const uint64_t hash = hash_of(address);

	for (size_t step = 0; step < index->size; step++) {
		uint64_t *place = place_at(index, hash, step);

		if (!*place)
			return;
		if (*place != place_of(host, hash))
			continue;
		*place = DROPPED;
		index->claims--;
		return;
	}
}
