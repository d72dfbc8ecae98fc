// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/fields.h"

#include <errno.h>
#include <inttypes.h>
#include <json-c/json.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"

/* Where the `size` octets of a number are that count. */
static char *low_octets(uint64_t *number, size_t size)
{
	return (char *)number +
	       (__BYTE_ORDER__ == __ORDER_BIG_ENDIAN__ ? sizeof(*number) - size : 0);
}

static uint64_t load(const void *at, size_t size)
{
	uint64_t number = 0;

	memcpy(low_octets(&number, size), at, size);
	return number;
}

void field_value_save(void *at, size_t size, uint64_t number)
{
	memcpy(at, low_octets(&number, size), size);
}

size_t field_value_count(const struct field_value *place)
{
	const struct field *field = place->field;
	const uint64_t count = load(place->owner + field->count_offset, field->count_size);

	return count < field->room ? (size_t)count : field->room;
}

void field_value_set_count(const struct field_value *place, size_t count)
{
	field_value_save(place->owner + place->field->count_offset, place->field->count_size,
	                 count);
}

int64_t field_value_max(const struct field *field)
{
	if (field->max)
		return field->max;
	return field->size < sizeof(int64_t) ? ((int64_t)1 << 8 * field->size) - 1 : INT64_MAX;
}

static int parse_text(const struct field_value *place, const char *text)
{
	const size_t length = strlen(text);

	if (length >= place->field->size)
		return -EINVAL;
	memset(place->at, 0, place->field->size);
	memcpy(place->at, text, length);
	return 0;
}

static int parse_octets(const struct field_value *place, const char *text)
{
	uint8_t *octets = (uint8_t *)place->at;
	size_t length = 0;
	int err = 0;

	if (*text && place->field->type == FIELD_SECUREON)
		err = text_to_secureon(text, octets, &length);
	else if (*text)
		err = text_to_octets(text, octets, place->field->room, &length);
	if (!err)
		field_value_set_count(place, length);
	return err;
}

static int parse_enum(const struct field_value *place, const char *text)
{
	const char *const *names = place->field->names;
	size_t i = 0;

	while (names[i] && strcmp(names[i], text))
		i++;
	if (!names[i])
		return -EINVAL;
	field_value_save(place->at, place->field->size, i);
	return 0;
}

int field_value_parse(const struct field_value *place, const char *text)
{
	void *at = place->at;
	struct wake_port *port = at;
	struct source_prefix *prefix = at;

	switch (place->field->type) {
	case FIELD_MAC:
		return text_to_mac(text, at);
	case FIELD_IPV4:
		return text_to_ipv4(text, at);
	case FIELD_IP:
		return text_to_ip(text, at);
	case FIELD_GROUP:
		return text_to_ip(text, at) || !group_is_reported(at) ? -EINVAL : 0;
	case FIELD_PORT:
		return text_to_port(text, &port->protocol, &port->port);
	case FIELD_PREFIX:
		return text_to_prefix(text, &prefix->address, &prefix->bits);
	case FIELD_TEXT:
		return parse_text(place, text);
	case FIELD_NAME:
		return text_is_name(text) ? parse_text(place, text) : -EINVAL;
	case FIELD_INTERFACE:
		return text_is_interface(text) ? parse_text(place, text) : -EINVAL;
	case FIELD_OCTETS:
	case FIELD_SECUREON:
		return parse_octets(place, text);
	case FIELD_ENUM:
		return parse_enum(place, text);
	default:
		return -EINVAL;
	}
}

static const char *enum_name(const struct field_value *place)
{
	const char *const *name = place->field->names;
	uint64_t left = load(place->at, place->field->size);

	while (*name && left--)
		name++;
	return *name;
}

/* Octets may be anywhere. */
static const char *format_ipv4(const void *at, char buffer[TEXT_OCTETS])
{
	struct ipv4 address;

	memcpy(&address, at, sizeof(address));
	return text_from_ipv4(address, buffer);
}

/* As text: in `buffer` or where it is already; NULL: a number of an enum that has no name. */
static const char *format(const struct field_value *place, char buffer[TEXT_OCTETS])
{
	const void *at = place->at;
	const struct wake_port *port = at;
	const struct source_prefix *prefix = at;

	switch (place->field->type) {
	case FIELD_MAC:
		return text_from_mac(at, buffer);
	case FIELD_IPV4:
		return format_ipv4(at, buffer);
	case FIELD_IP:
	case FIELD_GROUP:
		return text_from_ip(at, buffer);
	case FIELD_PORT:
		return text_from_port(port->protocol, port->port, buffer);
	case FIELD_PREFIX:
		return text_from_prefix(&prefix->address, prefix->bits, buffer);
	case FIELD_SECUREON:
		if (field_value_count(place) == sizeof(struct ipv4))
			return format_ipv4(at, buffer);
		return text_from_octets(at, field_value_count(place), buffer);
	case FIELD_OCTETS:
		return text_from_octets(at, field_value_count(place), buffer);
	case FIELD_ENUM:
		return enum_name(place);
	default:
		return at;
	}
}

struct json_object *field_value_to_json(const struct field_value *place)
{
	char buffer[TEXT_OCTETS];
	const char *text;

	if (place->field->type == FIELD_OBJECT)
		return fields_to_json(place->field->fields, place->at);
	if (place->field->type == FIELD_BOOL)
		return json_object_new_boolean(*(const bool *)place->at);
	if (place->field->type == FIELD_NUMBER)
		return json_object_new_int64((int64_t)load(place->at, place->field->size));
	if (place->field->type == FIELD_DECIMAL)
		return json_decimal((int64_t)load(place->at, place->field->size));
	text = format(place, buffer);
	return text ? json_object_new_string(text) : NULL;
}

static int read_number(const struct field_value *place, struct json_object *value)
{
	const int64_t number = json_object_get_int64(value);

	if (!json_object_is_type(value, json_type_int) || number < place->field->min ||
	    number > field_value_max(place->field))
		return -EINVAL;
	/* json-c gives the nearest that fits */
	if (number == INT64_MAX && json_object_get_uint64(value) != INT64_MAX)
		return -EINVAL;
	field_value_save(place->at, place->field->size, (uint64_t)number);
	return 0;
}

static int read_decimal(const struct field_value *place, struct json_object *value)
{
	const double thousandths = json_object_get_double(value) * 1000 + 0.5;

	if (!json_object_is_type(value, json_type_int) &&
	    !json_object_is_type(value, json_type_double))
		return -EINVAL;
	/* also of what is no number, NaN */
	if (!(thousandths >= 0.5 && thousandths < (double)field_value_max(place->field) + 1))
		return -EINVAL;
	field_value_save(place->at, place->field->size, (uint64_t)thousandths);
	return 0;
}

int field_value_from_json(const struct field_value *place, struct json_object *value)
{
	const char *text = json_object_get_string(value);

	if (place->field->type == FIELD_NUMBER)
		return read_number(place, value);
	if (place->field->type == FIELD_DECIMAL)
		return read_decimal(place, value);
	if (place->field->type == FIELD_BOOL && json_object_is_type(value, json_type_boolean)) {
		*(bool *)place->at = json_object_get_boolean(value);
		return 0;
	}
	/* JSON's text can have zeros within */
	if (!json_object_is_type(value, json_type_string) ||
	    strlen(text) != (size_t)json_object_get_string_len(value))
		return -EINVAL;
	return field_value_parse(place, text);
}

const char *field_value_expected(const struct field *field, char words[FIELD_WORDS])
{
	static const char *const expected[] = {
		[FIELD_BOOL] = "true or false",
		[FIELD_MAC] = "a host's MAC, as in \"52:54:00:12:34:56\"",
		[FIELD_IPV4] = "an IPv4 address",
		[FIELD_IP] = "an IP address",
		[FIELD_GROUP] = "a multicast group that hosts report, as \"239.1.2.3\"",
		[FIELD_PORT] = "a port as \"tcp/22\" or \"udp/any\"",
		[FIELD_PREFIX] = "a prefix as \"192.168.1.0/24\"",
		[FIELD_NAME] = ("letters, digits, '-', '_' and '.', at most 63, not '-' or '.' "
		                "first, nor a command's word"),
		[FIELD_INTERFACE] = "an interface's name",
		[FIELD_SECUREON] = "6 octets as \"01:02:03:04:05:06\" or 4 as \"1.2.3.4\"",
		[FIELD_OBJECT] = "an object",
	};
	int length = 0;

	if (field->expected)
		return field->expected;
	if (field->type == FIELD_DECIMAL)
		snprintf(words, FIELD_WORDS, "a number from 0 to %" PRId64,
		         field_value_max(field) / 1000);
	else if (field->type == FIELD_NUMBER)
		snprintf(words, FIELD_WORDS, "a number from %" PRId64 " to %" PRId64, field->min,
		         field_value_max(field));
	else if (field->type == FIELD_TEXT)
		snprintf(words, FIELD_WORDS, "text of at most %zu octets", field->size - 1);
	else if (field->type == FIELD_OCTETS)
		snprintf(words, FIELD_WORDS, "at most %zu octets as \"01:52:54\"", field->room);
	else if (field->type == FIELD_ENUM)
		for (size_t i = 0; field->names[i] && length < FIELD_WORDS; i++)
			length += snprintf(words + length, FIELD_WORDS - (size_t)length, "%s%s",
			                   i ? ", " : "one of ", field->names[i]);
	else
		return expected[field->type];
	return words;
}
