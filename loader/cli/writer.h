/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A result goes to a writer, and the writer alone knows the format. */
#ifndef SLEEPPROXY_CLI_WRITER_H
#define SLEEPPROXY_CLI_WRITER_H

#include <json-c/json.h>

#include "cli/text_table.h"

struct call;

/* A result as text for people. */
typedef void view(const struct paper *paper, const struct call *call, struct json_object *result);

struct writer {
	void (*show)(const struct call *call, view *view, struct json_object *result);
};

extern const struct writer writer_text, writer_json;

#endif
