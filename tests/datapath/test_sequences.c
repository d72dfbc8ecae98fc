// SPDX-License-Identifier: GPL-2.0-or-later
/* What no single frame shows: floods, races, a ring that is emptied, one step for all addresses. */
#include "support_row.h"

#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <string.h>
#include <cmocka.h>

enum {
	FLOOD = 10000,
	RACES = 20000,
	IPV4_SOURCE = ETHER_OCTETS + 12,
	TCP_SOURCE = ETHER_OCTETS + 20
};

static const struct packet syn = IP(PROXY, PEER, TCP, PEER_IP, HOST_IP, 22, 40000, .flags = SYN);
static const struct packet claim =
	ARP(EVERYBODY, PEER, ARP_REQUEST, PEER, HOST_IP, NOBODY, HOST_IP);
static const struct packet owner = OTHER(GROUP, HOST, TYPE_IPV6);
static const struct packet question =
	ARP(EVERYBODY, PEER, ARP_REQUEST, PEER, PEER_IP, NOBODY, HOST_IP);
static const struct packet question2 =
	ARP(EVERYBODY, PEER, ARP_REQUEST, PEER, PEER_IP, NOBODY, HOST_IP2);
static const struct world asleep = { .host.state = ASLEEP };
static const struct world asleep_ring_full = { .ring_full = true, .host.state = ASLEEP };

static void expect_counted(struct bench *bench, enum outcome outcome, __u64 times)
{
	__u64 counted[OUTCOME_COUNT];

	bench_counted(bench, counted);
	assert_int_equal(counted[outcome], times);
}

static void expect_reports(struct bench *bench, size_t count, enum report_kind kind)
{
	struct report reports[BENCH_REPORTS_MAX];

	assert_int_equal(bench_reports(bench, reports), count);
	for (size_t i = 0; i < count; i++)
		assert_int_equal(reports[i].kind, kind);
}

static void a_flood_makes_one_wake(void **state)
{
	struct bench *bench = bench_with(&asleep);
	__u64 counted[OUTCOME_COUNT];
	struct octets in, out;

	(void)state;
	packet_build(&in, &syn, &untagged);
	for (unsigned i = 0; i < FLOOD; i++) {
		memcpy(in.at + IPV4_SOURCE, &i, sizeof(i));
		memcpy(in.at + TCP_SOURCE, &i, sizeof(__be16));
		assert_int_equal(bench_run(bench, &in, &out), XDP_DROP);
	}
	bench_counted(bench, counted);
	assert_int_equal(counted[OUTCOME_wake_begun], 1);
	assert_int_equal(counted[OUTCOME_wake_under_way], FLOOD - 1);
	expect_reports(bench, 1, REPORT_CONNECTION);
}

static void a_flood_of_claims_makes_one_wake(void **state)
{
	struct bench *bench = bench_with(&asleep);
	__u64 counted[OUTCOME_COUNT];

	(void)state;
	for (unsigned i = 0; i < 100; i++)
		assert_int_equal(bench_send(bench, &claim), XDP_PASS);
	bench_counted(bench, counted);
	assert_int_equal(counted[OUTCOME_arp_claim_woke], 1);
	assert_int_equal(counted[OUTCOME_arp_claim], 99);
	expect_reports(bench, 1, REPORT_CLAIM);
}

/* Two threads of which each runs a round when the other is ready for it too. */
static void meet(atomic_uint *arrived, unsigned round)
{
	atomic_fetch_add(arrived, 1);
	while (atomic_load(arrived) < 2 * round)
		sched_yield();
}

struct race {
	struct bench *bench;
	atomic_uint start, end;
};

static void *racer(void *data)
{
	struct race *race = data;

	for (unsigned round = 1; round <= RACES; round++) {
		meet(&race->start, round);
		bench_send(race->bench, &syn);
		meet(&race->end, round);
	}
	return NULL;
}

/* Of two CPUs that want the same step, one makes it. Chance decides how close they meet. */
static void a_race_makes_one_wake(void **state)
{
	struct race race = { .bench = bench_with(&asleep) };
	unsigned wakes = 0, reports = 0;
	struct report seen[BENCH_REPORTS_MAX];
	pthread_t other;

	(void)state;
	assert_int_equal(pthread_create(&other, NULL, racer, &race), 0);
	for (unsigned round = 1; round <= RACES; round++) {
		__u64 counted[OUTCOME_COUNT];

		bench_set_host(race.bench, HOST, &asleep.host);
		meet(&race.start, round);
		bench_send(race.bench, &syn);
		meet(&race.end, round);
		bench_counted(race.bench, counted);
		wakes += counted[OUTCOME_wake_begun];
		reports += bench_reports(race.bench, seen);
	}
	assert_int_equal(pthread_join(other, NULL), 0);
	assert_int_equal(wakes, RACES);
	assert_int_equal(reports, RACES);
}

static void an_emptied_ring_wakes(const struct packet *packet, enum report_kind kind)
{
	struct bench *bench = bench_with(&asleep_ring_full);

	bench_send(bench, packet);
	assert_int_equal(bench_host(bench, HOST).state, ASLEEP);
	expect_reports(bench, 0, kind);
	bench_send(bench, packet);
	assert_int_equal(bench_host(bench, HOST).state, WAKING);
	expect_reports(bench, 1, kind);
}

static void no_wake_is_lost(void **state)
{
	(void)state;
	an_emptied_ring_wakes(&syn, REPORT_CONNECTION);
	an_emptied_ring_wakes(&claim, REPORT_CLAIM);
}

static void one_frame_frees_all_addresses(void **state)
{
	struct bench *bench = bench_with(&asleep);

	(void)state;
	assert_int_equal(bench_send(bench, &question), XDP_TX);
	assert_int_equal(bench_send(bench, &question2), XDP_TX);
	assert_int_equal(bench_send(bench, &owner), XDP_PASS);
	assert_int_equal(bench_send(bench, &question), XDP_PASS);
	assert_int_equal(bench_send(bench, &question2), XDP_PASS);
	expect_counted(bench, OUTCOME_arp_other, 2);
}

static void an_owner_is_reported_once(void **state)
{
	struct bench *bench = bench_with(&asleep);

	(void)state;
	for (unsigned i = 0; i < 100; i++)
		assert_int_equal(bench_send(bench, &owner), XDP_PASS);
	expect_counted(bench, OUTCOME_owner_woke, 1);
	expect_reports(bench, 1, REPORT_OWNER_SEEN);
}

static void a_wake_can_follow_a_wake(void **state)
{
	struct bench *bench = bench_with(&asleep);

	(void)state;
	for (unsigned i = 1; i <= 3; i++) {
		bench_set_host(bench, HOST, &asleep.host);
		bench_send(bench, &syn);
		assert_int_equal(bench_host(bench, HOST).state, WAKING);
		expect_reports(bench, 1, REPORT_CONNECTION);
		bench_send(bench, &owner);
		assert_int_equal(bench_host(bench, HOST).state, AWAKE);
		expect_reports(bench, 1, REPORT_OWNER_SEEN);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_flood_makes_one_wake),
		cmocka_unit_test(a_flood_of_claims_makes_one_wake),
		cmocka_unit_test(a_race_makes_one_wake),
		cmocka_unit_test(no_wake_is_lost),
		cmocka_unit_test(one_frame_frees_all_addresses),
		cmocka_unit_test(an_owner_is_reported_once),
		cmocka_unit_test(a_wake_can_follow_a_wake),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
