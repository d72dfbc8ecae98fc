// SPDX-License-Identifier: GPL-2.0-or-later
#include "group/group_rounds.h"

/* Of a network whose querier has gone mad: hosts are asked again soon enough. ms */
enum { RESPONSE_MAX = 60000 };

static bool answers(const struct group_round *earlier, const struct group_round *round)
{
	return earlier->ifindex == round->ifindex && earlier->vlan == round->vlan &&
	       earlier->is_ipv6 == round->is_ipv6 && earlier->due <= round->due &&
	       (!ip_is_set(&earlier->group) || ip_equal(&earlier->group, &round->group));
}

bool group_rounds_add(struct group_rounds *rounds, const struct group_round *round,
                      uint32_t response_ms, uint32_t random)
{
	const uint32_t response = response_ms < RESPONSE_MAX ? response_ms : RESPONSE_MAX;
	struct group_round added = *round;

	added.due = added.asked + (int64_t)((uint64_t)random * (response * 3 / 4) >> 32);
	for (size_t i = 0; i < rounds->count; i++)
		if (answers(&rounds->rounds[i], &added))
			return false;
	if (rounds->count == GROUP_ROUNDS)
		return false;
	rounds->rounds[rounds->count++] = added;
	return true;
}

static size_t earliest(const struct group_rounds *rounds)
{
	size_t first = 0;

	for (size_t i = 1; i < rounds->count; i++)
		if (rounds->rounds[i].due < rounds->rounds[first].due)
			first = i;
	return first;
}

bool group_rounds_take(struct group_rounds *rounds, int64_t now, struct group_round *round)
{
	const size_t first = earliest(rounds);

	if (!rounds->count || rounds->rounds[first].due > now)
		return false;
	*round = rounds->rounds[first];
	rounds->rounds[first] = rounds->rounds[--rounds->count];
	return true;
}

int64_t group_rounds_deadline(const struct group_rounds *rounds)
{
	return rounds->count ? rounds->rounds[earliest(rounds)].due : INT64_MAX;
}
