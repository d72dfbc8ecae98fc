// SPDX-License-Identifier: GPL-2.0-or-later
#include "dhcp/lease_record.h"

#include <errno.h>
#include <json-c/json.h>
#include <stddef.h>
#include <string.h>

#include "base/addr.h"
#include "base/text.h"

#define COUNT(array) (sizeof(array) / sizeof(*(array)))
#define AT(member) offsetof(struct dhcp_client, member)

/* No time of either clock is beyond, so that two of them can be added. ms */
static const int64_t TIME_MAX = INT64_MAX / 4;

static const struct {
	const char *name;
	size_t offset;
} times[] = {
	{ "since", AT(lease.since) },           { "renew-at", AT(lease.renew_at) },
	{ "rebind-at", AT(lease.rebind_at) },   { "expires-at", AT(lease.expires_at) },
	{ "result-at", AT(lease.result_at) },
}, addresses[] = {
	{ "address", AT(lease.address) },
	{ "server", AT(lease.server) },
	{ "relay", AT(lease.relay) },
}, options[] = {
	{ "client-id", AT(identity.client_id) },
	{ "hostname", AT(identity.hostname) },
	{ "parameters", AT(identity.parameters) },
	{ "vendor-class", AT(identity.vendor_class) },
	{ "fqdn", AT(identity.fqdn) },
};

static void *in(const struct dhcp_client *client, size_t offset)
{
	return (char *)client + offset;
}

static void write_lease(struct json_object *json, const struct lease *lease)
{
	json_object_object_add(json, "state", json_object_new_int(lease->state));
	json_object_object_add(json, "seconds", json_object_new_int64(lease->seconds));
	json_object_object_add(json, "confirmed", json_object_new_boolean(lease->confirmed));
	json_object_object_add(json, "result", json_object_new_int(lease->result));
}

struct json_object *record_write(const struct dhcp_client *client, const struct record_moment *now)
{
	struct json_object *json = json_object_new_object();
	char text[TEXT_OCTETS];

	json_object_object_add(json, "boot", json_object_new_string(now->boot));
	json_object_object_add(json, "boot-began",
	                       json_object_new_int64(now->wall_ms - now->boot_ms));
	write_lease(json, &client->lease);
	for (size_t i = 0; i < COUNT(times); i++)
		json_object_object_add(
			json, times[i].name,
			json_object_new_int64(*(int64_t *)in(client, times[i].offset)));
	for (size_t i = 0; i < COUNT(addresses); i++)
		json_object_object_add(json, addresses[i].name,
		                       json_object_new_string(text_from_octets(
					       in(client, addresses[i].offset), 4, text)));
	for (size_t i = 0; i < COUNT(options); i++) {
		const struct dhcp_option *option = in(client, options[i].offset);

		json_object_object_add(json, options[i].name,
		                       json_object_new_string(text_from_octets(
					       option->data, option->length, text)));
	}
	return json;
}

static int64_t number(struct json_object *json, const char *name)
{
	return json_object_get_int64(json_object_object_get(json, name));
}

static const char *string(struct json_object *json, const char *name)
{
	const char *text = json_object_get_string(json_object_object_get(json, name));

	return text ? text : "";
}

static bool is_time(int64_t ms)
{
	return ms >= -TIME_MAX && ms <= TIME_MAX;
}

static int read_time(struct json_object *json, const char *name, int64_t *time)
{
	*time = number(json, name);
	return *time == LEASE_NEVER || is_time(*time) ? 0 : -EINVAL;
}

static int read_address(struct json_object *json, const char *name, struct ipv4 *address)
{
	size_t length;

	if (text_to_octets(string(json, name), address->octet, sizeof(*address), &length) ||
	    length != sizeof(*address))
		return -EINVAL;
	return 0;
}

static int read_option(struct json_object *json, const char *name, struct dhcp_option *option)
{
	const char *text = string(json, name);
	size_t length = 0;

	if (*text && text_to_octets(text, option->data, sizeof(option->data), &length))
		return -EINVAL;
	option->length = (uint8_t)length;
	return 0;
}

static int read_lease(struct json_object *json, struct lease *lease)
{
	int64_t state = number(json, "state"), result = number(json, "result");
	int64_t seconds = number(json, "seconds");

	if (state < LEASE_NONE || state > LEASE_LOST || result < RESULT_NONE ||
	    result > RESULT_MOVED || seconds < 0 || seconds > DHCP_INFINITE)
		return -EINVAL;
	lease->state = state == LEASE_RENEWING || state == LEASE_REBINDING
	                       ? LEASE_BOUND
	                       : (enum lease_state)state;
	lease->result = (enum lease_result)result;
	lease->seconds = (uint32_t)seconds;
	lease->confirmed = json_object_get_boolean(json_object_object_get(json, "confirmed"));
	return 0;
}

/* What lease.h makes of a lease is so. */
static bool makes_sense(const struct lease *lease)
{
	if (lease->state == LEASE_NONE)
		return true;
	return ipv4_is_set(lease->address) && lease->renew_at <= lease->rebind_at &&
	       lease->rebind_at <= lease->expires_at && (lease->renew_at || !lease->confirmed);
}

/*
 * Times of before the machine's start, on the clock of now, by the wall's. Where that was set back
 * meanwhile the lease seems to begin in the future: then nothing is known of its times, nor is it
 * where they were made up.
 */
static void shift(struct dhcp_client *client, int64_t by, const struct record_moment *now)
{
	for (size_t i = 0; i < COUNT(times); i++) {
		int64_t *time = in(client, times[i].offset);

		if (*time && *time != LEASE_NEVER)
			*time += by;
	}
	client->lease.confirmed = false;
	if (!client->lease.since || client->lease.since > now->boot_ms)
		client->lease.since = client->lease.renew_at = client->lease.rebind_at =
			client->lease.expires_at = 0;
}

int record_read(struct json_object *json, const struct record_moment *now,
                struct dhcp_client *client)
{
	struct dhcp_client read = { 0 };
	const int64_t began = number(json, "boot-began");
	int err = is_time(began) ? read_lease(json, &read.lease) : -EINVAL;

	for (size_t i = 0; i < COUNT(times) && !err; i++)
		err = read_time(json, times[i].name, in(&read, times[i].offset));
	for (size_t i = 0; i < COUNT(addresses) && !err; i++)
		err = read_address(json, addresses[i].name, in(&read, addresses[i].offset));
	for (size_t i = 0; i < COUNT(options) && !err; i++)
		err = read_option(json, options[i].name, in(&read, options[i].offset));
	if (err || !makes_sense(&read.lease))
		return -EINVAL;
	if (!*now->boot || strcmp(string(json, "boot"), now->boot))
		shift(&read, began - (now->wall_ms - now->boot_ms), now);
	*client = read;
	return 0;
}
