// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/command.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/fields.h"
#include "base/files.h"
#include "base/text.h"

bool option_is(const char *word)
{
	return word[0] == '-' && word[1] && strcmp(word, "--") != 0;
}

static const char *key_of(const struct cli_option *option)
{
	return option->key ? option->key : option->name + strlen("--");
}

static int store(struct cli_call *call, const struct cli_option *option, struct json_object *value)
{
	json_object_object_add(option->setting ? call->settings : call->request, key_of(option),
	                       value);
	return 0;
}

/* What follows "=", or the next word; NULL: there is none. */
static const char *take_value(struct cli_call *call)
{
	const char *attached = call->attached;

	call->attached = NULL;
	if (attached)
		return attached;
	return *call->next && (*call->next)[0] != '-' ? *call->next++ : NULL;
}

static int refuse_missing_value(struct cli_call *call, const struct cli_option *option)
{
	return call_refuse(call, "%s needs a value: %s", option->name, option->value);
}

static int store_number(struct cli_call *call, const struct cli_option *option, const char *word)
{
	int64_t number;

	if (text_to_number(word, INT32_MAX, &number))
		return call_refuse(call, "%s: '%s' is not a number", option->name, word);
	return store(call, option, json_object_new_int64(number));
}

static int store_decimal(struct cli_call *call, const struct cli_option *option, const char *word)
{
	int64_t thousandths;

	if (text_to_decimal(word, INT64_C(1000) * INT32_MAX, &thousandths))
		return call_refuse(call, "%s: '%s' is not a number", option->name, word);
	return store(call, option, json_decimal(thousandths));
}

static int read_list(struct cli_call *call, const struct cli_option *option)
{
	struct json_object *array = json_object_object_get(call->request, key_of(option));
	const bool attached = call->attached;
	size_t before = array ? json_object_array_length(array) : 0;
	const char *word;

	if (!array) {
		array = json_object_new_array();
		store(call, option, array);
	}
	for (word = take_value(call); word; word = attached ? NULL : take_value(call)) {
		autofree char *items = strdup(word);

		for (char *item = strtok(items, ","); item; item = strtok(NULL, ","))
			json_object_array_add(array, json_object_new_string(item));
	}
	return json_object_array_length(array) > before ? 0 : refuse_missing_value(call, option);
}

static int read_option(struct cli_call *call, const struct cli_option *option)
{
	const char *word;

	if (option->type == OPTION_LIST)
		return read_list(call, option);
	if (option->type == OPTION_FLAG && call->attached)
		return call_refuse(call, "%s takes no value", option->name);
	if (option->type == OPTION_FLAG)
		return store(call, option, json_object_new_boolean(true));
	/* the next word may be the argument instead */
	if (option->type == OPTION_OPTIONAL_NUMBER && !call->attached &&
	    !(*call->next && isdigit((unsigned char)(*call->next)[0])))
		return store_number(call, option, "0");
	word = take_value(call);
	if (!word || !*word)
		return refuse_missing_value(call, option);
	if (option->type == OPTION_TEXT)
		return store(call, option, json_object_new_string(word));
	if (option->type == OPTION_DECIMAL)
		return store_decimal(call, option, word);
	return store_number(call, option, word);
}

/* Those of the command and the global ones; NULL after the last. */
static const struct cli_option *option_at(const struct cli_call *call, size_t index)
{
	const struct cli_option *row = call->command ? call->command->options : NULL;

	for (; row && row->name; row++)
		if (index-- == 0)
			return row;
	for (row = global_options; row->name; row++)
		if (index-- == 0)
			return row;
	return NULL;
}

static int refuse_unknown(struct cli_call *call, const char *name)
{
	const struct cli_option *row, *best = NULL;
	size_t least = WORDS_FAR;

	for (size_t i = 0; (row = option_at(call, i)); i++)
		if (words_nearer(name, row->name, &least))
			best = row;
	if (best)
		return call_refuse(call, "unknown option '%s' (did you mean %s?)", name,
		                   best->name);
	return call_refuse(call, "unknown option '%s'", name);
}

int option_read(struct cli_call *call)
{
	const char *word = *call->next++, *end = strchrnul(word, '=');
	const struct cli_option *row;
	char name[WORDS_MAX + 1];

	snprintf(name, sizeof(name), "%.*s", (int)(end - word), word);
	call->attached = *end ? end + 1 : NULL;
	for (size_t i = 0; (row = option_at(call, i)); i++)
		if (strcmp(row->name, name) == 0 || (row->brief && strcmp(row->brief, word) == 0))
			return read_option(call, row);
	return refuse_unknown(call, name);
}

const struct cli_option *option_missing(const struct cli_call *call)
{
	const struct cli_option *row = call->command->options;

	for (; row && row->name; row++)
		if (row->required && !json_object_object_get(call->request, key_of(row)))
			return row;
	return NULL;
}
