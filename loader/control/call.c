// SPDX-License-Identifier: GPL-2.0-or-later
#include "control/call.h"

#include <stdio.h>

#include "base/text.h"
#include "daemon/daemon.h"

void add_string(struct json_object *json, const char *key, const char *value)
{
	json_object_object_add(json, key, json_object_new_string(value));
}

void add_int(struct json_object *json, const char *key, int64_t value)
{
	json_object_object_add(json, key, json_object_new_int64(value));
}

struct json_object *call_refuse(struct call *call, const char *reason)
{
	snprintf(call->why, COMMAND_WHY, "%s", reason);
	return NULL;
}

const char *call_argument(struct call *call, const char *key)
{
	struct json_object *value;

	if (!json_object_object_get_ex(call->request, key, &value) ||
	    !json_object_is_type(value, json_type_string))
		return NULL;
	return json_object_get_string(value);
}

const struct registered *call_host(struct call *call)
{
	const char *name = call_argument(call, "name");
	const struct registered *host;
	struct mac mac;

	if (!name) {
		call_refuse(call, "name: expected a host's name");
		return NULL;
	}
	host = registry_find(call->daemon->registry, name);
	if (!host && !text_to_mac(name, &mac))
		host = registry_find_mac(call->daemon->registry, &mac);
	if (!host)
		snprintf(call->why, COMMAND_WHY, "no host is called %s", name);
	return host;
}
