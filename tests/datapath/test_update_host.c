// SPDX-License-Identifier: GPL-2.0-or-later
/* The program update_host: a compare and swap of a host's state, the other fields set. */
#include "test.h"

#include "support_row.h"

static const enum host_state states[] = { AWAKE, DROWSY, ASLEEP, WAKING };

enum { STATES = sizeof(states) / sizeof(states[0]), LAST_SEEN = 4711 };

static struct testbed *testbed_in(enum host_state state)
{
	const struct setup setup = {
		.host = { .state = state, .last_seen = LAST_SEEN },
		.second.state = state,
	};

	return testbed_with(&setup);
}

static struct host_update update_to(enum host_state from, enum host_state to)
{
	return (struct host_update){
		.mac = *mac_of(HOST),
		.from = from,
		.to = to,
		.vlan = 7,
		.ifindex = 3,
		.flags = HOST_ARP_OFFLOAD,
	};
}

static void check_step(enum host_state state, enum host_state from, enum host_state to)
{
	struct testbed *testbed = testbed_in(state);
	struct host_update update = update_to(from, to);
	const int result = testbed_update(testbed, &update);

	assert_int_equal(result, state == from ? HOST_UPDATE_DONE : HOST_UPDATE_OTHER_STATE);
	assert_int_equal(testbed_host(testbed, HOST).state, state == from ? to : state);
	assert_int_equal(testbed_host(testbed, SECOND).state, state);
}

TEST(the_state_changes_only_from_the_expected_one)
{
	for (unsigned state = 0; state < STATES; state++)
		for (unsigned from = 0; from < STATES; from++)
			for (unsigned to = 0; to < STATES; to++)
				check_step(states[state], states[from], states[to]);
}

TEST(the_other_fields_are_set)
{
	struct testbed *testbed = testbed_in(AWAKE);
	struct host_update update = update_to(AWAKE, DROWSY);

	assert_int_equal(testbed_update(testbed, &update), HOST_UPDATE_DONE);

	const struct host_entry host = testbed_host(testbed, HOST),
				second = testbed_host(testbed, SECOND);

	assert_int_equal(host.state, DROWSY);
	assert_int_equal(host.vlan, 7);
	assert_int_equal(host.ifindex, 3);
	assert_int_equal(host.flags, HOST_ARP_OFFLOAD);
	assert_int_equal(host.last_seen, LAST_SEEN);
	assert_int_equal(second.vlan | second.ifindex | second.flags, 0);
}

TEST(the_fields_alone_can_be_set)
{
	struct testbed *testbed = testbed_in(WAKING);
	struct host_update update = update_to(WAKING, WAKING);

	assert_int_equal(testbed_update(testbed, &update), HOST_UPDATE_DONE);
	assert_int_equal(testbed_host(testbed, HOST).state, WAKING);
	assert_int_equal(testbed_host(testbed, HOST).vlan, 7);
}

TEST(an_unknown_host_is_refused)
{
	struct testbed *testbed = testbed_in(AWAKE);
	struct host_update update = update_to(AWAKE, ASLEEP);

	update.mac = *mac_of(UNKNOWN);
	assert_int_equal(testbed_update(testbed, &update), HOST_UPDATE_NO_HOST);
	assert_int_equal(testbed_host(testbed, HOST).state, AWAKE);
}

/* The host wakes up just before the daemon sets it to ASLEEP. */
TEST(the_host_woke_meanwhile)
{
	static const struct packet frame = FRAME(GROUP, HOST, TYPE_IPV6);
	struct testbed *testbed = testbed_in(DROWSY);
	struct host_update update = update_to(DROWSY, ASLEEP);

	testbed_send(testbed, &frame);
	assert_int_equal(testbed_update(testbed, &update), HOST_UPDATE_OTHER_STATE);
	assert_int_equal(testbed_host(testbed, HOST).state, AWAKE);
}

TEST(an_update_counts_and_reports_nothing)
{
	struct testbed *testbed = testbed_in(AWAKE);
	struct host_update update = update_to(AWAKE, ASLEEP);
	struct report reports[TESTBED_REPORTS_MAX];
	__u64 counted[OUTCOME_COUNT];

	assert_int_equal(testbed_update(testbed, &update), HOST_UPDATE_DONE);
	assert_int_equal(testbed_reports(testbed, reports), 0);
	testbed_counted(testbed, counted);
	for (unsigned i = 0; i < OUTCOME_COUNT; i++)
		assert_int_equal(counted[i], 0);
}
