/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A DHCPv6 lease of a client of the test's, and what happens to it at what time. For one program
 * each: it has fixtures. Include after test.h.
 */
#ifndef SLEEPPROXY_TESTS_LEASE6_H
#define SLEEPPROXY_TESTS_LEASE6_H

#include "base/addr.h"
#include "dhcp/dhcp6_client.h"

enum { START = 100000000, S = 1000 }; /* ms */

static const struct ipv6 home = { { 0x20, 0x01, 0x0d, 0xb8, [15] = 5 } };
static const struct ipv6 second = { { 0x20, 0x01, 0x0d, 0xb8, [15] = 6 } };
static const struct ipv6 stranger = { { 0x20, 0x01, 0x0d, 0xb8, [15] = 7 } };
static const struct ipv6 source = { { 0xfe, 0x80, [15] = 1 } };
static const struct dhcp6_duid duid = { 4, { 0, 3, 0, 1 } };
static const struct dhcp6_duid server = { 3, { 0, 2, 9 } }, other_server = { 3, { 0, 2, 8 } };

static struct dhcp6_client *client;
static struct lease_effects effects;
static struct lease_trigger trigger;
static struct dhcp6_message sent;
static unsigned int sends;

static inline int set_up(void **state)
{
	(void)state;
	client = dhcp6_client_new();
	trigger = (struct lease_trigger){ .now = START, .asleep = true, .random = 100 };
	sends = 0;
	return !client;
}

static inline int tear_down(void **state)
{
	(void)state;
	dhcp6_client_free(client);
	return 0;
}

BEFORE_EACH(set_up)
AFTER_EACH(tear_down)

/* `random` is no jitter: 100 of 0 to 200 is RAND 0, and T1 is 100 ms sooner at most. */
static inline void happens(enum lease_trigger_kind kind)
{
	trigger.kind = kind;
	effects = lease6_step(&client->lease, MIN_LEASE_DEFAULT, &trigger);
	if (effects.send == LEASE_SEND_NONE)
		return;
	assert_int_equal(effects.send, LEASE_SEND_BROADCAST);
	dhcp6_client_request(client, trigger.now, &sent);
	sends++;
}

static inline void due(void)
{
	assert_true(client->lease.deadline > trigger.now);
	trigger.now = client->lease.deadline;
	happens(LEASE_TRIGGER_TIMEOUT);
}

/* All deadlines until then. */
static inline void until(int64_t then)
{
	while (client->lease.deadline && client->lease.deadline <= then)
		due();
	trigger.now = then;
}

static inline void grant(unsigned int addresses, bool has_server)
{
	const struct lease6_grant said = {
		.addresses = { { .address = home }, { .address = second } },
		.address_count = (uint8_t)addresses,
		.iaid = 9,
		.source = source,
	};
	const struct dhcp6_identity identity = {
		.client = duid,
		.server = has_server ? server : (struct dhcp6_duid){ 0 },
	};

	assert_int_equal(dhcp6_client_grant(client, MIN_LEASE_DEFAULT, &said, &identity, 0), 0);
}

static inline struct dhcp6_message reply(uint32_t preferred, uint32_t valid)
{
	return (struct dhcp6_message){
		.type = DHCP6_REPLY,
		.xid = sent.xid,
		.has_ia = true,
		.iaid = 9,
		.address_count = 1,
		.addresses = { { home, preferred, valid } },
		.identity = { .client = duid, .server = server },
	};
}

static inline enum dhcp_count hears(const struct dhcp6_message *message)
{
	enum dhcp_count count;

	trigger.message6 = message;
	trigger.kind = LEASE_TRIGGER_REPLY;
	effects = dhcp6_client_receive(client, MIN_LEASE_DEFAULT, &trigger, &source, &count);
	return count;
}

static inline void renewed_for(uint32_t preferred, uint32_t valid)
{
	const struct dhcp6_message message = reply(preferred, valid);

	assert_int_equal(hears(&message), DHCP_COUNT_RENEWAL);
}

/* Asleep, and confirmed at START. */
static inline void confirmed(unsigned int addresses, uint32_t preferred, uint32_t valid)
{
	struct dhcp6_message message;

	grant(addresses, true);
	happens(LEASE_TRIGGER_ASLEEP);
	happens(LEASE_TRIGGER_TIMEOUT);
	message = reply(preferred, valid);
	message.address_count = (uint8_t)addresses;
	message.addresses[1] = (struct dhcp6_address){ second, preferred, valid };
	assert_int_equal(hears(&message), DHCP_COUNT_RENEWAL);
	trigger.random = 0;
	sends = 0;
}

#define ASSERT_AT(time, seconds) assert_int_equal(time, START + (int64_t)(seconds)*S)

#endif
