// SPDX-License-Identifier: GPL-2.0-or-later
/* What no single frame shows: floods, races, a ring that is emptied, one step for all addresses. */
#include "test.h"

#include "support_row.h"
#include "index.h"

#include <arpa/inet.h>
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <string.h>
#include "sleepproxy.skel.h"

enum { FLOOD = 10000, RACES = 20000, IPV4_SOURCE = ETHER_OCTETS + 12 };

static const struct packet syn = IP(PROXY, PEER, TCP, PEER_IP, HOST_IP, 22, 40000, .flags = SYN);
static const struct packet stray = IP(PROXY, PEER, TCP, PEER_IP, HOST_IP, 22, 40000, .flags = ACK);
static const struct packet stray6 =
	IP6(PROXY, PEER, TCP, PEER_IP6, HOST_IP6, 22, 40000, .flags = ACK);
static const struct packet claim =
	ARP(BROADCAST, PEER, ARP_REQUEST, PEER, HOST_IP, NO_MAC, HOST_IP);
static const struct packet owner = FRAME(GROUP, HOST, TYPE_IPV6);
static const struct packet question =
	ARP(BROADCAST, PEER, ARP_REQUEST, PEER, PEER_IP, NO_MAC, HOST_IP);
static const struct packet question2 =
	ARP(BROADCAST, PEER, ARP_REQUEST, PEER, PEER_IP, NO_MAC, HOST_IP2);
static const struct setup asleep = { .host.state = ASLEEP };
static const struct setup drowsy_ring_full = { .ring_full = true, .host.state = DROWSY };

static void assert_counted(struct testbed *testbed, enum outcome outcome, __u64 times)
{
	__u64 counted[OUTCOME_COUNT];

	testbed_counted(testbed, counted);
	assert_int_equal(counted[outcome], times);
}

static void assert_reports(struct testbed *testbed, size_t count, enum report_kind kind)
{
	struct report reports[TESTBED_REPORTS_MAX];

	assert_int_equal(testbed_reports(testbed, reports), count);
	for (size_t i = 0; i < count; i++)
		assert_int_equal(reports[i].kind, kind);
}

/* Of the host, once it is a row; the row is deleted. */
static __u64 take_ignored(struct testbed *testbed)
{
	const int map = bpf_map__fd(testbed_datapath(testbed)->maps.ignored);
	__u64 count = 0;

	if (!bpf_map_lookup_elem(map, mac_of(HOST), &count))
		bpf_map_delete_elem(map, mac_of(HOST));
	return count;
}

/* The first ones are copied, and then all are dropped, with those that have wrong checksums. */
TEST(a_flood_makes_one_wake_and_some_copies)
{
	struct testbed *testbed = testbed_with(&asleep);
	struct wake_frame frames[TESTBED_COPIES_MAX];
	__u64 counted[OUTCOME_COUNT];
	struct octets in, out;
	size_t copies = 0;

	packet_build(&in, &syn, &untagged);
	for (unsigned i = 0; i < FLOOD; i++) {
		assert_int_equal(testbed_run(testbed, &in, &out), i ? XDP_DROP : XDP_TX);
		copies += testbed_frames(testbed, frames);
		if (i >= INDEX_COPIES_MAX)
			memcpy(in.at + IPV4_SOURCE, &i, sizeof(i));
	}
	testbed_counted(testbed, counted);
	assert_int_equal(counted[OUTCOME_WAKE_SENT], 1);
	assert_int_equal(counted[OUTCOME_WAKE_IN_PROGRESS], FLOOD - 1);
	assert_int_equal(copies, INDEX_COPIES_MAX);
	assert_reports(testbed, 1, REPORT_CONNECTION);
}

/* With each wake it begins anew, whoever else has had all. */
TEST(each_wake_has_its_copies)
{
	struct testbed *testbed = testbed_with(&asleep);
	struct wake_frame frames[TESTBED_COPIES_MAX];
	struct host_update update = { .mac = *mac_of(HOST), .from = WAKING, .to = ASLEEP };

	for (unsigned i = 0; i < 2 * INDEX_COPIES_MAX; i++) {
		testbed_send(testbed, &syn);
		testbed_frames(testbed, frames);
	}
	assert_int_equal(testbed_update(testbed, &update), HOST_UPDATE_DONE);
	for (unsigned i = 0; i < 2; i++) {
		testbed_send(testbed, &syn);
		assert_int_equal(testbed_frames(testbed, frames), 1);
		assert_int_equal(frames[0].transport, ETHER_OCTETS + 20);
		assert_int_equal(frames[0].end, ETHER_OCTETS + 40);
		assert_int_equal(frames[0].connection.port, htons(22));
	}
}

TEST(a_flood_of_claims_makes_one_wake)
{
	struct testbed *testbed = testbed_with(&asleep);
	__u64 counted[OUTCOME_COUNT];

	for (unsigned i = 0; i < 100; i++)
		assert_int_equal(testbed_send(testbed, &claim), XDP_PASS);
	testbed_counted(testbed, counted);
	assert_int_equal(counted[OUTCOME_ARP_CLAIM_WAKE], 1);
	assert_int_equal(counted[OUTCOME_ARP_CLAIM], 99);
	assert_reports(testbed, 1, REPORT_CLAIM);
}

/* Two threads, each of which starts a round when the other is ready too. */
static void wait_for_both(atomic_uint *arrived, unsigned round)
{
	atomic_fetch_add(arrived, 1);
	while (atomic_load(arrived) < 2 * round)
		sched_yield();
}

struct race {
	struct testbed *testbed;
	atomic_uint start, end;
};

static void *racer(void *data)
{
	struct race *race = data;

	for (unsigned round = 1; round <= RACES; round++) {
		wait_for_both(&race->start, round);
		testbed_send(race->testbed, &syn);
		wait_for_both(&race->end, round);
	}
	return NULL;
}

/* Of two CPUs that try the same step, one succeeds. How close they come is left to chance. */
TEST(a_race_makes_one_wake)
{
	struct race race = { .testbed = testbed_with(&asleep) };
	unsigned wakes = 0, reports = 0;
	struct report seen[TESTBED_REPORTS_MAX];
	pthread_t other;

	assert_int_equal(pthread_create(&other, NULL, racer, &race), 0);
	for (unsigned round = 1; round <= RACES; round++) {
		__u64 counted[OUTCOME_COUNT];

		testbed_set_host(race.testbed, HOST, &asleep.host);
		wait_for_both(&race.start, round);
		testbed_send(race.testbed, &syn);
		wait_for_both(&race.end, round);
		testbed_counted(race.testbed, counted);
		wakes += counted[OUTCOME_WAKE_SENT];
		reports += testbed_reports(race.testbed, seen);
	}
	assert_int_equal(pthread_join(other, NULL), 0);
	assert_int_equal(wakes, RACES);
	assert_int_equal(reports, RACES);
}

/* Of a sleeper: not what wakes it, and not what comes when it wakes already. */
TEST(noise_is_counted_for_its_host)
{
	struct testbed *testbed = testbed_with(&asleep);

	take_ignored(testbed);
	assert_int_equal(testbed_send(testbed, &stray), XDP_DROP);
	assert_int_equal(testbed_send(testbed, &stray), XDP_DROP);
	assert_int_equal(testbed_send(testbed, &stray6), XDP_DROP);
	assert_int_equal(testbed_send(testbed, &question), XDP_TX);
	assert_int_equal(testbed_send(testbed, &syn), XDP_TX);
	assert_int_equal(testbed_send(testbed, &stray), XDP_DROP);
	assert_int_equal(testbed_send(testbed, &syn), XDP_DROP);
	assert_int_equal(take_ignored(testbed), 3);
}

TEST(an_emptied_ring_takes_the_next_claim_of_a_drowsy_host)
{
	struct testbed *testbed = testbed_with(&drowsy_ring_full);

	testbed_send(testbed, &claim);
	assert_int_equal(testbed_host(testbed, HOST).state, DROWSY);
	assert_reports(testbed, 0, REPORT_CLAIM);
	testbed_send(testbed, &claim);
	assert_int_equal(testbed_host(testbed, HOST).state, AWAKE);
	assert_reports(testbed, 1, REPORT_CLAIM);
}

TEST(one_frame_ends_answers_for_all_addresses)
{
	struct testbed *testbed = testbed_with(&asleep);

	assert_int_equal(testbed_send(testbed, &question), XDP_TX);
	assert_int_equal(testbed_send(testbed, &question2), XDP_TX);
	assert_int_equal(testbed_send(testbed, &owner), XDP_PASS);
	assert_int_equal(testbed_send(testbed, &question), XDP_PASS);
	assert_int_equal(testbed_send(testbed, &question2), XDP_PASS);
	assert_counted(testbed, OUTCOME_ARP_OTHER, 2);
}

TEST(an_owner_is_reported_once)
{
	struct testbed *testbed = testbed_with(&asleep);

	for (unsigned i = 0; i < 100; i++)
		assert_int_equal(testbed_send(testbed, &owner), XDP_PASS);
	assert_counted(testbed, OUTCOME_OWNER_AWAKE, 1);
	assert_reports(testbed, 1, REPORT_OWNER_SEEN);
}

TEST(a_host_can_be_woken_again)
{
	struct testbed *testbed = testbed_with(&asleep);

	for (unsigned i = 1; i <= 3; i++) {
		testbed_set_host(testbed, HOST, &asleep.host);
		testbed_send(testbed, &syn);
		assert_int_equal(testbed_host(testbed, HOST).state, WAKING);
		assert_reports(testbed, 1, REPORT_CONNECTION);
		testbed_send(testbed, &owner);
		assert_int_equal(testbed_host(testbed, HOST).state, AWAKE);
		assert_reports(testbed, 1, REPORT_OWNER_SEEN);
	}
}
