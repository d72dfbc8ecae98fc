// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/log.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

static int shown = LOG_INFO;
static bool to_journal;

void log_init(int level)
{
	shown = level;
	to_journal = getenv("JOURNAL_STREAM");
	setvbuf(stderr, NULL, _IOLBF, 0);
}

void log_at(int level, const char *format, ...)
{
	static const char *const words[] = { [LOG_ERR] = "error: ", [LOG_WARNING] = "warning: " };
	char line[1024];
	va_list arguments;

	if (level > shown)
		return;
	va_start(arguments, format);
	vsnprintf(line, sizeof(line), format, arguments);
	va_end(arguments);
	if (to_journal)
		fprintf(stderr, "<%d>%s\n", level, line);
	else
		fprintf(stderr, "sleepproxyd: %s%s\n", level <= LOG_WARNING ? words[level] : "",
		        line);
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
