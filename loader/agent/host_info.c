// SPDX-License-Identifier: GPL-2.0-or-later
#include "agent/host_info.h"

#include <string.h>

#include "agent/services.h"
#include "base/addr.h"

/* What the kernel is to take away one day is leased, from whomever. NULL: nothing is. */
static const struct link_ipv4 *find_leased(const struct link_addresses *own)
{
	for (size_t i = 0; i < own->ipv4_count; i++) {
		if (own->ipv4[i].valid && own->ipv4[i].valid != LINK_FOREVER)
			return &own->ipv4[i];
	}
	return NULL;
}

/* `first`: NULL, or the one that goes before the others. */
static void take_addresses(const struct agent_facts *facts, const struct ipv4 *first,
                           struct presence *presence)
{
	const struct link_addresses *own = &facts->addresses;

	if (first)
		presence->addresses[presence->address_count++] = *first;
	for (size_t i = 0; i < own->ipv4_count && presence->address_count < LINK_IPV4; i++) {
		if (!first || !ipv4_equal(own->ipv4[i].address, *first))
			presence->addresses[presence->address_count++] = own->ipv4[i].address;
	}
	memcpy(presence->addresses6, own->ipv6, sizeof(presence->addresses6));
	presence->address6_count = own->ipv6_count;
}

static void take_lease(const struct agent_facts *facts, struct presence *presence)
{
	const struct dhcp_option *client_id = &facts->lease.client_id;

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

/* Its client's file cannot be read. The proxy has time to ask any server. */
static void take_unread(const struct link_ipv4 *leased, struct presence *presence)
{
	presence->has_lease = true;
	presence->lease = (struct presence_lease){ .total = leased->valid, .left = leased->valid };
}

static void take_network(const struct agent_facts *facts, struct presence *presence)
{
	const struct link_ipv4 *leased = find_leased(&facts->addresses);

	if (facts->has_lease) {
		take_addresses(facts, &facts->lease.address, presence);
		take_lease(facts, presence);
	} else if (leased) {
		take_addresses(facts, &leased->address, presence);
		take_unread(leased, presence);
	} else {
		take_addresses(facts, NULL, presence);
	}
}

bool presence_of(const struct agent_facts *facts, const struct agent_config *config,
                 struct presence *presence)
{
	*presence = (struct presence){ .mac = facts->port.mac, .has_ports = true };
	if (!facts->addresses.ipv4_count)
		return false;
	take_network(facts, presence);
	memcpy(presence->hostname, facts->hostname, sizeof(presence->hostname));
	if (config->wake_by == WAKE_BY_PROXY)
		presence->timer = config->sleep_timer;
	wake_ports_of(&config->wake, facts, &presence->wake);
	return true;
}

static void miss(struct presence *presence, uint16_t service)
{
	presence->missed[presence->missed_count++] = service;
}

void presence_fit(struct presence *presence, const uint16_t *services, size_t count)
{
	presence->missed_count = 0;
	if (presence->has_lease && !service_is_among(services, count, NPP_SERVICE_DHCP4)) {
		presence->has_lease = false;
		presence->lease = (struct presence_lease){ .total = 0 };
		miss(presence, NPP_SERVICE_DHCP4);
	}
	if (presence->address6_count && !service_is_among(services, count, NPP_SERVICE_ND)) {
		presence->address6_count = 0;
		miss(presence, NPP_SERVICE_ND);
	}
	if (presence->has_ports && !service_is_among(services, count, NPP_SERVICE_WAKE_ON_PACKET)) {
		presence->has_ports = false;
		presence->wake = (struct wake_ports){ .count = 0 };
		miss(presence, NPP_SERVICE_WAKE_ON_PACKET);
	}
}
