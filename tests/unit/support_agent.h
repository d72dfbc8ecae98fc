/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Settings, host info and packets for tests of the agent. Include after cmocka.h. */
#ifndef SLEEPPROXY_TESTS_AGENT_H
#define SLEEPPROXY_TESTS_AGENT_H

#include <netinet/in.h>
#include <string.h>

#include "agent/settings.h"
#include "agent/system_info.h"
#include "agent/host_info.h"
#include "npp/npp_message.h"

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

/* As it comes from the proxy; refers to `octets`. */
static inline struct npp_packet datagram_of(struct npp_message *message,
                                            uint8_t octets[NPP_MESSAGE_MAX])
{
	struct npp_packet datagram = {
		.from = proxy_mac,
		.to = host_mac,
		.source = proxy_address,
		.destination = lan_address(20),
		.octets = octets,
	};

	datagram.length = npp_message_write(message, NPP_ICMP_TYPE, octets);
	assert_true(datagram.length > 0);
	return datagram;
}

static inline struct settings some_settings(void)
{
	struct settings settings;

	settings_init(&settings);
	return settings;
}

/* Of 192.0.2.20 and further addresses, and nothing else. */
static inline struct host_info some_host_info(size_t addresses)
{
	struct host_info host_info = { .mac = host_mac };

	for (; host_info.ipv4_count < addresses; host_info.ipv4_count++)
		host_info.addresses[host_info.ipv4_count] =
			ipv4_mapped(lan_address((uint8_t)(20 + host_info.ipv4_count)));
	host_info.address_count = addresses;
	return host_info;
}

static inline void add_address6(struct host_info *host_info, uint8_t last)
{
	host_info->addresses[host_info->address_count++] = lan_address6(last);
}

#endif
