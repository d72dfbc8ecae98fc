/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Spans and moments as people read them. Pure, but for the time zone, and the clock where said. */
#ifndef SLEEPPROXY_CLI_TIMEFMT_H
#define SLEEPPROXY_CLI_TIMEFMT_H

#include <stdint.h>

enum { WHEN_SPAN = 32, WHEN_DISTANCE = WHEN_SPAN + 8, WHEN_MOMENT = 64 };

/* The two largest units: "12s", "3m12s", "5h0m", "12d7h". */
char *when_span(int64_t seconds, char buffer[WHEN_SPAN]);

/* From now: "in 5h59m", "now", and below 0 "12s ago". */
char *when_distance(int64_t seconds, char buffer[WHEN_DISTANCE]);

/* The same of a moment as below, by this machine's clock; "" for what is none. */
char *when_from_now(const char *rfc3339, char buffer[WHEN_DISTANCE]);

/* "2026-01-31T12:00:00.123Z" as local "2026-01-31 13:00:00"; anything else as it is, cut to fit. */
char *when_moment(const char *rfc3339, char buffer[WHEN_MOMENT]);

#endif
