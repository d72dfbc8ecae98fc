// SPDX-License-Identifier: GPL-2.0-or-later
/* In: a result and its view. Out: the view on paper, or the result as one line of JSON. */
#include "cli/writer.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static bool is_set(const char *variable)
{
	const char *value = getenv(variable);

	return value && *value;
}

/* https://no-color.org */
static bool wants_colour(FILE *file)
{
	const char *terminal = getenv("TERM");

	return isatty(fileno(file)) && !is_set("NO_COLOR") && terminal &&
	       strcmp(terminal, "dumb") != 0;
}

static void show_text(const struct call *call, view *view, struct json_object *result)
{
	const struct paper paper = { .file = stdout, .colour = wants_colour(stdout) };

	view(&paper, call, result);
}

static void show_json(const struct call *call, view *view, struct json_object *result)
{
	int flags = JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE;

	(void)call;
	(void)view;
	puts(json_object_to_json_string_ext(result, flags));
}

const struct writer writer_text = { show_text };
const struct writer writer_json = { show_json };
