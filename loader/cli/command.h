/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A command is a row, the rows of a group stand in one file, and the help derives from the rows. */
#ifndef SLEEPPROXY_CLI_COMMAND_H
#define SLEEPPROXY_CLI_COMMAND_H

#include <json-c/json.h>
#include <stdbool.h>
#include <stdio.h>

#include "cli/client.h"
#include "cli/options.h"
#include "cli/say.h"
#include "cli/writer.h"

struct command;

/* What the command line says, taken apart. */
struct call {
	const struct command *command;
	struct json_object *request;  /* what the daemon is asked */
	struct json_object *settings; /* what concerns the client alone: "socket", "json", … */
	char **words;                 /* what follows a raw command */
	const struct writer *writer;
};

struct command {
	const char *name;     /* one word, or two */
	const char *argument; /* "NAME"; in brackets where it may be left out; NULL: none */
	const char *request;  /* what the protocol calls it */
	const struct option *options;
	bool raw;         /* what follows is not ours to understand */
	const char *help; /* one line */
	const char *text; /* the rest, in lines of at most 78 */
	const char *example;
	int (*run)(const struct call *call); /* an exit status */
	view *view;                          /* its result, for people */
};

struct command_group {
	const char *title;
	const struct command *commands; /* up to one without a name */
};

extern const struct command_group hosts_group, leases_group, happenings_group, daemon_group;
extern const struct option global_options[];

/* NULL: none. `used` becomes the number of words that its name takes. */
const struct command *command_find(char *const *words, size_t *used);
int command_unknown(char *const *words); /* complains, CTL_USAGE */

void command_usage(FILE *file, const struct command *command);
int command_help(const struct call *call);
void command_overview(FILE *file);

/* Building blocks of the commands. */
const char *call_socket(const struct call *call);
int call_show(const struct call *call, view *view, struct json_object *result);
int call_simple(const struct call *call); /* asks and shows: all that most commands do */

#endif
