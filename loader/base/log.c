// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/log.h"

#include <pthread.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"

enum { MINUTE = 60000 }; /* ms */
enum { KINDS = 512 };    /* more than there are; further ones have the last place together */

/* Lines of one format, in the minute since the first of them. */
struct kind {
	const char *format;
	int64_t until; /* ms of CLOCK_MONOTONIC */
	unsigned int lines;
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct kind kinds[KINDS]; /* under the lock, up to one without a format */
static int shown = LOG_INFO;
static bool to_journal;

void log_init(int level)
{
	shown = level;
	to_journal = getenv("JOURNAL_STREAM");
	setvbuf(stderr, NULL, _IOLBF, 0);
}

static void write_line(int level, const char *line)
{
	static const char *const words[] = { [LOG_ERR] = "error: ", [LOG_WARNING] = "warning: " };

	if (to_journal)
		fprintf(stderr, "<%d>%s\n", level, line);
	else
		fprintf(stderr, "sleepproxyd: %s%s\n", level <= LOG_WARNING ? words[level] : "",
		        line);
}

/* With the lock. */
static void end_minute(struct kind *kind)
{
	char line[256];

	if (kind->lines > LOG_LINES_A_MINUTE) {
		snprintf(line, sizeof(line), "%u more lines in a minute were not shown: %s",
		         kind->lines - LOG_LINES_A_MINUTE, kind->format);
		write_line(LOG_WARNING, line);
	}
	kind->lines = 0;
}

/* With the lock. */
static struct kind *find_kind(const char *format)
{
	struct kind *kind = kinds;

	while (kind < kinds + KINDS - 1 && kind->format && kind->format != format)
		kind++;
	kind->format = format;
	return kind;
}

static bool is_allowed(const char *format)
{
	const int64_t now = clock_ms();
	struct kind *kind;
	bool allowed;

	pthread_mutex_lock(&lock);
	kind = find_kind(format);
	if (now >= kind->until) {
		end_minute(kind);
		kind->until = now + MINUTE;
	}
	allowed = ++kind->lines <= LOG_LINES_A_MINUTE;
	pthread_mutex_unlock(&lock);
	return allowed;
}

void log_suppressed(void)
{
	const int64_t now = clock_ms();

	pthread_mutex_lock(&lock);
	for (struct kind *kind = kinds; kind < kinds + KINDS && kind->format; kind++)
		if (now >= kind->until)
			end_minute(kind);
	pthread_mutex_unlock(&lock);
}

void log_at(int level, const char *format, ...)
{
	char line[1024];
	va_list arguments;

	if (level > shown || !is_allowed(format))
		return;
	va_start(arguments, format);
	vsnprintf(line, sizeof(line), format, arguments);
	va_end(arguments);
	write_line(level, line);
}

void log_program(const char *program, const char *format, ...)
{
	va_list arguments;

	fflush(stdout);
	fprintf(stderr, "%s: ", program);
	va_start(arguments, format);
	vfprintf(stderr, format, arguments);
	va_end(arguments);
	fputc('\n', stderr);
}
