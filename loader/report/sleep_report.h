/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A report of the sleep of all hosts since a time: `sleepproxyctl report`, and /api/report. It is
 * made of the daemon's answers, as the history comes in parts. Who makes one asks the daemon for
 * what it requests and gives it the results, until it requests nothing any more:
 *
 *  REPORT  "since", "until": RFC 3339, "known-since": later than "since", where the history begins
 *          only then, "hosts": [TOTALS with "name", …], by name, "total": TOTALS of all
 *  TOTALS  "asleep": s, "longest": s, of one sleep; "wakes": that were begun, "failed": of these,
 *          "ignored": frames for it in its sleep that woke nobody, and where "watts" are said
 *          "watts", "kwh": what its sleep has saved; of a host "woken-by": [{"peer", "port":
 *          "tcp/22", "why": as in EVENT, "wakes"}, …], most wakes first, where known
 */
#ifndef SLEEPPROXY_REPORT_SLEEP_REPORT_H
#define SLEEPPROXY_REPORT_SLEEP_REPORT_H

#include <stdint.h>

struct json_object;
struct sleep_report;

/* Unless somebody asks for another time. ms */
enum { SLEEP_REPORT_SPAN = 7 * 24 * 3600 * 1000 };

/* `since`: ms since 1970, as all times. NULL: no memory. */
struct sleep_report *sleep_report_new(int64_t since);
void sleep_report_free(struct sleep_report *report); /* takes NULL */

/* What to ask the daemon next, the caller's; NULL: it is complete. */
struct json_object *sleep_report_request(const struct sleep_report *report);
/* The result, which stays the caller's. 0, -EINVAL: another was expected, or -ENOMEM. */
int sleep_report_answer(struct sleep_report *report, struct json_object *result, int64_t now);
/* The REPORT, once it is complete: the caller's. */
struct json_object *sleep_report_json(struct sleep_report *report);

#endif
