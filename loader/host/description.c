// SPDX-License-Identifier: GPL-2.0-or-later
#include "host/description.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"

/* RFC 6890's blocks that no host on a LAN has as its own, as the first octet under a mask. */
static const struct {
	uint8_t mask;
	uint8_t value;
	const char *error;
} blocks[] = {
	{ 0xff, 0, "is an address of no host" },
	{ 0xff, 127, "is a loopback address" },
	{ 0xf0, 224, "is a multicast address" },
};

const char *address_error(const struct ipv6 *address)
{
	static const struct ipv4 broadcast = { { 255, 255, 255, 255 } };
	struct ipv4 v4 = ip_to_ipv4(address);

	if (!ip_is_ipv4(address))
		return "is an IPv6 address, and IPv6 is not supported yet";
	if (ipv4_equal(v4, broadcast))
		return "is the broadcast address";
	for (size_t i = 0; i < sizeof(blocks) / sizeof(*blocks); i++) {
		if ((v4.octet[0] & blocks[i].mask) == blocks[i].value)
			return blocks[i].error;
	}
	return NULL;
}

/* Whether it goes with the descriptions of other hosts is left to those who hold them all. */
int description_check(const struct host_description *description, char *why, size_t why_size)
{
	const struct wake_policy *policy = &description->policy;
	const char *interface = description->interface, *error;
	char text[TEXT_IP];

	if (!mac_is_set(&description->mac)) {
		snprintf(why, why_size, "no MAC address; expected one, such as 52:54:00:12:34:56");
		return -EINVAL;
	}
	for (size_t i = 0; i < description->address_count; i++) {
		error = address_error(&description->addresses[i]);
		if (!error)
			continue;
		snprintf(why, why_size, "%s %s; expected an IPv4 address of the host's own",
		         text_from_ip(&description->addresses[i], text), error);
		return -EINVAL;
	}
	for (size_t i = 0; i < policy->port_count && policy->port_count > 1; i++) {
		if (policy->ports[i].protocol)
			continue;
		snprintf(why, why_size, "port none beside others; expected it alone");
		return -EINVAL;
	}
	if (!*interface || text_is_interface(interface))
		return 0;
	snprintf(why, why_size, "'%s' cannot be an interface; expected a name such as eth0",
	         interface);
	return -EINVAL;
}

void host_name_from_mac(const struct mac *mac, char name[HOST_NAME_MAX_SIZE])
{
	const uint8_t *o = mac->octet;

	snprintf(name, HOST_NAME_MAX_SIZE, "host-%02x%02x%02x%02x%02x%02x", o[0], o[1], o[2], o[3],
	         o[4], o[5]);
}

int policy_add_port(struct wake_policy *policy, uint8_t protocol, uint16_t port)
{
	const struct wake_port added = { .protocol = protocol, .port = port };

	for (size_t i = 0; i < policy->port_count; i++) {
		if (wake_port_equal(&policy->ports[i], &added))
			return -EEXIST;
	}
	if (policy->port_count && (!protocol || !policy->ports[0].protocol))
		return -EINVAL;
	if (policy->port_count == HOST_PORTS)
		return -ENOSPC;
	policy->ports[policy->port_count++] = added;
	return 0;
}

int policy_add_source(struct wake_policy *policy, const struct ipv6 *address, uint8_t bits,
                      bool allow)
{
	for (size_t i = 0; i < policy->source_count; i++) {
		if (policy->sources[i].bits == bits &&
		    ip_equal(&policy->sources[i].address, address))
			return -EEXIST;
	}
	if (policy->source_count == HOST_SOURCES)
		return -ENOSPC;
	policy->sources[policy->source_count++] = (struct source_prefix){ *address, bits, allow };
	return 0;
}
