// SPDX-License-Identifier: GPL-2.0-or-later
#include "agent/messages.h"

#include <stdarg.h>
#include <stdio.h>

static bool shows_steps;

static void write_line(const char *format, va_list values)
{
	/* without this it may come out before what was printed earlier */
	fflush(stdout);
	fputs("sleepproxy-agent: ", stderr);
	vfprintf(stderr, format, values);
	fputc('\n', stderr);
}

void agent_say(const char *format, ...)
{
	va_list values;

	va_start(values, format);
	write_line(format, values);
	va_end(values);
}

void agent_say_step(const char *format, ...)
{
	va_list values;

	if (!shows_steps)
		return;
	va_start(values, format);
	write_line(format, values);
	va_end(values);
}

void agent_say_steps(bool on)
{
	shows_steps = on;
}
