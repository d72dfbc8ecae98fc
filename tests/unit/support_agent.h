/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A host as its kernel and its DHCP client know it. Include behind cmocka.h. */
#ifndef SLEEPPROXY_TESTS_AGENT_H
#define SLEEPPROXY_TESTS_AGENT_H

#include <netinet/in.h>
#include <string.h>

#include "agent/settings.h"
#include "agent/system_info.h"
#include "agent/host_info.h"

#define EACH(item, table) for (size_t item = 0; item < sizeof(table) / sizeof(*(table)); item++)

static const struct mac host_mac = { { 0x52, 0x54, 0, 0x12, 0x34, 0x56 } };
static const struct mac proxy_mac = { { 0x02, 0, 0, 0, 0, 0x01 } };
static const struct ipv4 proxy_address = { { 192, 0, 2, 1 } };

static inline struct ipv4 lan_address(uint8_t last)
{
	return (struct ipv4){ { 192, 0, 2, last } };
}

static inline struct ipv6 lan_address6(uint8_t last)
{
	return (struct ipv6){ { 0x20, 0x01, 0x0d, 0xb8, [15] = last } };
}

#define assert_address(address, last) \
	do { \
		const struct ipv4 expected = lan_address(last); \
		assert_memory_equal(&(address), &expected, sizeof(expected)); \
	} while (0)

/* 192.0.2.20 on eth0, and nothing else. */
static inline struct agent_facts some_facts(void)
{
	struct agent_facts facts = {
		.port = { .name = "eth0", .ifindex = 2, .mac = host_mac },
		.addresses = { .ipv4_count = 1 },
	};

	facts.addresses.ipv4[0].address = lan_address(20);
	return facts;
}

static inline void add_ports(struct agent_facts *facts, uint8_t protocol, uint16_t first,
                             size_t count)
{
	for (size_t i = 0; i < count; i++)
		facts->ports[facts->port_count++] =
			(struct npp_port){ protocol, (uint16_t)(first + i) };
}

static inline void add_lease(struct agent_facts *facts, uint8_t last, uint32_t total, uint32_t left)
{
	facts->has_lease = true;
	facts->lease = (struct client_lease){
		.address = lan_address(last),
		.server = lan_address(3),
		.total = total,
		.client_id = { 3, { 1, 2, 3 } },
	};
	facts->lease_left = left;
}

static inline struct agent_config some_config(void)
{
	struct agent_config config;

	agent_config_init(&config);
	return config;
}

/* Of 192.0.2.20 and further addresses: nothing else is said of it. */
static inline struct presence some_presence(size_t addresses)
{
	struct presence presence = { .mac = host_mac, .address_count = addresses };

	for (size_t i = 0; i < addresses; i++)
		presence.addresses[i] = lan_address((uint8_t)(20 + i));
	return presence;
}

#endif
