/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How much one source may ask, pure. Sources share buckets, so that memory is bounded whatever they
 * call themselves; who shares with whom is a secret of each start.
 */
#ifndef SLEEPPROXY_NPP_SERVER_RATE_H
#define SLEEPPROXY_NPP_SERVER_RATE_H

#include <stdbool.h>
#include <stdint.h>

#include "address.h"

enum {
	RATE_BUCKETS = 256,
	RATE_BURST = 32,     /* messages: a long request, with all of it sent twice */
	RATE_INTERVAL = 125, /* ms, for each message more */
};

struct rate {
	uint64_t secret;
	int64_t full_at[RATE_BUCKETS]; /* ms, when a source has its whole burst again */
};

/* One more message at `now`, in ms of any clock. False: it is one too many. */
bool rate_take(struct rate *rate, const struct mac *source, int64_t now);

#endif
