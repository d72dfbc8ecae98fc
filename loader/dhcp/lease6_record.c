// SPDX-License-Identifier: GPL-2.0-or-later
#include <json-c/json.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/param.h>

#include "base/addr.h"
#include "base/fields.h"
#include "base/text.h"
#include "dhcp/dhcp6_client.h"

/* As in lease_record.c. ms */
#define TIME_MAX (INT64_MAX / 4)

struct record6 {
	char boot_id[LEASE_RECORD_BOOT_ID];
	int64_t boot_began; /* by the wall clock */
	struct lease6 lease;
	struct dhcp6_identity identity;
};

/* clang-format off */
#define NUMBER(member) FIELD_NUMBER, FIELD_AT(struct record6, member), .flags = FIELD_REQUIRED
#define TIME(member) NUMBER(member), .min = -TIME_MAX
#define OCTETS(member, length) \
	FIELD_OCTETS, FIELD_COUNTED(struct record6, member, length), .flags = FIELD_REQUIRED

static const struct field address_fields[] = {
	{ "address", FIELD_IP, FIELD_AT(struct lease6_address, address), .flags = FIELD_REQUIRED },
	{ "expires-at", FIELD_NUMBER, FIELD_AT(struct lease6_address, expires_at), .min = -TIME_MAX,
	  .flags = FIELD_REQUIRED },
	{ 0 },
};

static const struct field fields[] = {
	{ "boot", FIELD_TEXT, FIELD_AT(struct record6, boot_id), .flags = FIELD_REQUIRED },
	{ "boot-began", TIME(boot_began), .max = TIME_MAX },
	{ "state", NUMBER(lease.state), .max = LEASE_LOST },
	{ "iaid", NUMBER(lease.iaid) },
	{ "seconds", NUMBER(lease.seconds) },
	{ "confirmed", FIELD_BOOL, FIELD_AT(struct record6, lease.confirmed), .flags = FIELD_REQUIRED },
	{ "result", NUMBER(lease.result), .max = LEASE_RESULT_ADDRESS_CHANGED },
	{ "since", TIME(lease.since) },
	{ "renew-at", TIME(lease.renew_at) },
	{ "rebind-at", TIME(lease.rebind_at) },
	{ "result-at", TIME(lease.result_at) },
	{ "source", FIELD_IP, FIELD_AT(struct record6, lease.source), .flags = FIELD_REQUIRED },
	{ "addresses", FIELD_OBJECT,
	  FIELD_LIST(struct record6, lease.addresses, lease.address_count), .fields = address_fields,
	  .flags = FIELD_REQUIRED },
	{ "client", OCTETS(identity.client.octets, identity.client.length) },
	{ "server", OCTETS(identity.server.octets, identity.server.length) },
	{ "options", OCTETS(identity.options, identity.options_length) },
	{ 0 },
};
/* clang-format on */

struct json_object *lease6_record_write(const struct dhcp6_client *client,
                                        const struct lease_record_clock *now)
{
	struct record6 record = {
		.boot_began = now->wall_ms - now->boot_ms,
		.lease = client->lease,
	};

	snprintf(record.boot_id, sizeof(record.boot_id), "%s", now->boot_id);
	dhcp6_client_identity(client, &record.identity);
	return fields_to_json(fields, &record);
}

/* What lease6.c ensures of a lease. */
static bool is_valid(const struct record6 *record)
{
	const struct lease6 *lease = &record->lease;

	for (size_t i = 0; i < lease->address_count; i++)
		if (!dhcp6_may_assign(&lease->addresses[i].address))
			return false;
	if (lease->state == LEASE_NONE || lease->state == LEASE_LOST)
		return true;
	return record->identity.client.length && !lease6_is_empty(lease) &&
	       lease->renew_at <= lease->rebind_at && (lease->renew_at || !lease->confirmed);
}

static bool shift(int64_t *time, int64_t by)
{
	if (*time && *time != LEASE_NEVER && *time != LEASE6_OVER) {
		if (*time > TIME_MAX)
			return false;
		*time += by;
	}
	return true;
}

static bool shift_times(struct lease6 *lease, int64_t by)
{
	bool are_possible = shift(&lease->since, by) && shift(&lease->renew_at, by) &&
	                    shift(&lease->rebind_at, by) && shift(&lease->result_at, by);

	for (size_t i = 0; i < lease->address_count; i++)
		are_possible &= shift(&lease->addresses[i].expires_at, by);
	return are_possible;
}

/* As in lease_record.c. */
static bool convert_times(struct record6 *record, const struct lease_record_clock *now)
{
	struct lease6 *lease = &record->lease;

	if (*now->boot_id && !strcmp(record->boot_id, now->boot_id))
		return shift_times(lease, 0);
	if (!shift_times(lease, record->boot_began - (now->wall_ms - now->boot_ms)))
		return false;
	lease->confirmed = false;
	if (lease->since && lease->since <= now->boot_ms)
		return true;
	lease->since = lease->renew_at = lease->rebind_at = 0;
	for (size_t i = 0; i < lease->address_count; i++)
		lease->addresses[i].expires_at = MIN(lease->addresses[i].expires_at, 0);
	return true;
}

struct dhcp6_client *lease6_record_read(struct json_object *json,
                                        const struct lease_record_clock *now)
{
	struct record6 record = { .boot_began = 0 };
	struct dhcp6_client *client;
	char why[128];

	if (fields_from_json(fields, json, &record, why, sizeof(why)) || !is_valid(&record) ||
	    !convert_times(&record, now))
		return NULL;
	if (record.lease.state == LEASE_RENEWING || record.lease.state == LEASE_REBINDING)
		record.lease.state = LEASE_BOUND;
	record.lease.has_client = record.identity.client.length;
	record.lease.has_server = record.identity.server.length;
	client = dhcp6_client_new();
	if (client && !dhcp6_client_set_identity(client, &record.identity)) {
		client->lease = record.lease;
		return client;
	}
	dhcp6_client_free(client);
	return NULL;
}

char *lease6_text(const struct lease6 *lease, char text[LEASE_TEXT])
{
	char address[TEXT_IP], more[16] = "";

	text_from_ip(&lease->addresses[0].address, address);
	if (lease->address_count > 1)
		snprintf(more, sizeof(more), " and %u more", lease->address_count - 1U);
	*text = '\0';
	if (lease->result == LEASE_RESULT_RENEWED && lease->seconds == DHCP_INFINITE)
		snprintf(text, LEASE_TEXT, "%s%s for ever, by DHCPv6", address, more);
	else if (lease->result == LEASE_RESULT_RENEWED)
		snprintf(text, LEASE_TEXT, "%s%s for %u s, by DHCPv6", address, more,
		         lease->seconds);
	else if (lease->result == LEASE_RESULT_NO_ANSWER)
		snprintf(text, LEASE_TEXT,
		         "no answer from its DHCPv6 server: all are asked for %s%s", address, more);
	else if (lease->result == LEASE_RESULT_NAK)
		snprintf(text, LEASE_TEXT, "%s%s is refused or withdrawn by a DHCPv6 server",
		         address, more);
	else if (lease->result == LEASE_RESULT_EXPIRED)
		snprintf(text, LEASE_TEXT, "%s%s has expired, as no DHCPv6 server answered",
		         address, more);
	else if (lease->result == LEASE_RESULT_ADDRESS_CHANGED)
		snprintf(text, LEASE_TEXT,
		         "a DHCPv6 server assigned other addresses instead of "
		         "%s%s",
		         address, more);
	return text;
}
