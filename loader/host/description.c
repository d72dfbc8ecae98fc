// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * In: a description of a host, from whoever gave it. Out: whether it can be true of one host, and
 * if not, why not. Whether it goes with the descriptions of other hosts is left to those who hold
 * them all.
 */
#include "host/description.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"

enum { VLAN_MAX = 4094 };

/* What one check sees and says. */
struct judge {
	const struct host_description *spec;
	char *why;
	size_t why_size;
};

static int refuse(struct judge *judge, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

static int refuse(struct judge *judge, const char *format, ...)
{
	va_list values;

	va_start(values, format);
	vsnprintf(judge->why, judge->why_size, format, values);
	va_end(values);
	return -EINVAL;
}

/* RFC 6890's blocks that no host on a LAN has as its own, as the first octet under a mask. */
static const struct {
	uint8_t mask;
	uint8_t value;
	const char *flaw;
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
	if (memcmp(&v4, &broadcast, sizeof(v4)) == 0)
		return "is the broadcast address";
	for (size_t i = 0; i < sizeof(blocks) / sizeof(*blocks); i++) {
		if ((v4.octet[0] & blocks[i].mask) == blocks[i].value)
			return blocks[i].flaw;
	}
	return NULL;
}

static int check_name(struct judge *judge)
{
	const char *name = judge->spec->name;

	if (memchr(name, '\0', HOST_NAME_MAX_SIZE) && text_is_name(name))
		return 0;
	return refuse(judge, "bad name '%.*s'; expected 1 to 63 letters, digits, '-', '_' and '.'",
	              HOST_NAME_MAX_SIZE, name);
}

static int check_mac(struct judge *judge)
{
	static const struct mac zero;
	const struct mac *mac = &judge->spec->mac;
	char text[TEXT_MAC];

	if (memcmp(mac, &zero, sizeof(zero)) == 0)
		return refuse(judge, "no MAC address; expected one, such as 52:54:00:12:34:56");
	if (mac->octet[0] & 1)
		return refuse(judge, "%s is a group's MAC address; expected a host's own",
		              text_from_mac(mac, text));
	return 0;
}

static int check_address(struct judge *judge, size_t index)
{
	const struct ipv6 *address = &judge->spec->addresses[index];
	const char *flaw = address_error(address);
	char text[TEXT_IP];

	text_from_ip(address, text);
	if (flaw)
		return refuse(judge, "%s %s; expected an IPv4 address of the host's own", text,
		              flaw);
	for (size_t i = 0; i < index; i++) {
		if (memcmp(address, &judge->spec->addresses[i], sizeof(*address)) == 0)
			return refuse(judge, "address %s stands there twice; expected once", text);
	}
	return 0;
}

static int check_addresses(struct judge *judge)
{
	size_t count = judge->spec->address_count;

	if (count > HOST_ADDRESSES)
		return refuse(judge, "%zu addresses; expected at most %d", count, HOST_ADDRESSES);
	for (size_t i = 0; i < count; i++) {
		if (check_address(judge, i))
			return -EINVAL;
	}
	return 0;
}

static bool same_port(const struct wake_port *a, const struct wake_port *b)
{
	return a->protocol == b->protocol && a->port == b->port;
}

static int check_port(struct judge *judge, size_t index)
{
	const struct wake_port *ports = judge->spec->policy.ports;
	uint8_t protocol = ports[index].protocol;
	char text[TEXT_PORT];

	text_from_port(protocol, ports[index].port, text);
	if (!protocol && !ports[index].port && judge->spec->policy.port_count > 1)
		return refuse(judge, "port none beside others; expected it alone");
	if (protocol != IPPROTO_TCP && protocol != IPPROTO_UDP && (protocol || ports[index].port))
		return refuse(judge, "port %s; expected tcp or udp", text);
	for (size_t i = 0; i < index; i++) {
		if (same_port(&ports[i], &ports[index]))
			return refuse(judge, "port %s stands there twice; expected once", text);
	}
	return 0;
}

static int check_ports(struct judge *judge)
{
	size_t count = judge->spec->policy.port_count;

	if (count > HOST_PORTS)
		return refuse(judge, "%zu ports; expected at most %d", count, HOST_PORTS);
	for (size_t i = 0; i < count; i++) {
		if (check_port(judge, i))
			return -EINVAL;
	}
	return 0;
}

static bool same_prefix(const struct source_prefix *a, const struct source_prefix *b)
{
	return a->bits == b->bits && memcmp(&a->address, &b->address, sizeof(a->address)) == 0;
}

static bool bits_behind(const struct source_prefix *source)
{
	for (unsigned int i = source->bits; i < 128; i++) {
		if (source->address.octet[i / 8] & (0x80 >> i % 8))
			return true;
	}
	return false;
}

static int check_source(struct judge *judge, size_t index)
{
	const struct source_prefix *sources = judge->spec->policy.sources;
	const struct source_prefix *source = &sources[index];
	char text[TEXT_PREFIX];

	if (source->bits > 128)
		return refuse(judge, "a source of %u bits; expected 0 to 128", source->bits);
	text_from_prefix(&source->address, source->bits, text);
	if (bits_behind(source))
		return refuse(judge, "source %s has bits behind its prefix; expected zeros", text);
	for (size_t i = 0; i < index; i++) {
		if (!same_prefix(&sources[i], source))
			continue;
		return refuse(
			judge,
			sources[i].allow == source->allow
				? "source %s stands there twice; expected once"
				: "source %s is both allowed and denied; expected one of the two",
			text);
	}
	return 0;
}

static int check_sources(struct judge *judge)
{
	size_t count = judge->spec->policy.source_count;

	if (count > HOST_SOURCES)
		return refuse(judge, "%zu sources; expected at most %d", count, HOST_SOURCES);
	for (size_t i = 0; i < count; i++) {
		if (check_source(judge, i))
			return -EINVAL;
	}
	return 0;
}

static int check_place(struct judge *judge)
{
	const char *interface = judge->spec->interface;

	if (judge->spec->vlan > VLAN_MAX)
		return refuse(judge, "VLAN %u; expected 1 to %d, or 0 for any", judge->spec->vlan,
		              VLAN_MAX);
	if (memchr(interface, '\0', IFNAMSIZ) && (!*interface || text_is_interface(interface)))
		return 0;
	return refuse(judge, "'%.*s' cannot be an interface; expected a name such as eth0",
	              IFNAMSIZ, interface);
}

static int check_secureon(struct judge *judge)
{
	size_t length = judge->spec->secureon_length;

	if (length == 0 || length == 4 || length == 6)
		return 0;
	return refuse(judge, "a SecureOn password of %zu octets; expected 4 or 6", length);
}

int description_check(const struct host_description *spec, char *why, size_t why_size)
{
	static int (*const checks[])(struct judge *) = {
		check_name,    check_mac,   check_addresses, check_ports,
		check_sources, check_place, check_secureon,
	};
	struct judge judge = { spec, why, why_size };

	for (size_t i = 0; i < sizeof(checks) / sizeof(*checks); i++) {
		if (checks[i](&judge))
			return -EINVAL;
	}
	return 0;
}

bool policy_equal(const struct wake_policy *a, const struct wake_policy *b)
{
	if (a->port_count != b->port_count || a->source_count != b->source_count)
		return false;
	for (size_t i = 0; i < a->port_count; i++) {
		if (!same_port(&a->ports[i], &b->ports[i]))
			return false;
	}
	for (size_t i = 0; i < a->source_count; i++) {
		if (!same_prefix(&a->sources[i], &b->sources[i]) ||
		    a->sources[i].allow != b->sources[i].allow)
			return false;
	}
	return true;
}

static bool lease_equal(const struct lease_description *a, const struct lease_description *b)
{
	return !memcmp(&a->address, &b->address, sizeof(a->address)) &&
	       !memcmp(&a->server, &b->server, sizeof(a->server)) &&
	       a->client_id_length == b->client_id_length &&
	       !memcmp(a->client_id, b->client_id, a->client_id_length) &&
	       !strcmp(a->hostname, b->hostname);
}

bool description_equal(const struct host_description *a, const struct host_description *b)
{
	return strcmp(a->name, b->name) == 0 && memcmp(&a->mac, &b->mac, sizeof(a->mac)) == 0 &&
	       a->address_count == b->address_count &&
	       memcmp(a->addresses, b->addresses, a->address_count * sizeof(*a->addresses)) == 0 &&
	       policy_equal(&a->policy, &b->policy) && strcmp(a->interface, b->interface) == 0 &&
	       a->vlan == b->vlan && a->nic_answers_arp == b->nic_answers_arp &&
	       a->unasked == b->unasked && a->secureon_length == b->secureon_length &&
	       memcmp(a->secureon, b->secureon, a->secureon_length) == 0 &&
	       lease_equal(&a->lease, &b->lease);
}

void host_name_from_mac(const struct mac *mac, char name[HOST_NAME_MAX_SIZE])
{
	const uint8_t *o = mac->octet;

	snprintf(name, HOST_NAME_MAX_SIZE, "host-%02x%02x%02x%02x%02x%02x", o[0], o[1], o[2], o[3],
	         o[4], o[5]);
}

int description_find_address(const struct host_description *spec, const struct ipv6 *address)
{
	for (size_t i = 0; i < spec->address_count; i++)
		if (memcmp(&spec->addresses[i], address, sizeof(*address)) == 0)
			return (int)i;
	return -1;
}

int description_add_address(struct host_description *spec, const struct ipv6 *address)
{
	if (description_find_address(spec, address) >= 0)
		return -EEXIST;
	if (spec->address_count == HOST_ADDRESSES)
		return -ENOSPC;
	spec->addresses[spec->address_count++] = *address;
	return 0;
}

void description_remove_address(struct host_description *spec, const struct ipv6 *address)
{
	int index = description_find_address(spec, address);

	if (index >= 0)
		spec->addresses[index] = spec->addresses[--spec->address_count];
}

int policy_add_port(struct wake_policy *policy, uint8_t protocol, uint16_t port)
{
	struct wake_port added = { .protocol = protocol, .port = port };

	for (size_t i = 0; i < policy->port_count; i++) {
		if (same_port(&policy->ports[i], &added))
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
	struct source_prefix added = { .address = *address, .bits = bits, .allow = allow };

	for (size_t i = 0; i < policy->source_count; i++) {
		if (same_prefix(&policy->sources[i], &added))
			return -EEXIST;
	}
	if (policy->source_count == HOST_SOURCES)
		return -ENOSPC;
	policy->sources[policy->source_count++] = added;
	return 0;
}
