/* SPDX-License-Identifier: GPL-2.0-or-later */
/* When queries are answered. Pure; time is ms of CLOCK_MONOTONIC. */
#ifndef SLEEPPROXY_GROUP_ROUNDS_H
#define SLEEPPROXY_GROUP_ROUNDS_H

#include "group/group_message.h"

/* The reports of all sleepers that one query asks for. */
struct group_round {
	uint32_t ifindex;
	uint16_t vlan;
	bool is_ipv6;
	enum group_version version;
	struct ipv6 group; /* ::, all */
	int64_t asked, due;
};

/* More at once are not answered: the next query of the same querier is. */
enum { GROUP_ROUNDS = 16 };

struct group_rounds {
	struct group_round rounds[GROUP_ROUNDS];
	size_t count;
};

/*
 * Adds one that begins within three quarters of `response_ms`, as `random` says: the last quarter
 * is for sending many. False: one that begins earlier answers this query too (RFC 3376, 5.2), or
 * there are too many.
 */
bool group_rounds_add(struct group_rounds *rounds, const struct group_round *round,
                      uint32_t response_ms, uint32_t random);
/* One that is due, and is then removed. */
bool group_rounds_take(struct group_rounds *rounds, int64_t now, struct group_round *round);
int64_t group_rounds_deadline(const struct group_rounds *rounds); /* INT64_MAX: none */

#endif
