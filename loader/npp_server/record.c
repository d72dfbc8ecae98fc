// SPDX-License-Identifier: GPL-2.0-or-later
#include "npp_server/record.h"

#include <errno.h>
#include <json-c/json.h>
#include <string.h>

#include "base/text.h"

static void put_int(struct json_object *json, const char *name, int64_t value)
{
	json_object_object_add(json, name, json_object_new_int64(value));
}

static void put_text(struct json_object *array, const char *text)
{
	json_object_array_add(array, json_object_new_string(text));
}

static void write_handover(struct json_object *json, const struct handover *handover)
{
	struct json_object *addresses = json_object_new_array();
	struct json_object *ports = json_object_new_array();
	char text[TEXT_IP];

	for (size_t i = 0; i < handover->address_count; i++)
		put_text(addresses, text_from_ip(&handover->addresses[i], text));
	for (size_t i = 0; i < handover->port_count; i++)
		put_text(ports, text_from_port(handover->ports[i].protocol, handover->ports[i].port,
		                               text));
	json_object_object_add(json, "addresses", addresses);
	json_object_object_add(json, "ports", ports);
	json_object_object_add(json, "has-ports", json_object_new_boolean(handover->has_ports));
	json_object_object_add(json, "has-lease", json_object_new_boolean(handover->has_lease));
	json_object_object_add(json, "added-ports", json_object_new_boolean(handover->added_ports));
	put_int(json, "added", handover->added);
}

struct json_object *record_of_session(const struct session *session, int64_t apart)
{
	struct json_object *json = json_object_new_object();
	struct json_object *parts = json_object_new_array();
	char text[TEXT_IP];

	put_int(json, "client", session->client);
	put_int(json, "transaction", session->transaction);
	json_object_object_add(json, "open", json_object_new_boolean(session->open));
	put_int(json, "until", session->until ? session->until + apart : 0);
	json_object_object_add(json, "backup-of",
	                       json_object_new_string(text_from_ipv4(session->backup_of, text)));
	write_handover(json, &session->handover);
	for (size_t i = 0; i < session->part_count; i++)
		json_object_array_add(parts, json_object_new_int64((int64_t)session->parts[i]));
	json_object_object_add(json, "parts", parts);
	return json;
}

static int64_t int_of(struct json_object *json, const char *name)
{
	return json_object_get_int64(json_object_object_get(json, name));
}

static bool bool_of(struct json_object *json, const char *name)
{
	return json_object_get_boolean(json_object_object_get(json, name));
}

/* How many a list has; -1: it is none, or has more than there is room for. */
static int count_of(struct json_object *json, const char *name, size_t max)
{
	struct json_object *array = json_object_object_get(json, name);

	if (!json_object_is_type(array, json_type_array) || json_object_array_length(array) > max)
		return -1;
	return (int)json_object_array_length(array);
}

static struct json_object *item_of(struct json_object *json, const char *name, int index)
{
	return json_object_array_get_idx(json_object_object_get(json, name), (size_t)index);
}

static const char *text_of(struct json_object *json)
{
	const char *text = json_object_get_string(json);

	return text ? text : "";
}

static int read_handover(struct json_object *json, struct handover *handover)
{
	const int addresses = count_of(json, "addresses", HOST_ADDRESSES);
	const int ports = count_of(json, "ports", HOST_PORTS);

	for (int i = 0; i < addresses; i++)
		if (text_to_ip(text_of(item_of(json, "addresses", i)), &handover->addresses[i]))
			return -EINVAL;
	for (int i = 0; i < ports; i++)
		if (text_to_port(text_of(item_of(json, "ports", i)), &handover->ports[i].protocol,
		                 &handover->ports[i].port))
			return -EINVAL;
	if (addresses < 0 || ports < 0)
		return -EINVAL;
	handover->address_count = (size_t)addresses;
	handover->port_count = (size_t)ports;
	handover->has_ports = bool_of(json, "has-ports");
	handover->has_lease = bool_of(json, "has-lease");
	handover->added_ports = bool_of(json, "added-ports");
	handover->added = (uint32_t)int_of(json, "added");
	return 0;
}

int record_to_session(struct json_object *json, int64_t apart, struct session *session)
{
	struct session read = { .mac = session->mac };
	const int64_t client = int_of(json, "client"), until = int_of(json, "until");
	const int parts = count_of(json, "parts", SESSION_PARTS);

	if (client < 1 || client > UINT16_MAX || parts < 0 ||
	    text_to_ipv4(text_of(json_object_object_get(json, "backup-of")), &read.backup_of) ||
	    read_handover(json, &read.handover))
		return -EINVAL;
	read.client = (uint16_t)client;
	read.transaction = (uint16_t)int_of(json, "transaction");
	read.open = bool_of(json, "open");
	read.until = until && until > apart ? until - apart : until ? 1 : 0;
	for (int i = 0; i < parts; i++)
		read.parts[i] = (uint64_t)json_object_get_int64(item_of(json, "parts", i));
	read.part_count = (size_t)parts;
	*session = read;
	return 0;
}

struct json_object *record_of_last(const struct npp_replay *last)
{
	struct json_object *json = json_object_new_object();
	struct json_object *nonces = json_object_new_array();
	char code[TEXT_OCTETS];

	put_int(json, "time", (int64_t)last->time);
	for (size_t i = 0; i < last->nonce_count; i++)
		json_object_array_add(nonces, json_object_new_int64((int64_t)last->nonces[i]));
	json_object_object_add(json, "nonces", nonces);
	json_object_object_add(
		json, "code",
		json_object_new_string(text_from_octets(last->code, sizeof(last->code), code)));
	return json;
}

int record_to_last(struct json_object *json, struct npp_replay *last)
{
	const int nonces = count_of(json, "nonces", NPP_NONCES);
	const int64_t time = int_of(json, "time");
	struct npp_replay read = { .time = (uint64_t)time };
	size_t length;

	if (nonces < 0 || time < 1 ||
	    text_to_octets(text_of(json_object_object_get(json, "code")), read.code,
	                   sizeof(read.code), &length) ||
	    length != sizeof(read.code))
		return -EINVAL;
	for (int i = 0; i < nonces; i++)
		read.nonces[i] = (uint64_t)json_object_get_int64(item_of(json, "nonces", i));
	read.nonce_count = (size_t)nonces;
	*last = read;
	return 0;
}
