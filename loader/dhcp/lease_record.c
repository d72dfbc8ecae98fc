// SPDX-License-Identifier: GPL-2.0-or-later
#include "dhcp/dhcp_client.h"

#include <json-c/json.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "base/addr.h"
#include "base/fields.h"

/* No time of either clock is beyond, so that two of them can be added. ms */
#define TIME_MAX (INT64_MAX / 4)

struct record {
	char boot_id[LEASE_RECORD_BOOT_ID];
	int64_t boot_began; /* by the wall clock */
	struct lease lease;
	uint8_t address_length, server_length, relay_length;
	struct dhcp_identity identity;
};

/* clang-format off */
#define NUMBER(member) FIELD_NUMBER, FIELD_AT(struct record, member), .flags = FIELD_REQUIRED
#define TIME(member) NUMBER(member), .min = -TIME_MAX
#define ADDRESS(name) \
	FIELD_OCTETS, FIELD_COUNTED(struct record, lease.name.octet, name##_length), .flags = FIELD_REQUIRED
#define OPTION(name) \
	FIELD_OCTETS, FIELD_COUNTED(struct record, identity.name.data, identity.name.length), .flags = FIELD_REQUIRED

static const struct field fields[] = {
	{ "boot", FIELD_TEXT, FIELD_AT(struct record, boot_id), .flags = FIELD_REQUIRED },
	{ "boot-began", TIME(boot_began), .max = TIME_MAX },
	{ "state", NUMBER(lease.state), .max = LEASE_LOST },
	{ "seconds", NUMBER(lease.seconds) },
	{ "confirmed", FIELD_BOOL, FIELD_AT(struct record, lease.confirmed), .flags = FIELD_REQUIRED },
	{ "result", NUMBER(lease.result), .max = LEASE_RESULT_ADDRESS_CHANGED },
	{ "since", TIME(lease.since) },
	{ "renew-at", TIME(lease.renew_at) },
	{ "rebind-at", TIME(lease.rebind_at) },
	{ "expires-at", TIME(lease.expires_at) },
	{ "result-at", TIME(lease.result_at) },
	{ "address", ADDRESS(address) },
	{ "server", ADDRESS(server) },
	{ "relay", ADDRESS(relay) },
	{ "client-id", OPTION(client_id) },
	{ "hostname", OPTION(hostname) },
	{ "parameters", OPTION(parameters) },
	{ "vendor-class", OPTION(vendor_class) },
	{ "fqdn", OPTION(fqdn) },
	{ 0 },
};
/* clang-format on */

struct json_object *lease_record_write(const struct dhcp_client *client,
                                       const struct lease_record_clock *now)
{
	struct record record = {
		.boot_began = now->wall_ms - now->boot_ms,
		.lease = client->lease,
		.address_length = sizeof(struct ipv4),
		.server_length = sizeof(struct ipv4),
		.relay_length = sizeof(struct ipv4),
		.identity = dhcp_client_identity(client),
	};

	snprintf(record.boot_id, sizeof(record.boot_id), "%s", now->boot_id);
	return fields_to_json(fields, &record);
}

/* What lease.c ensures of a lease. */
static bool is_valid(const struct record *record)
{
	const struct lease *lease = &record->lease;

	if (record->address_length != sizeof(struct ipv4) ||
	    record->server_length != sizeof(struct ipv4) ||
	    record->relay_length != sizeof(struct ipv4))
		return false;
	if (lease->state == LEASE_NONE)
		return true;
	return ipv4_is_set(lease->address) && lease->renew_at <= lease->rebind_at &&
	       lease->rebind_at <= lease->expires_at && (lease->renew_at || !lease->confirmed);
}

/* False: one of them cannot be. */
static bool shift_times(struct lease *lease, int64_t by)
{
	int64_t *const times[] = { &lease->since, &lease->renew_at, &lease->rebind_at,
		                   &lease->expires_at, &lease->result_at };

	for (size_t i = 0; i < sizeof(times) / sizeof(*times); i++) {
		if (!*times[i] || *times[i] == LEASE_NEVER)
			continue;
		if (*times[i] > TIME_MAX)
			return false;
		*times[i] += by;
	}
	return true;
}

/*
 * After another start of the machine. If the wall clock was set back meanwhile, the lease seems to
 * begin in the future: then its times are unknown. Times that were assumed, without a beginning,
 * are not worth converting.
 */
static bool convert_times(struct record *record, const struct lease_record_clock *now)
{
	struct lease *lease = &record->lease;

	if (*now->boot_id && !strcmp(record->boot_id, now->boot_id))
		return shift_times(lease, 0);
	if (!shift_times(lease, record->boot_began - (now->wall_ms - now->boot_ms)))
		return false;
	lease->confirmed = false;
	if (!lease->since || lease->since > now->boot_ms)
		lease->since = lease->renew_at = lease->rebind_at = lease->expires_at = 0;
	return true;
}

struct dhcp_client *lease_record_read(struct json_object *json,
                                      const struct lease_record_clock *now)
{
	struct record record = { 0 };
	struct lease *lease = &record.lease;
	struct dhcp_client *client;
	char why[128];

	if (fields_from_json(fields, json, &record, why, sizeof(why)) || !is_valid(&record) ||
	    !convert_times(&record, now))
		return NULL;
	if (lease->state == LEASE_RENEWING || lease->state == LEASE_REBINDING)
		lease->state = LEASE_BOUND;
	client = dhcp_client_new();
	if (client && !dhcp_client_set_identity(client, &record.identity)) {
		client->lease = *lease;
		return client;
	}
	dhcp_client_free(client);
	return NULL;
}
