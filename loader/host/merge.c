// SPDX-License-Identifier: GPL-2.0-or-later
#include "host/inputs.h"

#include <string.h>

#include "base/addr.h"

/* Snooped DHCP can say anything: 0.0.0.0, a multicast address … */
bool host_lease_address(const struct host_inputs *inputs, bool lost, struct ipv6 *address)
{
	const struct lease *lease = inputs->lease;
	struct ipv6 leased;

	if (!lease || lease->state == LEASE_NONE || (lease->state == LEASE_LOST) != lost)
		return false;
	leased = ipv4_mapped(lease->address);
	if (address_error(&leased))
		return false;
	*address = leased;
	return true;
}

static bool has(const struct ipv6 *addresses, size_t count, const struct ipv6 *address)
{
	return address_index(addresses, count, address) >= 0;
}

/* By an edit, or since DHCP says that the host has lost it. */
static bool is_taken_away(const struct host_inputs *inputs, const struct ipv6 *address)
{
	struct ipv6 lost;

	if (edited_removes(inputs->edited, address))
		return true;
	return host_lease_address(inputs, true, &lost) && !memcmp(&lost, address, sizeof(lost));
}

enum claim_kind host_claim(const struct host_inputs *inputs, const struct ipv6 *address)
{
	const struct registration *registration = inputs->registration;
	struct ipv6 leased;

	if (edited_adds(inputs->edited, address))
		return CLAIM_EDITED;
	if (is_taken_away(inputs, address))
		return CLAIM_NONE;
	if (inputs->described &&
	    has(inputs->described->addresses, inputs->described->address_count, address))
		return CLAIM_DESCRIBED;
	if (registration && has(registration->addresses, registration->address_count, address))
		return registration->active ? CLAIM_REGISTERED : CLAIM_ENDED;
	if (host_lease_address(inputs, false, &leased) && !memcmp(&leased, address, sizeof(leased)))
		return CLAIM_LEASED;
	return CLAIM_NONE;
}

static void add_addresses(const struct host_inputs *inputs, struct wanted *wanted,
                          const struct ipv6 *addresses, size_t count)
{
	for (size_t i = 0; i < count && wanted->address_count < HOST_ADDRESSES; i++)
		if (!has(wanted->addresses, wanted->address_count, &addresses[i]) &&
		    host_claim(inputs, &addresses[i]) != CLAIM_NONE)
			wanted->addresses[wanted->address_count++] = addresses[i];
}

static void merge_addresses(const struct host_inputs *inputs, struct wanted *wanted)
{
	struct ipv6 leased;

	if (inputs->edited)
		add_addresses(inputs, wanted, inputs->edited->added, inputs->edited->added_count);
	if (inputs->described)
		add_addresses(inputs, wanted, inputs->described->addresses,
		              inputs->described->address_count);
	if (inputs->registration)
		add_addresses(inputs, wanted, inputs->registration->addresses,
		              inputs->registration->address_count);
	if (host_lease_address(inputs, false, &leased))
		add_addresses(inputs, wanted, &leased, 1);
}

/* People come first: where they named ports, the host's own do not count. */
static void merge_rules(const struct host_inputs *inputs, struct wanted *wanted)
{
	const struct registration *registration = inputs->registration;

	if (inputs->described) {
		wanted->ports = inputs->described->ports;
		wanted->sources = inputs->described->sources;
	}
	if (!wanted->ports && registration)
		wanted->ports = registration->ports;
}

static void merge_fields(const struct host_inputs *inputs, struct wanted *wanted)
{
	const struct described *described = inputs->described;
	const struct edited *edited = inputs->edited;

	if (described) {
		memcpy(wanted->interface, described->interface, sizeof(wanted->interface));
		wanted->vlan = described->vlan;
		wanted->arp_offload = described->arp_offload;
	} else if (inputs->registration) {
		memcpy(wanted->interface, inputs->registration->interface,
		       sizeof(wanted->interface));
		wanted->vlan = inputs->registration->vlan;
	}
	if (!edited || !edited->has_fields)
		return;
	wanted->has_ifindex = true;
	wanted->ifindex = edited->ifindex;
	wanted->vlan = edited->vlan;
	wanted->arp_offload = edited->arp_offload;
}

void host_merge(const struct host_inputs *inputs, struct wanted *wanted)
{
	*wanted = (struct wanted){ 0 };
	merge_addresses(inputs, wanted);
	merge_rules(inputs, wanted);
	merge_fields(inputs, wanted);
}
