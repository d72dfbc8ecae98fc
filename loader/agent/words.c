// SPDX-License-Identifier: GPL-2.0-or-later
#include "agent/words.h"

#include <stdarg.h>
#include <stdio.h>

#include "core/text.h"

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

char *words_ipv4(struct ipv4 address, char text[TEXT_IP])
{
	const struct ipv6 mapped = ipv4_mapped(address);

	return text_from_ip(&mapped, text);
}

bool words_to_ipv4(const char *text, struct ipv4 *address)
{
	struct ipv6 parsed;

	if (text_to_ip(text, &parsed) || !ip_is_ipv4(&parsed))
		return false;
	*address = ip_to_ipv4(&parsed);
	return true;
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
