// SPDX-License-Identifier: GPL-2.0-or-later
#include "config/config_error.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>

/* Words are shown as they stand in the file, which may hold what moves a terminal's cursor. */
static void show_controls(char *text)
{
	for (; *text; text++) {
		if ((unsigned char)*text < ' ' || *text == 0x7f)
			*text = '?';
	}
}

int fault_at(struct fault *fault, int line, const char *format, ...)
{
	char what[CONFIG_ERROR];
	char place[16] = "";
	va_list values;

	if (fault_found(fault))
		return -EINVAL;
	va_start(values, format);
	vsnprintf(what, sizeof(what), format, values);
	va_end(values);
	if (line)
		snprintf(place, sizeof(place), ":%d", line);
	if (snprintf(fault->text, sizeof(fault->text), "%s%s: %s", fault->path, place, what) < 0)
		fault->text[0] = '?';
	show_controls(fault->text);
	return -EINVAL;
}

bool fault_found(const struct fault *fault)
{
	return fault->text[0] != '\0';
}
