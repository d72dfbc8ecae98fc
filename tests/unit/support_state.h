/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Registrations for tests. Include after cmocka.h. */
#ifndef SLEEPPROXY_TESTS_STATE_H
#define SLEEPPROXY_TESTS_STATE_H

#include "agent/state_file.h"
#include "support_agent.h"

static inline struct proxy_registration a_registration(uint8_t proxy)
{
	struct proxy_registration registration = {
		.interface = "eth0",
		.proxy = lan_address(proxy),
		.proxy_mac = proxy_mac,
		.transaction = (uint16_t)(0x1200 + proxy),
		.client = (uint16_t)(4710 + proxy),
		.when = "2026-11-23T12:00:00.000Z",
		.host_info = some_host_info(2),
	};

	registration.host_info.has_ports = true;
	return registration;
}

/* With all members. */
static inline struct proxy_registration a_full_registration(uint8_t proxy)
{
	struct proxy_registration registration = a_registration(proxy);
	struct host_info *host_info = &registration.host_info;

	registration.key = 7;
	registration.signed_at = 1795432000;
	registration.signed_count = 3;
	host_info->has_lease = true;
	host_info->lease = (struct client_lease){ .server = lan_address(3),
		                                  .total = DHCP_INFINITE,
		                                  .left = 3600,
		                                  .client_id = { 3, { 1, 2, 0xff } } };
	strcpy(host_info->hostname, "nas");
	host_info->timer = 28800;
	host_info->wake = (struct wake_ports){
		.ports = { { IPPROTO_TCP, 0 }, { IPPROTO_UDP, 161 } }, .count = 2, .summed_up = true
	};
	add_address6(host_info, 1);
	host_info->backup_of = lan_address(1);
	host_info->missed[0] = MISSED_ND;
	host_info->missed_count = 1;
	return registration;
}

static inline struct registrations a_state(void)
{
	return (struct registrations){ .list = { a_registration(1), a_full_registration(2) },
		                       .count = 2 };
}

static inline void assert_same_host_info(const struct host_info *a, const struct host_info *b)
{
	assert_memory_equal(&a->mac, &b->mac, sizeof(a->mac));
	assert_int_equal(a->address_count, b->address_count);
	assert_memory_equal(a->addresses, b->addresses, sizeof(a->addresses));
	assert_int_equal(a->has_lease, b->has_lease);
	assert_memory_equal(&a->lease.server, &b->lease.server, sizeof(a->lease.server));
	assert_int_equal(a->lease.total, b->lease.total);
	assert_int_equal(a->lease.left, b->lease.left);
	assert_int_equal(a->lease.client_id.length, b->lease.client_id.length);
	assert_memory_equal(a->lease.client_id.data, b->lease.client_id.data,
	                    sizeof(a->lease.client_id));
	assert_string_equal(a->hostname, b->hostname);
	assert_int_equal(a->timer, b->timer);
	assert_int_equal(a->has_ports, b->has_ports);
	assert_int_equal(a->wake.count, b->wake.count);
	assert_int_equal(a->wake.summed_up, b->wake.summed_up);
	for (size_t i = 0; i < a->wake.count; i++) {
		assert_int_equal(a->wake.ports[i].protocol, b->wake.ports[i].protocol);
		assert_int_equal(a->wake.ports[i].port, b->wake.ports[i].port);
	}
	assert_int_equal(a->ipv4_count, b->ipv4_count);
	assert_memory_equal(&a->backup_of, &b->backup_of, sizeof(a->backup_of));
	assert_int_equal(a->missed_count, b->missed_count);
	assert_memory_equal(a->missed, b->missed, sizeof(a->missed));
}

static inline void assert_same(const struct registrations *a, const struct registrations *b)
{
	assert_int_equal(a->count, b->count);
	for (size_t i = 0; i < a->count; i++) {
		const struct proxy_registration *one = &a->list[i], *other = &b->list[i];

		assert_string_equal(one->interface, other->interface);
		assert_memory_equal(&one->proxy, &other->proxy, sizeof(one->proxy));
		assert_memory_equal(&one->proxy_mac, &other->proxy_mac, sizeof(one->proxy_mac));
		assert_int_equal(one->transaction, other->transaction);
		assert_int_equal(one->client, other->client);
		assert_int_equal(one->key, other->key);
		assert_true(one->signed_at == other->signed_at);
		assert_int_equal(one->signed_count, other->signed_count);
		assert_string_equal(one->when, other->when);
		assert_same_host_info(&one->host_info, &other->host_info);
	}
}

#endif
