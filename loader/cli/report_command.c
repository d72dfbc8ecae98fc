// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <inttypes.h>

#include "base/clock.h"
#include "cli/command.h"
#include "report/sleep_report.h"

/* The one that began most wakes, with how many: "192.168.1.9 tcp/22 (8)". */
static void add_waker(struct text_table *table, struct json_object *wakers)
{
	struct json_object *most = json_object_array_get_idx(wakers, 0);
	const char *peer = json_get_text(most, "peer"), *port = json_get_text(most, "port");

	if (!json_length(wakers))
		table_text(table, PLAIN, "", "-");
	else
		table_cell(table, PLAIN, "%s%s%s (%" PRId64 ")", peer, *peer ? " " : "",
		           *port ? port : json_get_text(most, "why"),
		           json_get_number(most, "wakes"));
}

static const struct view_row report_columns[] = {
	{ .label = "HOST" },
	{ .label = "ASLEEP" },
	{ .label = "WOKEN" },
	{ .label = "FAILED" },
	{ .label = "IGNORED" },
	{ .label = "KWH" },
	{ .label = "MOST OFTEN WOKEN BY" },
	{ 0 },
};

static void add_totals(struct text_table *table, struct json_object *host)
{
	struct json_object *kwh = json_object_object_get(host, "kwh");
	struct json_object *wakers = json_object_object_get(host, "woken-by");
	const enum style style = wakers ? PLAIN : BOLD;
	char text[TIME_TEXT];

	table_cell(table, style, "%s", wakers ? json_get_text(host, "name") : "total");
	table_cell(table, style, "%s", duration_text(json_get_number(host, "asleep"), text));
	table_count(table, style, json_get_number(host, "wakes"));
	table_count(table, style, json_get_number(host, "failed"));
	table_count(table, style, json_get_number(host, "ignored"));
	if (kwh)
		table_cell(table, style, "%.3f", json_object_get_double(kwh));
	else
		table_text(table, style, "", "-");
	if (wakers)
		add_waker(table, wakers);
	else
		table_cell(table, PLAIN, "%s", "");
}

void report_view(const struct output *output, struct json_object *report)
{
	struct json_object *rows = json_object_get(json_object_object_get(report, "hosts"));
	const char *known = json_get_text(report, "known-since");
	char time[TIME_TEXT];

	output_write(output, PLAIN, "since %s", local_time(json_get_text(report, "since"), time));
	if (*known)
		output_write(output, YELLOW, "; known since %s", local_time(known, time));
	output_write(output, PLAIN, "\n\n");
	if (json_length(rows) != 1)
		json_object_array_add(rows,
		                      json_object_get(json_object_object_get(report, "total")));
	view_list(output, rows, report_columns, add_totals);
	json_object_put(rows);
}

/* NULL: printed. */
static struct json_object *make_report(struct sleep_report *report)
{
	struct json_object *request, *result;
	int err = 0;

	while (!err && (request = sleep_report_request(report))) {
		result = client_ask(request);
		json_object_put(request);
		if (!result)
			return NULL;
		err = sleep_report_answer(report, result, clock_now().wall);
		json_object_put(result);
	}
	if (err == -ENOMEM)
		out_of_memory();
	if (err)
		print_error(
			"the answers of sleepproxyd do not make a report (is it of another version?)");
	return err ? NULL : sleep_report_json(report);
}

int report_run(const struct cli_call *call)
{
	const char *text = json_get_text(call->settings, "since");
	const int64_t since = *text ? call_since(call, text) : clock_now().wall - SLEEP_REPORT_SPAN;
	struct sleep_report *report;
	struct json_object *result;
	int status;

	if (since < 0)
		return CTL_USAGE;
	report = sleep_report_new(since);
	if (!report)
		out_of_memory();
	result = make_report(report);
	status = result ? call_show(call, result) : CTL_FAILED;
	json_object_put(result);
	sleep_report_free(report);
	return status;
}
