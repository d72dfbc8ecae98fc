// SPDX-License-Identifier: GPL-2.0-or-later
#include "npp_server/rate.h"

#include <string.h>

static unsigned int bucket_of(const struct rate *rate, const struct mac *source)
{
	uint64_t word = 0;

	memcpy(&word, source, sizeof(*source));
	word = (word ^ rate->secret) * 0x9e3779b97f4a7c15ULL;
	word = (word ^ word >> 29) * 0xbf58476d1ce4e5b9ULL;
	return (unsigned int)(word >> 56) % RATE_BUCKETS;
}

bool rate_take(struct rate *rate, const struct mac *source, int64_t now)
{
	int64_t *full_at = &rate->full_at[bucket_of(rate, source)];
	const int64_t next = (*full_at > now ? *full_at : now) + RATE_INTERVAL;

	if (next > now + (int64_t)RATE_BURST * RATE_INTERVAL)
		return false;
	*full_at = next;
	return true;
}
