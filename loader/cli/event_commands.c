// SPDX-License-Identifier: GPL-2.0-or-later
/* Counters, events, and what they add up to. */
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "base/text.h"
#include "cli/command.h"

/* A table for each kind: a message is also counted as a frame. */
static const struct count_kind {
	const char *prefix, *name, *counted;
} kinds[] = {
	{ "", "OUTCOME", "FRAMES" },
	{ "dhcp_message_", "DHCP", "MESSAGES" },
	{ "group_", "IGMP, MLD", "MESSAGES" },
	{ "npp_", "NPP", "MESSAGES" },
};
enum { KINDS = sizeof(kinds) / sizeof(*kinds) };

static size_t kind_of(const char *name)
{
	size_t kind = KINDS - 1;

	while (strncmp(name, kinds[kind].prefix, strlen(kinds[kind].prefix)) != 0)
		kind--;
	return kind;
}

static void add_headings(struct text_table *table, const struct count_kind *kind)
{
	table->columns = 3;
	table_cell(table, BOLD, "%s", kind->name);
	table_cell(table, BOLD, "%s", kind->counted);
	table_cell(table, BOLD, "MEANING");
}

static void add_count(struct text_table *table, const char *name, struct json_object *value)
{
	const int64_t count = json_get_number(value, "count");
	const enum style style = count ? PLAIN : DIM;

	table_cell(table, style, "%s", name);
	table_count(table, style, count);
	table_cell(table, style, "%s", json_get_text(value, "meaning"));
}

static void view_counters(const struct output *output, struct json_object *counts)
{
	struct text_table tables[KINDS] = { 0 };
	size_t left_out = 0;

	add_headings(&tables[0], &kinds[0]);
	json_object_object_foreach (counts, name, value) {
		const size_t kind = kind_of(name);

		if (!output->all && !json_get_number(value, "count")) {
			left_out++;
			continue;
		}
		if (!tables[kind].count)
			add_headings(&tables[kind], &kinds[kind]);
		add_count(&tables[kind], name, value);
	}
	for (size_t i = 0; i < KINDS; i++) {
		if (!tables[i].count)
			continue;
		output_write(output, PLAIN, i ? "\n" : "");
		table_finish(&tables[i], output);
	}
	if (left_out)
		output_write(output, DIM, "(%zu more are zero: --all shows them)\n", left_out);
}

const char *event_text(struct json_object *event, const char *host)
{
	const char *text = json_get_text(event, "text");
	size_t length = strlen(host);

	if (!*text)
		return json_get_text(event, "event");
	return strncmp(text, host, length) == 0 && text[length] == ' ' ? text + length + 1 : text;
}

static void view_event(const struct output *output, struct json_object *event)
{
	const char *host = json_get_text(event, "host");
	char time[TIME_TEXT];

	output_write(output, DIM, "%s", local_time(json_get_text(event, "time"), time));
	output_write(output, BOLD, "  %-12s", host);
	output_write(output, word_of(json_get_text(event, "event"))->style, "  %s",
	             event_text(event, host));
	output_write(output, PLAIN, "\n");
}

static void view_history(const struct output *output, struct json_object *events)
{
	for (size_t i = 0; i < json_length(events); i++)
		view_event(output, json_object_array_get_idx(events, i));
}

/* As an event would say it. */
static int show_state(const struct cli_call *call, struct json_object *host)
{
	struct json_object *event = json_object_new_object();
	const char *name = json_get_text(host, "name"), *state = json_get_text(host, "state");
	char text[128], time[TEXT_TIME];
	int status;

	snprintf(text, sizeof(text), "%s is %s", name, state);
	json_set_text(event, "time", text_from_time(clock_now().wall, time));
	json_set_text(event, "host", name);
	json_set_text(event, "event", "state");
	json_set_text(event, "state", state);
	json_set_text(event, "text", text);
	status = call_show(call, event);
	json_object_put(event);
	return status;
}

/* An event; or an answer: to "host-list", or to "watch", which is empty. It is freed. */
static int show_received(const struct cli_call *call, struct json_object *received)
{
	int status = received ? CTL_OK : CTL_FAILED;

	if (received && !json_object_object_get(received, "ok")) {
		status = call_show(call, received);
	} else if (received) {
		received = client_result(received);
		status = received ? CTL_OK : CTL_FAILED;
		for (size_t i = 0; i < json_length(received) && !status; i++)
			status = show_state(call, json_object_array_get_idx(received, i));
	}
	json_object_put(received);
	return status;
}

/* The states come after the first events, if there are any: so none is missed between the two. */
static bool begin_watch(const struct cli_call *call)
{
	if (!client_send(call->request))
		return false;
	json_set_text(call->request, "command", "host-list");
	if (!client_send(call->request))
		return false;
	json_set_text(call->request, "command", "watch");
	return true;
}

static int run_watch(const struct cli_call *call)
{
	int status;

	do {
		status = begin_watch(call) ? CTL_OK : CTL_FAILED;
		while (!status)
			status = show_received(call, client_read(-1));
	} while (client_reconnect());
	return status;
}

/* -1: not understood. Local time; a duration: so long ago; RFC 3339, in UTC. */
static int64_t read_since(const char *text)
{
	static const char *const forms[] = { "%Y-%m-%d", "%Y-%m-%d %H:%M", "%Y-%m-%d %H:%M:%S" };
	const int64_t now = clock_now().wall;
	int64_t ago, time;

	if (!text_to_duration(text, &ago))
		return now - ago < 0 ? 0 : now - ago;
	if (!text_to_time(text, &time))
		return time;
	for (size_t i = 0; i < sizeof(forms) / sizeof(*forms); i++) {
		struct tm when = { .tm_isdst = -1 };
		const char *end = strptime(text, forms[i], &when);

		if (end && !*end)
			return 1000 * (int64_t)mktime(&when);
	}
	return -1;
}

static bool is_known(const struct cli_call *call)
{
	struct json_object *host;

	json_set_text(call->request, "command", "host-show");
	host = client_ask(call->request);
	json_object_put(host);
	json_set_text(call->request, "command", "history");
	return host;
}

int64_t call_since(const struct cli_call *call, const char *since)
{
	const int64_t time = read_since(since);

	if (time < 0)
		print_error("%s: --since: '%s' is no time; expected such as 2h, 3d, "
		            "2026-01-31 or '2026-01-31 18:00'",
		            call->command->name, since);
	return time;
}

/* A host that is removed has a history still; one that has none must be a host. */
static int run_history(const struct cli_call *call)
{
	const char *since = json_get_text(call->request, "since");
	const int64_t time = *since ? call_since(call, since) : 0;
	char text[TEXT_TIME];
	struct json_object *events;
	int status = CTL_FAILED;

	if (time < 0)
		return CTL_USAGE;
	if (*since)
		json_set_text(call->request, "since", text_from_time(time, text));
	events = client_ask(call->request);
	if (events &&
	    (json_length(events) || !*json_get_text(call->request, "name") || is_known(call)))
		status = call_show(call, events);
	json_object_put(events);
	return status;
}

/* People are told what each counter means. */
static int run_counters(const struct cli_call *call)
{
	if (!json_get_bool(call->settings, "json"))
		json_object_object_add(call->request, "meanings", json_object_new_boolean(true));
	return call_simple(call);
}

static const struct cli_option counters_options[] = {
	{ "--all", .brief = "-a", .setting = true, .help = "also the counters that are zero" },
	{ 0 },
};

static const struct cli_option history_options[] = {
	{ "--since", "TIME", OPTION_TEXT,
	  .help = "all since then: 2h (ago), 3d, 2026-01-31,\n'2026-01-31 18:00' (local), or RFC 3339 in UTC" },
	{ "--limit", "N", OPTION_NUMBER,
	  .help = "only the newest N (default: 200; at most 10000)" },
	{ 0 },
};

static const struct cli_option report_options[] = {
	{ "--since", "SPAN", OPTION_TEXT, .setting = true,
	  .help = "since then: 7d (ago, the default), or as of 'history'" },
	{ 0 },
};

/* clang-format off */
static const struct cli_command commands[] = {
	{ "counters", .options = counters_options, .run = run_counters, .view = view_counters,
	  .help = "count frames and messages by their outcome",
	  .text = "Every frame has exactly one outcome, so the first table adds up to all frames.\n"
		"Further tables: messages that reached the daemon, of DHCP, of IGMP and MLD, and\n"
		"of the Network Proxy Protocol (NPP), by which hosts register.\n",
	  .example = "sleepproxyctl counters --all" },
	{ "history", .argument = "[NAME]", .options = history_options, .run = run_history, .view = view_history, .none = "no events",
	  .help = "list the events of a host or of all: who slept, and who woke whom",
	  .text = "The newest is last. Times are local here, and UTC with -j.\n" },
	{ "report", .options = report_options, .run = report_run, .view = report_view,
	  .help = "add up the sleep of all hosts: how long, woken by whom, energy",
	  .text = "Energy is said of hosts with 'watts' (host add --watts, or the configuration).\n"
		"IGNORED are frames for a sleeping host that did not wake it. The history keeps\n"
		"the newest 100000 events: a report of more says since when it knows.\n",
	  .example = "sleepproxyctl report --since 30d" },
	{ "top", .run = run_top,
	  .help = "show hosts and events live; wake hosts, or let them sleep",
	  .text = "On a terminal. Keys: arrows, or j and k, choose a host; w wakes it; s announces\n"
		"that it goes to sleep ('host sleep'); q ends. It lives through a restart of\n"
		"sleepproxyd.\n" },
	{ "watch", .run = run_watch, .view = view_event,
	  .help = "follow the events, until Ctrl-C",
	  .text = "It begins with the state of each host, and again when sleepproxyd was restarted.\n"
		"With -j one JSON object a line, for programs.\n" },
	{ 0 },
};
/* clang-format on */

const struct command_group event_group = { "Events", commands };
