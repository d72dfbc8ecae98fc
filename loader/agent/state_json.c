// SPDX-License-Identifier: GPL-2.0-or-later
#include "agent/state_json.h"

#include <string.h>

#include "agent/host_info_json.h"

static struct json_object *proxy_to_json(const struct handover *handover)
{
	struct json_object *object = json_object_new_object();

	field_add_ipv4(object, "address", handover->proxy);
	field_add_mac(object, "mac", &handover->proxy_mac);
	return object;
}

struct json_object *handover_to_json(const struct handover *handover)
{
	struct json_object *object = json_object_new_object();

	field_add_text(object, "interface", handover->interface);
	json_object_object_add(object, "proxy", proxy_to_json(handover));
	field_add_number(object, "client", handover->client);
	field_add_number(object, "transaction", handover->transaction);
	if (handover->key) {
		field_add_number(object, "key", handover->key);
		field_add_number(object, "signed-at", handover->signed_at);
		field_add_number(object, "signed-then", handover->signed_then);
	}
	field_add_text(object, "when", handover->when);
	presence_add_json(&handover->presence, object);
	return object;
}

struct json_object *state_to_json(const struct state *state)
{
	struct json_object *object = json_object_new_object();
	struct json_object *list = json_object_new_array();

	for (size_t i = 0; i < state->count; i++)
		json_object_array_add(list, handover_to_json(&state->handovers[i]));
	json_object_object_add(object, "handovers", list);
	return object;
}

static void read_interface(struct fields fields, struct handover *handover)
{
	const char *name = field_text(fields, "interface");

	field_require(fields, text_is_interface(name));
	if (!*fields.failed)
		memcpy(handover->interface, name, strlen(name) + 1);
}

/* It is shown, and nothing else. */
static void read_when(struct fields fields, struct handover *handover)
{
	const char *when = field_text(fields, "when");

	field_require(fields, strlen(when) < sizeof(handover->when) &&
	                              strspn(when, "0123456789-:.TZ") == strlen(when));
	if (!*fields.failed)
		memcpy(handover->when, when, strlen(when) + 1);
}

static void read_key(struct fields fields, struct handover *handover)
{
	handover->key = (uint8_t)field_number(fields, "key", 1, UINT8_MAX);
	handover->signed_at = field_number(fields, "signed-at", 0, INT64_MAX);
	handover->signed_then = (unsigned int)field_number(fields, "signed-then", 0, NPP_NONCES);
}

static void read_handover(struct fields fields, struct handover *handover)
{
	struct fields proxy = field_object(fields, "proxy");

	*handover = (struct handover){ .client = 0 };
	read_interface(fields, handover);
	field_ipv4(proxy, "address", &handover->proxy);
	field_mac(proxy, "mac", &handover->proxy_mac);
	handover->client = (uint16_t)field_number(fields, "client", 1, UINT16_MAX);
	handover->transaction = (uint16_t)field_number(fields, "transaction", 0, UINT16_MAX);
	if (field_is_there(fields, "key"))
		read_key(fields, handover);
	read_when(fields, handover);
	presence_from_json(fields, &handover->presence);
}

static void read_handovers(struct fields fields, struct state *state)
{
	const size_t count = field_count(fields, "handovers", STATE_HANDOVERS);

	for (; state->count < count && !*fields.failed; state->count++)
		read_handover(field_object_at(fields, "handovers", state->count),
		              &state->handovers[state->count]);
}

/* NULL: it is none, or something stands behind it. */
static struct json_object *parse(const char *text, size_t length)
{
	struct json_tokener *tokener = json_tokener_new();
	struct json_object *object = NULL;

	if (tokener && length <= INT32_MAX) {
		json_tokener_set_flags(tokener, JSON_TOKENER_STRICT);
		object = json_tokener_parse_ex(tokener, text, (int)length);
	}
	json_tokener_free(tokener);
	return object;
}

bool state_from_text(const char *text, size_t length, struct state *state)
{
	struct json_object *object = parse(text, length);
	bool failed = !json_object_is_type(object, json_type_object);

	state->count = 0;
	if (!failed)
		read_handovers((struct fields){ object, &failed }, state);
	json_object_put(object);
	if (failed)
		state->count = 0;
	return !failed;
}
