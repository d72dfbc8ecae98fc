// SPDX-License-Identifier: GPL-2.0-or-later
#include "host/inputs.h"

/* How strong a claim is: the table of inputs.h from its end. */
enum rank {
	RANK_CLAIMS,
	RANK_HAS_IT_AWAKE,
	RANK_REGISTERED,
	RANK_HAS_IT,
	RANK_DESCRIBED,
	RANK_EDITED
};

static enum rank rank_of(const struct claimant *claimant)
{
	const bool registered = claimant->claim == CLAIM_REGISTERED;

	if (claimant->claim == CLAIM_EDITED)
		return RANK_EDITED;
	if (claimant->claim == CLAIM_DESCRIBED)
		return RANK_DESCRIBED;
	if (claimant->installed && (registered || claimant->state != AWAKE))
		return RANK_HAS_IT;
	if (registered)
		return RANK_REGISTERED;
	return claimant->installed ? RANK_HAS_IT_AWAKE : RANK_CLAIMS;
}

static bool is_stronger(const struct claimant *a, const struct claimant *b)
{
	if (rank_of(a) != rank_of(b))
		return rank_of(a) > rank_of(b);
	if (rank_of(a) == RANK_EDITED && a->installed != b->installed)
		return !a->installed; /* the later edit is not in `installed` yet */
	return a->order < b->order;
}

int address_owner(const struct claimant *claimants, size_t count)
{
	int best = -1;

	for (size_t i = 0; i < count; i++)
		if (claimants[i].claim != CLAIM_NONE && claimants[i].role == ROLE_NONE &&
		    (best < 0 || is_stronger(&claimants[i], &claimants[best])))
			best = (int)i;
	return best;
}
