// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Every row as it is, and padded as short frames are, by the maps alone and with the index in front
 * of them; and whether every outcome is reached.
 */
#include "test.h"

#include "support_row.h"

static void run_lengths(const struct row *row)
{
	const size_t length = row_length(row, &untagged);

	row_run(row, &untagged, length);
	row_run(row, &untagged, length + 1);
	row_run(row, &untagged, length < FRAME_MIN ? FRAME_MIN : length + 6);
}

static void whole_and_padded(void **state)
{
	testbed_looks = false;
	run_lengths(*state);
	testbed_looks = true;
	run_lengths(*state);
	testbed_looks = false;
}

ROW_TESTS(whole_and_padded)

TEST(half_a_tag)
{
	const struct row row = { .name = "half a tag",
		                 .in = FRAME(PROXY, PEER, TYPE_IPV6),
		                 EXPECT(OUTCOME_ETHER_MALFORMED, PASS, AWAKE) };

	row_run(&row, &one_tag, ETHER_OCTETS + TAG_OCTETS / 2);
}

TEST(every_outcome_is_reached)
{
	for (unsigned i = 0; i < OUTCOME_COUNT; i++)
		if (!row_reached(i))
			fail_msg("no row has the outcome %s", outcome_name(i));
}
