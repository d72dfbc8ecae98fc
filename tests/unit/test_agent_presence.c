// SPDX-License-Identifier: GPL-2.0-or-later
/* What a host hands over: of its facts, as it is configured, and as far as a proxy offers to. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "support_agent.h"

static struct presence presence_with(const struct agent_facts *facts,
                                     const struct agent_config *config)
{
	struct presence presence;

	memset(&presence, 0xa5, sizeof(presence));
	assert_true(presence_of(facts, config, &presence));
	return presence;
}

static struct agent_facts many_addresses(void)
{
	struct agent_facts facts = some_facts();

	facts.addresses.ipv4_count = 3;
	facts.addresses.ipv4[1].address = lan_address(21);
	facts.addresses.ipv4[2].address = lan_address(22);
	facts.addresses.ipv6_count = 2;
	facts.addresses.ipv6[0] = lan_address6(1);
	facts.addresses.ipv6[1] = lan_address6(2);
	return facts;
}

static void nothing_to_hand_over(void **state)
{
	const struct agent_config config = some_config();
	struct agent_facts facts = some_facts();
	struct presence presence;

	(void)state;
	facts.addresses.ipv4_count = 0;
	facts.addresses.ipv6_count = 1;
	assert_false(presence_of(&facts, &config, &presence));
}

static void no_lease(void **state)
{
	const struct agent_facts facts = many_addresses();
	const struct agent_config config = some_config();
	const struct presence presence = presence_with(&facts, &config);

	(void)state;
	assert_memory_equal(&presence.mac, &host_mac, sizeof(host_mac));
	assert_int_equal(presence.address_count, 3);
	assert_address(presence.addresses[0], 20);
	assert_address(presence.addresses[2], 22);
	assert_int_equal(presence.address6_count, 2);
	assert_memory_equal(presence.addresses6, facts.addresses.ipv6, 2 * sizeof(struct ipv6));
	assert_false(presence.has_lease);
	assert_true(presence.has_ports);
	assert_int_equal(presence.missed_count, 0);
}

/* Its client's file is not to be read, but the kernel takes its address away one day. */
static void a_lease_that_only_the_kernel_knows_of(void **state)
{
	const struct agent_config config = some_config();
	struct agent_facts facts = many_addresses();
	struct presence presence;

	(void)state;
	facts.addresses.ipv4[0].valid = facts.addresses.ipv4[2].valid = LINK_FOREVER;
	facts.addresses.ipv4[1].valid = 590;
	presence = presence_with(&facts, &config);
	assert_int_equal(presence.address_count, 3);
	assert_address(presence.addresses[0], 21);
	assert_address(presence.addresses[1], 20);
	assert_true(presence.has_lease);
	assert_int_equal(presence.lease.total, 590);
	assert_int_equal(presence.lease.left, 590);
	assert_memory_equal(&presence.lease.server, &(struct ipv4){ { 0 } }, sizeof(struct ipv4));
	facts.addresses.ipv4[1].valid = LINK_FOREVER;
	presence = presence_with(&facts, &config);
	assert_false(presence.has_lease);
	assert_address(presence.addresses[0], 20);
}

/* It speaks for the host, so that the proxy knows whose lease it is. */
static void the_lease_s_address_comes_first(void **state)
{
	const struct agent_config config = some_config();
	struct agent_facts facts = many_addresses();
	struct presence presence;

	(void)state;
	add_lease(&facts, 22, 3600, 1800);
	presence = presence_with(&facts, &config);
	assert_int_equal(presence.address_count, 3);
	assert_address(presence.addresses[0], 22);
	assert_address(presence.addresses[1], 20);
	assert_address(presence.addresses[2], 21);
	assert_true(presence.has_lease);
	assert_address(presence.lease.server, 3);
	assert_int_equal(presence.lease.total, 3600);
	assert_int_equal(presence.lease.left, 1800);
	assert_int_equal(presence.lease.client_id_length, 3);
	assert_memory_equal(presence.lease.client_id, facts.lease.client_id.data, 3);
}

static void as_many_addresses_as_a_link_has(void **state)
{
	const struct agent_config config = some_config();
	struct agent_facts facts = some_facts();
	struct presence presence;

	(void)state;
	for (uint8_t i = 0; i < LINK_IPV4; i++)
		facts.addresses.ipv4[i].address = lan_address(20 + i);
	facts.addresses.ipv4_count = LINK_IPV4;
	add_lease(&facts, 20 + LINK_IPV4 - 1, 60, 60);
	presence = presence_with(&facts, &config);
	assert_int_equal(presence.address_count, LINK_IPV4);
	assert_address(presence.addresses[0], 20 + LINK_IPV4 - 1);
	assert_address(presence.addresses[LINK_IPV4 - 1], 20 + LINK_IPV4 - 2);
}

/* In another's name it would be refused, or another's address. */
static void a_lease_of_who_cannot_be_named(void **state)
{
	const struct agent_config config = some_config();
	struct agent_facts facts = some_facts();

	(void)state;
	add_lease(&facts, 20, 3600, 1800);
	facts.lease.client_id.length = NPP_CLIENT_ID;
	assert_true(presence_with(&facts, &config).has_lease);
	assert_false(presence_with(&facts, &config).lease_unsayable);
	facts.lease.client_id.length = NPP_CLIENT_ID + 1;
	assert_false(presence_with(&facts, &config).has_lease);
	assert_true(presence_with(&facts, &config).lease_unsayable);
}

static void who_keeps_the_timer(void **state)
{
	const struct agent_facts facts = some_facts();
	struct agent_config config = some_config();

	(void)state;
	assert_int_equal(presence_with(&facts, &config).timer, 0);
	config.sleep_timer = 28800;
	assert_int_equal(presence_with(&facts, &config).timer, 28800);
	config.wake_by = WAKE_BY_RTC;
	assert_int_equal(presence_with(&facts, &config).timer, 0);
}

static struct presence all_of_it(void)
{
	struct presence presence = some_presence(2);

	presence.has_lease = true;
	presence.lease = (struct presence_lease){ .total = 60, .left = 30 };
	presence.has_ports = true;
	presence.wake = (struct wake_ports){ .ports = { { IPPROTO_TCP, 22 } }, .count = 1 };
	presence.address6_count = 1;
	presence.addresses6[0] = lan_address6(1);
	presence.timer = 60;
	strcpy(presence.hostname, "nas");
	return presence;
}

static void a_proxy_that_offers_all(void **state)
{
	static const uint16_t services[] = { NPP_SERVICE_WAKE_ON_PACKET, NPP_SERVICE_ND,
		                             NPP_SERVICE_DHCP4, NPP_SERVICE_ARP };
	const struct presence whole = all_of_it();
	struct presence presence = whole;

	(void)state;
	presence_fit(&presence, services, 4);
	assert_memory_equal(&presence, &whole, sizeof(whole));
}

static void a_proxy_that_offers_less(void **state)
{
	static const struct {
		uint16_t services[3];
		size_t count;
		uint16_t missed;
	} rows[] = {
		{ { 1, NPP_SERVICE_ND, NPP_SERVICE_WAKE_ON_PACKET }, 3, NPP_SERVICE_DHCP4 },
		{ { 1, 2, NPP_SERVICE_WAKE_ON_PACKET }, 3, NPP_SERVICE_ND },
		{ { 1, 2, NPP_SERVICE_ND }, 3, NPP_SERVICE_WAKE_ON_PACKET },
	};

	(void)state;
	EACH(i, rows)
	{
		struct presence presence = all_of_it();

		presence_fit(&presence, rows[i].services, rows[i].count);
		assert_int_equal(presence.missed_count, 1);
		assert_int_equal(presence.missed[0], rows[i].missed);
		assert_int_equal(presence.has_lease, rows[i].missed != NPP_SERVICE_DHCP4);
		assert_int_equal(presence.address6_count, rows[i].missed != NPP_SERVICE_ND);
		assert_int_equal(presence.has_ports, rows[i].missed != NPP_SERVICE_WAKE_ON_PACKET);
		assert_int_equal(presence.address_count, 2);
		assert_int_equal(presence.timer, 60);
		assert_string_equal(presence.hostname, "nas");
	}
}

/* Nothing is missed that the host has not. */
static void a_proxy_that_offers_nothing(void **state)
{
	struct presence presence = all_of_it(), bare = some_presence(1);

	(void)state;
	presence_fit(&presence, NULL, 0);
	assert_int_equal(presence.missed_count, 3);
	presence_fit(&bare, NULL, 0);
	assert_int_equal(bare.missed_count, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_to_hand_over),
		cmocka_unit_test(no_lease),
		cmocka_unit_test(a_lease_that_only_the_kernel_knows_of),
		cmocka_unit_test(the_lease_s_address_comes_first),
		cmocka_unit_test(as_many_addresses_as_a_link_has),
		cmocka_unit_test(a_lease_of_who_cannot_be_named),
		cmocka_unit_test(who_keeps_the_timer),
		cmocka_unit_test(a_proxy_that_offers_all),
		cmocka_unit_test(a_proxy_that_offers_less),
		cmocka_unit_test(a_proxy_that_offers_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
