// SPDX-License-Identifier: GPL-2.0-or-later
/* In: counts and events. Out: a table of counts, a line an event. */
#include <errno.h>
#include <string.h>

#include "cli/command.h"
#include "cli/json_get.h"
#include "cli/labels.h"
#include "cli/timefmt.h"
#include "dhcp/counts.h"
#include "outcome.h"
#include "npp_server/counts.h"

#define OUTCOME_ROW(name, verdict, meaning) { #name, meaning },
#define DHCP_ROW(name, meaning) { DHCP_COUNT_PREFIX #name, meaning },
#define NPP_ROW(name, meaning) { PROXY_COUNT_PREFIX #name, meaning },
static const struct meaning meanings[] = {
	OUTCOMES(OUTCOME_ROW) DHCP_COUNTS(DHCP_ROW) PROXY_COUNTS(NPP_ROW){ 0 },
};
#undef OUTCOME_ROW
#undef DHCP_ROW
#undef NPP_ROW

/* A table each: as frames, the outcomes count messages already. */
static const struct kind {
	const char *prefix;
	const char *headings[4];
} kinds[] = {
	{ "", { "OUTCOME", "FRAMES", "MEANING", NULL } },
	{ DHCP_COUNT_PREFIX, { "DHCP", "MESSAGES", "MEANING", NULL } },
	{ PROXY_COUNT_PREFIX, { "NPP", "MESSAGES", "MEANING", NULL } },
};
enum { KINDS = sizeof(kinds) / sizeof(*kinds) };

static const struct kind *kind_of(const char *name)
{
	for (const struct kind *kind = kinds + 1; kind < kinds + KINDS; kind++)
		if (!strncmp(name, kind->prefix, strlen(kind->prefix)))
			return kind;
	return kinds;
}

static void add_counter(struct table *table, const char *name, int64_t count)
{
	enum style style = count ? PLAIN : DIM;

	table_cell(table, style, "%s", name);
	table_count(table, style, count);
	table_cell(table, style, "%s", meaning_of(meanings, name));
}

static size_t view_counts(const struct paper *paper, const struct kind *kind,
                          struct json_object *counts, bool all)
{
	struct table *table = table_new(kind->headings);
	size_t shown = 0, left_out = 0;

	json_object_object_foreach (counts, name, value) {
		int64_t count = json_object_get_int64(value);

		if (kind_of(name) != kind)
			continue;
		if (count || all) {
			add_counter(table, name, count);
			shown++;
		} else {
			left_out++;
		}
	}
	if (shown && kind != kinds)
		paper_write(paper, PLAIN, "\n");
	if (shown || kind == kinds)
		table_print(table, paper);
	table_free(table);
	return left_out;
}

static void view_counters(const struct paper *paper, const struct call *call,
                          struct json_object *result)
{
	bool all = field_bool(call->settings, "all");
	size_t left_out = 0;

	for (size_t i = 0; i < KINDS; i++)
		left_out += view_counts(paper, &kinds[i], result, all);
	if (left_out)
		paper_write(paper, DIM, "(%zu more are zero: --all shows them)\n", left_out);
}

/* The words begin with the host's name, which has a column of its own here. */
static const char *words_of(struct json_object *event, const char *host)
{
	const char *text = field_text(event, "text");
	size_t length = strlen(host);

	if (!*text)
		return field_text(event, "event");
	return strncmp(text, host, length) == 0 && text[length] == ' ' ? text + length + 1 : text;
}

static void view_event(const struct paper *paper, const struct call *call,
                       struct json_object *event)
{
	const char *what = field_text(event, "event");
	const char *host = field_text(event, "host");
	char moment[WHEN_MOMENT];

	(void)call;
	paper_write(paper, DIM, "%s", when_moment(field_text(event, "time"), moment));
	paper_write(paper, BOLD, "  %-12s", host);
	paper_write(paper, style_of(what), "  %s", words_of(event, host));
	paper_write(paper, PLAIN, "\n");
}

static void view_history(const struct paper *paper, const struct call *call,
                         struct json_object *events)
{
	for (size_t i = 0; i < array_length(events); i++)
		view_event(paper, call, json_object_array_get_idx(events, i));
	if (!array_length(events))
		paper_write(paper, PLAIN, "nothing has happened yet\n");
}

static int show_events(const struct call *call, struct client *client)
{
	struct json_object *event;
	int error, status = CTL_OK;

	while (!status && !(error = client_read(client, -1, &event))) {
		status = call_show(call, call->command->view, event);
		json_object_put(event);
	}
	if (!status)
		client_explain(client, error);
	return CTL_FAILED;
}

static int run_watch(const struct call *call)
{
	struct client *client = client_open(call_socket(call));
	struct json_object *result = client ? client_ask(client, call->request) : NULL;
	int status = result ? show_events(call, client) : CTL_FAILED;

	json_object_put(result);
	client_close(client);
	return status;
}

static const struct option counters_options[] = {
	{ "--all", "-a", NULL, "all", OPTION_FLAG, .setting = true,
	  .help = "also the counts that are zero" },
	{ 0 },
};

static const struct command commands[] = {
	{
		.name = "counters",
		.request = "counters",
		.options = counters_options,
		.help = "what became of the frames that came by",
		.text = "Every frame has exactly one outcome, so the counts add up to the frames seen.\n"
			"Below: what the messages that reached the daemon were good for, of DHCP and of\n"
			"the Network Proxy Protocol (NPP), by which hosts hand themselves over.\n",
		.example = "sleepproxyctl counters --all",
		.run = call_simple,
		.view = view_counters,
	},
	{
		.name = "history",
		.argument = "[NAME]",
		.request = "history",
		.help = "what happened to a host or to all: who slept, and who woke whom",
		.text = "The newest is last. Times are local here, and UTC with -j.\n",
		.example = "sleepproxyctl history nas",
		.run = call_simple,
		.view = view_history,
	},
	{
		.name = "watch",
		.request = "watch",
		.help = "tell what happens, as it happens, until Ctrl-C",
		.text = "With -j one JSON object a line, for programs.\n",
		.example = "sleepproxyctl watch",
		.run = run_watch,
		.view = view_event,
	},
	{ 0 },
};

const struct command_group happenings_group = { "What happens", commands };
