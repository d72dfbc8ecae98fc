// SPDX-License-Identifier: GPL-2.0-or-later
/* The addresses that a host uses while it is awake: which count, for how long, and how many. */

#include "test.h"

#include "host/host.h"
#include "support_hosts.h"

enum { START = 100000, MINUTE = 60, HOUR = 3600 }; /* s */

static struct learnt *learnt;

static struct ipv6 address_at(unsigned int last)
{
	return (struct ipv6){ { 0xfd, [14] = (uint8_t)(last >> 8), (uint8_t)last } };
}

static int forget(void **state)
{
	(void)state;
	free(learnt);
	learnt = NULL;
	return 0;
}

AFTER_EACH(forget)

static bool adds(unsigned int last, bool is_probe, uint32_t at)
{
	const struct ipv6 address = address_at(last);

	return learnt_add(&learnt, &address, is_probe, at);
}

static bool has(unsigned int last)
{
	const struct ipv6 address = address_at(last);

	return learnt_has(learnt, &address);
}

/* How many are asked for; `expected`: whether one that counted is dropped. */
static size_t asks(uint32_t at, bool expected)
{
	struct ipv6 ask[HOST_ADDRESSES];
	bool changed = false;
	const size_t count = learnt_ask(&learnt, at, ask, &changed);

	assert_int_equal(changed, expected);
	return count;
}

/* Seen, asked for, and seen again. */
static bool learns(unsigned int last, uint32_t at)
{
	adds(last, false, at - 3);
	asks(at, false);
	return adds(last, false, at);
}

/* The first sign may be forged, or a probe for what another machine has. */
TEST(what_it_answers_for_counts)
{
	for (int is_probe = 0; is_probe < 2; is_probe++) {
		assert_false(adds(1, is_probe, START));
		assert_false(adds(1, false, START + 1));
		assert_false(has(1));
		assert_int_equal(asks(START + 1, false), 0);
		assert_int_equal(asks(START + 2, false), 1);
		assert_false(has(1));
		assert_true(adds(1, false, START + 2));
		assert_true(has(1));
		assert_false(adds(1, false, START + 3));
		assert_false(adds(1, true, START + 4)); /* it has come up again */
		assert_true(has(1));
		assert_false(has(2));
		forget(NULL);
	}
}

TEST(it_is_asked_again_and_then_not)
{
	adds(1, true, START);
	for (uint32_t i = 1; i <= 3; i++)
		assert_int_equal(asks(START + 2 * i, false), 1);
	assert_false(adds(1, true, START + 6)); /* a probe is no answer */
	for (uint32_t i = 4; i <= 6; i++)
		assert_int_equal(asks(START + 2 * i, false), 1);
	assert_int_equal(asks(START + 14, false), 0);
	assert_null(learnt);
}

TEST(it_is_asked_for_what_it_has_not_used_for_hours)
{
	uint32_t at = START + 6 * HOUR;

	assert_true(learns(1, START) && learns(2, START + MINUTE));
	assert_int_equal(asks(at - 1, false), 0);
	assert_int_equal(asks(at, false), 1);
	assert_int_equal(asks(at + MINUTE, false), 1);
	assert_false(adds(2, false, at + MINUTE)); /* it answers for the second one */
	for (int i = 0; i < 2; i++)
		assert_int_equal(asks(at += HOUR, false), 1);
	assert_int_equal(asks(at + HOUR - 1, false), 0);
	assert_int_equal(asks(at + HOUR, true), 0);
	assert_false(has(1));
	assert_true(has(2));
}

TEST(of_too_many_the_one_that_was_not_used_for_longest_goes)
{
	for (unsigned int i = 0; i < HOST_ADDRESSES; i++)
		assert_true(learns(i, START + i));
	adds(0, false, START + MINUTE);
	assert_false(adds(99, false, START + HOUR));
	assert_false(adds(99, true, START + 2 * HOUR));
	assert_true(has(1));
	assert_true(adds(99, false, START + 2 * HOUR)); /* in place of what counted */
	assert_true(has(0) && !has(1) && has(2) && !has(99));
	assert_int_equal(learnt->count, HOST_ADDRESSES);
}

TEST(removed)
{
	struct ipv6 address = address_at(1);

	assert_false(learnt_remove(&learnt, &address));
	learns(1, START);
	adds(2, true, START);
	assert_true(learnt_remove(&learnt, &address));
	assert_false(has(1));
	address = address_at(2);
	assert_false(learnt_remove(&learnt, &address));
	assert_null(learnt);
}

/* Whoever says more of the address has it for that reason; and those come last of all. */
TEST(the_weakest_reason_to_have_it)
{
	const struct ipv6 address = address_at(1), probed = address_at(2);
	const struct host_description description = { .addresses = { address },
		                                      .address_count = 1 };
	struct host host = { .mac = nas };
	struct wanted wanted;

	learns(1, START);
	adds(2, true, START);
	host.learnt = learnt;
	assert_int_equal(host_claim(&host, &address), CLAIM_LEARNT);
	assert_int_equal(host_claim(&host, &probed), CLAIM_NONE);
	assert_true(CLAIM_LEARNT < CLAIM_LEASED && !host_is_wanted(&host));
	host.described = described_new(&description, DESCRIBED_BY_COMMAND, 1);
	assert_int_equal(host_claim(&host, &address), CLAIM_DESCRIBED);
	host_merge(&host, &wanted);
	assert_int_equal(wanted.address_count, 1);
	described_free(host.described);
}
