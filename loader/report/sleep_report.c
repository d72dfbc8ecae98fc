// SPDX-License-Identifier: GPL-2.0-or-later
#include "report/sleep_report.h"

#include <errno.h>
#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/param.h>

#include "base/fields.h"
#include "base/text.h"
#include "report/totals.h"

/* Events at once: neither the daemon nor who asks it is busy with them for long. */
enum { PAGE = 1000 };

enum { JOULES_A_KWH = 3600000 };

struct sleep_report {
	enum { STAGE_BEGIN, STAGE_EVENTS, STAGE_HOSTS, STAGE_DONE } stage;
	int64_t since, until;
	int64_t after; /* the last event so far, by its "id" */
	struct totals *totals;
};

struct sleep_report *sleep_report_new(int64_t since)
{
	struct sleep_report *report = calloc(1, sizeof(*report));

	if (report)
		report->since = since;
	return report;
}

void sleep_report_free(struct sleep_report *report)
{
	if (report)
		totals_free(report->totals);
	free(report);
}

static void add_text(struct json_object *json, const char *member, const char *text)
{
	if (*text)
		json_object_object_add(json, member, json_object_new_string(text));
}

static void add_count(struct json_object *json, const char *member, uint64_t count)
{
	json_object_object_add(json, member, json_object_new_int64((int64_t)count));
}

static void add_time(struct json_object *json, const char *member, int64_t time)
{
	char text[TEXT_TIME];

	add_text(json, member, text_from_time(time, text));
}

struct json_object *sleep_report_request(const struct sleep_report *report)
{
	struct json_object *request;

	if (report->stage == STAGE_DONE)
		return NULL;
	request = json_object_new_object();
	add_text(request, "command", report->stage == STAGE_HOSTS ? "host-list" : "history");
	if (report->stage == STAGE_HOSTS)
		return request;
	add_count(request, "after", (uint64_t)report->after);
	add_count(request, "limit", report->stage == STAGE_BEGIN ? 1 : PAGE);
	if (report->stage == STAGE_EVENTS)
		add_time(request, "since", report->since);
	return request;
}

/* Whatever happened before the oldest event that is kept. */
static int take_oldest(struct sleep_report *report, struct json_object *events, int64_t now)
{
	struct json_object *oldest = json_object_array_get_idx(events, 0);
	const char *text = json_object_get_string(json_object_object_get(oldest, "time"));
	int64_t begin = now;

	if (oldest && (!text || text_to_time(text, &begin)))
		return -EINVAL;
	report->totals = totals_new(MAX(report->since, begin));
	report->stage = STAGE_EVENTS;
	return report->totals ? 0 : -ENOMEM;
}

/* One that is damaged is passed. */
static int take_events(struct sleep_report *report, struct json_object *events)
{
	const size_t count = json_object_array_length(events);
	int64_t last = report->after;

	for (size_t i = 0; i < count; i++) {
		struct json_object *event = json_object_array_get_idx(events, i);

		if (totals_event(report->totals, event) == -ENOMEM)
			return -ENOMEM;
		last = json_object_get_int64(json_object_object_get(event, "id"));
	}
	if (count < PAGE)
		report->stage = STAGE_HOSTS;
	else if (last <= report->after)
		return -EINVAL;
	report->after = last;
	return 0;
}

static int take_hosts(struct sleep_report *report, struct json_object *hosts, int64_t now)
{
	for (size_t i = 0; i < json_object_array_length(hosts); i++) {
		const int err =
			totals_host(report->totals, json_object_array_get_idx(hosts, i), now);

		if (err)
			return err;
	}
	totals_advance(report->totals, now);
	report->until = now;
	report->stage = STAGE_DONE;
	return 0;
}

int sleep_report_answer(struct sleep_report *report, struct json_object *result, int64_t now)
{
	if (!json_object_is_type(result, json_type_array))
		return -EINVAL;
	switch (report->stage) {
	case STAGE_BEGIN:
		return take_oldest(report, result, now);
	case STAGE_EVENTS:
		return take_events(report, result);
	case STAGE_HOSTS:
		return take_hosts(report, result, now);
	default:
		return -EINVAL;
	}
}

static int compare_wakers(const void *left, const void *right)
{
	const struct waker *a = left, *b = right;

	return a->wakes != b->wakes ? (a->wakes < b->wakes) - (a->wakes > b->wakes)
	                            : strcmp(a->peer, b->peer);
}

static struct json_object *woken_by(struct host_totals *host)
{
	struct json_object *list = json_object_new_array();

	if (host->waker_count)
		qsort(host->wakers, host->waker_count, sizeof(*host->wakers), compare_wakers);
	for (size_t i = 0; i < host->waker_count; i++) {
		const struct waker *waker = &host->wakers[i];
		struct json_object *json = json_object_new_object();

		add_text(json, "peer", waker->peer);
		add_text(json, "port", waker->port);
		add_text(json, "why", waker->why);
		add_count(json, "wakes", waker->wakes);
		json_object_array_add(list, json);
	}
	return list;
}

/* To the mWh, so that a short sleep is not nothing. */
static struct json_object *kwh(double joules)
{
	char text[32];

	snprintf(text, sizeof(text), "%.6f", joules / JOULES_A_KWH);
	return json_object_new_double_s(joules / JOULES_A_KWH, text);
}

static struct json_object *totals_json(const struct host_totals *of, uint64_t failed)
{
	struct json_object *json = json_object_new_object();

	add_text(json, "name", of->name);
	json_object_object_add(json, "asleep", json_seconds(of->asleep));
	json_object_object_add(json, "longest", json_seconds(of->longest));
	add_count(json, "wakes", of->wakes);
	add_count(json, "failed", failed);
	add_count(json, "ignored", of->ignored);
	if (!of->has_watts)
		return json;
	json_object_object_add(json, "watts", json_decimal((int64_t)(of->watts * 1000 + 0.5)));
	json_object_object_add(json, "kwh", kwh(of->joules));
	return json;
}

static uint64_t failed_wakes(const struct host_totals *host)
{
	uint64_t failed = 0;

	for (size_t i = 0; i < host->reason_count; i++)
		failed += host->reasons[i].results[WAKE_FAILED];
	return failed;
}

static void add_up(struct host_totals *total, const struct host_totals *host)
{
	total->asleep += host->asleep;
	total->longest = MAX(total->longest, host->longest);
	total->wakes += host->wakes;
	total->ignored += host->ignored;
	total->has_watts |= host->has_watts;
	total->watts += host->watts;
	total->joules += host->joules;
}

static int compare_names(struct host_totals *a, struct host_totals *b)
{
	return strcmp(a->name, b->name);
}

struct json_object *sleep_report_json(struct sleep_report *report)
{
	struct json_object *json = json_object_new_object(), *hosts = json_object_new_array();
	struct host_totals total = { .name = (char[]){ "" } };
	uint64_t failed = 0;

	add_time(json, "since", report->since);
	add_time(json, "until", report->until);
	if (report->totals->since > report->since)
		add_time(json, "known-since", report->totals->since);
	HASH_SORT(report->totals->hosts, compare_names);
	totals_each(report->totals, host)
	{
		struct json_object *row = totals_json(host, failed_wakes(host));

		json_object_object_add(row, "woken-by", woken_by(host));
		json_object_array_add(hosts, row);
		failed += failed_wakes(host);
		add_up(&total, host);
	}
	json_object_object_add(json, "hosts", hosts);
	json_object_object_add(json, "total", totals_json(&total, failed));
	return json;
}
