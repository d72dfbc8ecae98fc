// SPDX-License-Identifier: GPL-2.0-or-later
#include "host/host.h"

#include <stdlib.h>
#include <string.h>
#include <sys/param.h>

bool address_list_new(const struct ipv6 *addresses, size_t count, struct address_list **made)
{
	struct address_list *list = NULL;

	if (count) {
		list = malloc(sizeof(*list) + count * sizeof(*addresses));
		if (!list)
			return false;
		list->references = 1;
		list->count = (uint8_t)count;
		memcpy(list->addresses, addresses, count * sizeof(*addresses));
	}
	*made = list;
	return true;
}

void address_list_put(struct address_list *list)
{
	if (list && !--list->references)
		free(list);
}

bool address_list_is(const struct address_list *list, const struct ipv6 *addresses, size_t count)
{
	if (!list || list->count != count)
		return !list && !count;
	return !memcmp(list->addresses, addresses, count * sizeof(*addresses));
}

void installed_free(struct installed *installed)
{
	if (!installed)
		return;
	address_list_put(installed->list);
	shared_set_put(installed->ports);
	shared_set_put(installed->sources);
	free(installed);
}

void installed_read(const struct installed *installed, struct wanted *wanted)
{
	*wanted = (struct wanted){ 0 };
	if (!installed)
		return;
	wanted->address_count = installed->address_count;
	wanted->ports = installed->ports;
	wanted->sources = installed->sources;
	wanted->has_ifindex = true;
	wanted->ifindex = installed->ifindex;
	wanted->attributes.vlan = installed->vlan;
	wanted->attributes.arp_offload = installed->arp_offload;
	wanted->attributes.echo = installed->echo;
	wanted->magic_by_daemon = installed->magic_by_daemon;
	if (installed->list)
		memcpy(wanted->addresses, installed->addresses,
		       installed->address_count * sizeof(*wanted->addresses));
}

bool installed_has(const struct installed *installed, const struct ipv6 *address)
{
	return installed &&
	       address_index(installed->addresses, installed->address_count, address) >= 0;
}

/* A reference to that of its claims, if these are the same. False: no memory. */
static bool list_for(const struct host *host, const struct wanted *wanted,
                     struct address_list **list)
{
	struct address_list *claimed = host->claims.list;

	if (!claimed || !address_list_is(claimed, wanted->addresses, wanted->address_count))
		return address_list_new(wanted->addresses, wanted->address_count, list);
	claimed->references++;
	*list = claimed;
	return true;
}

bool host_set_installed(struct host *host, const struct wanted *wanted)
{
	struct installed *installed = malloc(sizeof(*installed));
	struct address_list *list;

	if (!installed || !list_for(host, wanted, &list)) {
		free(installed);
		return false;
	}
	*installed = (struct installed){
		.ifindex = wanted->ifindex,
		.vlan = wanted->attributes.vlan,
		.arp_offload = wanted->attributes.arp_offload,
		.echo = wanted->attributes.echo & 3,
		.magic_by_daemon = wanted->magic_by_daemon,
		.address_count = (uint8_t)wanted->address_count,
		.addresses = list ? list->addresses : NULL,
		.list = list,
		.ports = shared_set_ref(wanted->ports),
		.sources = shared_set_ref(wanted->sources),
	};
	installed_free(host->installed);
	host->installed = installed;
	return true;
}

size_t host_groups(const struct host *host, bool is_ipv6, const struct ipv6 *group,
                   struct group_membership memberships[GROUP_MEMBERSHIPS])
{
	const struct shared_set *described = host->described ? host->described->groups : NULL;

	return group_list_read(host->groups, shared_set_octets(described),
	                       shared_set_size(described) / sizeof(struct ipv6), is_ipv6, group,
	                       memberships);
}

int installed_reach(const struct installed *installed)
{
	int reach = 0;

	for (size_t i = 0; installed && i < installed->address_count; i++)
		reach = ip_is_link_local(&installed->addresses[i]) ? MAX(reach, 1) : 2;
	return reach;
}

struct wake_reason *host_wake_reason(struct host *host)
{
	if (!host->wake)
		host->wake = calloc(1, sizeof(*host->wake));
	return host->wake;
}

void host_end_wake(struct host *host)
{
	free(host->wake);
	host->wake = NULL;
}

bool host_is_wanted(const struct host *host)
{
	return host->described || host->registration || host->proposal ||
	       (host->edited && host->edited->exists);
}

/* 0.0.0.0: it has none. */
static struct ipv4 first_ipv4(const struct installed *installed)
{
	for (size_t i = 0; installed && i < installed->address_count; i++)
		if (ip_is_ipv4(&installed->addresses[i]))
			return ip_to_ipv4(&installed->addresses[i]);
	return (struct ipv4){ { 0 } };
}

static size_t first_ipv6(const struct installed *installed, struct ipv6 first[DHCP6_ADDRESSES])
{
	size_t count = 0;

	for (size_t i = 0; installed && i < installed->address_count; i++)
		if (count < DHCP6_ADDRESSES && dhcp6_may_assign(&installed->addresses[i]))
			first[count++] = installed->addresses[i];
	return count;
}

struct host_core host_core(const struct host *host)
{
	struct host_core core = { .life = host->life };

	if (host->dhcp)
		core.lease = host->dhcp->lease;
	if (host->dhcp6) {
		core.lease6 = host->dhcp6->lease;
		core.address6_count = first_ipv6(host->installed, core.addresses6);
	}
	core.address = first_ipv4(host->installed);
	if (host->registration) {
		core.registration_active = host->registration->active;
		core.registration_seen = host->registration->seen;
		core.registration_until = host->registration->until;
		core.registration_timer = host->registration->timer;
		core.registration_expires = host->registration->expires;
		core.registration_lifetime = host->registration->lifetime;
	}
	return core;
}

bool host_is_registered_only(const struct host *host)
{
	const bool registers =
		host->registration || (host->proposal && host->proposal->registration);
	const bool described = host->described || (host->proposal && host->proposal->described);

	return registers && !described && !(host->edited && host->edited->exists);
}

void host_table_set_core(struct host_table *table, struct host *host, const struct host_core *core)
{
	table->states[host->life.state]--;
	table->states[core->life.state]++;
	host->life = core->life;
	/* a lease that is asked about; without memory there is no question */
	if (!host->dhcp && ipv4_is_set(core->lease.address))
		host->dhcp = dhcp_client_new();
	if (host->dhcp)
		host->dhcp->lease = core->lease;
	if (host->dhcp6)
		host->dhcp6->lease = core->lease6;
	if (!host->registration)
		return;
	host->registration->active = core->registration_active;
	host->registration->seen = core->registration_seen;
	host->registration->until = core->registration_until;
	host->registration->timer = core->registration_timer;
	host->registration->expires = core->registration_expires;
	if (core->registration_dropped)
		registration_drop(host->registration);
}

#define SWAP(a, b) \
	do { \
		__typeof__(a) before = (a); \
		(a) = (b); \
		(b) = before; \
	} while (0)

void proposal_exchange(struct proposal *proposal)
{
	struct host *host = proposal->host;

	if (proposal->sets & SETS_DESCRIBED)
		SWAP(host->described, proposal->described);
	if (proposal->sets & SETS_REGISTRATION)
		SWAP(host->registration, proposal->registration);
	if (proposal->sets & SETS_DHCP)
		SWAP(host->dhcp, proposal->dhcp);
	if (proposal->sets & SETS_DHCP6)
		SWAP(host->dhcp6, proposal->dhcp6);
}

void proposal_free(struct proposal *proposal)
{
	if (!proposal)
		return;
	free(proposal->name);
	free(proposal->npp_requester);
	described_free(proposal->described);
	registration_free(proposal->registration);
	dhcp_client_free(proposal->dhcp);
	dhcp6_client_free(proposal->dhcp6);
	free(proposal);
}

void host_free(struct host *host)
{
	if (!host)
		return;
	described_free(host->described);
	free(host->edited);
	registration_free(host->registration);
	dhcp_client_free(host->dhcp);
	free(host->groups);
	dhcp6_client_free(host->dhcp6);
	free(host->learnt);
	installed_free(host->installed);
	proposal_free(host->proposal);
	host_end_wake(host);
	address_list_put(host->claims.list);
	free(host->name);
	free(host);
}
