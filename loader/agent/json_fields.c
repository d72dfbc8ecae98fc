// SPDX-License-Identifier: GPL-2.0-or-later
#include "agent/json_fields.h"

#include "agent/strbuf.h"
#include "base/text.h"

void field_add_text(struct json_object *object, const char *key, const char *text)
{
	json_object_object_add(object, key, json_object_new_string(text));
}

void field_add_number(struct json_object *object, const char *key, uint64_t number)
{
	json_object_object_add(object, key, json_object_new_uint64(number));
}

void field_add_mac(struct json_object *object, const char *key, const struct mac *mac)
{
	char text[TEXT_MAC];

	field_add_text(object, key, text_from_mac(mac, text));
}

void field_add_ipv4(struct json_object *object, const char *key, struct ipv4 address)
{
	char text[TEXT_IP];

	field_add_text(object, key, text_from_ipv4(address, text));
}

void field_require(struct fields fields, bool right)
{
	if (!right)
		*fields.failed = true;
}

static struct json_object *value_of(struct fields fields, const char *key, enum json_type type)
{
	struct json_object *value = json_object_object_get(fields.object, key);

	field_require(fields, value && json_object_is_type(value, type));
	return *fields.failed ? NULL : value;
}

bool field_is_there(struct fields fields, const char *key)
{
	return json_object_object_get_ex(fields.object, key, NULL);
}

uint64_t field_number(struct fields fields, const char *key, uint64_t low, uint64_t high)
{
	struct json_object *value = value_of(fields, key, json_type_int);
	const int64_t number = value ? json_object_get_int64(value) : -1;

	field_require(fields, number >= 0 && (uint64_t)number >= low && (uint64_t)number <= high);
	return *fields.failed ? low : (uint64_t)number;
}

const char *field_text(struct fields fields, const char *key)
{
	struct json_object *value = value_of(fields, key, json_type_string);

	return value ? json_object_get_string(value) : "";
}

void field_mac(struct fields fields, const char *key, struct mac *mac)
{
	field_require(fields, !text_to_mac(field_text(fields, key), mac));
}

void field_ipv4(struct fields fields, const char *key, struct ipv4 *address)
{
	field_require(fields, !text_to_ipv4(field_text(fields, key), address));
}

struct fields field_object(struct fields fields, const char *key)
{
	return (struct fields){ value_of(fields, key, json_type_object), fields.failed };
}

size_t field_count(struct fields fields, const char *key, size_t max)
{
	struct json_object *array = value_of(fields, key, json_type_array);
	const size_t count = array ? json_object_array_length(array) : 0;

	field_require(fields, count <= max);
	return *fields.failed ? 0 : count;
}

static struct json_object *element_of(struct fields fields, const char *key, size_t index,
                                      enum json_type type)
{
	struct json_object *array = value_of(fields, key, json_type_array);
	struct json_object *value = array ? json_object_array_get_idx(array, index) : NULL;

	field_require(fields, value && json_object_is_type(value, type));
	return *fields.failed ? NULL : value;
}

const char *field_text_at(struct fields fields, const char *key, size_t index)
{
	struct json_object *value = element_of(fields, key, index, json_type_string);

	return value ? json_object_get_string(value) : "";
}

struct fields field_object_at(struct fields fields, const char *key, size_t index)
{
	return (struct fields){ element_of(fields, key, index, json_type_object), fields.failed };
}
