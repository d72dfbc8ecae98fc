// SPDX-License-Identifier: GPL-2.0-or-later
#include "host/description.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/fields.h"
#include "base/text.h"

const char *const echo_policy_names[] = { "answer", "ignore", "wake", NULL };

#define IPV4(...) \
	{ \
		{ \
			[10] = 0xff, 0xff, __VA_ARGS__ \
		} \
	}

/* RFC 6890's blocks that no host on a LAN has as its own: the first that an address is in. */
static const struct {
	struct ipv6 prefix;
	uint8_t bits;
	const char *error; /* NULL: it may be one's own */
} blocks[] = {
	{ IPV4(255, 255, 255, 255), 128, "is the broadcast address" },
	{ IPV4(0), IPV4_MAPPED_BITS + 8, "is an address of no host" },
	{ IPV4(127), IPV4_MAPPED_BITS + 8, "is a loopback address" },
	{ IPV4(224), IPV4_MAPPED_BITS + 4, "is a multicast address" },
	{ IPV4(0), IPV4_MAPPED_BITS, NULL },
	{ { { [15] = 1 } }, 128, "is the loopback address" },
	{ { { 0 } }, 8, "is an address of no host" },
	{ { { 0xff } }, 8, "is a multicast address" },
};

const char *address_error(const struct ipv6 *address)
{
	for (size_t i = 0; i < sizeof(blocks) / sizeof(*blocks); i++) {
		const struct ipv6 network = ip_network(address, blocks[i].bits);

		if (ip_equal(&network, &blocks[i].prefix))
			return blocks[i].error;
	}
	return NULL;
}

/* Whether it goes with the descriptions of other hosts is left to those who hold them all. */
int description_check(const struct host_description *description, char *why, size_t why_size)
{
	const struct wake_policy *policy = &description->policy;
	const char *interface = description->attributes.interface, *error;
	char text[TEXT_IP];

	if (!mac_is_set(&description->mac)) {
		snprintf(why, why_size, "no MAC address; expected one, such as 52:54:00:12:34:56");
		return -EINVAL;
	}
	if (!host_name_is_for(description->name, &description->mac)) {
		snprintf(why, why_size,
		         "the name %s is of another MAC; expected a name that is not",
		         description->name);
		return -EINVAL;
	}
	for (size_t i = 0; i < description->address_count; i++) {
		error = address_error(&description->addresses[i]);
		if (!error)
			continue;
		snprintf(why, why_size, "%s %s; expected an address of the host's own",
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

enum { MADE_UP_PREFIX = 5 }; /* "host-" */

void host_name_from_mac(const struct mac *mac, char name[HOST_NAME_MAX_SIZE])
{
	const uint8_t *o = mac->octet;

	snprintf(name, HOST_NAME_MAX_SIZE, "host-%02x%02x%02x%02x%02x%02x", o[0], o[1], o[2], o[3],
	         o[4], o[5]);
}

bool host_name_is_for(const char *name, const struct mac *mac)
{
	char own[HOST_NAME_MAX_SIZE];
	struct mac named;

	if (!text_to_mac(name, &named))
		return mac_equal(&named, mac);
	host_name_from_mac(mac, own);
	if (strlen(name) != strlen(own) || strncasecmp(name, own, MADE_UP_PREFIX) != 0 ||
	    strspn(name + MADE_UP_PREFIX, "0123456789abcdefABCDEF") != strlen(own) - MADE_UP_PREFIX)
		return true;
	return strcmp(name, own) == 0;
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

/* As in JSON, where what may wake and what may not are two lists. */
struct description_members {
	struct host_description host;
	struct source_prefix allow[HOST_SOURCES], deny[HOST_SOURCES];
	size_t allow_count, deny_count;
};

#define AT(member) FIELD_AT(struct description_members, member)
#define LIST(member, count) \
	FIELD_LIST(struct description_members, member, count), .flags = FIELD_UNIQUE

static const struct field fields[] = {
	{ "command", .type = FIELD_IGNORED }, /* where it is a request */
	{ "name", FIELD_NAME, AT(host.name), .flags = FIELD_REQUIRED },
	{ "mac", FIELD_MAC, AT(host.mac) },
	{ "addresses", FIELD_IP, LIST(host.addresses, host.address_count) },
	{ "groups", FIELD_GROUP, LIST(host.groups, host.group_count) },
	{ "wake", FIELD_PORT, LIST(host.policy.ports, host.policy.port_count) },
	{ "allow", FIELD_PREFIX, LIST(allow, allow_count) },
	{ "deny", FIELD_PREFIX, LIST(deny, deny_count) },
	{ "interface", FIELD_TEXT, AT(host.attributes.interface),
	  .expected = "an interface's name" },
	{ "vlan", FIELD_NUMBER, AT(host.attributes.vlan), .max = 4094,
	  .expected = "a VLAN id, 1 to 4094, or 0 for any" },
	{ "arp-offload", FIELD_BOOL, AT(host.attributes.arp_offload) },
	{ "detect-sleep", FIELD_BOOL, AT(host.attributes.detect_sleep) },
	{ "echo", FIELD_ENUM, AT(host.attributes.echo), .names = echo_policy_names },
	{ "secureon", FIELD_SECUREON,
	  FIELD_COUNTED(struct description_members, host.attributes.secureon,
	                host.attributes.secureon_length) },
	{ "watts", FIELD_DECIMAL, AT(host.attributes.watts),
	  FIELD_PRESENT(struct description_members, host.attributes.has_watts), .max = WATTS_MAX },
	{ 0 },
};

static void split_sources(struct description_members *members)
{
	const struct wake_policy *policy = &members->host.policy;

	for (size_t i = 0; i < policy->source_count; i++) {
		const struct source_prefix *source = &policy->sources[i];

		if (source->allow)
			members->allow[members->allow_count++] = *source;
		else
			members->deny[members->deny_count++] = *source;
	}
}

static int join_sources(struct description_members *members, char *why, size_t why_size)
{
	char text[TEXT_PREFIX];
	int err = 0;

	for (size_t i = 0; i < members->allow_count + members->deny_count && !err; i++) {
		const bool allow = i < members->allow_count;
		const struct source_prefix *prefix =
			allow ? &members->allow[i] : &members->deny[i - members->allow_count];

		err = policy_add_source(&members->host.policy, &prefix->address, prefix->bits,
		                        allow);
		text_from_prefix(&prefix->address, prefix->bits, text);
	}
	if (err == -EEXIST)
		snprintf(why, why_size,
		         "source %s is both allowed and denied; expected one of the two", text);
	else if (err)
		snprintf(why, why_size, "allow, deny: more than %d given", HOST_SOURCES);
	return err;
}

struct json_object *description_to_json(const struct host_description *description)
{
	struct description_members members = { .host = *description };

	split_sources(&members);
	return fields_to_json(fields, &members);
}

int description_from_json(struct json_object *json, struct host_description *description, char *why,
                          size_t why_size)
{
	struct description_members members = { .allow_count = 0 };

	if (fields_from_json(fields, json, &members, why, why_size) ||
	    join_sources(&members, why, why_size) ||
	    description_check(&members.host, why, why_size))
		return -EINVAL;
	*description = members.host;
	return 0;
}
