/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Handovers as the agent remembers them. Include behind cmocka.h. */
#ifndef SLEEPPROXY_TESTS_STATE_H
#define SLEEPPROXY_TESTS_STATE_H

#include "agent/state.h"
#include "support_agent.h"

static inline struct handover a_handover(uint8_t proxy)
{
	struct handover handover = {
		.interface = "eth0",
		.proxy = lan_address(proxy),
		.proxy_mac = proxy_mac,
		.transaction = (uint16_t)(0x1200 + proxy),
		.client = (uint16_t)(4710 + proxy),
		.when = "2026-11-23T12:00:00.000Z",
		.presence = some_presence(2),
	};

	handover.presence.has_ports = true;
	return handover;
}

/* With all that there can be in it. */
static inline struct handover a_full_handover(uint8_t proxy)
{
	struct handover handover = a_handover(proxy);
	struct presence *presence = &handover.presence;

	handover.key = 7;
	handover.signed_at = 1795432000;
	handover.signed_then = 3;
	presence->has_lease = true;
	presence->lease = (struct presence_lease){ .server = lan_address(3),
		                                   .total = DHCP_INFINITE,
		                                   .left = 3600,
		                                   .client_id = { 1, 2, 0xff },
		                                   .client_id_length = 3 };
	strcpy(presence->hostname, "nas");
	presence->timer = 28800;
	presence->wake = (struct wake_ports){ .ports = { { IPPROTO_TCP, 0 }, { IPPROTO_UDP, 161 } },
		                              .count = 2,
		                              .summed_up = true };
	presence->addresses6[0] = lan_address6(1);
	presence->address6_count = 1;
	presence->backup_of = lan_address(1);
	presence->missed[0] = NPP_SERVICE_ND;
	presence->missed_count = 1;
	return handover;
}

static inline struct state a_state(void)
{
	return (struct state){ .handovers = { a_handover(1), a_full_handover(2) }, .count = 2 };
}

static inline void assert_same_presence(const struct presence *a, const struct presence *b)
{
	assert_memory_equal(&a->mac, &b->mac, sizeof(a->mac));
	assert_int_equal(a->address_count, b->address_count);
	assert_memory_equal(a->addresses, b->addresses, sizeof(a->addresses));
	assert_int_equal(a->has_lease, b->has_lease);
	assert_memory_equal(&a->lease.server, &b->lease.server, sizeof(a->lease.server));
	assert_int_equal(a->lease.total, b->lease.total);
	assert_int_equal(a->lease.left, b->lease.left);
	assert_int_equal(a->lease.client_id_length, b->lease.client_id_length);
	assert_memory_equal(a->lease.client_id, b->lease.client_id, sizeof(a->lease.client_id));
	assert_string_equal(a->hostname, b->hostname);
	assert_int_equal(a->timer, b->timer);
	assert_int_equal(a->has_ports, b->has_ports);
	assert_int_equal(a->wake.count, b->wake.count);
	assert_int_equal(a->wake.summed_up, b->wake.summed_up);
	for (size_t i = 0; i < a->wake.count; i++) {
		assert_int_equal(a->wake.ports[i].protocol, b->wake.ports[i].protocol);
		assert_int_equal(a->wake.ports[i].port, b->wake.ports[i].port);
	}
	assert_int_equal(a->address6_count, b->address6_count);
	assert_memory_equal(a->addresses6, b->addresses6, sizeof(a->addresses6));
	assert_memory_equal(&a->backup_of, &b->backup_of, sizeof(a->backup_of));
	assert_int_equal(a->missed_count, b->missed_count);
	assert_memory_equal(a->missed, b->missed, sizeof(a->missed));
}

static inline void assert_same(const struct state *a, const struct state *b)
{
	assert_int_equal(a->count, b->count);
	for (size_t i = 0; i < a->count; i++) {
		const struct handover *one = &a->handovers[i], *other = &b->handovers[i];

		assert_string_equal(one->interface, other->interface);
		assert_memory_equal(&one->proxy, &other->proxy, sizeof(one->proxy));
		assert_memory_equal(&one->proxy_mac, &other->proxy_mac, sizeof(one->proxy_mac));
		assert_int_equal(one->transaction, other->transaction);
		assert_int_equal(one->client, other->client);
		assert_int_equal(one->key, other->key);
		assert_true(one->signed_at == other->signed_at);
		assert_int_equal(one->signed_then, other->signed_then);
		assert_string_equal(one->when, other->when);
		assert_same_presence(&one->presence, &other->presence);
	}
}

#endif
