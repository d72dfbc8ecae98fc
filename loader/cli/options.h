/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Options as rows. What is read becomes fields of JSON objects: of the request, or of the settings
 * that concern the client alone. Pure: no output but these and the reason for a refusal.
 */
#ifndef SLEEPPROXY_CLI_OPTIONS_H
#define SLEEPPROXY_CLI_OPTIONS_H

#include <json-c/json.h>
#include <stdbool.h>

enum option_kind {
	OPTION_FLAG,         /* true */
	OPTION_TEXT,         /* a string */
	OPTION_NUMBER,       /* a number, 0 or more */
	OPTION_MAYBE_NUMBER, /* a number that may be left out; then 0 */
	OPTION_LIST,         /* an array of strings: "A B", "A,B", or the option again */
};

struct option {
	const char *name;  /* "--address" */
	const char *brief; /* "-j", NULL: none */
	const char *value; /* what the help calls the value; NULL for flags */
	const char *key;
	enum option_kind kind;
	bool setting; /* for the client alone, not for the daemon */
	bool required;
	const char *help;
};

struct arguments {
	char **next; /* the word that is to be read, as in argv */
	struct json_object *request, *settings;
};

enum { OPTION_WHY = 256, OPTION_TABLES = 2 };

/* Rows up to one without a name; a table may be NULL. */
typedef const struct option *option_tables[OPTION_TABLES];

/* "-" alone and "--" are none. */
bool option_is(const char *word);

/* Takes the option at `next`, with its values. 0, or -EINVAL and the reason in `why`. */
int option_read(struct arguments *in, const option_tables tables, char why[OPTION_WHY]);

/* The first required option that was not given, or NULL. */
const struct option *option_missing(const struct option *table, struct json_object *request);

#endif
