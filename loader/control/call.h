/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the files of commands share, and nobody else sees. */
#ifndef SLEEPPROXY_CONTROL_CALL_H
#define SLEEPPROXY_CONTROL_CALL_H

#include <json-c/json.h>
#include <stdbool.h>
#include <stdint.h>

#include "control/commands.h"
#include "host/registry.h"

/* One request on its way. A command returns its result, or NULL having written `why`. */
struct call {
	struct daemon *daemon;
	struct json_object *request;
	bool *watch;
	char *why;
};

/* A row: what carries out the command of that name. */
struct command {
	const char *name;
	struct json_object *(*run)(struct call *call);
};

/* Each up to a row without a name. */
extern const struct command host_commands[], lease_commands[];

void add_string(struct json_object *json, const char *key, const char *value);
void add_int(struct json_object *json, const char *key, int64_t value);
/* NULL, with the reason written. */
struct json_object *call_refuse(struct call *call, const char *reason);
/* NULL: there is no such string. */
const char *call_argument(struct call *call, const char *key);
/* The host that "name" names, by its name or its MAC; NULL, with the reason written: none. */
const struct registered *call_host(struct call *call);

#endif
