// SPDX-License-Identifier: GPL-2.0-or-later
#include "agent/host_info_json.h"

#include <string.h>

#include "agent/services.h"
#include "agent/strbuf.h"
#include "base/addr.h"
#include "base/text.h"

static void add_item(struct json_object *array, const char *text)
{
	json_object_array_add(array, json_object_new_string(text));
}

static struct json_object *addresses_to_json(const struct presence *presence)
{
	struct json_object *array = json_object_new_array();
	char text[TEXT_IP];

	for (size_t i = 0; i < presence->address_count; i++)
		add_item(array, text_from_ipv4(presence->addresses[i], text));
	for (size_t i = 0; i < presence->address6_count; i++)
		add_item(array, text_from_ip(&presence->addresses6[i], text));
	return array;
}

static struct json_object *lease_to_json(const struct presence_lease *lease)
{
	struct json_object *object = json_object_new_object();
	char client_id[TEXT_OCTETS];

	field_add_ipv4(object, "server", lease->server);
	field_add_number(object, "total", lease->total);
	field_add_number(object, "left", lease->left);
	if (lease->client_id_length)
		field_add_text(
			object, "client-id",
			text_from_octets(lease->client_id, lease->client_id_length, client_id));
	return object;
}

static struct json_object *ports_to_json(const struct wake_ports *wake)
{
	struct json_object *array = json_object_new_array();
	char text[TEXT_PORT];

	for (size_t i = 0; i < wake->count; i++)
		add_item(array, text_from_port(wake->ports[i].protocol, wake->ports[i].port, text));
	return array;
}

static struct json_object *missed_to_json(const struct presence *presence)
{
	struct json_object *array = json_object_new_array();
	char name[SERVICE_NAME];

	for (size_t i = 0; i < presence->missed_count; i++)
		add_item(array, service_name(presence->missed[i], name));
	return array;
}

void presence_add_json(const struct presence *presence, struct json_object *object)
{
	field_add_mac(object, "mac", &presence->mac);
	json_object_object_add(object, "addresses", addresses_to_json(presence));
	if (presence->has_lease)
		json_object_object_add(object, "lease", lease_to_json(&presence->lease));
	if (*presence->hostname)
		field_add_text(object, "hostname", presence->hostname);
	if (presence->timer)
		field_add_number(object, "timer", presence->timer);
	if (presence->has_ports)
		json_object_object_add(object, "wake", ports_to_json(&presence->wake));
	if (presence->wake.summed_up)
		json_object_object_add(object, "summed-up", json_object_new_boolean(true));
	if (ipv4_is_set(presence->backup_of))
		field_add_ipv4(object, "backup-of", presence->backup_of);
	if (presence->missed_count)
		json_object_object_add(object, "missed", missed_to_json(presence));
}

/* IPv4's come first. */
static void read_addresses(struct fields fields, struct presence *presence)
{
	const size_t count = field_count(fields, "addresses", LINK_IPV4 + LINK_IPV6);

	for (size_t i = 0; i < count; i++) {
		struct ipv6 address = { 0 };

		field_require(fields, !text_to_ip(field_text_at(fields, "addresses", i), &address));
		if (ip_is_ipv4(&address) && presence->address_count < LINK_IPV4)
			presence->addresses[presence->address_count++] = ip_to_ipv4(&address);
		else if (!ip_is_ipv4(&address) && presence->address6_count < LINK_IPV6)
			presence->addresses6[presence->address6_count++] = address;
	}
	field_require(fields, presence->address_count > 0);
}

static void read_lease(struct fields fields, struct presence *presence)
{
	struct presence_lease *lease = &presence->lease;

	presence->has_lease = true;
	field_ipv4(fields, "server", &lease->server);
	lease->total = (uint32_t)field_number(fields, "total", 0, UINT32_MAX);
	lease->left = (uint32_t)field_number(fields, "left", 0, UINT32_MAX);
	if (field_is_there(fields, "client-id"))
		field_require(fields,
		              !text_to_octets(field_text(fields, "client-id"), lease->client_id,
		                              sizeof(lease->client_id), &lease->client_id_length));
}

static void read_ports(struct fields fields, struct presence *presence)
{
	struct wake_ports *wake = &presence->wake;
	const size_t count = field_count(fields, "wake", WAKE_PORTS);

	presence->has_ports = true;
	wake->summed_up = field_is_there(fields, "summed-up");
	for (; wake->count < count; wake->count++) {
		struct npp_port *port = &wake->ports[wake->count];

		field_require(fields, !text_to_port(field_text_at(fields, "wake", wake->count),
		                                    &port->protocol, &port->port));
	}
}

static void read_missed(struct fields fields, struct presence *presence)
{
	const size_t count = field_count(fields, "missed", PRESENCE_MISSED);

	for (; presence->missed_count < count; presence->missed_count++)
		field_require(fields, service_from_name(field_text_at(fields, "missed",
		                                                      presence->missed_count),
		                                        &presence->missed[presence->missed_count]));
}

static void read_hostname(struct fields fields, struct presence *presence)
{
	const char *name = field_text(fields, "hostname");

	field_require(fields, text_is_name(name));
	if (!*fields.failed)
		memcpy(presence->hostname, name, strlen(name) + 1);
}

void presence_from_json(struct fields fields, struct presence *presence)
{
	*presence = (struct presence){ .address_count = 0 };
	field_mac(fields, "mac", &presence->mac);
	read_addresses(fields, presence);
	if (field_is_there(fields, "lease"))
		read_lease(field_object(fields, "lease"), presence);
	if (field_is_there(fields, "hostname"))
		read_hostname(fields, presence);
	if (field_is_there(fields, "timer"))
		presence->timer = (uint32_t)field_number(fields, "timer", 1, UINT32_MAX);
	if (field_is_there(fields, "wake"))
		read_ports(fields, presence);
	if (field_is_there(fields, "backup-of"))
		field_ipv4(fields, "backup-of", &presence->backup_of);
	if (field_is_there(fields, "missed"))
		read_missed(fields, presence);
}
