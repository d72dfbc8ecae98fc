// SPDX-License-Identifier: GPL-2.0-or-later
/* How much one source may ask, on a clock that belongs to the test. */

#include "test.h"

#include "npp_server/internal.h"
#include "support_hosts.h"

static unsigned take_all(struct rate_limit *rate, const struct mac *source, int64_t now)
{
	unsigned taken = 0;

	while (taken < 1000 && rate_limit_take(rate, source, now))
		taken++;
	return taken;
}

TEST(a_burst_and_then_one_more_each_interval)
{
	struct rate_limit rate = { .secret = 1 };

	assert_int_equal(take_all(&rate, &nas, NOW), RATE_BURST);
	for (int64_t i = 1; i < 10; i++) {
		assert_false(rate_limit_take(&rate, &nas, NOW + i * RATE_INTERVAL - 1));
		assert_true(rate_limit_take(&rate, &nas, NOW + i * RATE_INTERVAL));
		assert_false(rate_limit_take(&rate, &nas, NOW + i * RATE_INTERVAL));
	}
}

/* What is refused costs nothing: a flood does not lock its source out. */
TEST(the_whole_burst_after_a_rest)
{
	struct rate_limit rate = { .secret = 1 };
	const int64_t rested = NOW + (int64_t)RATE_BURST * RATE_INTERVAL;

	take_all(&rate, &nas, NOW);
	for (int i = 0; i < 1000; i++)
		assert_false(rate_limit_take(&rate, &nas, NOW));
	assert_int_equal(take_all(&rate, &nas, rested - RATE_INTERVAL), RATE_BURST - 1);
	take_all(&rate, &nas, NOW);
	assert_int_equal(take_all(&rate, &nas, 2 * rested), RATE_BURST);
	assert_int_equal(take_all(&rate, &nas, 20 * rested), RATE_BURST); /* and never more */
}

/* Each octet of a source counts, and they spread over the buckets. */
TEST(others_have_bursts_of_their_own)
{
	unsigned hindered = 0;

	for (unsigned bit = 0; bit < 48; bit++) {
		struct rate_limit rate = { .secret = 0x0123456789abcdef };
		struct mac other = nas;

		other.octet[bit / 8] ^= (uint8_t)(1 << bit % 8);
		take_all(&rate, &nas, NOW);
		hindered += !rate_limit_take(&rate, &other, NOW);
	}
	assert_in_range(hindered, 0, 3);
}

TEST(all_buckets_are_in_use)
{
	struct rate_limit rate = { .secret = 5 };
	unsigned used = 0;

	for (unsigned i = 0; i < 16 * RATE_BUCKETS; i++) {
		const struct mac source = { { 2, 0, 0, 0, (uint8_t)(i >> 8), (uint8_t)i } };

		rate_limit_take(&rate, &source, NOW);
	}
	for (unsigned i = 0; i < RATE_BUCKETS; i++)
		used += rate.full_at[i] != 0;
	assert_int_equal(used, RATE_BUCKETS);
}

/* So that nobody can choose a MAC that uses up another host's. */
TEST(who_shares_is_a_secret)
{
	struct mac shares = nas;
	unsigned still = 0;

	for (unsigned i = 0; i < 100000; i++) {
		struct rate_limit rate = { .secret = 77 };

		shares = (struct mac){ { 2, 0, 0, 0, (uint8_t)(i >> 8), (uint8_t)i } };
		take_all(&rate, &shares, NOW);
		if (!rate_limit_take(&rate, &nas, NOW))
			break;
	}
	for (uint64_t secret = 1; secret <= 64; secret++) {
		struct rate_limit rate = { .secret = secret << 32 | secret };

		take_all(&rate, &shares, NOW);
		still += !rate_limit_take(&rate, &nas, NOW);
	}
	assert_in_range(still, 0, 5);
}

TEST(each_start_has_its_own_secret)
{
	const struct npp_server_parts parts = { .fd = -1 };
	struct npp_server *one = npp_server_new(&parts), *another = npp_server_new(&parts);

	assert_true(another->requests.secret != one->requests.secret);
	assert_true(another->requests.secret != another->solicitations.secret);
	assert_true(another->requests.secret >> 32 && (uint32_t)another->requests.secret);
	npp_server_free(one);
	npp_server_free(another);
	npp_server_free(NULL);
}
