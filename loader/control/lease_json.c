// SPDX-License-Identifier: GPL-2.0-or-later
#include "control/lease_json.h"

#include <ctype.h>
#include <errno.h>
#include <json-c/json.h>
#include <stdio.h>
#include <string.h>

#include "base/addr.h"
#include "base/json.h"
#include "base/text.h"
#include "dhcp/lease_text.h"
#include "host/description.h"

static void add_string(struct json_object *json, const char *key, const char *value)
{
	json_object_object_add(json, key, value ? json_object_new_string(value) : NULL);
}

static void add_address(struct json_object *json, const char *key, struct ipv4 address)
{
	char text[TEXT_IP];

	add_string(json, key, ipv4_is_set(address) ? text_from_ipv4(address, text) : NULL);
}

static void add_wall(struct json_object *json, const char *key, int64_t time,
                     const struct lease_clock *now)
{
	char text[TEXT_TIME];
	bool known = time && time != LEASE_NEVER;

	add_string(json, key,
	           known ? text_from_time(now->wall_ms + time - now->boot_ms, text) : NULL);
}

static void add_left(struct json_object *json, const char *key, int64_t time,
                     const struct lease_clock *now)
{
	bool known = time && time != LEASE_NEVER;

	json_object_object_add(json, key, known ? json_seconds(time - now->boot_ms) : NULL);
}

static void add_seconds(struct json_object *json, uint32_t seconds)
{
	struct json_object *value = NULL;

	if (seconds == DHCP_INFINITE)
		value = json_object_new_string("infinite");
	else if (seconds)
		value = json_object_new_int64(seconds);
	json_object_object_add(json, "seconds", value);
}

static void add_octets(struct json_object *json, const char *key, const struct dhcp_option *option)
{
	char text[TEXT_OCTETS];

	add_string(json, key, text_from_octets(option->data, option->length, text));
}

/* What came from the network need not be text. */
static void add_text(struct json_object *json, const char *key, const struct dhcp_option *option)
{
	char text[sizeof(option->data) + 1];

	for (size_t i = 0; i < option->length; i++)
		text[i] = isprint(option->data[i]) ? (char)option->data[i] : '?';
	text[option->length] = '\0';
	add_string(json, key, text);
}

static void add_times(struct json_object *json, const struct lease *lease,
                      const struct lease_clock *now)
{
	add_seconds(json, lease->seconds);
	add_wall(json, "since", lease->since, now);
	add_wall(json, "t1", lease->renew_at, now);
	add_wall(json, "t2", lease->rebind_at, now);
	add_wall(json, "expires", lease->expires_at, now);
	add_left(json, "t1-in", lease->renew_at, now);
	add_left(json, "t2-in", lease->rebind_at, now);
	add_left(json, "expires-in", lease->expires_at, now);
	add_left(json, "next-request-in", lease->deadline, now);
}

static void add_result(struct json_object *json, const struct lease *lease,
                       const struct lease_clock *now)
{
	char words[LEASE_TEXT];

	add_string(json, "result", lease_result_name(lease->result));
	add_wall(json, "result-at", lease->result_at, now);
	add_string(json, "reason", lease_text(lease, NULL, words));
}

struct json_object *lease_json(const char *host, const struct dhcp_client *client,
                               const struct lease_clock *now)
{
	const struct dhcp_identity *identity = &client->identity;
	struct json_object *json = json_object_new_object();
	const struct lease *lease = &client->lease;

	add_string(json, "host", host);
	add_string(json, "state", lease_state_name(lease->state));
	add_string(json, "kept-by", lease->kept ? "proxy" : "host");
	json_object_object_add(json, "confirmed", json_object_new_boolean(lease->confirmed));
	add_address(json, "address", lease->address);
	add_address(json, "server", lease->server);
	add_address(json, "relay", lease->relay);
	add_times(json, lease, now);
	add_result(json, lease, now);
	add_octets(json, "client-id", &identity->client_id);
	add_octets(json, "parameters", &identity->parameters);
	add_octets(json, "fqdn", &identity->fqdn);
	add_text(json, "hostname", &identity->hostname);
	add_text(json, "vendor-class", &identity->vendor_class);
	return json;
}

/* One member of a GRANT: how it is read, and what it may be, for the error. */
struct reading {
	struct lease_grant *grant;
	struct dhcp_identity *identity;
	int64_t left; /* s; 0: not said */
};

static const char *text_of(struct json_object *value)
{
	return json_object_is_type(value, json_type_string) ? json_object_get_string(value) : NULL;
}

static int read_address(struct json_object *value, struct ipv4 *address)
{
	const char *text = text_of(value);
	struct ipv6 read;

	if (!text || text_to_ip(text, &read) || address_error(&read))
		return -EINVAL;
	*address = ip_to_ipv4(&read);
	return 0;
}

static int read_own(struct json_object *value, struct reading *reading)
{
	return read_address(value, &reading->grant->address);
}

static int read_server(struct json_object *value, struct reading *reading)
{
	return read_address(value, &reading->grant->server);
}

static int read_span(struct json_object *value, int64_t *seconds)
{
	const int64_t read = json_object_get_int64(value);

	if (!json_object_is_type(value, json_type_int) || read < 1 || read >= DHCP_INFINITE)
		return -EINVAL;
	*seconds = read;
	return 0;
}

static int read_seconds(struct json_object *value, struct reading *reading)
{
	int64_t seconds = 0;
	int err = read_span(value, &seconds);

	reading->grant->seconds = (uint32_t)seconds;
	return err;
}

static int read_left(struct json_object *value, struct reading *reading)
{
	return read_span(value, &reading->left);
}

static int read_client_id(struct json_object *value, struct reading *reading)
{
	struct dhcp_option *option = &reading->identity->client_id;
	const char *text = text_of(value);
	size_t length = 0;
	int err =
		text ? text_to_octets(text, option->data, sizeof(option->data), &length) : -EINVAL;

	option->length = (uint8_t)length;
	return err;
}

static int read_hostname(struct json_object *value, struct reading *reading)
{
	struct dhcp_option *option = &reading->identity->hostname;
	const char *text = text_of(value);

	if (!text || !text_is_name(text))
		return -EINVAL;
	option->length = (uint8_t)strlen(text);
	memcpy(option->data, text, option->length);
	return 0;
}

static const struct {
	const char *name, *expected;
	int (*read)(struct json_object *value, struct reading *reading);
} members[] = {
	{ "address", "the IPv4 address that the host has by DHCP", read_own },
	{ "server", "an IPv4 address", read_server },
	{ "seconds", "a number of seconds, at least 1", read_seconds },
	{ "left", "a number of seconds, at least 1", read_left },
	{ "client-id", "octets as \"01:52:54:00:12:34:56\"", read_client_id },
	{ "hostname", "letters, digits, '-', '_' and '.', at most 63", read_hostname },
};

static int read_members(struct json_object *json, struct reading *reading, char *why,
                        size_t why_size)
{
	for (size_t i = 0; i < sizeof(members) / sizeof(*members); i++) {
		struct json_object *value;

		if (!json_object_object_get_ex(json, members[i].name, &value) ||
		    !members[i].read(value, reading))
			continue;
		snprintf(why, why_size, "%s: %s: expected %s", members[i].name,
		         json_object_to_json_string(value), members[i].expected);
		return -EINVAL;
	}
	return 0;
}

/* "left" says when it began, if the whole is said too. */
static int check(struct reading *reading, const struct lease_clock *now, char *why, size_t why_size)
{
	struct lease_grant *grant = reading->grant;

	if (!ipv4_is_set(grant->address)) {
		snprintf(why, why_size, "address: expected %s", members[0].expected);
		return -EINVAL;
	}
	if (reading->left && reading->left > grant->seconds) {
		snprintf(why, why_size, "left: expected \"seconds\" too, and no more than that");
		return -EINVAL;
	}
	if (reading->left)
		grant->since = now->boot_ms - (grant->seconds - reading->left) * 1000;
	return 0;
}

int lease_from_json(struct json_object *json, const struct lease_clock *now,
                    struct lease_grant *grant, struct dhcp_identity *identity, char *why,
                    size_t why_size)
{
	struct reading reading = { grant, identity, 0 };

	*grant = (struct lease_grant){ 0 };
	*identity = (struct dhcp_identity){ 0 };
	if (read_members(json, &reading, why, why_size))
		return -EINVAL;
	return check(&reading, now, why, why_size);
}
