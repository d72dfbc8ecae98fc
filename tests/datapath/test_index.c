// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The index in front of the maps: it answers by itself; what the datapath and the daemon change is
 * true at once, what others write into the maps as soon as it may be expected.
 */
#include "test.h"

#include "support_look.h"
#include "support_row.h"

#include <string.h>
#include <time.h>
#include "index.h"

static const struct packet question =
	ARP(BROADCAST, PEER, ARP_REQUEST, PEER, PEER_IP, NO_MAC, SECOND_IP);
static const struct packet syn = IP(PROXY, PEER, TCP, PEER_IP, SECOND_IP, 22, 40000, .flags = SYN);
static const struct packet owner = FRAME(GROUP, SECOND, TYPE_IPV6);
static const struct packet claim =
	ARP(BROADCAST, PEER, ARP_REQUEST, PEER, SECOND_IP, NO_MAC, SECOND_IP);
static const struct host_entry awake = { .state = AWAKE }, asleep = { .state = ASLEEP };
static const struct host_entry waking = { .state = WAKING };
static const struct setup sleeper = { .second.state = ASLEEP }, waker = { .second.state = AWAKE };

static bool answered(struct testbed *testbed)
{
	return testbed_send(testbed, &question) == XDP_TX;
}

/* After a look. SECOND has one address, which so is its home. */
static struct testbed *looked(const struct setup *setup)
{
	struct testbed *testbed = testbed_with(setup);

	testbed_put_address(testbed, *ipv4_of(ZERO_HALF_IP1), NULL);
	testbed_put_address(testbed, *ipv4_of(ZERO_HALF_IP2), NULL);
	testbed_look(testbed);
	return testbed;
}

/* … which is believed until the next one. */
static struct testbed *indexed(const struct setup *setup)
{
	struct testbed *testbed = looked(setup);

	testbed_believe_look(testbed);
	return testbed;
}

TEST(answers_come_from_the_index)
{
	struct testbed *testbed = indexed(&sleeper);

	testbed_set_host(testbed, SECOND, &awake);
	assert_true(answered(testbed));
	testbed_look(testbed);
	assert_false(answered(testbed));
}

/* Looks that find nothing new leave the cells as they are. */
TEST(an_edit_after_many_looks_is_seen_by_the_next_one)
{
	struct testbed *testbed = indexed(&sleeper);

	for (int i = 0; i < 4; i++)
		testbed_look(testbed);
	testbed_set_host(testbed, SECOND, &awake);
	assert_true(answered(testbed));
	testbed_look(testbed);
	assert_false(answered(testbed));
}

TEST(what_is_being_woken_is_consumed_by_the_index)
{
	struct testbed *testbed = indexed(&(struct setup){ .second.state = WAKING });

	for (int i = 0; i < INDEX_COPIES_MAX; i++)
		assert_int_equal(testbed_send(testbed, &syn), XDP_DROP);
	testbed_look(testbed);
	testbed_set_host(testbed, SECOND, &awake);
	assert_int_equal(testbed_send(testbed, &syn), XDP_DROP);
	testbed_look(testbed);
	assert_int_not_equal(testbed_send(testbed, &syn), XDP_DROP);
}

TEST(a_look_that_does_not_come_does_no_harm)
{
	const struct timespec validity = { .tv_nsec = 2 * INDEX_VALID_FEW * 1000000 };
	struct testbed *testbed = looked(&sleeper);

	testbed_set_host(testbed, SECOND, &awake);
	nanosleep(&validity, NULL);
	assert_false(answered(testbed));
}

TEST(a_frame_of_the_owner_ends_answers)
{
	struct testbed *testbed = indexed(&sleeper);

	assert_true(answered(testbed));
	testbed_send(testbed, &owner);
	assert_false(answered(testbed));
	testbed_look(testbed);
	assert_false(answered(testbed));
}

TEST(a_wake_and_a_claim_are_seen)
{
	struct testbed *testbed = indexed(&sleeper);

	testbed_send(testbed, &syn);
	assert_int_equal(testbed_host(testbed, SECOND).state, WAKING);
	testbed_set_host(testbed, SECOND, &asleep);
	testbed_look(testbed);
	testbed_send(testbed, &claim);
	assert_int_equal(testbed_host(testbed, SECOND).state, WAKING);
	assert_true(answered(testbed));
}

TEST(a_change_by_the_daemon_is_true_at_once)
{
	struct testbed *testbed = indexed(&sleeper);
	struct host_update update = { .mac = *mac_of(SECOND), .from = ASLEEP, .to = AWAKE };

	assert_int_equal(testbed_update(testbed, &update), HOST_UPDATE_DONE);
	assert_false(answered(testbed));
	update = (struct host_update){ .mac = *mac_of(SECOND), .from = AWAKE, .to = ASLEEP };
	assert_int_equal(testbed_update(testbed, &update), HOST_UPDATE_DONE);
	assert_true(answered(testbed));
	testbed_look(testbed);
	update = (struct host_update){ .mac = *mac_of(SECOND), .ifindex = TESTBED_IFINDEX + 1 };
	assert_int_equal(testbed_update(testbed, &update), HOST_UPDATE_OTHER_STATE);
	assert_false(answered(testbed));
}

/* Each frame of a busy host is the index's: but not once it sleeps. */
TEST(a_host_that_was_awake_in_this_tick_is_seen_once_it_sleeps)
{
	struct testbed *testbed = indexed(&waker);
	struct host_update update = { .mac = *mac_of(SECOND), .from = AWAKE, .to = ASLEEP };

	for (int i = 0; i < 3; i++)
		testbed_send(testbed, &owner);
	assert_int_equal(testbed_update(testbed, &update), HOST_UPDATE_DONE);
	testbed_send(testbed, &owner);
	assert_int_equal(testbed_host(testbed, SECOND).state, AWAKE);
}

TEST(asleep_by_hand_is_obeyed_with_the_next_frame)
{
	struct testbed *testbed = indexed(&waker);

	assert_false(answered(testbed));
	testbed_set_host(testbed, SECOND, &asleep);
	assert_true(answered(testbed));
	testbed_set_host(testbed, SECOND, &waking);
	assert_true(answered(testbed));
	assert_int_equal(testbed_send(testbed, &syn), XDP_DROP);
}

TEST(a_deletion_and_a_move_are_obeyed_with_the_next_look)
{
	struct testbed *testbed = indexed(&sleeper);

	testbed_put_address(testbed, *ipv4_of(SECOND_IP), mac_of(HOST)); /* who is AWAKE */
	testbed_look(testbed);
	assert_false(answered(testbed));
	testbed_put_address(testbed, *ipv4_of(SECOND_IP), mac_of(SECOND));
	testbed_look(testbed);
	assert_true(answered(testbed));
	testbed_put_address(testbed, *ipv4_of(SECOND_IP), NULL);
	testbed_look(testbed);
	assert_false(answered(testbed));
	testbed_put_address(testbed, *ipv4_of(SECOND_IP), mac_of(SECOND));
}

TEST(a_host_that_was_deleted_is_not_answered_for)
{
	struct testbed *testbed = indexed(&sleeper);

	testbed_put_host(testbed, mac_of(SECOND), NULL);
	testbed_look(testbed);
	assert_false(answered(testbed));
}

TEST(a_host_that_was_set_awake_by_hand_and_is_seen_is_awake_at_once)
{
	struct testbed *testbed = indexed(&sleeper);

	testbed_set_host(testbed, SECOND, &awake);
	testbed_send(testbed, &owner);
	assert_false(answered(testbed));
}

TEST(without_a_heartbeat_there_is_no_index)
{
	struct testbed *testbed = looked(&(struct setup){ .beat = OLD, .second.state = ASLEEP });

	assert_false(answered(testbed));
}

TEST(this_machine_is_no_host)
{
	const struct setup itself = { .proxy_is_host = true, .host.state = ASLEEP };
	const struct packet own = ARP(BROADCAST, PEER, ARP_REQUEST, PEER, PEER_IP, NO_MAC, OWN_IP);
	struct testbed *testbed = looked(&itself);

	assert_int_equal(testbed_send(testbed, &own), XDP_PASS);
	testbed_clear(testbed, &itself);
}

TEST(a_look_tells_whether_rows_have_changed)
{
	struct testbed *testbed = indexed(&sleeper);
	const __u64 before = testbed_look(testbed).digest;
	struct host_entry seen = asleep;

	seen.last_seen = 7;
	testbed_set_host(testbed, SECOND, &seen);
	assert_true(testbed_look(testbed).digest == before);
	seen.flags = HOST_ARP_OFFLOAD;
	testbed_set_host(testbed, SECOND, &seen);
	assert_true(testbed_look(testbed).digest != before);
	testbed_set_host(testbed, SECOND, &asleep);
	assert_true(testbed_look(testbed).digest == before);
	testbed_put_address(testbed, *ipv4_of(SECOND_IP), mac_of(HOST));
	assert_true(testbed_look(testbed).digest != before);
	testbed_put_address(testbed, *ipv4_of(SECOND_IP), mac_of(SECOND));
}

TEST(a_state_that_has_changed_and_come_back_is_told)
{
	struct testbed *testbed = indexed(&sleeper);
	const __u64 before = testbed_look(testbed).digest;

	testbed_send(testbed, &syn);
	testbed_send(testbed, &owner);
	testbed_set_host(testbed, SECOND, &asleep);
	assert_true(testbed_look(testbed).digest != before);
}

static const struct packet solicitation = ND(SOLICITATION, SOLICITED, PEER, PEER_IP6, SOLICITED_IP6,
                                             SECOND_IP6, 0, { { SOURCE_LINK, 0, PEER } });

static bool answered6(struct testbed *testbed)
{
	return testbed_send(testbed, &solicitation) == XDP_TX;
}

/* With an IPv4 address and without, as its home is another one then. */
TEST(ipv6_is_answered_by_the_index_until_the_owner_is_seen)
{
	for (int with_ipv4 = 0; with_ipv4 < 2; with_ipv4++) {
		struct testbed *testbed = looked(&sleeper);

		if (!with_ipv4)
			testbed_put_address(testbed, *ipv4_of(SECOND_IP), NULL);
		testbed_look(testbed);
		testbed_believe_look(testbed);
		testbed_put_address6(testbed, *ipv6_of(SECOND_IP6), NULL);
		assert_true(answered6(testbed)); /* by the index alone */
		testbed_send(testbed, &owner);
		assert_false(answered6(testbed));
		testbed_set_host(testbed, SECOND, &asleep);
		testbed_look(testbed);
		assert_false(answered6(testbed));
		testbed_put_address6(testbed, *ipv6_of(SECOND_IP6), mac_of(SECOND));
		assert_true(answered6(testbed)); /* added by others: at once */
		testbed_put_address(testbed, *ipv4_of(SECOND_IP), mac_of(SECOND));
	}
}

/* In the smallest table: there are places for 64 networks of 1024 addresses. */
TEST(addresses_that_share_a_place_are_looked_up)
{
	const struct ipv4 one = { { 10, 1, 0, 5 } }, other = { { 10, 65, 0, 5 } };
	struct packet asks = question;
	struct testbed *testbed = indexed(&sleeper);
	struct octets in, out;

	assert_int_equal(index_place(0x0a010005) % INDEX_CELLS_MIN,
	                 index_place(0x0a410005) % INDEX_CELLS_MIN);
	testbed_put_host(testbed, mac_of(UNKNOWN), &awake);
	testbed_put_address(testbed, one, mac_of(SECOND));
	testbed_put_address(testbed, other, mac_of(UNKNOWN));
	testbed_look(testbed);
	packet_build(&in, &asks, &untagged);
	memcpy(in.at + ETHER_OCTETS + 24, &one, sizeof(one));
	assert_int_equal(testbed_run(testbed, &in, &out), XDP_TX);
	memcpy(in.at + ETHER_OCTETS + 24, &other, sizeof(other));
	assert_int_equal(testbed_run(testbed, &in, &out), XDP_PASS);
	testbed_put_address(testbed, one, NULL);
	testbed_put_address(testbed, other, NULL);
	testbed_put_host(testbed, mac_of(UNKNOWN), NULL);
}
