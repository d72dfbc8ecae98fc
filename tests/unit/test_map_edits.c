// SPDX-License-Identifier: GPL-2.0-or-later
/* Edits of the maps as bpftool makes them, and what becomes of them with the next tick. */

#include "test.h"

#include "support_daemon.h"

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
