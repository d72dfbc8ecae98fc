// SPDX-License-Identifier: GPL-2.0-or-later
#include "npp_server/handover.h"

#include <errno.h>
#include <string.h>

_Static_assert(HOST_ADDRESSES <= 32, "a bit for each address");

bool handover_has(const struct handover *handover, const struct ipv6 *address)
{
	for (size_t i = 0; i < handover->address_count; i++)
		if (!memcmp(&handover->addresses[i], address, sizeof(*address)))
			return true;
	return false;
}

static int add_address(struct handover *handover, const struct ipv6 *address)
{
	if (handover_has(handover, address))
		return 0;
	if (handover->address_count == HOST_ADDRESSES)
		return -ENOSPC;
	handover->addresses[handover->address_count++] = *address;
	return 0;
}

static int add_port(struct handover *handover, const struct npp_port *port)
{
	for (size_t i = 0; i < handover->port_count; i++)
		if (handover->ports[i].protocol == port->protocol &&
		    handover->ports[i].port == port->port)
			return 0;
	if (handover->port_count == HOST_PORTS)
		return -ENOSPC;
	handover->ports[handover->port_count++] = (struct wake_port){ port->protocol, port->port };
	return 0;
}

int handover_add(struct handover *handover, const struct npp_request *request)
{
	int err = 0;

	handover->has_ports |= request->has_ports;
	handover->has_lease |= request->has_lease;
	for (size_t i = 0; i < request->pair_count && !err; i++) {
		const struct ipv6 address = ipv4_mapped(request->pairs[i].address);

		err = add_address(handover, &address);
	}
	for (size_t i = 0; i < request->port_count && !err; i++)
		err = add_port(handover, &request->ports[i]);
	return err;
}

static void apply_ports(struct handover *handover, struct wake_policy *policy)
{
	handover->added_ports = handover->has_ports && !policy->port_count;
	if (!handover->added_ports)
		return;
	if (!handover->port_count)
		policy_add_port(policy, 0, 0);
	for (size_t i = 0; i < handover->port_count; i++)
		policy_add_port(policy, handover->ports[i].protocol, handover->ports[i].port);
}

int handover_apply(struct handover *handover, struct host_description *spec)
{
	handover->added = 0;
	for (size_t i = 0; i < handover->address_count; i++) {
		int err = description_add_address(spec, &handover->addresses[i]);

		if (err == -ENOSPC)
			return err;
		if (!err)
			handover->added |= 1U << i;
	}
	apply_ports(handover, &spec->policy);
	return 0;
}

void handover_undo(const struct handover *handover, struct host_description *spec)
{
	for (size_t i = 0; i < handover->address_count; i++)
		if (handover->added & 1U << i)
			description_remove_address(spec, &handover->addresses[i]);
	if (handover->added_ports)
		spec->policy.port_count = 0;
}
