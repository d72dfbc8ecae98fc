// SPDX-License-Identifier: GPL-2.0-or-later
/* In: words of the command line, rows of options. Out: JSON fields, or the reason for a refusal. */
#include "cli/options.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/suggest.h"

/* One option that is being read: its row, where its value goes, and what stands behind a "=". */
struct reading {
	const struct option *option;
	struct json_object *target;
	const char *attached;
	char **next;
	char *why;
};

bool option_is(const char *word)
{
	return word[0] == '-' && word[1] && strcmp(word, "--") != 0;
}

static int refuse_missing_value(const struct reading *reading)
{
	snprintf(reading->why, OPTION_WHY, "%s needs a value: %s", reading->option->name,
	         reading->option->value);
	return -EINVAL;
}

static const char *take_word(struct reading *reading)
{
	if (reading->attached)
		return reading->attached;
	if (!*reading->next || (*reading->next)[0] == '-')
		return NULL;
	return *reading->next++;
}

static int read_flag(struct reading *reading)
{
	if (reading->attached) {
		snprintf(reading->why, OPTION_WHY, "%s takes no value", reading->option->name);
		return -EINVAL;
	}
	json_object_object_add(reading->target, reading->option->key,
	                       json_object_new_boolean(true));
	return 0;
}

static int read_text(struct reading *reading)
{
	const char *word = take_word(reading);

	if (!word || !*word)
		return refuse_missing_value(reading);
	json_object_object_add(reading->target, reading->option->key, json_object_new_string(word));
	return 0;
}

static int add_number(struct reading *reading, const char *word)
{
	char *end;
	intmax_t number;

	errno = 0;
	number = strtoimax(word, &end, 10);
	if (errno || *end || !isdigit((unsigned char)*word) || number > INT32_MAX) {
		snprintf(reading->why, OPTION_WHY, "%s needs a number, and '%s' is none",
		         reading->option->name, word);
		return -EINVAL;
	}
	json_object_object_add(reading->target, reading->option->key,
	                       json_object_new_int64(number));
	return 0;
}

static int read_number(struct reading *reading)
{
	const char *word = take_word(reading);

	return word ? add_number(reading, word) : refuse_missing_value(reading);
}

static int read_maybe_number(struct reading *reading)
{
	const char *word = reading->attached;

	if (!word && *reading->next && isdigit((unsigned char)(*reading->next)[0]))
		word = *reading->next++;
	return add_number(reading, word ? word : "0");
}

static void add_parts(struct json_object *array, const char *word)
{
	while (*word) {
		size_t length = strcspn(word, ",");

		if (length)
			json_object_array_add(array, json_object_new_string_len(word, length));
		word += length;
		word += strspn(word, ",");
	}
}

static int read_list(struct reading *reading)
{
	struct json_object *array = json_object_object_get(reading->target, reading->option->key);
	size_t before = array ? json_object_array_length(array) : 0;
	const char *word;

	if (!array) {
		array = json_object_new_array();
		json_object_object_add(reading->target, reading->option->key, array);
	}
	while ((word = take_word(reading))) {
		add_parts(array, word);
		if (reading->attached)
			break;
	}
	return json_object_array_length(array) > before ? 0 : refuse_missing_value(reading);
}

static int (*const readers[])(struct reading *) = {
	[OPTION_FLAG] = read_flag,     [OPTION_TEXT] = read_text,
	[OPTION_NUMBER] = read_number, [OPTION_MAYBE_NUMBER] = read_maybe_number,
	[OPTION_LIST] = read_list,
};

static const struct option *find(const option_tables tables, const char *word, size_t length)
{
	for (size_t i = 0; i < OPTION_TABLES; i++)
		for (const struct option *row = tables[i]; row && row->name; row++)
			if ((strlen(row->name) == length && !strncmp(row->name, word, length)) ||
			    (row->brief && strcmp(row->brief, word) == 0))
				return row;
	return NULL;
}

static const char *nearest(const option_tables tables, const char *word)
{
	const char *best = NULL;
	size_t least = WORDS_FAR;

	for (size_t i = 0; i < OPTION_TABLES; i++)
		for (const struct option *row = tables[i]; row && row->name; row++) {
			size_t distance = words_distance(word, row->name);

			if (distance < least) {
				least = distance;
				best = row->name;
			}
		}
	return best;
}

static int refuse_unknown(const option_tables tables, const char *word, size_t length,
                          char why[OPTION_WHY])
{
	char name[WORDS_MAX + 1];
	const char *near;

	snprintf(name, sizeof(name), "%.*s", (int)length, word);
	near = nearest(tables, name);
	snprintf(why, OPTION_WHY, "unknown option '%s'%s%s%s", name, near ? " (did you mean " : "",
	         near ? near : "", near ? "?)" : "");
	return -EINVAL;
}

int option_read(struct arguments *in, const option_tables tables, char why[OPTION_WHY])
{
	const char *word = *in->next;
	size_t length = strcspn(word, "=");
	struct reading reading = { .option = find(tables, word, length), .why = why };
	int error;

	if (!reading.option)
		return refuse_unknown(tables, word, length, why);
	reading.target = reading.option->setting ? in->settings : in->request;
	reading.attached = word[length] ? word + length + 1 : NULL;
	reading.next = in->next + 1;
	error = readers[reading.option->kind](&reading);
	if (!error)
		in->next = reading.next;
	return error;
}

const struct option *option_missing(const struct option *table, struct json_object *request)
{
	for (const struct option *row = table; row && row->name; row++)
		if (row->required && !json_object_object_get(request, row->key))
			return row;
	return NULL;
}
