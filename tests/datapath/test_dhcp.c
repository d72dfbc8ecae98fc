// SPDX-License-Identifier: GPL-2.0-or-later
/* How much DHCP is copied in a second, and what becomes of the rest. */
#include "support_row.h"

#include <setjmp.h>
#include <stdarg.h>
#include <time.h>
#include <unistd.h>
#include <cmocka.h>

#define REPLY(to, to_ip, client, ...) \
	IP(to, PEER, UDP, PEER_IP, to_ip, 68, 67, .data = 300, \
	   .dhcp = { BOOTREPLY, client, __VA_ARGS__ })

enum { BUDGET = 8, FLOOD = 10000 };

static const struct packet request = IP(EVERYBODY, HOST, UDP, NOWHERE, EVERYWHERE, 67, 68,
                                        .data = 300, .dhcp = { BOOTREQUEST, HOST });
static const struct packet to_all = REPLY(EVERYBODY, EVERYWHERE, HOST);
static const struct packet to_host = REPLY(PROXY, HOST_IP, HOST);
static const struct packet to_second = REPLY(PROXY, SECOND_IP, SECOND);
static const struct packet of_nobody = REPLY(EVERYBODY, EVERYWHERE, NEAR_HOST2);
static const struct packet without_cookie = REPLY(EVERYBODY, EVERYWHERE, HOST, .cookie = 1);
static const struct packet syn = IP(PROXY, PEER, TCP, PEER_IP, HOST_IP, 22, 40000, .flags = SYN);
static const struct world awake = { .host.state = AWAKE };
static const struct world asleep = { .host.state = ASLEEP, .second.state = ASLEEP };
static const struct world asleep_ring_full = { .dhcp_ring_full = true, .host.state = ASLEEP };

/* As the datapath reads it: the clock of the last tick. */
static time_t second(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC_COARSE, &now);
	return now.tv_sec;
}

static void await_the_next_second(void)
{
	const time_t this = second();

	while (second() == this)
		usleep(1000);
}

/* The outcomes of `packet`, `times` in a row, are all this one. Are exactly the copies there? */
static bool all(struct bench *bench, const struct packet *packet, unsigned times,
                enum outcome outcome, bool copied)
{
	struct dhcp_snoop copies[BENCH_COPIES_MAX];
	__u64 counted[OUTCOME_COUNT];
	bool good = true;

	for (unsigned i = 0; i < times; i++) {
		bench_send(bench, packet);
		bench_counted(bench, counted);
		good &= counted[outcome] == 1 && bench_copies(bench, copies) == copied;
	}
	return good;
}

#define HEARD OUTCOME_dhcp_snooped, true
#define UNHEARD OUTCOME_dhcp_not_snooped, false
#define TAKEN OUTCOME_dhcp_taken, true
#define REFUSED OUTCOME_dhcp_refused, false
#define NOT_DHCP OUTCOME_ipv4_other, false

/* Asserts `steps`, begun anew if the second ended meanwhile, which no test can help. */
static void within_a_second(const struct world *world, bool (*steps)(struct bench *bench))
{
	bool good;
	time_t began;

	do {
		struct bench *bench = bench_with(world);

		began = second();
		good = steps(bench);
	} while (second() != began);
	assert_true(good);
}

static bool eight_of_a_server(struct bench *bench)
{
	return all(bench, &to_all, BUDGET, HEARD) && all(bench, &to_all, 2, UNHEARD);
}

static bool eight_of_both(struct bench *bench)
{
	return all(bench, &request, BUDGET / 2, HEARD) && all(bench, &to_all, BUDGET / 2, HEARD) &&
	       all(bench, &request, 1, UNHEARD) && all(bench, &to_all, 1, UNHEARD);
}

static bool eight_for_a_sleeper(struct bench *bench)
{
	return all(bench, &to_host, BUDGET, TAKEN) && all(bench, &to_host, 2, REFUSED) &&
	       all(bench, &to_all, 1, UNHEARD);
}

static bool eight_for_each(struct bench *bench)
{
	return eight_for_a_sleeper(bench) && all(bench, &to_second, BUDGET, TAKEN) &&
	       all(bench, &to_second, 1, REFUSED);
}

static bool eight_behind_nonsense(struct bench *bench)
{
	return all(bench, &without_cookie, 3 * BUDGET, NOT_DHCP) &&
	       all(bench, &of_nobody, 3 * BUDGET, NOT_DHCP) && eight_of_a_server(bench);
}

static void eight_messages_a_second_are_copied(void **state)
{
	(void)state;
	within_a_second(&awake, eight_of_a_server);
}

static void a_host_and_its_server_share_them(void **state)
{
	(void)state;
	within_a_second(&awake, eight_of_both);
}

static void a_sleeper_is_told_no_more(void **state)
{
	(void)state;
	within_a_second(&asleep, eight_for_a_sleeper);
}

static void each_host_has_its_own(void **state)
{
	(void)state;
	within_a_second(&asleep, eight_for_each);
}

/* Nor does a message of a stranger whose MAC ends as the host's does. */
static void what_is_not_copied_costs_nothing(void **state)
{
	(void)state;
	within_a_second(&awake, eight_behind_nonsense);
}

static bool eight_after_eight(struct bench *bench)
{
	bool good;
	time_t began;

	do {
		all(bench, &to_all, BUDGET + 2, HEARD);
		await_the_next_second();
		began = second();
		good = eight_of_a_server(bench);
	} while (second() != began);
	return good;
}

static void the_next_second_brings_new_ones(void **state)
{
	(void)state;
	assert_true(eight_after_eight(bench_with(&awake)));
}

static void a_full_ring_is_heard_of_again_when_emptied(void **state)
{
	struct bench *bench = bench_with(&asleep_ring_full);
	struct dhcp_snoop copies[BENCH_COPIES_MAX];

	(void)state;
	assert_int_equal(bench_send(bench, &to_host), XDP_DROP);
	assert_int_equal(bench_copies(bench, copies), 0);
	assert_int_equal(bench_send(bench, &to_host), XDP_DROP);
	assert_int_equal(bench_copies(bench, copies), 1);
	assert_int_equal(bench_host(bench, HOST).state, ASLEEP);
}

static void a_flood_is_neither_copied_nor_a_wake(void **state)
{
	struct bench *bench = bench_with(&asleep);
	struct dhcp_snoop copies[BENCH_COPIES_MAX];
	struct report reports[BENCH_REPORTS_MAX];
	__u64 counted[OUTCOME_COUNT], copied = 0;
	const time_t began = second();

	(void)state;
	for (unsigned i = 0; i < FLOOD; i++) {
		assert_int_equal(bench_send(bench, &to_host), XDP_DROP);
		copied += bench_copies(bench, copies);
	}
	bench_counted(bench, counted);
	assert_int_equal(counted[OUTCOME_dhcp_taken] + counted[OUTCOME_dhcp_refused], FLOOD);
	assert_in_range(counted[OUTCOME_dhcp_taken], 1, BUDGET * (second() - began + 1));
	assert_int_equal(copied, counted[OUTCOME_dhcp_taken]);
	assert_int_equal(bench_reports(bench, reports), 0);
	assert_int_equal(bench_send(bench, &syn), XDP_DROP);
	assert_int_equal(bench_reports(bench, reports), 1);
	assert_int_equal(reports[0].kind, REPORT_CONNECTION);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(eight_messages_a_second_are_copied),
		cmocka_unit_test(a_host_and_its_server_share_them),
		cmocka_unit_test(a_sleeper_is_told_no_more),
		cmocka_unit_test(each_host_has_its_own),
		cmocka_unit_test(what_is_not_copied_costs_nothing),
		cmocka_unit_test(the_next_second_brings_new_ones),
		cmocka_unit_test(a_full_ring_is_heard_of_again_when_emptied),
		cmocka_unit_test(a_flood_is_neither_copied_nor_a_wake),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
