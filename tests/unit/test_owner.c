// SPDX-License-Identifier: GPL-2.0-or-later
/* Who owns an address: the table of host/inputs.h, for all pairs of claims. */

#include "test.h"

#include "support_hosts.h"

/* How strong a claim is; 0: there is none. */
static const struct strength {
	int elsewhere;           /* the tables have the address for no host, or for another one */
	int installed, if_awake; /* they have it for this host, which is not AWAKE, or is */
} strengths[] = {
	[CLAIM_NONE] = { 0, 0, 0 },
	[CLAIM_LEARNT] = { 1, 4, 2 },
	[CLAIM_LEASED] = { 1, 4, 2 }, /* AWAKE, it may have given it up unheard */
	[CLAIM_ENDED] = { 1, 4, 2 },
	[CLAIM_REGISTERED] = { 3, 4, 4 },
	[CLAIM_DESCRIBED] = { 5, 5, 5 },
	[CLAIM_EDITED] = { 7, 6, 6 }, /* the later edit is not installed yet */
};

static int strength_of(const struct claimant *it)
{
	const struct strength *strength = &strengths[it->claim];

	if (!it->installed)
		return strength->elsewhere;
	return it->state == AWAKE ? strength->if_awake : strength->installed;
}

/* The strongest; of those alike, the first known. */
static int expected_owner(const struct claimant *claimants, size_t count)
{
	int owner = -1, best = 0;

	for (size_t i = 0; i < count; i++) {
		const int strength = strength_of(&claimants[i]);

		if (strength > best ||
		    (strength && strength == best && claimants[i].order < claimants[owner].order)) {
			owner = (int)i;
			best = strength;
		}
	}
	return owner;
}

static void check(const struct claimant *claimants, size_t count)
{
	const int expected = expected_owner(claimants, count);
	const int found = address_owner(claimants, count);

	if (found == expected)
		return;
	for (size_t i = 0; i < count; i++)
		print_message("%zu: claim %d state %s installed %d order %ju\n", i,
		              claimants[i].claim, host_state_names[claimants[i].state],
		              claimants[i].installed, (uintmax_t)claimants[i].order);
	fail_msg("the owner is %d, not %d", found, expected);
}

enum { KINDS = (CLAIM_EDITED + 1) * (WAKING + 1) * 2 };

static struct claimant claimant_of(unsigned int kind, uint64_t order)
{
	return (struct claimant){
		.claim = kind / 2 / (WAKING + 1),
		.state = kind / 2 % (WAKING + 1),
		.installed = kind % 2,
		.order = order,
	};
}

TEST(all_pairs_in_both_orders)
{
	for (unsigned int a = 0; a < KINDS; a++)
		for (unsigned int b = 0; b < KINDS; b++)
			for (uint64_t order = 1; order <= 3; order += 2)
				check((struct claimant[]){ claimant_of(a, 2),
				                           claimant_of(b, order) },
				      2);
}

TEST(any_number)
{
	struct claimant claimants[KINDS];

	for (unsigned int i = 0; i < KINDS; i++)
		claimants[i] = claimant_of(i * 29 % KINDS, i * 7 % KINDS);
	for (size_t count = 0; count <= KINDS; count++)
		check(claimants, count);
}
