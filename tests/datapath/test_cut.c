// SPDX-License-Identifier: GPL-2.0-or-later
/* Every row with its frame cut at each length: unchanged, counted once, never answered. */
#include "test.h"

#include "support_row.h"

/* BPF_PROG_TEST_RUN refuses a frame without a whole Ethernet header. */
static void at_each_length(const struct row *row, const struct tags *tags)
{
	const size_t whole = row_length(row, tags);

	for (size_t length = ETHER_OCTETS; length < whole; length++) {
		const struct row cut = row_cut(row, tags, length);

		assert_int_not_equal(cut.verdict, XDP_TX);
		row_run(&cut, tags, length);
	}
}

static void cut_short(void **state)
{
	at_each_length(*state, &untagged);
	at_each_length(*state, &one_tag);
	at_each_length(*state, &two_tags);
}

ROW_TESTS(cut_short)
