// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/fields.h"

#include <errno.h>
#include <json-c/json.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"

enum { VALUE_SHOWN = 64, PATH = 128 };
static const char LIST[] = "a list, each element ";
enum { PLAIN = JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE };

/* One reading: where it has come to, for the error. */
struct field_reading {
	char path[PATH]; /* "lease", "hosts[2].mac" */
	char *why;
	size_t why_size;
};

static struct field_value place_of(const struct field *field, const void *owner)
{
	return (struct field_value){ field, (char *)owner, (char *)owner + field->offset };
}

static bool is_zero(const struct field_value *place)
{
	const struct field *field = place->field;

	if (field->room)
		return !field_value_count(place);
	for (size_t i = 0; i < field->size; i++)
		if (place->at[i])
			return false;
	return true;
}

static struct json_object *list_to_json(struct field_value place)
{
	struct json_object *json = json_object_new_array();

	for (size_t left = field_value_count(&place); left; left--) {
		json_object_array_add(json, field_value_to_json(&place));
		place.at += place.field->size;
	}
	return json;
}

static bool is_written(const struct field_value *place)
{
	const struct field *field = place->field;

	if (field->type == FIELD_IGNORED)
		return false;
	if (field->optional && !*(bool *)(place->owner + field->present_offset))
		return false;
	return !(field->flags & FIELD_OMIT_ZERO && is_zero(place));
}

void fields_add_to_json(struct json_object *object, const struct field *fields, const void *from)
{
	for (const struct field *field = fields; field->type != FIELD_END; field++) {
		const struct field_value place = place_of(field, from);

		if (is_written(&place))
			json_object_object_add(object, field->name,
			                       field->list ? list_to_json(place)
			                                   : field_value_to_json(&place));
	}
}

struct json_object *fields_to_json(const struct field *fields, const void *from)
{
	struct json_object *object = json_object_new_object();

	fields_add_to_json(object, fields, from);
	return object;
}

__attribute__((format(printf, 2, 3))) static int refuse(struct field_reading *reading,
                                                        const char *format, ...)
{
	char words[FIELD_WORDS + VALUE_SHOWN];
	va_list values;

	va_start(values, format);
	vsnprintf(words, sizeof(words), format, values);
	va_end(values);
	snprintf(reading->why, reading->why_size, "%s: %s", reading->path, words);
	return -EINVAL;
}

static int refuse_value(struct field_reading *reading, const struct field *field,
                        struct json_object *value, const char *as)
{
	const char *shown = json_object_to_json_string_ext(value, PLAIN);
	char words[FIELD_WORDS];

	return refuse(reading, "%.*s%s: expected %s%s", VALUE_SHOWN, shown,
	              strlen(shown) > VALUE_SHOWN ? "..." : "", as,
	              field_value_expected(field, words));
}

static int read_object(const struct field *fields, struct json_object *object, void *into,
                       struct field_reading *reading);

static int read_value(const struct field_value *place, struct json_object *value,
                      struct field_reading *reading)
{
	const struct field *field = place->field;

	if (field->type == FIELD_OBJECT && json_object_is_type(value, json_type_object))
		return read_object(field->fields, value, place->at, reading);
	if (field->type == FIELD_OBJECT || field_value_from_json(place, value))
		return refuse_value(reading, field, value, "");
	return 0;
}

/* Elements are compared as they are in memory, so what the readers leave of them is zero. */
static int check_unique(const struct field_value *place, size_t index, struct json_object *value,
                        struct field_reading *reading)
{
	const size_t size = place->field->size;

	for (size_t i = 1; i <= index; i++)
		if (!memcmp(place->at, place->at - i * size, size))
			return refuse(reading, "duplicate %s",
			              json_object_to_json_string_ext(value, PLAIN));
	return 0;
}

static int read_list(const struct field *field, struct json_object *list, void *into,
                     struct field_reading *reading)
{
	const size_t length = strlen(reading->path);
	struct field_value place = place_of(field, into);
	size_t count;
	int err = 0;

	if (!json_object_is_type(list, json_type_array))
		return refuse_value(reading, field, list, LIST);
	count = json_object_array_length(list);
	if (count > field->room)
		return refuse(reading, "more than %zu given", field->room);
	for (size_t i = 0; i < count && !err; i++, place.at += field->size) {
		struct json_object *value = json_object_array_get_idx(list, i);

		memset(place.at, 0, field->size);
		snprintf(reading->path + length, PATH - length, "[%zu]", i);
		err = read_value(&place, value, reading);
		reading->path[length] = '\0';
		if (!err && field->flags & FIELD_UNIQUE)
			err = check_unique(&place, i, value, reading);
	}
	if (!err)
		field_value_set_count(&place, count);
	return err;
}

static int read_member(const struct field *field, struct json_object *value, void *into,
                       struct field_reading *reading)
{
	const struct field_value place = place_of(field, into);
	int err;

	if (field->type == FIELD_IGNORED)
		return 0;
	err = field->list ? read_list(field, value, into, reading)
	                  : read_value(&place, value, reading);
	if (!err && field->optional)
		*(bool *)(place.owner + field->present_offset) = true;
	return err;
}

static const struct field *find(const struct field *fields, const char *name)
{
	while (fields->type != FIELD_END && strcmp(fields->name, name))
		fields++;
	return fields->type == FIELD_END ? NULL : fields;
}

static int refuse_unknown(struct field_reading *reading, const struct field *fields,
                          const char *name)
{
	const char *meant = "";
	size_t least = WORDS_FAR;

	for (; fields->type != FIELD_END; fields++)
		if (words_nearer(name, fields->name, &least))
			meant = fields->name;
	return refuse(reading, "unknown field%s%s%s", *meant ? "; did you mean " : "", meant,
	              *meant ? "?" : "");
}

/* Appends a member's name to the path; returns the length that the path had. */
static size_t enter(struct field_reading *reading, const char *name)
{
	const size_t length = strlen(reading->path);

	snprintf(reading->path + length, PATH - length, "%s%s", length ? "." : "", name);
	return length;
}

static int read_object(const struct field *fields, struct json_object *object, void *into,
                       struct field_reading *reading)
{
	json_object_object_foreach (object, name, value) {
		const struct field *field = find(fields, name);
		const size_t length = enter(reading, name);

		if (!field)
			return refuse_unknown(reading, fields, name);
		if (read_member(field, value, into, reading))
			return -EINVAL;
		reading->path[length] = '\0';
	}
	for (; fields->type != FIELD_END; fields++) {
		char words[FIELD_WORDS];

		if (!(fields->flags & FIELD_REQUIRED) ||
		    json_object_object_get_ex(object, fields->name, NULL))
			continue;
		enter(reading, fields->name);
		return refuse(reading, "missing; expected %s%s", fields->list ? LIST : "",
		              field_value_expected(fields, words));
	}
	return 0;
}

int fields_from_json(const struct field *fields, struct json_object *json, void *into, char *why,
                     size_t why_size)
{
	struct field_reading reading = { .why = why, .why_size = why_size };

	if (json_object_is_type(json, json_type_object))
		return read_object(fields, json, into, &reading);
	snprintf(why, why_size, "expected an object");
	return -EINVAL;
}

struct json_object *json_decimal(int64_t thousandths)
{
	const double value = (double)thousandths / 1000;
	char text[32];
	size_t length = (size_t)snprintf(text, sizeof(text), "%.3f", value);

	while (text[length - 1] == '0')
		text[--length] = '\0';
	if (text[length - 1] == '.')
		text[--length] = '\0';
	return json_object_new_double_s(value, text);
}

struct json_object *json_seconds(int64_t ms)
{
	const double seconds = (double)ms / 1000;
	char text[32];

	snprintf(text, sizeof(text), "%.3f", seconds);
	return json_object_new_double_s(seconds, text);
}
