// SPDX-License-Identifier: GPL-2.0-or-later
/* In: styled cells. Out: lines whose columns align. */
#include "cli/text_table.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "cli/say.h"

struct cell {
	enum style style;
	bool right;
	char *text;
};

struct table {
	size_t columns, count, room;
	struct cell *cells;
};

static const char *const codes[] = {
	[PLAIN] = "",         [BOLD] = "\033[1m",    [DIM] = "\033[2m",   [RED] = "\033[31m",
	[GREEN] = "\033[32m", [YELLOW] = "\033[33m", [BLUE] = "\033[34m", [CYAN] = "\033[36m",
};

static const struct {
	const char *word;
	enum style style;
} styles[] = {
	{ "awake", GREEN },    { "drowsy", YELLOW },     { "asleep", BLUE },
	{ "waking", CYAN },    { "gave-up", RED },       { "claimed", RED },
	{ "not-quiet", RED },  { "cooling", YELLOW },    { "attached", GREEN },
	{ "absent", YELLOW },  { "failed", RED },        { "magic", DIM },
	{ "bound", GREEN },    { "renewing", YELLOW },   { "rebinding", YELLOW },
	{ "lost", RED },       { "silence", YELLOW },    { "refused", RED },
	{ "expired", RED },    { "moved", RED },         { "lease-silence", YELLOW },
	{ "lease-lost", RED }, { "lease-renewed", DIM }, { "standby", BLUE },
	{ "stands-by", BLUE },
};

enum style style_of(const char *word)
{
	for (size_t i = 0; i < sizeof(styles) / sizeof(styles[0]); i++)
		if (strcmp(styles[i].word, word) == 0)
			return styles[i].style;
	return PLAIN;
}

/* What the daemon passes on may come from elsewhere: no control character reaches the terminal. */
static char *format_clean(char kept, const char *format, va_list arguments)
{
	char *text;

	if (vasprintf(&text, format, arguments) < 0)
		say_no_memory();
	for (char *letter = text; *letter; letter++)
		if (iscntrl((unsigned char)*letter) && *letter != kept)
			*letter = '?';
	return text;
}

static void write_styled(const struct paper *paper, enum style style, const char *text)
{
	bool styled = paper->colour && style != PLAIN && *text;

	fprintf(paper->file, "%s%s%s", styled ? codes[style] : "", text, styled ? "\033[0m" : "");
}

void paper_write(const struct paper *paper, enum style style, const char *format, ...)
{
	va_list arguments;
	char *text;

	va_start(arguments, format);
	text = format_clean('\n', format, arguments);
	va_end(arguments);
	write_styled(paper, style, text);
	free(text);
}

struct table *table_new(const char *const *headings)
{
	struct table *table = calloc(1, sizeof(*table));

	if (!table)
		say_no_memory();
	while (headings[table->columns])
		table->columns++;
	for (size_t i = 0; i < table->columns; i++)
		table_cell(table, BOLD, "%s", headings[i]);
	return table;
}

void table_free(struct table *table)
{
	if (!table)
		return;
	for (size_t i = 0; i < table->count; i++)
		free(table->cells[i].text);
	free(table->cells);
	free(table);
}

static struct cell *cell_new(struct table *table)
{
	if (table->count == table->room) {
		table->room = table->room ? table->room * 2 : 64;
		table->cells = reallocarray(table->cells, table->room, sizeof(*table->cells));
		if (!table->cells)
			say_no_memory();
	}
	return &table->cells[table->count++];
}

void table_cell(struct table *table, enum style style, const char *format, ...)
{
	struct cell *cell = cell_new(table);
	va_list arguments;

	va_start(arguments, format);
	*cell = (struct cell){ .style = style, .text = format_clean('\0', format, arguments) };
	va_end(arguments);
}

void table_text(struct table *table, enum style style, const char *text)
{
	table_cell(table, *text ? style : DIM, "%s", *text ? text : "-");
}

void table_count(struct table *table, enum style style, int64_t count)
{
	table_cell(table, style, "%" PRId64, count);
	table->cells[table->count - 1].right = true;
}

void table_line(struct table *table, enum style style, const char *label, const char *text,
                const char *more)
{
	table_cell(table, BOLD, "%s", label);
	table_text(table, style, text);
	table_cell(table, PLAIN, "%s", more);
}

static size_t column_width(const struct table *table, size_t column)
{
	size_t width = 0;

	for (size_t i = column; i < table->count; i += table->columns) {
		size_t length = strlen(table->cells[i].text);

		width = length > width ? length : width;
	}
	return width;
}

static size_t row_length(const struct cell *row, size_t columns)
{
	while (columns && !row[columns - 1].text[0])
		columns--;
	return columns;
}

static void print_row(const struct cell *row, const size_t *widths, size_t columns,
                      const struct paper *paper)
{
	size_t last = row_length(row, columns);

	for (size_t i = 0; i < last; i++) {
		int gap = (int)(widths[i] - strlen(row[i].text));
		int after = i + 1 < last ? 2 + (row[i].right ? 0 : gap) : 0;

		fprintf(paper->file, "%*s", row[i].right ? gap : 0, "");
		write_styled(paper, row[i].style, row[i].text);
		fprintf(paper->file, "%*s", after, "");
	}
	fputc('\n', paper->file);
}

void table_print(const struct table *table, const struct paper *paper)
{
	size_t widths[table->columns];

	for (size_t i = 0; i < table->columns; i++)
		widths[i] = column_width(table, i);
	for (size_t i = 0; i + table->columns <= table->count; i += table->columns)
		print_row(&table->cells[i], widths, table->columns, paper);
}
