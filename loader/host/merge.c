// SPDX-License-Identifier: GPL-2.0-or-later
#include <string.h>

#include "base/addr.h"
#include "host/host.h"

/* Snooped DHCP can say anything: 0.0.0.0, a multicast address …; as can rows of maps and store. */
static size_t add_valid(struct ipv6 addresses[HOST_LEASED], size_t count,
                        const struct ipv6 *address)
{
	if (!address_error(address))
		addresses[count++] = *address;
	return count;
}

/* The address that it sends from is known as soon as the client is. */
static size_t lease6_addresses(const struct lease6 *lease, bool lost,
                               struct ipv6 addresses[HOST_LEASED], size_t count)
{
	for (size_t i = 0; lease->state != LEASE_NONE && i < lease->address_count; i++)
		if (lease6_has(lease, &lease->addresses[i].address, lost))
			count = add_valid(addresses, count, &lease->addresses[i].address);
	return !lost && ip_is_set(&lease->source) ? add_valid(addresses, count, &lease->source)
	                                          : count;
}

size_t host_lease_addresses(const struct host *host, bool lost, struct ipv6 addresses[HOST_LEASED])
{
	const struct lease *lease = host->dhcp ? &host->dhcp->lease : NULL;
	struct ipv6 leased;
	size_t count = 0;

	if (lease && lease->state != LEASE_NONE && (lease->state == LEASE_LOST) == lost) {
		leased = ipv4_mapped(lease->address);
		count = add_valid(addresses, count, &leased);
	}
	if (host->dhcp6)
		count = lease6_addresses(&host->dhcp6->lease, lost, addresses, count);
	return count;
}

static bool has(const struct ipv6 *addresses, size_t count, const struct ipv6 *address)
{
	return address_index(addresses, count, address) >= 0;
}

static bool is_leased(const struct host *host, bool lost, const struct ipv6 *address)
{
	struct ipv6 leased[HOST_LEASED];

	return has(leased, host_lease_addresses(host, lost, leased), address);
}

/* By an edit, or since DHCP says that the host has lost it. */
static bool is_taken_away(const struct host *host, const struct ipv6 *address)
{
	return edited_removes(host->edited, address) || is_leased(host, true, address);
}

enum claim_kind host_claim(const struct host *host, const struct ipv6 *address)
{
	const struct registration *registration = host->registration;

	if (address_error(address))
		return CLAIM_NONE;
	if (edited_adds(host->edited, address))
		return CLAIM_EDITED;
	if (is_taken_away(host, address))
		return CLAIM_NONE;
	if (host->described &&
	    has(host->described->addresses, host->described->address_count, address))
		return CLAIM_DESCRIBED;
	if (registration && has(registration->addresses, registration->address_count, address))
		return registration->active ? CLAIM_REGISTERED : CLAIM_ENDED;
	if (is_leased(host, false, address))
		return CLAIM_LEASED;
	return learnt_has(host->learnt, address) ? CLAIM_LEARNT : CLAIM_NONE;
}

static void add_addresses(const struct host *host, struct wanted *wanted,
                          const struct ipv6 *addresses, size_t count)
{
	for (size_t i = 0; i < count && wanted->address_count < HOST_ADDRESSES; i++)
		if (!has(wanted->addresses, wanted->address_count, &addresses[i]) &&
		    host_claim(host, &addresses[i]) != CLAIM_NONE)
			wanted->addresses[wanted->address_count++] = addresses[i];
}

static void merge_addresses(const struct host *host, struct wanted *wanted)
{
	struct ipv6 leased[HOST_LEASED];

	if (host->edited)
		add_addresses(host, wanted, host->edited->addresses, host->edited->added_count);
	if (host->described)
		add_addresses(host, wanted, host->described->addresses,
		              host->described->address_count);
	if (host->registration)
		add_addresses(host, wanted, host->registration->addresses,
		              host->registration->address_count);
	add_addresses(host, wanted, leased, host_lease_addresses(host, false, leased));
	for (size_t i = 0; host->learnt && i < host->learnt->count; i++)
		add_addresses(host, wanted, &host->learnt->list[i].address, 1);
}

/* People come first: where they named ports, the host's own do not count. */
static void merge_rules(const struct host *host, struct wanted *wanted)
{
	const struct registration *registration = host->registration;

	if (host->described) {
		wanted->ports = host->described->ports;
		wanted->sources = host->described->sources;
	}
	if (!wanted->ports && registration)
		wanted->ports = registration->ports;
}

static void merge_fields(const struct host *host, struct wanted *wanted)
{
	const struct described *described = host->described;
	const struct edited *edited = host->edited;

	if (described) {
		wanted->attributes = described->attributes;
	} else if (host->registration) {
		memcpy(wanted->attributes.interface, host->registration->interface,
		       sizeof(wanted->attributes.interface));
		wanted->attributes.vlan = host->registration->vlan;
	}
	if (!edited || !edited->has_fields)
		return;
	wanted->has_ifindex = true;
	wanted->ifindex = edited->ifindex;
	wanted->attributes.vlan = edited->vlan;
	wanted->attributes.arp_offload = edited->arp_offload;
	wanted->attributes.echo = edited->echo;
}

void host_merge(const struct host *host, struct wanted *wanted)
{
	*wanted = (struct wanted){ 0 };
	merge_addresses(host, wanted);
	merge_rules(host, wanted);
	merge_fields(host, wanted);
}
