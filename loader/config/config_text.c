// SPDX-License-Identifier: GPL-2.0-or-later
#include "config/config_text.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"

/* Far more than the hosts of a network need: a wrong file is to be refused, not read to its end. */
enum { SOURCE_MAX = 16 * 1024 * 1024 };

enum { NESTED_MAX = 8 };

/* A place in the text, its line, and those of the braces that are open there. */
struct scan {
	struct fault *fault;
	char *at;
	int line;
	int braces[NESTED_MAX];
	int depth;
};

static int failed(struct fault *fault)
{
	int error = errno;

	fault_at(fault, 0, "cannot be read: %s", strerror(error));
	return -error;
}

static ssize_t read_some(int fd, char *buffer, size_t size)
{
	ssize_t got;

	do {
		got = read(fd, buffer, size);
	} while (got < 0 && errno == EINTR);
	return got;
}

/* The size is not asked for beforehand: a pipe has none. */
static int read_whole(struct fault *fault, int fd, char **text, size_t *length)
{
	autofree char *whole = NULL;
	size_t size = 0;
	size_t used = 0;
	ssize_t got;

	do {
		if (used + 1 >= size) {
			char *larger = realloc(whole, size ? size *= 2 : (size = 4096));

			if (!larger)
				return failed(fault);
			whole = larger;
		}
		got = read_some(fd, whole + used, size - used - 1);
		if (got < 0)
			return failed(fault);
		used += got;
	} while (got > 0 && used <= SOURCE_MAX);
	if (used > SOURCE_MAX)
		return fault_at(fault, 0, "is too large; expected at most %d MiB",
		                SOURCE_MAX / 1024 / 1024);
	whole[used] = '\0';
	*length = used;
	*text = whole;
	whole = NULL;
	return 0;
}

static void blank(struct scan *scan, size_t count)
{
	for (; count && *scan->at; count--, scan->at++) {
		if (*scan->at == '\n')
			scan->line++;
		else
			*scan->at = ' ';
	}
}

static int blank_line(struct scan *scan)
{
	blank(scan, strcspn(scan->at, "\n"));
	return 0;
}

static int blank_block(struct scan *scan)
{
	const char *end = strstr(scan->at + 2, "*/");

	if (!end)
		return fault_at(scan->fault, scan->line, "a comment without end; expected \"*/\"");
	blank(scan, end + 2 - scan->at);
	return 0;
}

/* No value has more than one line, and a forgotten quote is best found where it is missing. */
static int skip_string(struct scan *scan)
{
	char quote = *scan->at++;

	while (*scan->at != quote) {
		if (*scan->at == '\\' && scan->at[1])
			scan->at++;
		if (*scan->at == '\0' || *scan->at == '\n')
			return fault_at(
				scan->fault, scan->line,
				"a string without end; expected a closing %c in the same line",
				quote);
		scan->at++;
	}
	scan->at++;
	return 0;
}

static int pass_line(struct scan *scan)
{
	scan->line++;
	scan->at++;
	return 0;
}

static int open_brace(struct scan *scan)
{
	if (scan->depth == NESTED_MAX)
		return fault_at(scan->fault, scan->line,
		                "too many braces within each other; expected at most %d",
		                NESTED_MAX);
	scan->braces[scan->depth++] = scan->line;
	scan->at++;
	return 0;
}

/* libconfuse refuses a brace too many. */
static int close_brace(struct scan *scan)
{
	if (scan->depth)
		scan->depth--;
	scan->at++;
	return 0;
}

static const struct {
	const char *opening;
	int (*pass)(struct scan *scan);
} forms[] = {
	{ "\n", pass_line },   { "#", blank_line },  { "//", blank_line }, { "/*", blank_block },
	{ "\"", skip_string }, { "'", skip_string }, { "{", open_brace },  { "}", close_brace },
};

static int pass_one(struct scan *scan)
{
	for (size_t i = 0; i < sizeof(forms) / sizeof(*forms); i++) {
		if (strncmp(scan->at, forms[i].opening, strlen(forms[i].opening)) == 0)
			return forms[i].pass(scan);
	}
	scan->at++;
	return 0;
}

static int prepare(struct fault *fault, char *text, size_t length)
{
	struct scan scan = { .fault = fault, .at = text, .line = 1 };

	while (*scan.at) {
		if (pass_one(&scan))
			return -EINVAL;
	}
	if (scan.at != text + length)
		return fault_at(fault, scan.line, "a zero octet; expected text");
	/* libconfuse takes the end of the file for the end of a section */
	if (scan.depth)
		return fault_at(fault, scan.braces[scan.depth - 1],
		                "a '{' without end; expected '}'");
	return 0;
}

int source_read(struct fault *fault, char **text)
{
	autoclose int fd = open(fault->path, O_RDONLY | O_CLOEXEC);
	autofree char *whole = NULL;
	size_t length = 0;
	int error;

	if (fd < 0)
		return failed(fault);
	error = read_whole(fault, fd, &whole, &length);
	if (error)
		return error;
	if (prepare(fault, whole, length))
		return -EINVAL;
	*text = whole;
	whole = NULL;
	return 0;
}
