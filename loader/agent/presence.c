// SPDX-License-Identifier: GPL-2.0-or-later
#include "agent/presence.h"

#include <string.h>

static bool is_same(struct ipv4 a, struct ipv4 b)
{
	return memcmp(&a, &b, sizeof(a)) == 0;
}

static void take_addresses(const struct agent_facts *facts, struct presence *presence)
{
	const struct link_addresses *own = &facts->addresses;

	if (facts->has_lease)
		presence->addresses[presence->address_count++] = facts->lease.address;
	for (size_t i = 0; i < own->ipv4_count && presence->address_count < LINK_IPV4; i++) {
		if (!facts->has_lease || !is_same(own->ipv4[i].address, facts->lease.address))
			presence->addresses[presence->address_count++] = own->ipv4[i].address;
	}
	memcpy(presence->addresses6, own->ipv6, sizeof(presence->addresses6));
	presence->address6_count = own->ipv6_count;
}

static void take_lease(const struct agent_facts *facts, struct presence *presence)
{
	const struct dhcp_option *client_id = &facts->lease.client_id;

	if (!facts->has_lease)
		return;
	presence->lease_unsayable = client_id->length > NPP_CLIENT_ID;
	if (presence->lease_unsayable)
		return;
	presence->has_lease = true;
	presence->lease = (struct presence_lease){
		.server = facts->lease.server,
		.total = facts->lease.total,
		.left = facts->lease_left,
		.client_id_length = client_id->length,
	};
	memcpy(presence->lease.client_id, client_id->data, client_id->length);
}

bool presence_of(const struct agent_facts *facts, const struct agent_config *config,
                 struct presence *presence)
{
	*presence = (struct presence){ .mac = facts->port.mac, .has_ports = true };
	if (!facts->addresses.ipv4_count)
		return false;
	take_addresses(facts, presence);
	take_lease(facts, presence);
	memcpy(presence->hostname, facts->hostname, sizeof(presence->hostname));
	if (config->wake_by == WAKE_BY_PROXY)
		presence->timer = config->sleep_timer;
	wake_ports_of(&config->wake, facts, &presence->wake);
	return true;
}

static bool offers(const uint16_t *services, size_t count, uint16_t service)
{
	for (size_t i = 0; i < count; i++) {
		if (services[i] == service)
			return true;
	}
	return false;
}

static void miss(struct presence *presence, uint16_t service)
{
	presence->missed[presence->missed_count++] = service;
}

void presence_fit(struct presence *presence, const uint16_t *services, size_t count)
{
	presence->missed_count = 0;
	if (presence->has_lease && !offers(services, count, NPP_SERVICE_DHCP4)) {
		presence->has_lease = false;
		presence->lease = (struct presence_lease){ .total = 0 };
		miss(presence, NPP_SERVICE_DHCP4);
	}
	if (presence->address6_count && !offers(services, count, NPP_SERVICE_ND)) {
		presence->address6_count = 0;
		miss(presence, NPP_SERVICE_ND);
	}
	if (presence->has_ports && !offers(services, count, NPP_SERVICE_WAKE_ON_PACKET)) {
		presence->has_ports = false;
		presence->wake = (struct wake_ports){ .count = 0 };
		miss(presence, NPP_SERVICE_WAKE_ON_PACKET);
	}
}
