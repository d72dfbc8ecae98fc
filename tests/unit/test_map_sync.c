// SPDX-License-Identifier: GPL-2.0-or-later
/* The maps: what could not be written is, as soon as it can be; what people edit is followed. */

#include "test.h"

#include "support_daemon.h"

enum { MAX_HOSTS = 2, MAX_ADDRESSES = 4 * MAX_HOSTS };

static void lease(int index, int last)
{
	assert_int_equal(command("{'command':'lease-set','name':'host%d','address':'10.9.0.%d'}",
	                         index, last),
	                 DONE);
}

static void fill_addresses(bool fill)
{
	const struct mac mac = { { 2, 0, 0, 0, 2, 0 } };

	for (uint8_t i = 0; i < MAX_ADDRESSES; i++) {
		const struct ipv4 address = { { 10, 9, 1, (uint8_t)(1 + i) } };

		if (fill)
			put_row("addresses4", &address, &mac);
		else
			delete_row("addresses4", &address);
	}
}

AT_START(set_max_hosts)
{
	max_hosts = MAX_HOSTS;
}

TEST(a_full_map)
{
	assert_int_equal(describe_host(1, "'10.9.0.21'"), DONE);
	fill_addresses(true);
	assert_int_equal(describe_host(2, "'10.9.0.22'"), -E2BIG);
	assert_null(host_at(2));
	lease(1, 31);
	tick();
	assert_int_equal(owner_in_map(31), 0);
	assert_int_equal(daemon_.unsynced, 1);
	fill_addresses(false);
	tick();
	assert_int_equal(owner_in_map(21), 1);
	assert_int_equal(owner_in_map(31), 1);
	assert_int_equal(daemon_.unsynced, 0);
}

/* On no interface, rather than on any, until it is there. */
TEST(an_interface_that_is_away)
{
	assert_int_equal(command("{'command':'host-add','name':'host1','mac':'" MAC_TEXT "',"
	                         "'addresses':[],'interface':'away0'}",
	                         1),
	                 DONE);
	assert_int_equal(host_at(1)->installed->ifindex, UINT32_MAX);
	HERE("ip link add away0 type veth peer name away1");
	maps_retry(&daemon_, true);
	assert_int_equal(host_at(1)->installed->ifindex, if_nametoindex("away0"));
	HERE("ip link del away0");
}

/* Edits as bpftool makes them, and what becomes of them with the next tick. */

static void delete_address(int last)
{
	delete_row("addresses4", &(struct ipv4){ { 10, 9, 0, (uint8_t)last } });
}

static struct host_entry entry_of_host(void)
{
	const struct mac mac = mac_of(1);
	struct host_entry entry = { .state = AWAKE };

	hosts_get(daemon_.datapath, &mac, &entry);
	return entry;
}

static void put_state(enum host_state state)
{
	struct host_entry entry = entry_of_host();
	const struct mac mac = mac_of(1);

	entry.state = state;
	assert_int_equal(put_row("hosts", &mac, &entry), 0);
	tick();
}

TEST(states)
{
	static const struct {
		enum host_state put, becomes;
	} cases[] = {
		{ DROWSY, DROWSY }, { ASLEEP, ASLEEP }, { WAKING, WAKING },
		{ AWAKE, AWAKE },   { 4, AWAKE },       { UINT32_MAX, AWAKE },
	};

	describe_host(1, "'10.9.0.21'");
	EACH(i, cases)
	{
		put_state(cases[i].put);
		if (host_at(1)->life.state != cases[i].becomes ||
		    entry_of_host().state != cases[i].put)
			fail_msg("state %u put into the map: the host has %u, the map %u",
			         cases[i].put, host_at(1)->life.state, entry_of_host().state);
	}
}

/* Who has no address any more, and is asleep, is woken: only it can tell another one. */
TEST(the_last_address_of_a_sleeper)
{
	describe_host(1, "'10.9.0.21','10.9.0.22'");
	put_state(ASLEEP);
	delete_address(21);
	tick();
	assert_int_equal(host_at(1)->life.state, ASLEEP);
	delete_address(22);
	tick();
	settle();
	assert_int_equal(host_at(1)->life.state, WAKING);
}

/* Who sends the first Magic Packet of a wake: a flag of the row, whoever writes it. */

static bool is_by_daemon(void)
{
	const bool by_daemon = entry_of_host().flags & HOST_MAGIC_BY_DAEMON;

	assert_int_equal(host_at(1)->installed->magic_by_daemon, by_daemon);
	return by_daemon;
}

static void put_plain_sleeper(void)
{
	const struct host_entry entry = { .state = ASLEEP };
	const struct mac mac = mac_of(1);

	assert_int_equal(put_row("hosts", &mac, &entry), 0);
	tick();
}

TEST(a_password_is_the_daemon_s)
{
	assert_int_equal(command("{'command':'host-add','name':'host1','mac':'" MAC_TEXT "',"
	                         "'addresses':['10.9.0.21'],'secureon':'1.2.3.4'}",
	                         1),
	                 DONE);
	assert_true(is_by_daemon());
	put_plain_sleeper();
	assert_int_equal(host_at(1)->life.state, ASLEEP);
	assert_true(is_by_daemon());
	assert_false(host_at(1)->edited);
	describe_host(1, "'10.9.0.21'");
	assert_false(is_by_daemon());
	put_plain_sleeper();
	assert_false(is_by_daemon());
}

TEST(which_of_several_interfaces_is_the_daemon_s)
{
	describe_host(1, "'10.9.0.21'");
	daemon_.served_count = 2;
	maps_retry(&daemon_, true);
	assert_true(is_by_daemon());
	daemon_.served_count = 1;
	maps_retry(&daemon_, true);
	assert_false(is_by_daemon());
}

TEST(the_hold_off_is_the_daemon_s)
{
	daemon_.timing.life.wake_holdoff = 3000;
	describe_host(1, "'10.9.0.21'");
	host_trigger(&daemon_, host_at(1), TRIGGER_SLEEP);
	pass(HOUR);
	settle();
	assert_false(is_by_daemon());
	pass(HOUR);
	settle();
	assert_int_equal(entry_of_host().state, ASLEEP);
	assert_true(is_by_daemon());
	pass(2999);
	settle();
	assert_true(is_by_daemon());
	pass(1);
	settle();
	assert_false(is_by_daemon());
	assert_int_equal(entry_of_host().state, ASLEEP);
}

static void note_event(void *context, const struct host_event *event)
{
	if (event->kind == HOST_EVENT_WAKING)
		*(struct host_event *)context = *event;
}

/* The datapath sets the state first, so the map is enough. */
TEST(a_wake_whose_report_is_lost)
{
	struct host_event event = { .kind = HOST_EVENT_NONE };
	const struct subscriber noter = { note_event, &event };

	daemon_subscribe(&daemon_, &noter);
	describe_host(1, "'10.9.0.21'");
	put_state(ASLEEP);
	put_state(WAKING);
	assert_int_equal(event.kind, HOST_EVENT_WAKING);
	assert_int_equal(event.report.kind, 0);
	assert_int_equal(host_at(1)->life.attempts, 1);
}
