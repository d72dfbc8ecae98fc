// SPDX-License-Identifier: GPL-2.0-or-later
/* The commands about leases: GRANT in, LEASE out. */
#include <stdio.h>

#include "control/call.h"
#include "control/lease_json.h"
#include "base/clock.h"
#include "daemon/daemon.h"

static struct lease_clock clock_now(void)
{
	return (struct lease_clock){ clock_boot_ms(), clock_wall_ms() };
}

static struct json_object *show_lease(struct call *call, const struct registered *host)
{
	const struct dhcp_client *client = keeper_find(call->daemon->keeper, &host->spec.mac);
	const struct lease_clock now = clock_now();

	if (client)
		return lease_json(host->spec.name, client, &now);
	snprintf(call->why, COMMAND_WHY,
	         "%s has no lease as far as is known: no DHCP of it was heard", host->spec.name);
	return NULL;
}

struct listing {
	struct call *call;
	struct json_object *array;
};

static void list_lease(void *context, const struct registered *host)
{
	struct listing *listing = context;
	struct keeper *keeper = listing->call->daemon->keeper;
	const struct dhcp_client *client = keeper_find(keeper, &host->spec.mac);

	if (client && client->lease.state != LEASE_NONE)
		json_object_array_add(listing->array, show_lease(listing->call, host));
}

static struct json_object *lease_list(struct call *call)
{
	struct listing listing = { call, json_object_new_array() };

	registry_each(call->daemon->registry, list_lease, &listing);
	return listing.array;
}

static struct json_object *lease_show(struct call *call)
{
	const struct registered *host = call_host(call);

	return host ? show_lease(call, host) : NULL;
}

static bool can_have(struct call *call, const struct registered *host, struct ipv4 address)
{
	const struct ipv6 mapped = ipv4_mapped(address);

	return !registry_lease_check(call->daemon->registry, &host->spec.mac, &mapped);
}

static struct json_object *lease_set(struct call *call)
{
	const struct registered *host = call_host(call);
	const struct lease_clock now = clock_now();
	struct dhcp_identity identity;
	struct lease_grant grant;

	if (!host ||
	    lease_from_json(call->request, &now, &grant, &identity, call->why, COMMAND_WHY))
		return NULL;
	if (!can_have(call, host, grant.address))
		return call_refuse(call, "address: this machine or another host has it already");
	leases_grant(call->daemon, host, &grant, &identity);
	return show_lease(call, host);
}

static struct json_object *lease_forget(struct call *call)
{
	const struct registered *host = call_host(call);

	if (!host)
		return NULL;
	leases_drop(call->daemon, &host->spec.mac);
	return json_object_new_object();
}

const struct command lease_commands[] = {
	{ "lease-list", lease_list },
	{ "lease-show", lease_show },
	{ "lease-set", lease_set },
	{ "lease-forget", lease_forget },
	{ 0 },
};
