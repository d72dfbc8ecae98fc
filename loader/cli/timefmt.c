// SPDX-License-Identifier: GPL-2.0-or-later
/* In: seconds, RFC 3339. Out: short text for people. */
#include "cli/timefmt.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

static const struct {
	int64_t seconds;
	char letter;
} units[] = { { 86400, 'd' }, { 3600, 'h' }, { 60, 'm' }, { 1, 's' } };

enum { UNITS = sizeof(units) / sizeof(units[0]) };

char *when_span(int64_t seconds, char buffer[WHEN_SPAN])
{
	int64_t whole = seconds > 0 ? seconds : 0;
	int unit = 0;
	int length;

	while (unit < UNITS - 1 && whole < units[unit].seconds)
		unit++;
	length = snprintf(buffer, WHEN_SPAN, "%" PRId64 "%c", whole / units[unit].seconds,
	                  units[unit].letter);
	if (unit < UNITS - 1)
		snprintf(buffer + length, WHEN_SPAN - length, "%" PRId64 "%c",
		         whole % units[unit].seconds / units[unit + 1].seconds,
		         units[unit + 1].letter);
	return buffer;
}

char *when_distance(int64_t seconds, char buffer[WHEN_DISTANCE])
{
	char span[WHEN_SPAN];

	if (seconds == 0)
		snprintf(buffer, WHEN_DISTANCE, "now");
	else if (seconds > 0)
		snprintf(buffer, WHEN_DISTANCE, "in %s", when_span(seconds, span));
	else
		snprintf(buffer, WHEN_DISTANCE, "%s ago", when_span(-seconds, span));
	return buffer;
}

/* -1: it is no UTC time */
static time_t read_moment(const char *rfc3339)
{
	struct tm utc = { 0 };
	const char *rest = strptime(rfc3339, "%Y-%m-%dT%H:%M:%S", &utc);

	if (rest && *rest == '.')
		rest += 1 + strspn(rest + 1, "0123456789");
	return rest && strcmp(rest, "Z") == 0 ? timegm(&utc) : -1;
}

char *when_from_now(const char *rfc3339, char buffer[WHEN_DISTANCE])
{
	time_t moment = read_moment(rfc3339);

	*buffer = '\0';
	return moment == -1 ? buffer : when_distance(moment - time(NULL), buffer);
}

char *when_moment(const char *rfc3339, char buffer[WHEN_MOMENT])
{
	time_t moment = read_moment(rfc3339);
	struct tm local;

	if (moment == -1 || !localtime_r(&moment, &local) ||
	    !strftime(buffer, WHEN_MOMENT, "%Y-%m-%d %H:%M:%S", &local))
		snprintf(buffer, WHEN_MOMENT, "%s", rfc3339);
	return buffer;
}
