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
		const struct ipv4 address = { { 10, 9, 1, i } };

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
	assert_int_equal(command("{'command':'host-add','name':'host1','mac':'02:00:00:00:01:01',"
	                         "'addresses':[],'interface':'away0'}"),
	                 DONE);
	assert_int_equal(host_at(1)->installed->ifindex, UINT32_MAX);
	HERE("ip link add away0 type veth peer name away1");
	maps_retry(&daemon_, true);
	assert_int_equal(host_at(1)->installed->ifindex, if_nametoindex("away0"));
	HERE("ip link del away0");
}

static size_t count_rows(const char *map, size_t key_size)
{
	uint8_t keys[64][32];
	uint32_t values[64];

	return read_rows(map, keys, key_size, values, sizeof(*values), 64);
}

TEST(rules_follow_the_description)
{
	static const struct {
		const char *rules;
		size_t ports, sources; /* rows */
	} cases[] = {
		{ "'wake':['tcp/22','udp/161']", 3, 0 },
		{ "'wake':['none']", 1, 0 },
		{ "'allow':['10.0.0.0/8','192.168.0.0/16']", 0, 3 },
		{ "'deny':['10.0.0.0/8']", 0, 1 },
		{ "'allow':['10.0.0.0/8'],'deny':['10.1.0.0/16'],'wake':['tcp/any']", 2, 2 },
		{ "'wake':[]", 0, 0 },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		assert_int_equal(command("{'command':'host-add','name':'host1','addresses':[],"
		                         "'mac':'02:00:00:00:01:01',%s}",
		                         cases[i].rules),
		                 DONE);
		assert_int_equal(count_rows("wake_rules", 10), cases[i].ports);
		assert_int_equal(count_rows("wake_sources", 28), cases[i].sources);
	}
}

/* Edits as bpftool makes them, and what becomes of them with the next tick. */

static void put_address(int last, int index)
{
	const struct ipv4 address = { { 10, 9, 0, (uint8_t)last } };
	const struct mac mac = mac_at(index);

	assert_int_equal(put_row("addresses4", &address, &mac), 0);
}

static void delete_address(int last)
{
	delete_row("addresses4", &(struct ipv4){ { 10, 9, 0, (uint8_t)last } });
}

static struct host_entry entry_of(int index)
{
	const struct mac mac = mac_at(index);
	struct host_entry entry = { .state = AWAKE };

	hosts_get(daemon_.datapath, &mac, &entry);
	return entry;
}

static void put_host(int index, const struct host_entry *entry)
{
	const struct mac mac = mac_at(index);

	assert_int_equal(put_row("hosts", &mac, entry), 0);
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
	struct host_entry entry;

	describe_host(1, "'10.9.0.21'");
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		entry = entry_of(1);
		entry.state = cases[i].put;
		put_host(1, &entry);
		assert_int_equal(host_at(1)->life.state, cases[i].becomes);
		assert_int_equal(entry_of(1).state, cases[i].put);
	}
}

TEST(a_row_of_its_own_is_a_host)
{
	const struct host_entry entry = { .state = ASLEEP, .vlan = 5 };
	const struct mac mac = { { 2, 0, 0, 0, 1, 7 } };

	put_host(7, &entry);
	put_address(40, 7);
	tick();
	assert_int_equal(host_at(7)->life.state, ASLEEP);
	assert_true(is_stored(7));
	stop_daemon(true);
	start_daemon();
	assert_int_equal(host_at(7)->life.state, ASLEEP);
	assert_int_equal(owner_in_map(40), 7);
	delete_row("hosts", &mac);
	tick();
	assert_null(host_at(7));
	assert_false(is_stored(7));
	assert_int_equal(owner_in_map(40), 0);
}

/* Who has no address any more, and is asleep, is woken: only it can tell another one. */
TEST(the_last_address_of_a_sleeper)
{
	const struct host_entry entry = { .state = ASLEEP };

	describe_host(1, "'10.9.0.21','10.9.0.22'");
	put_host(1, &entry);
	delete_address(21);
	tick();
	assert_int_equal(host_at(1)->life.state, ASLEEP);
	delete_address(22);
	tick();
	settle();
	assert_int_equal(host_at(1)->life.state, WAKING);
}
