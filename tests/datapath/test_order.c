// SPDX-License-Identifier: GPL-2.0-or-later
/* The daemon's orders: one compare and swap on a host's state, the other fields as ordered. */
#include "support_row.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

static const enum host_state states[] = { AWAKE, DROWSY, ASLEEP, WAKING };

enum { STATES = sizeof(states) / sizeof(states[0]), LAST_SEEN = 4711 };

static struct bench *bench_in(enum host_state state)
{
	const struct world world = {
		.host = { .state = state, .last_seen = LAST_SEEN },
		.second.state = state,
	};

	return bench_with(&world);
}

static struct host_update order_to(enum host_state from, enum host_state to)
{
	return (struct host_update){
		.host = *mac_of(HOST),
		.from = from,
		.to = to,
		.vlan = 7,
		.ifindex = 3,
		.flags = HOST_NIC_ANSWERS_ARP,
	};
}

static void check_step(enum host_state state, enum host_state from, enum host_state to)
{
	struct bench *bench = bench_in(state);
	struct host_update order = order_to(from, to);
	const int result = bench_order(bench, &order);

	assert_int_equal(result, state == from ? HOST_UPDATE_DONE : HOST_UPDATE_OTHER_STATE);
	assert_int_equal(bench_host(bench, HOST).state, state == from ? to : state);
	assert_int_equal(bench_host(bench, SECOND).state, state);
}

static void a_step_is_made_out_of_its_state_alone(void **unused)
{
	(void)unused;
	for (unsigned state = 0; state < STATES; state++)
		for (unsigned from = 0; from < STATES; from++)
			for (unsigned to = 0; to < STATES; to++)
				check_step(states[state], states[from], states[to]);
}

static void a_step_sets_the_other_fields(void **unused)
{
	struct bench *bench = bench_in(AWAKE);
	struct host_update order = order_to(AWAKE, DROWSY);

	(void)unused;
	assert_int_equal(bench_order(bench, &order), HOST_UPDATE_DONE);

	const struct host_entry host = bench_host(bench, HOST), second = bench_host(bench, SECOND);

	assert_int_equal(host.state, DROWSY);
	assert_int_equal(host.vlan, 7);
	assert_int_equal(host.ifindex, 3);
	assert_int_equal(host.flags, HOST_NIC_ANSWERS_ARP);
	assert_int_equal(host.last_seen, LAST_SEEN);
	assert_int_equal(second.vlan | second.ifindex | second.flags, 0);
}

static void the_fields_alone_can_be_set(void **unused)
{
	struct bench *bench = bench_in(WAKING);
	struct host_update order = order_to(WAKING, WAKING);

	(void)unused;
	assert_int_equal(bench_order(bench, &order), HOST_UPDATE_DONE);
	assert_int_equal(bench_host(bench, HOST).state, WAKING);
	assert_int_equal(bench_host(bench, HOST).vlan, 7);
}

static void an_unknown_host_takes_no_order(void **unused)
{
	struct bench *bench = bench_in(AWAKE);
	struct host_update order = order_to(AWAKE, ASLEEP);

	(void)unused;
	order.host = *mac_of(STRANGER);
	assert_int_equal(bench_order(bench, &order), HOST_UPDATE_NO_HOST);
	assert_int_equal(bench_host(bench, HOST).state, AWAKE);
}

/* The host wakes up in the moment in which the daemon wants it to be taken over. */
static void the_datapath_is_faster(void **unused)
{
	static const struct packet frame = OTHER(GROUP, HOST, TYPE_IPV6);
	struct bench *bench = bench_in(DROWSY);
	struct host_update order = order_to(DROWSY, ASLEEP);

	(void)unused;
	bench_send(bench, &frame);
	assert_int_equal(bench_order(bench, &order), HOST_UPDATE_OTHER_STATE);
	assert_int_equal(bench_host(bench, HOST).state, AWAKE);
}

static void an_order_counts_and_reports_nothing(void **unused)
{
	struct bench *bench = bench_in(AWAKE);
	struct host_update order = order_to(AWAKE, ASLEEP);
	struct report reports[BENCH_REPORTS_MAX];
	__u64 counted[OUTCOME_COUNT];

	(void)unused;
	assert_int_equal(bench_order(bench, &order), HOST_UPDATE_DONE);
	assert_int_equal(bench_reports(bench, reports), 0);
	bench_counted(bench, counted);
	for (unsigned i = 0; i < OUTCOME_COUNT; i++)
		assert_int_equal(counted[i], 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_step_is_made_out_of_its_state_alone),
		cmocka_unit_test(a_step_sets_the_other_fields),
		cmocka_unit_test(the_fields_alone_can_be_set),
		cmocka_unit_test(an_unknown_host_takes_no_order),
		cmocka_unit_test(the_datapath_is_faster),
		cmocka_unit_test(an_order_counts_and_reports_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
