// SPDX-License-Identifier: GPL-2.0-or-later
#include "agent/host_info.h"

#include <netinet/in.h>
#include <string.h>

#include "agent/candidates.h"

enum { ANY_PORT = 0 };
enum { DHCP_CLIENT = 68, DHCPV6_CLIENT = 546 }; /* RFC 2131, 4.1; RFC 8415, 7.2 */

/*
 * The address of the lease; where the client's file cannot be read, one that the kernel removes one
 * day, which is leased, too. NULL: there is none.
 */
static const struct iface_address *find_leased(const struct system_info *system)
{
	const struct iface_addresses *own = &system->addresses;

	if (system->has_lease)
		return iface_addresses_find(own, ipv4_mapped(system->lease.address));
	for (size_t i = 0; i < own->ipv4_count; i++)
		if (own->list[i].valid && own->list[i].valid != LIFETIME_FOREVER)
			return &own->list[i];
	return NULL;
}

/* `first`: NULL, or the one before the others. More than a host may have are left out. */
static void set_addresses(const struct iface_addresses *own, const struct iface_address *first,
                          struct host_info *info)
{
	if (first)
		info->addresses[info->address_count++] = first->address;
	for (size_t i = 0; i < own->count && info->address_count < HOST_ADDRESSES; i++)
		if (&own->list[i] != first)
			info->addresses[info->address_count++] = own->list[i].address;
	info->ipv4_count = own->ipv4_count;
}

/* Option 128 is 51 octets, and 17 are the lease without DUIDs and addresses. */
enum { LEASE6_ROOM = NPP_OPTIONS_MAX - 51 - 17 };

static bool lease6_fits(const struct dhcp6_lease *lease)
{
	return lease->client.length + lease->server.length +
	               lease->address_count * sizeof(*lease->addresses) <=
	       LEASE6_ROOM;
}

static bool has_address(const struct host_info *info, const struct ipv6 *address)
{
	for (size_t i = 0; i < info->address_count; i++)
		if (ip_equal(&info->addresses[i], address))
			return true;
	return false;
}

/* Of its addresses those that are handed over, as many as there is room for. */
static void set_lease6(const struct dhcp6_lease *own, struct host_info *info)
{
	struct dhcp6_lease *lease = &info->lease6;

	*lease = *own;
	lease->address_count = 0;
	for (size_t i = 0; i < own->address_count; i++)
		if (has_address(info, &own->addresses[i].address))
			lease->addresses[lease->address_count++] = own->addresses[i];
	if (!lease6_fits(lease))
		lease->server = (struct dhcp6_duid){ .length = 0 };
	while (!lease6_fits(lease))
		lease->address_count--;
	info->has_lease6 = lease->address_count;
}

bool host_info_make(const struct system_info *system, const struct settings *settings,
                    struct host_info *info)
{
	const struct iface_address *leased = find_leased(system);

	*info = (struct host_info){ .mac = system->iface.mac, .has_ports = true };
	if (!system->addresses.ipv4_count)
		return false;
	set_addresses(&system->addresses, leased, info);
	if (system->has_lease)
		info->lease = system->lease;
	else if (leased) /* the proxy asks any server for it */
		info->lease =
			(struct client_lease){ .total = leased->valid, .left = leased->valid };
	info->has_lease = leased && info->lease.client_id.length <= NPP_CLIENT_ID;
	if (system->has_lease6)
		set_lease6(&system->lease6.lease, info);
	memcpy(info->hostname, system->hostname, sizeof(info->hostname));
	if (settings->wake_by == WAKE_BY_PROXY)
		info->timer = settings->sleep_timer;
	info->lifetime = settings->lifetime;
	wake_ports_make(&settings->wake, system, &info->wake);
	return true;
}

void host_info_restrict(struct host_info *info, const uint16_t *services, size_t count)
{
	info->missed_count = 0;
	if (info->has_lease && !service_in_list(services, count, NPP_SERVICE_DHCP4)) {
		info->has_lease = false;
		info->missed[info->missed_count++] = MISSED_DHCP4;
	}
	if (info->address_count > info->ipv4_count &&
	    !service_in_list(services, count, NPP_SERVICE_ND)) {
		info->address_count = info->ipv4_count;
		info->has_lease6 = false;
		info->missed[info->missed_count++] = MISSED_ND;
	}
	if (info->has_lease6 && !service_in_list(services, count, NPP_SERVICE_DHCP6)) {
		info->has_lease6 = false;
		info->missed[info->missed_count++] = MISSED_DHCP6;
	}
	if (info->has_ports && !service_in_list(services, count, NPP_SERVICE_WAKE_ON_PACKET)) {
		info->has_ports = false;
		info->wake = (struct wake_ports){ .count = 0 };
		info->missed[info->missed_count++] = MISSED_WAKE_ON_PACKET;
	}
}

/* Adds as many as there is room for. Returns how many there are. */
static size_t list_ports(const bool set[PORT_COUNT], uint8_t protocol, struct wake_ports *ports)
{
	const unsigned int end =
		set[ANY_PORT] ? ANY_PORT + 1 : PORT_COUNT; /* it covers the others */
	size_t count = 0;

	for (unsigned int port = 0; port < end; port++) {
		if (!set[port])
			continue;
		count++;
		if (ports->count < WAKE_PORTS)
			ports->ports[ports->count++] =
				(struct wake_port){ protocol, (uint16_t)port };
	}
	return count;
}

void wake_ports_make(const struct wake_setting *setting, const struct system_info *system,
                     struct wake_ports *ports)
{
	struct port_set set = { 0 };
	size_t tcp, udp;

	if (setting->tcp || !setting->is_set)
		memcpy(set.tcp, system->ports.tcp, sizeof(set.tcp));
	if (setting->udp)
		memcpy(set.udp, system->ports.udp, sizeof(set.udp));
	set.udp[DHCP_CLIENT] = set.udp[DHCPV6_CLIENT] = false;
	for (size_t i = 0; i < setting->port_count; i++)
		(setting->ports[i].protocol == IPPROTO_TCP ? set.tcp
		                                           : set.udp)[setting->ports[i].port] =
			true;
	ports->summed_up = false;
	for (;;) {
		ports->count = 0;
		tcp = list_ports(set.tcp, IPPROTO_TCP, ports);
		udp = list_ports(set.udp, IPPROTO_UDP, ports);
		if (tcp + udp <= WAKE_PORTS)
			return;
		/* begin with the one that has more, so that the other may keep its own */
		(tcp >= udp ? set.tcp : set.udp)[ANY_PORT] = true;
		ports->summed_up = true;
	}
}
