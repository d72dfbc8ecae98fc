// SPDX-License-Identifier: GPL-2.0-or-later
/* In: a complaint. Out: a line on standard error. */
#include "cli/say.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

void say(const char *format, ...)
{
	va_list arguments;

	/* Without this a complaint may come out before what was printed earlier. */
	fflush(stdout);
	fputs("sleepproxyctl: ", stderr);
	va_start(arguments, format);
	vfprintf(stderr, format, arguments);
	va_end(arguments);
	fputc('\n', stderr);
}

void say_no_memory(void)
{
	say("no memory");
	exit(CTL_FAILED);
}
