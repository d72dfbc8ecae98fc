// SPDX-License-Identifier: GPL-2.0-or-later
/* Every row as it stands, and padded as short frames are; and whether an outcome is left out. */
#include "support_row.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

static void whole_and_padded(void **state)
{
	const struct row *row = *state;
	const size_t length = row_length(row, &untagged);

	row_run(row, &untagged, length);
	row_run(row, &untagged, length + 1);
	row_run(row, &untagged, length < FRAME_MIN ? FRAME_MIN : length + 6);
}

static void half_a_tag(void **state)
{
	const struct row row = { .name = "half a tag",
		                 .in = OTHER(PROXY, PEER, TYPE_IPV6),
		                 THEN(ether_malformed, PASS, AWAKE) };

	(void)state;
	row_run(&row, &one_tag, ETHER_OCTETS + TAG_OCTETS / 2);
}

/* No wire carries such a frame, but a virtual interface may. */
static void no_room_for_a_redirect(void **state)
{
	const struct row row = { .name = "no room",
		                 .in = IP(PROXY, PEER, ICMP, PEER_IP, HOST_IP, .total = 27),
		                 THEN(ipv4_other, PASS, AWAKE) };

	(void)state;
	row_run(&row, &untagged, ETHER_OCTETS + ARP_OCTETS - 1);
}

static void no_outcome_is_left_out(void **state)
{
	(void)state;
	for (unsigned i = 0; i < OUTCOME_COUNT; i++)
		if (!row_reached(i))
			fail_msg("no row ends in %s", outcome_name(i));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(half_a_tag),
		cmocka_unit_test(no_room_for_a_redirect),
		cmocka_unit_test(no_outcome_is_left_out),
	};
	const int failed = row_tests("rows", whole_and_padded);

	return failed + cmocka_run_group_tests(tests, NULL, NULL);
}
