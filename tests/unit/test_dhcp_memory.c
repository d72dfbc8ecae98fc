// SPDX-License-Identifier: GPL-2.0-or-later
/* DHCP clients that are no known hosts: what is remembered of whom, and for how long. */
#include "test.h"

#include <string.h>

#include "dhcp/dhcp_memory.h"
#include "support_dhcp.h"

static const struct mac router_mac = { { 0x02, 0, 0, 0, 0, 0x01 } };
static struct dhcp_memory *memory;

static int remember_nothing(void **state)
{
	(void)state;
	memory = dhcp_memory_new();
	return memory ? 0 : -1;
}

static int forget_all(void **state)
{
	(void)state;
	dhcp_memory_free(memory);
	return 0;
}

BEFORE_EACH(remember_nothing)
AFTER_EACH(forget_all)

static void receive(const struct dhcp_message *message, const struct mac *sender, int64_t now)
{
	const struct lease_trigger received = { .kind = LEASE_TRIGGER_REPLY,
		                                .now = now,
		                                .message = message };

	dhcp_memory_receive(memory, MIN_LEASE_DEFAULT, &received, sender);
}

static void requests(const struct mac *mac, const struct mac *sender, int64_t now)
{
	const struct dhcp_message request = {
		.type = DHCP_REQUEST, .xid = 7, .chaddr = *mac, .requested = home, .server = router
	};

	receive(&request, sender, now);
}

static void is_granted(const struct mac *mac, uint32_t seconds, int64_t now)
{
	const struct dhcp_message ack = { .type = DHCP_ACK,
		                          .xid = 7,
		                          .chaddr = *mac,
		                          .yiaddr = home,
		                          .server = router,
		                          .lease_time = seconds };

	receive(&ack, &router_mac, now);
}

static bool takes(const struct mac *mac, int64_t now)
{
	struct dhcp_client *client = dhcp_memory_take(memory, mac, now);
	const bool taken = client;

	if (client)
		assert_true(client->lease.state == LEASE_BOUND &&
		            ipv4_equal(client->lease.address, home));
	dhcp_client_free(client);
	return taken;
}

TEST(a_client_is_taken_once_with_its_lease)
{
	struct dhcp_client *client;

	requests(&nas, &nas, START);
	is_granted(&nas, HOUR, START);
	client = dhcp_memory_take(memory, &nas, START + 1);
	assert_non_null(client);
	assert_int_equal(client->lease.seconds, HOUR);
	assert_int_equal(client->lease.expires_at, START + HOUR_MS);
	dhcp_client_free(client);
	assert_false(takes(&nas, START + 1));
}

TEST(a_lease_that_is_over_is_none)
{
	requests(&nas, &nas, START);
	is_granted(&nas, HOUR, START);
	assert_false(takes(&nas, START + HOUR_MS));
	requests(&nas, &nas, START); /* its end is not known */
	assert_false(takes(&nas, START + DHCP_MEMORY_MS));
	requests(&nas, &nas, START);
	assert_true(takes(&nas, START + DHCP_MEMORY_MS - 1));
}

TEST(only_a_clients_own_message_makes_it_remembered)
{
	requests(&nas, &router_mac, START);
	is_granted(&nas, HOUR, START);
	assert_false(takes(&nas, START));
}

static struct mac mac_number(unsigned int number)
{
	return (struct mac){ { 2, 0, 0, 1, (uint8_t)(number >> 8), (uint8_t)number } };
}

static void number_requests(unsigned int number)
{
	const struct mac mac = mac_number(number);

	requests(&mac, &mac, START);
}

static bool takes_number(unsigned int number)
{
	const struct mac mac = mac_number(number);

	return takes(&mac, START);
}

TEST(who_was_heard_longest_ago_goes_first)
{
	for (unsigned int i = 0; i < DHCP_MEMORY_CLIENTS; i++)
		number_requests(i);
	number_requests(0);
	number_requests(DHCP_MEMORY_CLIENTS);
	assert_true(takes_number(DHCP_MEMORY_CLIENTS));
	assert_true(takes_number(0));
	assert_false(takes_number(1));
	assert_true(takes_number(2));
}

static void requests6(const struct mac *sender, enum dhcp6_type type)
{
	static const struct ipv6 source = { { 0xfe, 0x80, [15] = 1 } };
	const struct dhcp6_message message = {
		.type = (uint8_t)type,
		.has_ia = true,
		.address_count = 1,
		.addresses = { { .address = { { 0x20, 0x01, [15] = 5 } } } },
		.identity = { .client = { 4, { 0, 3, 0, 1 } } },
	};
	const struct lease_trigger received = {
		.kind = LEASE_TRIGGER_REPLY,
		.now = START,
		.message6 = &message,
	};

	dhcp_memory_receive6(memory, MIN_LEASE_DEFAULT, &received, sender, &source);
}

TEST(both_leases_of_a_client_are_taken)
{
	struct dhcp6_client *client;

	requests(&nas, &nas, START);
	requests6(&nas, DHCP6_REQUEST);
	assert_true(takes(&nas, START));
	assert_null(dhcp_memory_take6(memory, &router_mac, START));
	client = dhcp_memory_take6(memory, &nas, START);
	assert_non_null(client);
	assert_int_equal(client->lease.state, LEASE_BOUND);
	dhcp6_client_free(client);
	assert_null(dhcp_memory_take6(memory, &nas, START));
	requests6(&nas, DHCP6_REPLY); /* of a server, to somebody */
	assert_null(dhcp_memory_take6(memory, &nas, START));
	requests6(&nas, DHCP6_REQUEST);
	assert_null(dhcp_memory_take6(memory, &nas, START + DHCP_MEMORY_MS));
}

TEST(without_memory_nothing_is_remembered)
{
	const struct lease_trigger nothing = { .kind = LEASE_TRIGGER_REPLY };

	dhcp_memory_receive(NULL, MIN_LEASE_DEFAULT, &nothing, &nas);
	assert_null(dhcp_memory_take(NULL, &nas, START));
	assert_null(dhcp_memory_take6(NULL, &nas, START));
	dhcp_memory_free(NULL);
}
