// SPDX-License-Identifier: GPL-2.0-or-later
#include "host/description_json.h"

#include <errno.h>
#include <json-c/json.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"

/*
 * One member: its name, what it may be (for the error), and both directions. A reader returns 0 or
 * an error of text.h.
 */
struct member {
	const char *name, *expected;
	int (*read)(struct json_object *value, struct host_description *spec);
	struct json_object *(*write)(const struct host_description *spec);
};

static const char *string_of(struct json_object *value)
{
	return json_object_is_type(value, json_type_string) ? json_object_get_string(value) : "";
}

static int read_name(struct json_object *value, struct host_description *spec)
{
	const char *name = string_of(value);

	if (!text_is_name(name))
		return -EINVAL;
	snprintf(spec->name, sizeof(spec->name), "%s", name);
	return 0;
}

static struct json_object *write_name(const struct host_description *spec)
{
	return json_object_new_string(spec->name);
}

static int read_mac(struct json_object *value, struct host_description *spec)
{
	return text_to_mac(string_of(value), &spec->mac);
}

static struct json_object *write_mac(const struct host_description *spec)
{
	char text[TEXT_MAC];

	return json_object_new_string(text_from_mac(&spec->mac, text));
}

/* Each element of an array of strings. */
static int read_each(struct json_object *array, struct host_description *spec,
                     int (*read)(const char *text, struct host_description *spec))
{
	int err = json_object_is_type(array, json_type_array) ? 0 : -EINVAL;

	for (size_t i = 0; !err && i < json_object_array_length(array); i++)
		err = read(string_of(json_object_array_get_idx(array, i)), spec);
	return err;
}

static int read_address(const char *text, struct host_description *spec)
{
	struct ipv6 address;
	int err = text_to_ip(text, &address);

	return err ? err : description_add_address(spec, &address);
}

static int read_addresses(struct json_object *value, struct host_description *spec)
{
	return read_each(value, spec, read_address);
}

static struct json_object *write_addresses(const struct host_description *spec)
{
	struct json_object *array = json_object_new_array();
	char text[TEXT_IP];

	for (size_t i = 0; i < spec->address_count; i++)
		json_object_array_add(
			array, json_object_new_string(text_from_ip(&spec->addresses[i], text)));
	return array;
}

static int read_port(const char *text, struct host_description *spec)
{
	uint8_t protocol;
	uint16_t port;
	int err = text_to_port(text, &protocol, &port);

	return err ? err : policy_add_port(&spec->policy, protocol, port);
}

static int read_wake(struct json_object *value, struct host_description *spec)
{
	return read_each(value, spec, read_port);
}

static struct json_object *write_wake(const struct host_description *spec)
{
	struct json_object *array = json_object_new_array();
	char text[TEXT_PORT];

	for (size_t i = 0; i < spec->policy.port_count; i++)
		json_object_array_add(array, json_object_new_string(text_from_port(
						     spec->policy.ports[i].protocol,
						     spec->policy.ports[i].port, text)));
	return array;
}

static int read_source(const char *text, struct host_description *spec, bool allow)
{
	struct ipv6 address;
	uint8_t bits;
	int err = text_to_prefix(text, &address, &bits);

	return err ? err : policy_add_source(&spec->policy, &address, bits, allow);
}

static int read_allowed(const char *text, struct host_description *spec)
{
	return read_source(text, spec, true);
}

static int read_denied(const char *text, struct host_description *spec)
{
	return read_source(text, spec, false);
}

static int read_allow(struct json_object *value, struct host_description *spec)
{
	return read_each(value, spec, read_allowed);
}

static int read_deny(struct json_object *value, struct host_description *spec)
{
	return read_each(value, spec, read_denied);
}

static struct json_object *write_sources(const struct host_description *spec, bool allow)
{
	struct json_object *array = json_object_new_array();
	char text[TEXT_PREFIX];

	for (size_t i = 0; i < spec->policy.source_count; i++) {
		const struct source_prefix *source = &spec->policy.sources[i];

		if (source->allow == allow)
			json_object_array_add(array,
			                      json_object_new_string(text_from_prefix(
						      &source->address, source->bits, text)));
	}
	return array;
}

static struct json_object *write_allow(const struct host_description *spec)
{
	return write_sources(spec, true);
}

static struct json_object *write_deny(const struct host_description *spec)
{
	return write_sources(spec, false);
}

static int read_interface(struct json_object *value, struct host_description *spec)
{
	const char *name = string_of(value);

	if (!json_object_is_type(value, json_type_string) || strlen(name) >= IFNAMSIZ)
		return -EINVAL;
	snprintf(spec->interface, sizeof(spec->interface), "%s", name);
	return 0;
}

static struct json_object *write_interface(const struct host_description *spec)
{
	return json_object_new_string(spec->interface);
}

static int read_vlan(struct json_object *value, struct host_description *spec)
{
	int64_t vlan = json_object_get_int64(value);

	if (!json_object_is_type(value, json_type_int) || vlan < 0 || vlan > 4094)
		return -EINVAL;
	spec->vlan = (uint16_t)vlan;
	return 0;
}

static struct json_object *write_vlan(const struct host_description *spec)
{
	return json_object_new_int(spec->vlan);
}

static int read_bool(struct json_object *value, bool *to)
{
	if (!json_object_is_type(value, json_type_boolean))
		return -EINVAL;
	*to = json_object_get_boolean(value);
	return 0;
}

static int read_nic_answers_arp(struct json_object *value, struct host_description *spec)
{
	return read_bool(value, &spec->nic_answers_arp);
}

static struct json_object *write_nic_answers_arp(const struct host_description *spec)
{
	return json_object_new_boolean(spec->nic_answers_arp);
}

static int read_unasked(struct json_object *value, struct host_description *spec)
{
	return read_bool(value, &spec->unasked);
}

static struct json_object *write_unasked(const struct host_description *spec)
{
	return json_object_new_boolean(spec->unasked);
}

static int read_secureon(struct json_object *value, struct host_description *spec)
{
	if (!*string_of(value) && json_object_is_type(value, json_type_string))
		return 0;
	return text_to_secureon(string_of(value), spec->secureon, &spec->secureon_length);
}

static struct json_object *write_secureon(const struct host_description *spec)
{
	char text[TEXT_MAC] = "";
	const uint8_t *s = spec->secureon;

	if (spec->secureon_length == 6)
		text_from_mac((const struct mac *)s, text);
	else if (spec->secureon_length == 4)
		snprintf(text, sizeof(text), "%u.%u.%u.%u", s[0], s[1], s[2], s[3]);
	return json_object_new_string(text);
}

static const struct member members[] = {
	{ "name", "letters, digits, '-', '_' and '.', at most 63", read_name, write_name },
	{ "mac", "a host's MAC, as in \"52:54:00:12:34:56\"", read_mac, write_mac },
	{ "addresses", "a list of at most 16 addresses, none twice", read_addresses,
	  write_addresses },
	{ "wake", "a list of ports as \"tcp/22\", \"udp/any\", none twice", read_wake, write_wake },
	{ "allow", "a list of sources as \"192.168.1.0/24\", none twice", read_allow, write_allow },
	{ "deny", "a list of sources as \"192.168.1.0/24\", none twice", read_deny, write_deny },
	{ "interface", "an interface's name", read_interface, write_interface },
	{ "vlan", "a VLAN id, 1 to 4094, or 0 for any", read_vlan, write_vlan },
	{ "nic-answers-arp", "true or false", read_nic_answers_arp, write_nic_answers_arp },
	{ "unasked", "true or false", read_unasked, write_unasked },
	{ "secureon", "6 octets as \"01:02:03:04:05:06\" or 4 as \"1.2.3.4\"", read_secureon,
	  write_secureon },
};

enum { PLAIN = JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE };
enum { MEMBERS = sizeof(members) / sizeof(*members) };

struct json_object *description_to_json(const struct host_description *spec)
{
	struct json_object *json = json_object_new_object();

	for (size_t i = 0; i < MEMBERS; i++)
		json_object_object_add(json, members[i].name, members[i].write(spec));
	return json;
}

static int read_member(const char *name, struct json_object *value, struct host_description *spec,
                       char *why, size_t why_size)
{
	for (size_t i = 0; i < MEMBERS; i++) {
		if (strcmp(name, members[i].name))
			continue;
		if (!members[i].read(value, spec))
			return 0;
		snprintf(why, why_size, "%s: %s: expected %s", name,
		         json_object_to_json_string_ext(value, PLAIN), members[i].expected);
		return -EINVAL;
	}
	snprintf(why, why_size, "%s: nothing of a host is called so", name);
	return -EINVAL;
}

int description_from_json(struct json_object *json, struct host_description *spec, char *why,
                          size_t why_size)
{
	struct host_description read = { 0 };

	json_object_object_foreach (json, name, value) {
		if (!strcmp(name, "command"))
			continue;
		if (read_member(name, value, &read, why, why_size))
			return -EINVAL;
	}
	if (description_check(&read, why, why_size))
		return -EINVAL;
	*spec = read;
	return 0;
}
