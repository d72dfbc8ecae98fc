// SPDX-License-Identifier: GPL-2.0-or-later
#include "agent/strbuf.h"

#include <stdarg.h>
#include <stdio.h>

void words_add(struct words *words, const char *format, ...)
{
	const size_t left = sizeof(words->text) - words->length;
	va_list values;
	int added;

	va_start(values, format);
	added = vsnprintf(words->text + words->length, left, format, values);
	va_end(values);
	if (added > 0)
		words->length += (size_t)added < left ? (size_t)added : left - 1;
}

void words_join(struct words *words, size_t index, size_t count)
{
	if (index)
		words_add(words, index + 1 == count ? " and " : ", ");
}

/* The largest unit of which it is at least two, so that little is lost. */
char *words_span(uint32_t seconds, char text[WORDS_SPAN])
{
	static const struct {
		uint32_t seconds;
		const char *name;
	} units[] = { { 86400, "days" }, { 3600, "h" }, { 60, "min" }, { 1, "s" } };
	size_t unit = 0;

	while (units[unit].seconds > 1 && seconds < 2 * units[unit].seconds)
		unit++;
	snprintf(text, WORDS_SPAN, "%u %s", seconds / units[unit].seconds, units[unit].name);
	return text;
}
