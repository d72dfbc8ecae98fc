// SPDX-License-Identifier: GPL-2.0-or-later
/* What the words of a configuration file mean, by the types of the members that they go to. */
#include <errno.h>
#include <string.h>

#include "base/fields.h"
#include "base/text.h"
#include "config/config.h"
#include "config/config_reader.h"
#include "host/description.h"

static const char invalid[] = "is not understood", out_of_range[] = "is out of range";

const char *option_read_duration(const struct config_option *option, const char *text,
                                 const struct field_value *place)
{
	int64_t ms, from = 0, to = 0;
	int err = text_to_duration(text, &ms);

	text_to_duration(option->from, &from);
	text_to_duration(option->to, &to);
	if (err == -EINVAL)
		return invalid;
	if (err || ms < from || ms > to)
		return out_of_range;
	if (option->value.size == sizeof(int64_t))
		*(int64_t *)place->at = ms;
	else if (ms % 1000)
		return "has a fraction of a second";
	else
		*(uint32_t *)place->at = (uint32_t)(ms / 1000);
	return NULL;
}

const char *option_read_path(const struct config_option *option, const char *text,
                             const struct field_value *place)
{
	if (*text != '/')
		return "is not absolute";
	if (strlen(text) >= option->value.size)
		return "is too long";
	strcpy(place->at, text);
	return NULL;
}

const char *option_read_endpoint(const struct config_option *option, const char *text,
                                 const struct field_value *place)
{
	(void)option;
	return text_to_endpoint(text, (struct endpoint *)place->at) ? invalid : NULL;
}

static const char *read_number(const struct field_value *place, const char *text)
{
	const bool minus = *text == '-' && place->field->min < 0;
	int64_t number = 0;
	int err = text_to_number(text + minus, INT64_MAX, &number);

	if (err == -EINVAL)
		return invalid;
	number = minus ? -number : number;
	if (err || number < place->field->min || number > field_value_max(place->field))
		return out_of_range;
	field_value_save(place->at, place->field->size, (uint64_t)number);
	return NULL;
}

static const char *read_decimal(const struct field_value *place, const char *text)
{
	int64_t thousandths;
	const int err = text_to_decimal(text, field_value_max(place->field), &thousandths);

	if (!err)
		field_value_save(place->at, place->field->size, (uint64_t)thousandths);
	return !err ? NULL : err == -ERANGE ? out_of_range : invalid;
}

static const char *read_bool(const struct field_value *place, const char *text)
{
	static const char *const words[] = { "false", "no", "off", "true", "yes", "on" };

	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++) {
		if (strcasecmp(text, words[i]) == 0) {
			*(bool *)place->at = i >= 3;
			return NULL;
		}
	}
	return invalid;
}

static const char *read_value(const struct field_value *place, const char *text)
{
	const enum field_type type = place->field->type;
	struct ipv6 address;

	if (type == FIELD_NUMBER)
		return read_number(place, text);
	if (type == FIELD_DECIMAL)
		return read_decimal(place, text);
	if (type == FIELD_BOOL)
		return read_bool(place, text);
	if ((type == FIELD_IP || type == FIELD_IPV4) && !text_to_ip(text, &address) &&
	    address_error(&address))
		return address_error(&address);
	return *text && !field_value_parse(place, text) ? NULL : invalid;
}

/* Elements are compared as they are in memory. */
static const char *read_element(const struct field_value *list, const char *text)
{
	const size_t count = field_value_count(list), size = list->field->size;
	const struct field_value place = { list->field, list->owner, list->at + count * size };
	const char *wrong = "exceeds the limit";

	if (count < list->field->room)
		wrong = read_value(&place, text);
	for (size_t i = 1; i <= count && !wrong; i++)
		if (memcmp(place.at, place.at - i * size, size) == 0)
			wrong = "is a duplicate";
	if (!wrong)
		field_value_set_count(list, count + 1);
	return wrong;
}

const char *option_read(const struct config_option *option, const char *text,
                        const struct field_value *place)
{
	return option->value.list ? read_element(place, text) : read_value(place, text);
}

/* The next value of the section, or NULL. */
static const struct config_item *next_value(const struct config_item *item)
{
	return item->next && !item->next->option->section ? item->next : NULL;
}

void config_read(const struct config_item *section, void *into, struct config_error *error)
{
	char expected[FIELD_WORDS];

	for (const struct config_item *item = next_value(section); item; item = next_value(item)) {
		const struct config_option *option = item->option;
		const struct field_value place = { &option->value, into,
			                           (char *)into + option->value.offset };
		const char *wrong =
			(option->read ? option->read : option_read)(option, item->text, &place);

		if (wrong)
			config_error_at(error, item->line, "%s '%s' %s; expected %s", option->name,
			                item->text, wrong,
			                field_value_expected(&option->value, expected));
		else if (option->value.optional)
			*((bool *)((char *)into + option->value.present_offset)) = true;
	}
}

const struct config_item *config_find(const struct config_item *section, const char *name)
{
	const struct config_item *item = next_value(section);

	while (item && strcmp(item->option->name, name) != 0)
		item = next_value(item);
	return item;
}

const char *config_interface_error(const char *name)
{
	if (!text_is_interface(name))
		return "is not an interface name; expected a name such as eth0";
	return strcmp(name, "lo") ? NULL : "is the loopback interface: no other machine is there";
}
