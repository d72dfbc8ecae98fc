// SPDX-License-Identifier: GPL-2.0-or-later
/* Who owns an address: the table of host/inputs.h, row by row, and all pairs of claims. */

#include "test.h"

#include "support_hosts.h"

#define INSTALLED true

static const struct {
	const char *shows;
	struct claimant owner, other;
} table_rows[] = {
	{ "edited: before the first that is described",
	  { CLAIM_EDITED, AWAKE, false, 2 },
	  { CLAIM_DESCRIBED, ASLEEP, INSTALLED, 1 } },
	{ "edited: the later edit is not installed yet",
	  { CLAIM_EDITED, AWAKE, false, 2 },
	  { CLAIM_EDITED, ASLEEP, INSTALLED, 1 } },
	{ "edited twice at once",
	  { CLAIM_EDITED, AWAKE, false, 1 },
	  { CLAIM_EDITED, ASLEEP, false, 2 } },
	{ "described: before a sleeper that has it",
	  { CLAIM_DESCRIBED, AWAKE, false, 2 },
	  { CLAIM_REGISTERED, ASLEEP, INSTALLED, 1 } },
	{ "described: the first, whoever has it",
	  { CLAIM_DESCRIBED, AWAKE, false, 1 },
	  { CLAIM_DESCRIBED, ASLEEP, INSTALLED, 2 } },
	{ "registered: who has it already",
	  { CLAIM_REGISTERED, AWAKE, INSTALLED, 2 },
	  { CLAIM_REGISTERED, AWAKE, false, 1 } },
	{ "leased: who has it, and sleeps",
	  { CLAIM_LEASED, ASLEEP, INSTALLED, 2 },
	  { CLAIM_REGISTERED, ASLEEP, false, 1 } },
	{ "leased: who has it, and is about to sleep",
	  { CLAIM_LEASED, DROWSY, INSTALLED, 2 },
	  { CLAIM_REGISTERED, DROWSY, false, 1 } },
	{ "leased: a host that is AWAKE may have given it up unheard",
	  { CLAIM_REGISTERED, DROWSY, false, 2 },
	  { CLAIM_LEASED, AWAKE, INSTALLED, 1 } },
	{ "ended: so may one whose registration has ended",
	  { CLAIM_REGISTERED, DROWSY, false, 2 },
	  { CLAIM_ENDED, AWAKE, INSTALLED, 1 } },
	{ "ended, but woken only now",
	  { CLAIM_ENDED, WAKING, INSTALLED, 2 },
	  { CLAIM_REGISTERED, DROWSY, false, 1 } },
	{ "leased twice: who has it, also AWAKE",
	  { CLAIM_LEASED, AWAKE, INSTALLED, 2 },
	  { CLAIM_LEASED, ASLEEP, false, 1 } },
	{ "leased and ended: who was known first",
	  { CLAIM_ENDED, AWAKE, false, 1 },
	  { CLAIM_LEASED, ASLEEP, false, 2 } },
	{ "no claim is none",
	  { CLAIM_LEASED, AWAKE, false, 2 },
	  { CLAIM_NONE, ASLEEP, INSTALLED, 1 } },
};

TEST(the_table)
{

	EACH(i, table_rows)
	{
		const struct claimant pair[] = { table_rows[i].owner, table_rows[i].other };
		const struct claimant turned[] = { table_rows[i].other, table_rows[i].owner };

		if (address_owner(pair, 2) != 0 || address_owner(turned, 2) != 1)
			fail_msg("%s", table_rows[i].shows);
		assert_int_equal(address_owner(pair, 1), 0);
	}
	assert_int_equal(address_owner(NULL, 0), -1);
	assert_int_equal(address_owner(&table_rows[13].other, 1), -1);
}

static bool is_edited(const struct claimant *it)
{
	return it->claim == CLAIM_EDITED;
}

static bool is_new_edit(const struct claimant *it)
{
	return it->claim == CLAIM_EDITED && !it->installed;
}

static bool is_described(const struct claimant *it)
{
	return it->claim == CLAIM_DESCRIBED;
}

static bool holds_it(const struct claimant *it)
{
	const bool is_weak = it->claim == CLAIM_LEASED || it->claim == CLAIM_ENDED;

	return it->claim != CLAIM_NONE && it->installed && !(is_weak && it->state == AWAKE);
}

static bool is_registered(const struct claimant *it)
{
	return it->claim == CLAIM_REGISTERED;
}

static bool has_it(const struct claimant *it)
{
	return it->claim != CLAIM_NONE && it->installed;
}

static bool claims_it(const struct claimant *it)
{
	return it->claim != CLAIM_NONE;
}

/* The first row of the table that fits any of them; of those that it fits, the first known. */
static int expected_owner(const struct claimant *claimants, size_t count)
{
	static bool (*const rows[])(const struct claimant *) = {
		is_new_edit, is_edited, is_described, holds_it, is_registered, has_it, claims_it,
	};
	int owner = -1;

	for (size_t row = 0; row < sizeof(rows) / sizeof(*rows) && owner < 0; row++)
		for (size_t i = 0; i < count; i++)
			if (rows[row](&claimants[i]) &&
			    (owner < 0 || claimants[i].order < claimants[owner].order))
				owner = (int)i;
	return owner;
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

static void check(const struct claimant *claimants, size_t count)
{
	const int expected = expected_owner(claimants, count);

	if (address_owner(claimants, count) == expected)
		return;
	for (size_t i = 0; i < count; i++)
		print_message("%zu: claim %d state %d installed %d order %ju\n", i,
		              claimants[i].claim, claimants[i].state, claimants[i].installed,
		              (uintmax_t)claimants[i].order);
	fail_msg("expected %d", expected);
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
	srandom(1);
	for (int i = 0; i < 100000; i++) {
		const size_t count = (size_t)random() % 6;
		struct claimant claimants[6];

		for (size_t j = 0; j < count; j++)
			claimants[j] = claimant_of((unsigned int)random() % KINDS, j * 5 % 6);
		check(claimants, count);
	}
}
