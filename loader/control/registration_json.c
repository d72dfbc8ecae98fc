// SPDX-License-Identifier: GPL-2.0-or-later
#include "control/registration_json.h"

#include <json-c/json.h>
#include <sys/param.h>

#include "base/addr.h"
#include "base/json.h"
#include "base/text.h"

static struct json_object *addresses_json(const struct handover *handover)
{
	struct json_object *array = json_object_new_array();
	char text[TEXT_IP];

	for (size_t i = 0; i < handover->address_count; i++)
		json_object_array_add(
			array, json_object_new_string(text_from_ip(&handover->addresses[i], text)));
	return array;
}

static struct json_object *ports_json(const struct handover *handover)
{
	struct json_object *array = json_object_new_array();
	char text[TEXT_PORT];

	for (size_t i = 0; i < handover->port_count; i++) {
		const struct wake_port *port = &handover->ports[i];

		json_object_array_add(array, json_object_new_string(text_from_port(
						     port->protocol, port->port, text)));
	}
	return array;
}

static void add_backup_of(struct json_object *json, struct ipv4 first)
{
	char text[TEXT_IP];

	if (ipv4_is_set(first))
		json_object_object_add(json, "backup-of",
		                       json_object_new_string(text_from_ipv4(first, text)));
}

struct json_object *handover_json(const struct session *session, bool standby, int64_t now)
{
	struct json_object *json = json_object_new_object();

	json_object_object_add(json, "open", json_object_new_boolean(session->open));
	json_object_object_add(json, "standby", json_object_new_boolean(session->open && standby));
	json_object_object_add(json, "client", json_object_new_int(session->client));
	json_object_object_add(json, "addresses", addresses_json(&session->handover));
	if (session->handover.has_ports)
		json_object_object_add(json, "ports", ports_json(&session->handover));
	add_backup_of(json, session->backup_of);
	if (session->until)
		json_object_object_add(json, session->open ? "wake-in" : "forgotten-in",
		                       json_seconds(MAX(session->until - now, 0)));
	return json;
}
