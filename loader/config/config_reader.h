/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reads a configuration file by tables of options into structs; for the daemon and the agent.
 *
 *	NAME = WORD             of a list also { WORD, WORD }, and += to add to it
 *	SECTION TITLE { ... }   settings between the braces
 *
 * A word may be in quotes, within one line; a backslash there takes the next character as it is.
 * Comments go from # or // to the end of the line, or are enclosed as in C.
 */
#ifndef SLEEPPROXY_CONFIG_READER_H
#define SLEEPPROXY_CONFIG_READER_H

#include "base/fields.h"
#include "config/config.h"

/* The mistakes in a file. */
struct config_error {
	const char *path;
	char *text; /* "FILE:LINE: what is wrong; what was expected", a line each; CONFIG_ERROR */
	int err;    /* 0: none yet; or a negative errno, of the first */
};

/* Adds a mistake; the first one overwrites the text. `line` 0: the whole file. */
void config_error_at(struct config_error *error, int line, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

struct config_option;

/* Reads a value into its place. NULL, or what is wrong with the text, with the place untouched. */
typedef const char *value_reader(const struct config_option *option, const char *text,
                                 const struct field_value *place);

/* A row of a table: an option, and the member that its value goes to. */
struct config_option {
	const char *name;
	struct field value;                  /* without its name */
	value_reader *read;                  /* NULL: option_read */
	const char *from, *to;               /* the range of a duration */
	const struct config_option *section; /* of a section: its rows, up to one without a name */
};

/* clang-format off */
/* Columns of a row: a field_type, and where the member is, by the columns of fields.h. */
#define OPTION_VALUE(...) .value = { .type = __VA_ARGS__ }
#define OPTION_READ(reader, ...) .read = (reader), .value = { __VA_ARGS__ }
#define OPTION_TIME(owner, member, low, high, kind) \
	OPTION_READ(option_read_duration, FIELD_AT(owner, member), \
		    .expected = kind ", from " low " to " high), .from = (low), .to = (high)
/* int64_t, ms */
#define OPTION_DURATION(owner, member, low, high) \
	OPTION_TIME(owner, member, low, high, "a duration such as 500ms, 5s, 2m or 1h")
/* uint32_t, s */
#define OPTION_SECONDS(owner, member, low, high) \
	OPTION_TIME(owner, member, low, high, "a duration in whole seconds such as 30s or 2m")
/* clang-format on */

value_reader option_read_duration;
value_reader option_read_path;     /* char[]: an absolute path */
value_reader option_read_endpoint; /* struct endpoint */
value_reader option_read;          /* by the type of the value; of a list: one more element */

/*
 * A value as it is in the file, or the begin of a section. What is outside of sections follows an
 * item of the file's own row, at the begin and after each section.
 */
struct config_item {
	struct config_item *prev, *next; /* of the first, `prev` is the last (utlist) */
	const struct config_option *option;
	int line;
	char text[]; /* the value, or the name of the section */
};

/*
 * What could be parsed of error->path by the rows of file->section, to be released by config_free.
 * NULL: it cannot be read. Goes on after an unknown option, but not after a syntax error.
 */
struct config_item *config_parse(const struct config_option *file, struct config_error *error);
void config_free(struct config_item *items);

/* Reads the values of a section, up to the next one, into a struct. */
void config_read(const struct config_item *section, void *into, struct config_error *error);
/* The section's first value of that name, or NULL. */
const struct config_item *config_find(const struct config_item *section, const char *name);

#endif
