/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Text for people: columns that align, and colour where it is wanted. */
#ifndef SLEEPPROXY_CLI_TEXT_TABLE_H
#define SLEEPPROXY_CLI_TEXT_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

enum style { PLAIN, BOLD, DIM, RED, GREEN, YELLOW, BLUE, CYAN };

struct paper {
	FILE *file;
	bool colour;
};

void paper_write(const struct paper *paper, enum style style, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* The style of a state or an event by its name; PLAIN for what it does not know. */
enum style style_of(const char *word);

/* Filled cell by cell, row after row; owned by whoever made it. */
struct table;

/* A column a heading, up to NULL. */
struct table *table_new(const char *const *headings);
void table_free(struct table *table);
void table_cell(struct table *table, enum style style, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
/* "-" where there is no text. */
void table_text(struct table *table, enum style style, const char *text);
/* To the right of its column, but for the heading. */
void table_count(struct table *table, enum style style, int64_t count);
/* A row of three: a label, what it is ("-" where there is no text), and more about that. */
void table_line(struct table *table, enum style style, const char *label, const char *text,
                const char *more);
void table_print(const struct table *table, const struct paper *paper);

#endif
