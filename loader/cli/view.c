// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/view.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/param.h>
#include <time.h>
#include <unistd.h>

#include "base/text.h"

enum { LIST_WIDTH = 40 }; /* of a line of a list, in characters */

static const char *const codes[] = {
	[PLAIN] = "",          [BOLD] = "\033[1m",  [DIM] = "\033[2m",
	[REVERSE] = "\033[7m", [RED] = "\033[31m",  [GREEN] = "\033[32m",
	[YELLOW] = "\033[33m", [BLUE] = "\033[34m", [CYAN] = "\033[36m",
};

static const struct word words[] = {
	{ "awake", GREEN, NULL },
	{ "drowsy", YELLOW, "it is answered for as soon as it is silent" },
	{ "asleep", BLUE, "it is answered for" },
	{ "waking", CYAN, "Magic Packets are sent until a frame of it is seen" },
	{ "standby", BLUE, "it sleeps, and another proxy answers for it" },
	{ "config", PLAIN, "the configuration file" },
	{ "command", PLAIN, "'sleepproxyctl host add'" },
	{ "map", PLAIN, "an edit of the maps" },
	{ "registration", PLAIN, "only its own registration" },
	{ "none", PLAIN, "no lease is known" },
	{ "bound", GREEN, "the address belongs to the host" },
	{ "renewing", YELLOW, "from T1 on: requests to its server" },
	{ "rebinding", YELLOW, "from T2 on: its server did not answer; requests to every server" },
	{ "lost", RED, "the address may belong to another host: it is not answered for" },
	{ "wake-failed", RED, NULL },
	{ "address-in-use", RED, NULL },
	{ "still-active", RED, NULL },
	{ "wake-delayed", YELLOW, NULL },
	{ "registration-expired", RED, NULL },
	{ "magic-packet", DIM, NULL },
	{ "attached", GREEN, NULL },
	{ "absent", YELLOW, NULL },
	{ "failed", RED, NULL },
	{ "no-answer", YELLOW, NULL },
	{ "nak", RED, NULL },
	{ "expired", RED, NULL },
	{ "address-changed", RED, NULL },
	{ "lease-unanswered", YELLOW, NULL },
	{ "lease-lost", RED, NULL },
	{ "lease-renewed", DIM, NULL },
	{ 0 },
};

const struct word *word_of(const char *text)
{
	const struct word *word = words;

	while (word->text && strcmp(word->text, text) != 0)
		word++;
	return word;
}

struct output output_stdout(void)
{
	const char *terminal = getenv("TERM"), *no_colour = getenv("NO_COLOR");

	return (struct output){ .file = stdout,
		                .colour = isatty(STDOUT_FILENO) && !(no_colour && *no_colour) &&
		                          terminal && strcmp(terminal, "dumb") != 0 };
}

/*
 * The formatted text, owned by the caller; control characters other than `kept` are replaced, since
 * the daemon passes on names that come from the network.
 */
static char *output_format(char kept, const char *format, va_list arguments)
{
	char *text;

	if (vasprintf(&text, format, arguments) < 0)
		out_of_memory();
	for (char *c = text; *c; c++)
		if (iscntrl((unsigned char)*c) && *c != kept)
			*c = '?';
	return text;
}

void output_write(const struct output *output, enum style style, const char *format, ...)
{
	va_list arguments;
	char *text;

	va_start(arguments, format);
	text = output_format('\n', format, arguments);
	va_end(arguments);
	if (output->colour && style != PLAIN && *text)
		fprintf(output->file, "%s%s\033[0m", codes[style], text);
	else
		fputs(text, output->file);
	free(text);
}

void out_of_memory(void)
{
	print_error("out of memory");
	exit(1);
}

struct cell {
	enum style style;
	bool right;
	char *text;
};

void table_cell(struct text_table *table, enum style style, const char *format, ...)
{
	struct cell cell = { .style = style };
	va_list arguments;

	if (table->count == table->room) {
		table->room = table->room ? table->room * 2 : 64;
		table->cells = reallocarray(table->cells, table->room, sizeof(*table->cells));
		if (!table->cells)
			out_of_memory();
	}
	va_start(arguments, format);
	cell.text = output_format('\0', format, arguments);
	va_end(arguments);
	table->cells[table->count++] = cell;
}

void table_text(struct text_table *table, enum style style, const char *text, const char *empty)
{
	table_cell(table, *text ? style : DIM, "%s", *text ? text : empty);
}

void table_count(struct text_table *table, enum style style, int64_t count)
{
	table_cell(table, style, "%" PRId64, count);
	table->cells[table->count - 1].right = true;
}

static void print_row(const struct cell *row, const size_t *widths, size_t columns,
                      const struct output *output)
{
	while (columns && !row[columns - 1].text[0])
		columns--;
	for (size_t i = 0; i < columns; i++) {
		int gap = (int)(widths[i] - strlen(row[i].text));
		int after = i + 1 < columns ? 2 + (row[i].right ? 0 : gap) : 0;

		fprintf(output->file, "%*s", row[i].right ? gap : 0, "");
		output_write(output, row[i].style, "%s", row[i].text);
		fprintf(output->file, "%*s", after, "");
	}
	fputc('\n', output->file);
}

void table_finish(struct text_table *table, const struct output *output)
{
	size_t widths[TABLE_COLUMNS] = { 0 };

	for (size_t i = 0; i < table->count; i++) {
		size_t *width = &widths[i % table->columns];

		*width = MAX(*width, strlen(table->cells[i].text));
	}
	for (size_t i = 0; i + table->columns <= table->count; i += table->columns)
		print_row(&table->cells[i], widths, table->columns, output);
	for (size_t i = 0; i < table->count; i++)
		free(table->cells[i].text);
	free(table->cells);
}

enum { MINUTE = 60, HOUR = 60 * MINUTE, DAY = 24 * HOUR };

char *duration_text(int64_t seconds, char buffer[TIME_TEXT])
{
	const int64_t s = seconds > 0 ? seconds : 0;

	if (s < MINUTE)
		snprintf(buffer, TIME_TEXT, "%" PRId64 "s", s);
	else if (s < HOUR)
		snprintf(buffer, TIME_TEXT, "%" PRId64 "m%" PRId64 "s", s / MINUTE, s % MINUTE);
	else if (s < DAY)
		snprintf(buffer, TIME_TEXT, "%" PRId64 "h%" PRId64 "m", s / HOUR,
		         s % HOUR / MINUTE);
	else
		snprintf(buffer, TIME_TEXT, "%" PRId64 "d%" PRId64 "h", s / DAY, s % DAY / HOUR);
	return buffer;
}

char *distance_text(int64_t seconds, char buffer[TIME_TEXT])
{
	char duration[TIME_TEXT];

	if (seconds == 0)
		return strcpy(buffer, "now");
	duration_text(seconds > 0 ? seconds : -seconds, duration);
	snprintf(buffer, TIME_TEXT, seconds > 0 ? "in %.48s" : "%.48s ago", duration);
	return buffer;
}

/* -1: not a UTC time */
static time_t parse_time(const char *rfc3339)
{
	int64_t ms;

	return text_to_time(rfc3339, &ms) ? -1 : ms / 1000;
}

char *distance_from_now(const char *rfc3339, char buffer[TIME_TEXT])
{
	time_t then = parse_time(rfc3339);

	*buffer = '\0';
	return then == -1 ? buffer : distance_text(then - time(NULL), buffer);
}

char *local_time(const char *rfc3339, char buffer[TIME_TEXT])
{
	time_t then = parse_time(rfc3339);
	struct tm local;

	if (then == -1 || !localtime_r(&then, &local) ||
	    !strftime(buffer, TIME_TEXT, "%Y-%m-%d %H:%M:%S", &local))
		snprintf(buffer, TIME_TEXT, "%s", rfc3339);
	return buffer;
}

const char *json_get_text(struct json_object *object, const char *key)
{
	const char *text = json_object_get_string(json_object_object_get(object, key));

	return text ? text : "";
}

bool json_get_bool(struct json_object *object, const char *key)
{
	return json_object_get_boolean(json_object_object_get(object, key));
}

int64_t json_get_number(struct json_object *object, const char *key)
{
	return json_object_get_int64(json_object_object_get(object, key));
}

void json_set_text(struct json_object *object, const char *key, const char *text)
{
	json_object_object_add(object, key, json_object_new_string(text));
}

size_t json_length(struct json_object *list)
{
	return json_object_is_type(list, json_type_array) ? json_object_array_length(list) : 0;
}

/* A value that is no list, in `buffer` or as it is; "" if there is none. */
static const char *value_text(struct json_object *value, enum view_kind kind,
                              char buffer[TIME_TEXT])
{
	const bool number = json_object_is_type(value, json_type_int) ||
	                    json_object_is_type(value, json_type_double);
	const int64_t integer = json_object_get_int64(value);

	if (!value || json_object_is_type(value, json_type_array))
		return "";
	if (kind == VIEW_FLAG)
		return json_object_get_boolean(value) ? "yes" : "";
	if (kind == VIEW_DURATION && number)
		return duration_text(integer, buffer);
	if (kind == VIEW_DISTANCE && number)
		return distance_text(integer, buffer);
	if (kind == VIEW_TIME)
		return local_time(json_object_get_string(value), buffer);
	return number && json_object_get_double(value) == 0 ? "" : json_object_get_string(value);
}

/* The note may be NULL; `empty`, too, where there is a value. */
static void add_row(struct text_table *table, enum style style, const char *label,
                    const char *value, const char *empty, const char *note)
{
	table_cell(table, BOLD, "%s", label);
	table_text(table, style, value, empty);
	table_cell(table, PLAIN, "%s", note ? note : "");
}

/* Further lines have no label. */
static void add_list(struct text_table *table, const char *label, struct json_object *list)
{
	char text[LIST_WIDTH + 64] = "";

	for (size_t i = 0; i < json_length(list); i++) {
		const char *item = json_object_get_string(json_object_array_get_idx(list, i));

		if (*text && strlen(text) + strlen(item) >= LIST_WIDTH) {
			add_row(table, PLAIN, label, text, "-", NULL);
			*text = '\0';
			label = "";
		}
		snprintf(text + strlen(text), sizeof(text) - strlen(text), "%s%s", *text ? " " : "",
		         item);
	}
	add_row(table, PLAIN, label, text, "-", NULL);
}

static void add_member(struct text_table *table, struct json_object *object,
                       const struct view_row *row)
{
	struct json_object *value = json_object_object_get(object, row->member);
	char buffer[TIME_TEXT], distance[TIME_TEXT];
	const char *text = value_text(value, row->kind, buffer);
	const char *note = *text ? row->note : row->empty_note;
	enum style style = row->style;

	if (row->kind == VIEW_WORD) {
		style = word_of(text)->style;
		note = word_of(text)->meaning;
	}
	if (row->noted)
		note = value_text(json_object_object_get(object, row->noted), VIEW_DISTANCE,
		                  distance);
	if (json_length(value))
		add_list(table, row->label, value);
	else if (*text || row->empty)
		add_row(table, style, row->label, text, row->empty, note);
}

void view_rows(struct text_table *table, struct json_object *object, const struct view_row *rows)
{
	for (; rows->label; rows++)
		add_member(table, object, rows);
}

void view_cells(struct text_table *table, struct json_object *object, const struct view_row *rows)
{
	for (; rows->member; rows++) {
		char buffer[TIME_TEXT];
		const char *text = value_text(json_object_object_get(object, rows->member),
		                              rows->kind, buffer);

		table_text(table, rows->kind == VIEW_WORD ? word_of(text)->style : PLAIN, text,
		           rows->empty ? rows->empty : "");
	}
}

void view_list(const struct output *output, struct json_object *list, const struct view_row *rows,
               void (*add_row)(struct text_table *table, struct json_object *object))
{
	struct text_table table = { .columns = 0 };

	for (; rows[table.columns].label; table.columns++)
		table_cell(&table, BOLD, "%s", rows[table.columns].label);
	for (size_t i = 0; i < json_length(list); i++) {
		if (add_row)
			add_row(&table, json_object_array_get_idx(list, i));
		else
			view_cells(&table, json_object_array_get_idx(list, i), rows);
	}
	table_finish(&table, output);
}
