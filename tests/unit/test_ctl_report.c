// SPDX-License-Identifier: GPL-2.0-or-later
/* A report: what the daemon is asked for, what its answers make, and what people see of that. */
#include "test.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/text.h"
#include "cli/command.h"
#include "report/sleep_report.h"

static const int64_t noon = INT64_C(1769860800000);
static struct sleep_report *report;

static int begin(void **state)
{
	(void)state;
	setenv("TZ", "UTC", 1);
	tzset();
	report = sleep_report_new(noon);
	return !report;
}

static int end(void **state)
{
	(void)state;
	sleep_report_free(report);
	return 0;
}

BEFORE_EACH(begin)
AFTER_EACH(end)

/* Both with ' for ". `json` is freed. */
static void assert_json(struct json_object *json, const char *expected)
{
	struct json_object *wanted = json_tokener_parse(expected);
	const char *text = json_object_to_json_string_ext(
		json, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE);

	assert_non_null(wanted);
	if (!json_object_equal(json, wanted))
		fail_msg("%s is not\n%s", text, expected);
	json_object_put(wanted);
	json_object_put(json);
}

/* The answer, at so many seconds after noon, to the request. */
static void answer(const char *request, const char *result, int64_t at)
{
	struct json_object *json = json_tokener_parse(result);

	assert_json(sleep_report_request(report), request);
	assert_non_null(json);
	assert_int_equal(sleep_report_answer(report, json, noon + at * 1000), 0);
	json_object_put(json);
}

#define OLDEST "{'command': 'history', 'after': 0, 'limit': 1}"
#define EVENTS(after) \
	"{'command': 'history', 'after': " after \
	", 'limit': 1000, 'since': '2026-01-31T12:00:00.000Z'}"
#define HOSTS "{'command': 'host-list'}"
/* Of the host, its end left open. */
#define EVENT(id, time, event) \
	"{'host': 'nas', 'id': " id ", 'time': '2026-01-31T" time "Z', 'event': '" event "'"

/* clang-format off */
TEST(a_report_of_two_hosts)
{
	answer(OLDEST, "[{'id': 7, 'time': '2026-01-31T11:00:00Z'}]", 0);
	answer(EVENTS("0"), "["
	       EVENT("9", "12:00:10", "asleep") "},"
	       EVENT("10", "12:16:50", "waking") ", 'why': 'connection', 'ignored': 5,"
	       " 'peer': '192.0.2.9', 'protocol': 'tcp', 'port': 22},"
	       EVENT("11", "12:16:52", "awake") ", 'took': 2.0},"
	       EVENT("12", "12:16:58", "magic-packet") "}]", 0);
	answer(HOSTS,
	       "[{'name': 'tv', 'state': 'asleep', 'for': 5},"
	       " {'name': 'nas', 'state': 'awake', 'for': 900, 'watts': 36.5}]", 2000);
	assert_null(sleep_report_request(report));
	assert_json(sleep_report_json(report),
	            "{'since': '2026-01-31T12:00:00.000Z', 'until': '2026-01-31T12:33:20.000Z',"
	            "'hosts': [{'name': 'nas', 'asleep': 1000.0, 'longest': 1000.0, 'wakes': 1,"
	            " 'failed': 0, 'ignored': 5, 'watts': 36.5, 'kwh': 0.010138888888888888,"
	            " 'woken-by': [{'peer': '192.0.2.9', 'port': 'tcp/22', 'why': 'connection',"
	            "  'wakes': 1}]},"
	            "{'name': 'tv', 'asleep': 2000.0, 'longest': 2000.0, 'wakes': 0, 'failed': 0,"
	            " 'ignored': 0, 'woken-by': []}],"
	            "'total': {'asleep': 3000.0, 'longest': 2000.0, 'wakes': 1, 'failed': 0,"
	            " 'ignored': 5, 'watts': 36.5, 'kwh': 0.010138888888888888}}");
}

TEST(most_wakes_come_first)
{
	struct json_object *json, *wakers;

	answer(OLDEST, "[]", 0);
	answer(EVENTS("0"), "["
	       EVENT("1", "12:01:00", "waking") ", 'why': 'command'},"
	       EVENT("2", "12:02:00", "awake") "},"
	       EVENT("3", "12:03:00", "waking") ", 'why': 'sleep-timer'},"
	       EVENT("4", "12:04:00", "wake-failed") "},"
	       EVENT("5", "12:05:00", "waking") ", 'why': 'sleep-timer'}]", 0);
	answer(HOSTS, "[]", 600);
	json = sleep_report_json(report);
	assert_int_equal(json_get_number(json_object_object_get(json, "total"), "failed"), 1);
	wakers = json_object_array_get_idx(json_object_object_get(json, "hosts"), 0);
	wakers = json_object_get(json_object_object_get(wakers, "woken-by"));
	json_object_put(json);
	assert_json(wakers, "[{'why': 'sleep-timer', 'wakes': 2}, {'why': 'command', 'wakes': 1}]");
}
/* clang-format on */

TEST(it_says_from_when_on_it_knows)
{
	answer(OLDEST, "[{'id': 7, 'time': '2026-01-31T12:00:30Z'}]", 0);
	answer(EVENTS("0"), "[" EVENT("7", "12:01:00", "awake") "}]", 0);
	answer(HOSTS, "[]", 100);
	assert_json(sleep_report_json(report),
	            "{'since': '2026-01-31T12:00:00.000Z', 'until': '2026-01-31T12:01:40.000Z',"
	            "'known-since': '2026-01-31T12:00:30.000Z',"
	            "'hosts': [{'name': 'nas', 'asleep': 30.0, 'longest': 30.0, 'wakes': 0,"
	            " 'failed': 0, 'ignored': 0, 'woken-by': []}],"
	            "'total': {'asleep': 30.0, 'longest': 30.0, 'wakes': 0, 'failed': 0,"
	            " 'ignored': 0}}");
}

/* Without any history nothing is known, whatever the hosts are. */
TEST(no_history)
{
	answer(OLDEST, "[]", 50);
	answer(EVENTS("0"), "[]", 50);
	answer(HOSTS, "[{'name': 'nas', 'state': 'asleep', 'for': 40}]", 50);
	assert_json(sleep_report_json(report),
	            "{'since': '2026-01-31T12:00:00.000Z', 'until': '2026-01-31T12:00:50.000Z',"
	            "'known-since': '2026-01-31T12:00:50.000Z',"
	            "'hosts': [{'name': 'nas', 'asleep': 0.0, 'longest': 0.0, 'wakes': 0,"
	            " 'failed': 0, 'ignored': 0, 'woken-by': []}],"
	            "'total': {'asleep': 0.0, 'longest': 0.0, 'wakes': 0, 'failed': 0,"
	            " 'ignored': 0}}");
}

/* A part of the history, `count` events from number `first` on. One is damaged, and counts. */
static int give_events(int first, int count, bool numbered)
{
	struct json_object *events = json_object_new_array();
	char text[TEXT_TIME];
	int err;

	for (int i = first; i < first + count; i++) {
		struct json_object *event = json_object_new_object();

		json_set_text(event, "time", text_from_time(noon + i * 1000, text));
		json_set_text(event, "host", i == 5 ? "" : "nas");
		json_set_text(event, "event", i % 2 ? "asleep" : "awake");
		if (numbered)
			json_object_object_add(event, "id", json_object_new_int(i));
		json_object_array_add(events, event);
	}
	err = sleep_report_answer(report, events, noon);
	json_object_put(events);
	return err;
}

TEST(a_long_history_comes_in_parts)
{
	struct json_object *json, *nas;

	answer(OLDEST, "[{'id': 1, 'time': '2026-01-31T12:00:00Z'}]", 0);
	assert_int_equal(give_events(1, 1000, true), 0);
	assert_json(sleep_report_request(report), EVENTS("1000"));
	assert_int_equal(give_events(1001, 1000, true), 0);
	assert_json(sleep_report_request(report), EVENTS("2000"));
	assert_int_equal(give_events(2001, 1, true), 0);
	answer(HOSTS, "[]", 2100);
	json = sleep_report_json(report);
	nas = json_object_array_get_idx(json_object_object_get(json, "hosts"), 0);
	assert_int_equal(json_get_number(nas, "asleep"), 1000 - 1 + 99);
	json_object_put(json);
}

TEST(other_answers_are_refused)
{
	struct json_object *number = json_object_new_int(7);

	assert_int_equal(sleep_report_answer(report, NULL, noon), -EINVAL);
	assert_int_equal(sleep_report_answer(report, number, noon), -EINVAL);
	json_object_put(number);
	answer(OLDEST, "[]", 0);
	assert_int_equal(give_events(1, 1000, false), -EINVAL); /* it would never end */
	assert_int_equal(give_events(1, 999, true), 0);
	assert_int_equal(give_events(1, 1, true), -EINVAL); /* they are no hosts */
}

static void assert_shown(const char *json, const char *expected)
{
	char *words[] = { (char[]){ "report" }, NULL }, *text;
	struct json_object *result = json_tokener_parse(json);
	struct output output = { .all = false };
	struct cli_call call = { .next = words };
	size_t size;

	call.command = command_find(words, &size);
	output.file = open_memstream(&text, &size);
	call_view(&output, &call, result);
	fclose(output.file);
	assert_string_equal(text, expected);
	free(text);
	json_object_put(result);
}

TEST(what_people_see)
{
	assert_shown(
		"{'since': '2026-01-31T12:00:00.000Z', 'known-since': '2026-01-31T13:00:00.000Z',"
		"'hosts': [{'name': 'nas', 'asleep': 3725.1, 'wakes': 12, 'failed': 1,"
		" 'ignored': 345, 'kwh': 0.0375, 'woken-by': [{'peer': '192.0.2.9',"
		" 'port': 'tcp/22', 'why': 'connection', 'wakes': 8}, {'why': 'x', 'wakes': 4}]},"
		"{'name': 'tv', 'woken-by': [{'why': 'command', 'wakes': 1}]},"
		"{'name': 'x', 'woken-by': []}],"
		"'total': {'asleep': 90000, 'wakes': 13, 'failed': 1, 'ignored': 345, 'kwh': 0.0375}}",
		"since 2026-01-31 12:00:00; known since 2026-01-31 13:00:00\n\n"
		"HOST   ASLEEP  WOKEN  FAILED  IGNORED  KWH    MOST OFTEN WOKEN BY\n"
		"nas    1h2m       12       1      345  0.037  192.0.2.9 tcp/22 (8)\n"
		"tv     0s          0       0        0  -      command (1)\n"
		"x      0s          0       0        0  -      -\n"
		"total  1d1h       13       1      345  0.037\n");
	assert_shown("{'since': '2026-01-31T12:00:00Z', 'hosts': [{'name': 'x', 'woken-by': []}]}",
	             "since 2026-01-31 12:00:00\n\n"
	             "HOST  ASLEEP  WOKEN  FAILED  IGNORED  KWH  MOST OFTEN WOKEN BY\n"
	             "x     0s          0       0        0  -    -\n");
}
