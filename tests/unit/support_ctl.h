/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The daemon's results as JSON in, the text that people read out. */
#ifndef SLEEPPROXY_SUPPORT_CTL_H
#define SLEEPPROXY_SUPPORT_CTL_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "cli/command.h"

/* The result of a command as it is shown; the caller frees it. */
static inline char *shown(const char *const *words, bool colour, const char *settings,
                          const char *json)
{
	size_t used, size;
	struct json_object *result = json_tokener_parse(json);
	struct cli_call call = { .command = command_find((char *const *)words, &used),
		                 .request = json_tokener_parse("{'name': 'nas'}"),
		                 .settings = json_tokener_parse(settings) };
	struct output output = { .colour = colour, .all = json_get_bool(call.settings, "all") };
	char *text;

	assert_non_null(call.command);
	assert_non_null(result);
	output.file = open_memstream(&text, &size);
	call_view(&output, &call, result);
	fclose(output.file);
	json_object_put(call.settings);
	json_object_put(call.request);
	json_object_put(result);
	return text;
}

static inline void check_line(const char *text, const char *line)
{
	if (!strstr(text, line))
		fail_msg("'%s' is not in:\n%s", line, text);
}

#endif
