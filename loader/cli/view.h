/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What people are shown: text, with colour on a terminal; errors; tables with aligned columns,
 * filled cell by cell, row by row; and the members of a result as rows or cells of one, by a table
 * that says how each is shown.
 */
#ifndef SLEEPPROXY_CLI_VIEW_H
#define SLEEPPROXY_CLI_VIEW_H

#include <json-c/json.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "base/log.h"

enum style { PLAIN, BOLD, DIM, REVERSE, RED, GREEN, YELLOW, BLUE, CYAN };

struct output {
	FILE *file;
	bool colour;
	bool all; /* also what is zero */
};

/* Standard output, with colour if it is a terminal and https://no-color.org permits it. */
struct output output_stdout(void);

/* Control characters other than newline are replaced. */
void output_write(const struct output *output, enum style style, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* A word of the daemon's: the name of a state, an event, a result or an origin. */
struct word {
	const char *text;
	enum style style;
	const char *meaning; /* or NULL */
};

/* PLAIN and without a meaning for others. */
const struct word *word_of(const char *text);

#define print_error(...) log_program("sleepproxyctl", __VA_ARGS__)

/* Reports it, and exits. */
void out_of_memory(void) __attribute__((noreturn));

enum { TABLE_COLUMNS = 16 };

struct text_table {
	size_t columns; /* at most TABLE_COLUMNS */
	size_t count, room;
	struct cell *cells;
};

void table_cell(struct text_table *table, enum style style, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
/* `empty` instead of an empty text */
void table_text(struct text_table *table, enum style style, const char *text, const char *empty);
/* aligned to the right */
void table_count(struct text_table *table, enum style style, int64_t count);
/* Prints and frees the cells. */
void table_finish(struct text_table *table, const struct output *output);

enum view_kind {
	VIEW_TEXT,     /* text, a number other than 0, or a list of texts */
	VIEW_WORD,     /* a word of the daemon's, with its colour and its meaning */
	VIEW_FLAG,     /* "yes", or nothing */
	VIEW_DURATION, /* seconds, or text instead */
	VIEW_DISTANCE, /* seconds from now, or text instead */
	VIEW_TIME,     /* RFC 3339, in UTC */
};

struct view_row {
	const char *label, *member;
	enum view_kind kind;
	const char *note;
	const char *noted; /* a member that is the note: text, or seconds from now */
	const char *empty; /* instead of a value; NULL: a row is left out without one */
	const char *empty_note;
	enum style style; /* of the value */
};

/* Up to a row without a label, as rows of three columns: the label, the value, the note. */
void view_rows(struct text_table *table, struct json_object *object, const struct view_row *rows);
/* As cells, of the columns that have a member. */
void view_cells(struct text_table *table, struct json_object *object, const struct view_row *rows);
/* A list as a table. `add_row` adds the cells of an object; NULL: view_cells. */
void view_list(const struct output *output, struct json_object *list, const struct view_row *rows,
               void (*add_row)(struct text_table *table, struct json_object *object));

/* Text of the daemon's; "" for a member that is missing or null. */
const char *json_get_text(struct json_object *object, const char *key);
bool json_get_bool(struct json_object *object, const char *key);
int64_t json_get_number(struct json_object *object, const char *key);
void json_set_text(struct json_object *object, const char *key, const char *text);
/* 0 for what is no list */
size_t json_length(struct json_object *list);

enum { TIME_TEXT = 64 };

/* The two largest units: "12s", "3m12s", "5h0m", "12d7h"; "0s" for negative durations. */
char *duration_text(int64_t seconds, char buffer[TIME_TEXT]);
/* From now: "in 5h59m", "now", and for negative values "12s ago". */
char *distance_text(int64_t seconds, char buffer[TIME_TEXT]);
/* The same for an RFC 3339 time in UTC, by this machine's clock; "" for anything else. */
char *distance_from_now(const char *rfc3339, char buffer[TIME_TEXT]);
/*
 * "2026-01-31T12:00:00.123Z" in the local time zone: "2026-01-31 13:00:00"; anything else
 * unchanged, cut to fit.
 */
char *local_time(const char *rfc3339, char buffer[TIME_TEXT]);

#endif
