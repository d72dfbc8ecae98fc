// SPDX-License-Identifier: GPL-2.0-or-later
#include "config/number.h"

#include <ctype.h>
#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

/* Beyond every range of an option, and small enough that no unit makes it overflow. */
static const int64_t very_large = INT64_C(1) << 40;

static const struct {
	const char *name;
	int64_t ms;
} units[] = {
	{ "ms", 1 }, { "s", 1000 }, { "", 1000 }, { "m", 60 * 1000 }, { "h", 60 * 60 * 1000 },
};

/* Returns what follows the digits; NULL: there are none. */
static const char *digits(const char *text, int64_t *number)
{
	unsigned long long value;
	char *end;

	if (!isdigit((unsigned char)*text))
		return NULL;
	value = strtoull(text, &end, 10);
	*number = value < (unsigned long long)very_large ? (int64_t)value : very_large;
	return end;
}

int value_number(const char *text, int64_t *number)
{
	int64_t value;
	const char *rest = digits(text, &value);

	if (!rest || *rest)
		return -EINVAL;
	*number = value;
	return 0;
}

int value_ms(const char *text, int64_t *ms)
{
	int64_t value;
	const char *unit = digits(text, &value);

	for (size_t i = 0; unit && i < sizeof(units) / sizeof(*units); i++) {
		if (strcmp(units[i].name, unit) == 0) {
			*ms = value * units[i].ms;
			return 0;
		}
	}
	return -EINVAL;
}
