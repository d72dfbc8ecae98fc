// SPDX-License-Identifier: GPL-2.0-or-later
#include "agent/host_info.h"

#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#include "agent/candidates.h"

enum { ANY_PORT = 0, PROTOCOLS = 2 };
enum { DHCP_CLIENT = 68, DHCPV6_CLIENT = 546 }; /* RFC 2131, 4.1; RFC 8415, 7.2 */

struct port_list {
	struct wake_port ports[WAKE_PORTS + SYSTEM_PORTS + PROTOCOLS];
	size_t count;
};

/* An address that the kernel removes one day is leased. NULL: there is none. */
static const struct iface_address *find_leased(const struct iface_addresses *addresses)
{
	for (size_t i = 0; i < addresses->ipv4_count; i++)
		if (addresses->list[i].valid && addresses->list[i].valid != LIFETIME_FOREVER)
			return &addresses->list[i];
	return NULL;
}

/* `first`: NULL, or the one that comes before the others. */
static void set_addresses(const struct iface_addresses *own, const struct ipv6 *first,
                          struct host_info *info)
{
	size_t count = 0;

	if (first)
		info->addresses[count++] = *first;
	for (size_t i = 0; i < own->count && count < own->count; i++)
		if (!first || !ip_equal(&own->list[i].address, first))
			info->addresses[count++] = own->list[i].address;
	info->address_count = own->count;
	info->ipv4_count = own->ipv4_count;
}

static void set_lease(const struct system_info *system, struct host_info *info)
{
	const struct dhcp_option *client_id = &system->lease.client_id;

	info->has_lease = client_id->length <= NPP_CLIENT_ID;
	if (!info->has_lease)
		return;
	info->lease = (struct lease_info){
		.server = system->lease.server,
		.total = system->lease.total,
		.left = system->lease_left,
		.client_id_length = client_id->length,
	};
	memcpy(info->lease.client_id, client_id->data, client_id->length);
}

static void set_network(const struct system_info *system, struct host_info *info)
{
	const struct iface_address *timed = find_leased(&system->addresses);
	const struct ipv6 address = ipv4_mapped(system->lease.address);

	set_addresses(&system->addresses,
	              system->has_lease ? &address : (timed ? &timed->address : NULL), info);
	if (system->has_lease) {
		set_lease(system, info);
	} else if (timed) {
		/* the client's file cannot be read: the proxy asks any server for the lease */
		info->has_lease = true;
		info->lease = (struct lease_info){ .total = timed->valid, .left = timed->valid };
	}
}

bool host_info_make(const struct system_info *system, const struct settings *settings,
                    struct host_info *info)
{
	*info = (struct host_info){ .mac = system->iface.mac, .has_ports = true };
	if (!system->addresses.ipv4_count)
		return false;
	set_network(system, info);
	memcpy(info->hostname, system->hostname, sizeof(info->hostname));
	if (settings->wake_by == WAKE_BY_PROXY)
		info->timer = settings->sleep_timer;
	wake_ports_make(&settings->wake, system, &info->wake);
	return true;
}

void host_info_restrict(struct host_info *info, const uint16_t *services, size_t count)
{
	enum missed_service *missed = info->missed;
	size_t missed_count = 0;

	if (info->has_lease && !service_in_list(services, count, NPP_SERVICE_DHCP4)) {
		info->has_lease = false;
		info->lease = (struct lease_info){ .total = 0 };
		missed[missed_count++] = MISSED_DHCP4;
	}
	if (info->address_count > info->ipv4_count &&
	    !service_in_list(services, count, NPP_SERVICE_ND)) {
		info->address_count = info->ipv4_count;
		missed[missed_count++] = MISSED_ND;
	}
	if (info->has_ports && !service_in_list(services, count, NPP_SERVICE_WAKE_ON_PACKET)) {
		info->has_ports = false;
		info->wake = (struct wake_ports){ .count = 0 };
		missed[missed_count++] = MISSED_WAKE_ON_PACKET;
	}
	info->missed_count = missed_count;
}

static void add_port(struct port_list *list, uint8_t protocol, uint16_t port)
{
	list->ports[list->count++] = (struct wake_port){ protocol, port };
}

static bool is_dhcp_client(const struct wake_port *port)
{
	return port->protocol == IPPROTO_UDP &&
	       (port->port == DHCP_CLIENT || port->port == DHCPV6_CLIENT);
}

static void add_open_ports(struct port_list *list, const struct system_info *system,
                           uint8_t protocol)
{
	for (size_t i = 0; i < system->port_count; i++) {
		const struct wake_port *port = &system->ports[i];

		if (port->protocol == protocol && !is_dhcp_client(port))
			add_port(list, protocol, port->port);
	}
	/* the ports beyond the limit are UDP's, and unknown */
	if (protocol == IPPROTO_UDP && system->port_count == SYSTEM_PORTS)
		add_port(list, protocol, ANY_PORT);
}

static int compare_ports(const void *a, const void *b)
{
	const struct wake_port *left = a, *right = b;

	return left->protocol != right->protocol ? left->protocol - right->protocol
	                                         : left->port - right->port;
}

/* Sorts, and removes duplicates and those that "any" of their protocol, which is first, covers. */
static void normalize(struct port_list *list)
{
	size_t count = 0;

	qsort(list->ports, list->count, sizeof(*list->ports), compare_ports);
	for (size_t i = 0; i < list->count; i++) {
		const struct wake_port *port = &list->ports[i];
		const struct wake_port *last = count ? &list->ports[count - 1] : NULL;

		if (last && last->protocol == port->protocol &&
		    (last->port == port->port || last->port == ANY_PORT))
			continue;
		list->ports[count++] = *port;
	}
	list->count = count;
}

/* Begins with the protocol that has more of them, so that the other may keep its own. */
static void sum_up(struct port_list *list)
{
	size_t tcp = 0;

	while (tcp < list->count && list->ports[tcp].protocol == IPPROTO_TCP)
		tcp++;
	add_port(list, 2 * tcp >= list->count ? IPPROTO_TCP : IPPROTO_UDP, ANY_PORT);
	normalize(list);
}

void wake_ports_make(const struct wake_setting *setting, const struct system_info *system,
                     struct wake_ports *ports)
{
	struct port_list list = { .count = 0 };

	for (size_t i = 0; i < setting->port_count; i++)
		add_port(&list, setting->ports[i].protocol, setting->ports[i].port);
	if (setting->tcp || !setting->is_set)
		add_open_ports(&list, system, IPPROTO_TCP);
	if (setting->udp)
		add_open_ports(&list, system, IPPROTO_UDP);
	normalize(&list);
	*ports = (struct wake_ports){ .summed_up = list.count > WAKE_PORTS };
	while (list.count > WAKE_PORTS)
		sum_up(&list);
	ports->count = list.count;
	memcpy(ports->ports, list.ports, list.count * sizeof(*list.ports));
}
