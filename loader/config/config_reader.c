// SPDX-License-Identifier: GPL-2.0-or-later
#include "config/config_reader.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <utlist.h>

#include "base/files.h"
#include "base/text.h"

enum { FILE_MAX = 16 * 1024 * 1024 }; /* more than any network needs: it is a wrong file */

#define BLANKS " \t\r\n\v\f"
#define PUNCTUATION "={},"

static const char end_of_file[] = "end of file";

/* What the text is made of; a punctuation mark is its own token. */
enum { TOKEN_END, TOKEN_WORD = 'w', TOKEN_APPEND = '+', TOKEN_STOPPED = -1 };

struct config_parser {
	struct config_error *error;
	const char *at, *end; /* what follows the token */
	int line;
	int token, token_line;
	char *word; /* the token's text */
	struct config_item *items;
};

void config_error_at(struct config_error *error, int line, const char *format, ...)
{
	const size_t used = error->err ? strlen(error->text) : 0;
	char what[CONFIG_ERROR], place[16] = "";
	va_list values;

	va_start(values, format);
	vsnprintf(what, sizeof(what), format, values);
	va_end(values);
	/* words of the file could contain control sequences of a terminal */
	for (char *c = what; *c; c++)
		if ((unsigned char)*c < ' ' || *c == 0x7f)
			*c = '?';
	if (line)
		snprintf(place, sizeof(place), ":%d", line);
	snprintf(error->text + used, CONFIG_ERROR - used, "%s%s%s: %s", used ? "\n" : "",
	         error->path, place, what);
	if (!error->err)
		error->err = -EINVAL;
}

/* Ends the parsing: what follows a syntax error would only follow from it. */
static void stop(struct config_parser *in, int line, const char *what)
{
	config_error_at(in->error, line, "%s", what);
	in->token = TOKEN_STOPPED;
}

static void unexpected(struct config_parser *in, const char *expected)
{
	const char *quote = in->token == TOKEN_END ? "" : "'";

	if (in->token != TOKEN_STOPPED)
		config_error_at(in->error, in->token_line, "unexpected %s%s%s; expected %s", quote,
		                in->word, quote, expected);
	in->token = TOKEN_STOPPED;
}

static bool begins(const char *text, const char *prefix)
{
	return strncmp(text, prefix, strlen(prefix)) == 0;
}

static void skip_blanks(struct config_parser *in)
{
	const char *end;
	size_t length;

	do {
		length = strspn(in->at, BLANKS);
		if (begins(in->at, "#") || begins(in->at, "//")) {
			length = strcspn(in->at, "\n");
		} else if (begins(in->at, "/*")) {
			end = strstr(in->at + 2, "*/");
			if (!end)
				return stop(in, in->line, "unclosed comment; expected \"*/\"");
			length = (size_t)(end + 2 - in->at);
		}
		for (size_t i = 0; i < length; i++)
			in->line += *in->at++ == '\n';
	} while (length);
}

/* No value has more than one line, so a missing quote is reported where it is missing. */
static void take_quoted(struct config_parser *in)
{
	const char quote = *in->at++;
	char *to = in->word;

	while (*in->at != quote) {
		if (*in->at == '\\' && in->at[1])
			in->at++;
		if (*in->at == '\0' || *in->at == '\n')
			return stop(in, in->line,
			            quote == '"' ? "unclosed string; expected \" in the same line"
			                         : "unclosed string; expected ' in the same line");
		*to++ = *in->at++;
	}
	in->at++;
	*to = '\0';
	in->token = TOKEN_WORD;
}

static void take(struct config_parser *in, int token, size_t length)
{
	in->token = token;
	memcpy(in->word, in->at, length);
	in->word[length] = '\0';
	in->at += length;
}

static size_t word_length(const char *at)
{
	size_t length = 0;

	while (at[length] && !strchr(BLANKS PUNCTUATION "\"'#", at[length]) &&
	       !begins(at + length, "+=") && !begins(at + length, "//") &&
	       !begins(at + length, "/*"))
		length++;
	return length;
}

static void next(struct config_parser *in)
{
	if (in->token != TOKEN_STOPPED)
		skip_blanks(in);
	if (in->token == TOKEN_STOPPED)
		return;
	in->token_line = in->line;
	if (in->at == in->end) {
		in->token = TOKEN_END;
		strcpy(in->word, end_of_file);
	} else if (!*in->at) {
		stop(in, in->line, "zero octet; expected text");
	} else if (strchr(PUNCTUATION, *in->at)) {
		take(in, *in->at, 1);
	} else if (begins(in->at, "+=")) {
		take(in, TOKEN_APPEND, 2);
	} else if (*in->at == '"' || *in->at == '\'') {
		take_quoted(in);
	} else {
		take(in, TOKEN_WORD, word_length(in->at));
	}
}

/* With the token's text. Nothing for an unknown option. */
static void add_item(struct config_parser *in, const struct config_option *option)
{
	struct config_item *item;

	if (!option)
		return;
	item = calloc(1, sizeof(*item) + strlen(in->word) + 1);
	if (!item)
		return stop(in, 0, "not enough memory");
	item->option = option;
	item->line = in->token_line;
	strcpy(item->text, in->word);
	DL_APPEND(in->items, item);
}

static void close_brace(struct config_parser *in, int line, const char *expected)
{
	if (in->token == TOKEN_END)
		stop(in, line, "unclosed '{'; expected '}'");
	else if (in->token != '}')
		unexpected(in, expected);
	next(in);
}

/* One, or a list in braces. */
static void read_values(struct config_parser *in, const struct config_option *option)
{
	const int line = in->token_line;

	if (in->token == TOKEN_WORD) {
		add_item(in, option);
		return next(in);
	}
	if (in->token != '{' || (option && !option->value.list))
		return unexpected(in, "a value");
	do {
		next(in);
		if (in->token != TOKEN_WORD)
			break;
		add_item(in, option);
		next(in);
	} while (in->token == ',');
	close_brace(in, line, "',' or '}' in a list");
}

static void report_unknown(struct config_parser *in, const struct config_option *options)
{
	char list[CONFIG_ERROR / 2] = "", nearest[WORDS_MAX + 32] = "";
	size_t least = WORDS_FAR, used = 0;

	for (const struct config_option *option = options; option->name; option++) {
		if (words_nearer(in->word, option->name, &least))
			snprintf(nearest, sizeof(nearest), " (did you mean '%s'?)", option->name);
		if (used < sizeof(list))
			used += snprintf(list + used, sizeof(list) - used, "%s%s", used ? ", " : "",
			                 option->name);
	}
	config_error_at(in->error, in->token_line, "unknown option '%s'%s; expected one of %s",
	                in->word, nearest, list);
}

/* By the name that is the token; NULL with the error set. */
static const struct config_option *find_option(struct config_parser *in,
                                               const struct config_option *options)
{
	for (const struct config_option *option = options; option->name; option++)
		if (strcmp(option->name, in->word) == 0)
			return option;
	report_unknown(in, options);
	return NULL;
}

/* `begin` is the section's first item. */
static void read_setting(struct config_parser *in, const struct config_option *option,
                         const struct config_item *begin)
{
	const struct config_item *before = begin;
	const int line = in->token_line;

	while (before && before->option != option)
		before = before->next;
	next(in);
	if (in->token != '=' && (in->token != TOKEN_APPEND || (option && !option->value.list)))
		return unexpected(in, "'=' after the name of an option");
	if (option && before && in->token == '=')
		config_error_at(in->error, line, "duplicate %s (line %d); expected once",
		                option->name, before->line);
	next(in);
	read_values(in, option);
}

static void read_settings(struct config_parser *in, const struct config_option *section,
                          const struct config_item *begin);

static void read_section(struct config_parser *in, const struct config_option *section)
{
	int line;

	next(in);
	if (in->token != TOKEN_WORD)
		return unexpected(in, "the name of the section, then '{'");
	add_item(in, section);
	next(in);
	line = in->token_line;
	if (in->token != '{')
		return unexpected(in, "'{' after the name of the section");
	next(in);
	read_settings(in, section, in->items->prev);
	close_brace(in, line, "NAME = VALUE or '}'");
}

static void read_settings(struct config_parser *in, const struct config_option *section,
                          const struct config_item *begin)
{
	while (in->token == TOKEN_WORD) {
		const struct config_option *option = find_option(in, section->section);

		if (!option || !option->section) {
			read_setting(in, option, begin);
		} else {
			read_section(in, option);
			add_item(in, section);
		}
	}
}

/* NULL with the error set. */
static char *read_whole(struct config_error *error, size_t *length)
{
	autoclose int fd = open(error->path, O_RDONLY | O_CLOEXEC);
	char *text = NULL;
	int err = fd < 0 ? -errno : file_read(fd, FILE_MAX, &text, length);

	if (err == -EFBIG) {
		config_error_at(error, 0, "is too large; expected at most %d MiB",
		                FILE_MAX / 1024 / 1024);
	} else if (err) {
		config_error_at(error, 0, "cannot be read: %s", strerror(-err));
		error->err = err;
	}
	return text;
}

struct config_item *config_parse(const struct config_option *file, struct config_error *error)
{
	size_t length = 0;
	autofree char *text = read_whole(error, &length);
	autofree char *word = text ? calloc(1, length + sizeof(end_of_file)) : NULL;
	struct config_parser in = {
		.error = error, .at = text, .end = text + length, .line = 1, .word = word
	};

	if (!text)
		return NULL;
	if (!word) {
		config_error_at(error, 0, "not enough memory");
		return NULL;
	}
	add_item(&in, file);
	next(&in);
	read_settings(&in, file, in.items);
	if (in.token != TOKEN_END)
		unexpected(&in, "NAME = VALUE or SECTION NAME { ... }");
	return in.items;
}

void config_free(struct config_item *items)
{
	struct config_item *item, *next;

	DL_FOREACH_SAFE (items, item, next)
		free(item);
}
