// SPDX-License-Identifier: GPL-2.0-or-later
/* The index knows this machine's MACs, however often an interface is attached. */
#include "test.h"

#include "datapath/internal.h"
#include "index.h"
#include "support_daemon.h"

static bool is_own(const struct mac *mac)
{
	const struct mac *own = daemon_.datapath->maps->data_index->index_state.own;

	for (int i = 0; i < INDEX_PORTS; i++)
		if (mac_equal(&own[i], mac))
			return true;
	return false;
}

TEST(an_interface_that_is_attached_again_and_again_leaves_the_others)
{
	const struct mac quiet = { { 2, 0, 0, 0, 3, 1 } }, restless = { { 2, 0, 0, 0, 3, 2 } };

	index_add_own(daemon_.datapath, &quiet);
	for (int i = 0; i < 2 * INDEX_PORTS; i++)
		index_add_own(daemon_.datapath, &restless);
	assert_true(is_own(&quiet));
	assert_true(is_own(&restless));
}
