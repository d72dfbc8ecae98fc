// SPDX-License-Identifier: GPL-2.0-or-later
#include "host/description.h"

#include <errno.h>
#include <stdio.h>

#include "base/fields.h"
#include "base/text.h"

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
	{ "wake", FIELD_PORT, LIST(host.policy.ports, host.policy.port_count) },
	{ "allow", FIELD_PREFIX, LIST(allow, allow_count) },
	{ "deny", FIELD_PREFIX, LIST(deny, deny_count) },
	{ "interface", FIELD_TEXT, AT(host.interface), .expected = "an interface's name" },
	{ "vlan", FIELD_NUMBER, AT(host.vlan), .max = 4094,
	  .expected = "a VLAN id, 1 to 4094, or 0 for any" },
	{ "arp-offload", FIELD_BOOL, AT(host.arp_offload) },
	{ "detect-sleep", FIELD_BOOL, AT(host.detect_sleep) },
	{ "secureon", FIELD_SECUREON,
	  FIELD_COUNTED(struct description_members, host.secureon, host.secureon_length) },
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
