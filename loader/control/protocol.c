// SPDX-License-Identifier: GPL-2.0-or-later
#include "control/protocol.h"

#include <json-c/json.h>
#include <string.h>

const char *const protocol_states[] = { "awake", "drowsy", "asleep", "waking", NULL };

/* Results with a schema; those that are lists are this member beside it. */
static const struct {
	const char *command, *list;
} documents[] = {
	{ "status", NULL },         { "report", NULL },      { "host-list", "hosts" },
	{ "lease-list", "leases" }, { "history", "events" }, { "discover", "neighbours" },
};

static struct json_object *with_schema(const char *list, struct json_object *result)
{
	struct json_object *schema = json_object_new_int(PROTOCOL_SCHEMA);
	struct json_object *document = list ? json_object_new_object() : result;

	json_object_object_add(document, "schema", schema);
	if (list)
		json_object_object_add(document, list, result);
	return document;
}

struct json_object *protocol_document(const char *command, struct json_object *result)
{
	for (size_t i = 0; result && i < sizeof(documents) / sizeof(*documents); i++)
		if (!strcmp(documents[i].command, command))
			return with_schema(documents[i].list, result);
	return result;
}

const char *protocol_text(struct json_object *json)
{
	return json_object_to_json_string_ext(json, JSON_C_TO_STRING_PLAIN |
	                                                    JSON_C_TO_STRING_NOSLASHESCAPE);
}
