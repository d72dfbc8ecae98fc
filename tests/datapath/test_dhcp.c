// SPDX-License-Identifier: GPL-2.0-or-later
/* How much DHCP is copied in a second, and what happens to the rest. */
#include "test.h"

#include "support_row.h"

#include <time.h>
#include <unistd.h>

#define REPLY(to, to_ip, client, ...) \
	IP(to, PEER, UDP, PEER_IP, to_ip, 68, 67, .data = 300, \
	   .dhcp = { BOOTREPLY, client, __VA_ARGS__ })

enum { RATE = 8, FLOOD = 10000 };

static const struct packet request = IP(BROADCAST, HOST, UDP, NO_IP, BROADCAST_IP, 67, 68,
                                        .data = 300, .dhcp = { BOOTREQUEST, HOST });
static const struct packet to_all = REPLY(BROADCAST, BROADCAST_IP, HOST);
static const struct packet forged = IP(BROADCAST, NEAR_HOST2, UDP, PEER_IP, BROADCAST_IP, 68, 67,
                                       .data = 300, .dhcp = { BOOTREPLY, HOST });
static const struct packet to_host = REPLY(PROXY, HOST_IP, HOST);
static const struct packet to_second = REPLY(PROXY, SECOND_IP, SECOND);
static const struct packet of_unknown_client = REPLY(BROADCAST, BROADCAST_IP, NEAR_HOST2);
static const struct packet without_cookie = REPLY(BROADCAST, BROADCAST_IP, HOST, .cookie = 1);
static const struct packet syn = IP(PROXY, PEER, TCP, PEER_IP, HOST_IP, 22, 40000, .flags = SYN);
static const struct setup awake = { .host.state = AWAKE };
static const struct setup asleep = { .host.state = ASLEEP, .second.state = ASLEEP };
static const struct setup asleep_ring_full = { .dhcp_ring_full = true, .host.state = ASLEEP };

/* The clock that the datapath reads. */
static time_t second(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC_COARSE, &now);
	return now.tv_sec;
}

static void wait_for_the_next_second(void)
{
	const time_t this = second();

	while (second() == this)
		usleep(1000);
}

/* Has `packet` this outcome `times` in a row, and is it copied each time or never? */
static bool all(struct testbed *testbed, const struct packet *packet, unsigned times,
                enum outcome outcome, bool copied)
{
	struct dhcp_snoop copies[TESTBED_COPIES_MAX];
	__u64 counted[OUTCOME_COUNT];
	bool passed = true;

	for (unsigned i = 0; i < times; i++) {
		testbed_send(testbed, packet);
		testbed_counted(testbed, counted);
		passed &= counted[outcome] == 1 && testbed_copies(testbed, copies) == copied;
	}
	return passed;
}

#define SNOOPED OUTCOME_DHCP_SNOOPED, true
#define NOT_SNOOPED OUTCOME_DHCP_NOT_SNOOPED, false
#define CONSUMED OUTCOME_DHCP_CONSUMED, true
#define DROPPED OUTCOME_DHCP_DROPPED, false
#define NOT_DHCP OUTCOME_IPV4_OTHER, false

/* Asserts `steps`, repeated if the second ended meanwhile. */
static void within_a_second(const struct setup *setup, bool (*steps)(struct testbed *testbed))
{
	bool passed;
	time_t began;

	do {
		struct testbed *testbed = testbed_with(setup);

		began = second();
		passed = steps(testbed);
	} while (second() != began);
	assert_true(passed);
}

static bool eight_of_a_server(struct testbed *testbed)
{
	return all(testbed, &to_all, RATE, SNOOPED) && all(testbed, &to_all, 2, NOT_SNOOPED);
}

static bool eight_of_each_sender(struct testbed *testbed)
{
	return all(testbed, &request, RATE, SNOOPED) && all(testbed, &request, 1, NOT_SNOOPED) &&
	       eight_of_a_server(testbed);
}

static bool eight_beside_forged_ones(struct testbed *testbed)
{
	return all(testbed, &forged, RATE, SNOOPED) &&
	       all(testbed, &forged, 3 * RATE, NOT_SNOOPED) && eight_of_a_server(testbed);
}

static bool eight_for_a_sleeper(struct testbed *testbed)
{
	return all(testbed, &to_host, RATE, CONSUMED) && all(testbed, &to_host, 2, DROPPED) &&
	       all(testbed, &to_all, 1, NOT_SNOOPED);
}

static bool eight_for_each(struct testbed *testbed)
{
	return eight_for_a_sleeper(testbed) && all(testbed, &to_second, RATE, CONSUMED) &&
	       all(testbed, &to_second, 1, DROPPED);
}

static bool eight_after_invalid_ones(struct testbed *testbed)
{
	return all(testbed, &without_cookie, 3 * RATE, NOT_DHCP) &&
	       all(testbed, &of_unknown_client, 3 * RATE, NOT_DHCP) && eight_of_a_server(testbed);
}

TEST(eight_messages_a_second_are_copied)
{
	within_a_second(&awake, eight_of_a_server);
}

TEST(a_host_and_its_server_have_their_own)
{
	within_a_second(&awake, eight_of_each_sender);
}

/* Whoever forges answers keeps the server's from nobody. */
TEST(forged_answers_crowd_out_no_others)
{
	within_a_second(&awake, eight_beside_forged_ones);
}

TEST(a_sleeper_gets_no_more)
{
	within_a_second(&asleep, eight_for_a_sleeper);
}

TEST(each_host_has_its_own)
{
	within_a_second(&asleep, eight_for_each);
}

/* Nor does that of an unknown client whose MAC ends as the host's. */
TEST(what_is_not_copied_does_not_count)
{
	within_a_second(&awake, eight_after_invalid_ones);
}

static bool eight_after_eight(struct testbed *testbed)
{
	bool passed;
	time_t began;

	do {
		all(testbed, &to_all, RATE + 2, SNOOPED);
		wait_for_the_next_second();
		began = second();
		passed = eight_of_a_server(testbed);
	} while (second() != began);
	return passed;
}

TEST(the_next_second_brings_new_ones)
{
	assert_true(eight_after_eight(testbed_with(&awake)));
}

TEST(an_emptied_ring_takes_copies_again)
{
	struct testbed *testbed = testbed_with(&asleep_ring_full);
	struct dhcp_snoop copies[TESTBED_COPIES_MAX];

	assert_int_equal(testbed_send(testbed, &to_host), XDP_DROP);
	assert_int_equal(testbed_copies(testbed, copies), 0);
	assert_int_equal(testbed_send(testbed, &to_host), XDP_DROP);
	assert_int_equal(testbed_copies(testbed, copies), 1);
	assert_int_equal(testbed_host(testbed, HOST).state, ASLEEP);
}

TEST(a_flood_is_not_copied_and_wakes_nobody)
{
	struct testbed *testbed = testbed_with(&asleep);
	struct dhcp_snoop copies[TESTBED_COPIES_MAX];
	struct report reports[TESTBED_REPORTS_MAX];
	__u64 counted[OUTCOME_COUNT], copied = 0;
	const time_t began = second();

	for (unsigned i = 0; i < FLOOD; i++) {
		assert_int_equal(testbed_send(testbed, &to_host), XDP_DROP);
		copied += testbed_copies(testbed, copies);
	}
	testbed_counted(testbed, counted);
	assert_int_equal(counted[OUTCOME_DHCP_CONSUMED] + counted[OUTCOME_DHCP_DROPPED], FLOOD);
	assert_in_range(counted[OUTCOME_DHCP_CONSUMED], 1, RATE * (second() - began + 1));
	assert_int_equal(copied, counted[OUTCOME_DHCP_CONSUMED]);
	assert_int_equal(testbed_reports(testbed, reports), 0);
	assert_int_equal(testbed_send(testbed, &syn), XDP_TX);
	assert_int_equal(testbed_reports(testbed, reports), 1);
	assert_int_equal(reports[0].kind, REPORT_CONNECTION);
}
