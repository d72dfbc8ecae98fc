// SPDX-License-Identifier: GPL-2.0-or-later
/* Leases of DHCPv6 for the commands about leases: GRANT6 in, LEASE6 out. */
#include <errno.h>
#include <json-c/json.h>
#include <stdio.h>
#include <string.h>
#include <sys/param.h>

#include "base/clock.h"
#include "base/fields.h"
#include "base/text.h"
#include "control/control.h"

static void add_duid(struct json_object *json, const char *key, const struct dhcp6_duid *duid)
{
	char text[TEXT_OCTETS];

	json_add_text(json, key, text_from_octets(duid->octets, duid->length, text));
}

static struct json_object *addresses_of(const struct lease6 *lease, bool lost)
{
	struct json_object *list = json_object_new_array();
	char text[TEXT_IP];

	for (size_t i = 0; i < lease->address_count; i++) {
		const struct ipv6 *address = &lease->addresses[i].address;

		if (lease6_has(lease, address, lost))
			json_object_array_add(list,
			                      json_object_new_string(text_from_ip(address, text)));
	}
	return list;
}

/* Its last address. 0: unknown; LEASE_NEVER. */
static int64_t expires_at(const struct lease6 *lease)
{
	int64_t end = 0;

	for (size_t i = 0; i < lease->address_count; i++)
		end = MAX(end, lease->addresses[i].expires_at);
	return end;
}

struct json_object *lease6_json(const struct dhcp6_client *client, const struct now *now)
{
	struct json_object *json = json_object_new_object();
	const struct lease6 *lease = &client->lease;
	const struct lease_times times = {
		.seconds = lease->seconds,
		.since = lease->since,
		.renew_at = lease->renew_at,
		.rebind_at = lease->rebind_at,
		.expires_at = expires_at(lease),
		.deadline = lease->deadline,
	};
	struct dhcp6_identity identity;
	char text[LEASE_TEXT];

	dhcp6_client_identity(client, &identity);
	json_add_text(json, "state", lease_state_names[lease->state]);
	json_add_text(json, "renewed-by", lease->proxy_renews ? "proxy" : "host");
	json_add_bool(json, "confirmed", lease->confirmed);
	json_object_object_add(json, "addresses", addresses_of(lease, false));
	json_object_object_add(json, "lost", addresses_of(lease, true));
	json_add_text(json, "source", text_from_ip(&lease->source, text));
	lease_add_times(json, &times, now);
	lease_add_result(json, lease->result, lease->result_at, lease6_text(lease, text), now);
	json_object_object_add(json, "iaid", json_object_new_int64(lease->iaid));
	add_duid(json, "duid", &identity.client);
	add_duid(json, "server-duid", &identity.server);
	return json;
}

struct grant6_members {
	struct ipv6 address;
	bool has_iaid;
	uint32_t iaid, seconds, left;
	struct dhcp6_duid client, server;
};

#define GRANT(member) FIELD_AT(struct grant6_members, member)
#define SECONDS .min = 1, .max = DHCP_INFINITE - 1, .expected = "a number of seconds, at least 1"
#define DUID(member) \
	FIELD_OCTETS, FIELD_COUNTED(struct grant6_members, member.octets, member.length), \
		.expected = "octets as \"00:03:00:01:52:54:00:12:34:56\""

static const struct field grant_fields[] = {
	{ "command", .type = FIELD_IGNORED },
	{ "name", .type = FIELD_IGNORED },
	{ "address", FIELD_IP, GRANT(address), .flags = FIELD_REQUIRED },
	{ "iaid", FIELD_NUMBER, GRANT(iaid), FIELD_PRESENT(struct grant6_members, has_iaid),
	  .expected = "the number of the host's IA_NA" },
	{ "duid", DUID(client) },
	{ "server-duid", DUID(server) },
	{ "seconds", FIELD_NUMBER, GRANT(seconds), SECONDS },
	{ "left", FIELD_NUMBER, GRANT(left), SECONDS },
	{ 0 },
};

static int check(const struct grant6_members *members, char *why, size_t why_size)
{
	char text[TEXT_IP];

	text_from_ip(&members->address, text);
	if (!dhcp6_may_assign(&members->address))
		snprintf(why, why_size,
		         "address: \"%s\": expected a global or unique local address", text);
	else if (!members->has_iaid)
		snprintf(why, why_size, "address: \"%s\" is of DHCPv6: expected \"iaid\", too",
		         text);
	else if (members->left > members->seconds)
		snprintf(why, why_size, "left: expected \"seconds\" too, and no more than that");
	else
		return 0;
	return -EINVAL;
}

int lease6_from_json(struct json_object *json, const struct now *now, struct lease6_grant *grant,
                     struct dhcp6_identity *identity, char *why, size_t why_size)
{
	struct grant6_members members = { .left = 0 };

	if (fields_from_json(grant_fields, json, &members, why, why_size) ||
	    check(&members, why, why_size))
		return -EINVAL;
	*grant = (struct lease6_grant){
		.addresses = { { members.address, members.seconds, members.seconds } },
		.address_count = 1,
		.iaid = members.iaid,
	};
	if (members.left)
		grant->since = now->boot - (members.seconds - members.left) * 1000LL;
	memset(identity, 0, sizeof(*identity));
	identity->client = members.client;
	identity->server = members.server;
	return 0;
}
