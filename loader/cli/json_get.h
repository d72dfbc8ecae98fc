/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Fields of a JSON object, with a value also where the daemon left them out: "", 0, false. */
#ifndef SLEEPPROXY_CLI_JSON_GET_H
#define SLEEPPROXY_CLI_JSON_GET_H

#include <json-c/json.h>
#include <stdbool.h>
#include <stdint.h>

static inline const char *field_text(struct json_object *object, const char *key)
{
	const char *text = json_object_get_string(json_object_object_get(object, key));

	return text ? text : "";
}

static inline int64_t field_number(struct json_object *object, const char *key)
{
	return json_object_get_int64(json_object_object_get(object, key));
}

static inline bool field_bool(struct json_object *object, const char *key)
{
	return json_object_get_boolean(json_object_object_get(object, key));
}

/* NULL unless it is an array */
static inline struct json_object *field_array(struct json_object *object, const char *key)
{
	struct json_object *array = json_object_object_get(object, key);

	return json_object_is_type(array, json_type_array) ? array : NULL;
}

static inline size_t array_length(struct json_object *array)
{
	return json_object_is_type(array, json_type_array) ? json_object_array_length(array) : 0;
}

#endif
