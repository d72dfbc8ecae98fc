// SPDX-License-Identifier: GPL-2.0-or-later
/* In: counts and events. Out: a table of counts, a line an event. */
#include <errno.h>
#include <string.h>

#include "ctl/command.h"
#include "ctl/field.h"
#include "ctl/when.h"
#include "outcome.h"

static const struct {
	const char *name, *meaning;
} outcomes[] = {
#define OUTCOME_ROW(name, verdict, meaning) { #name, meaning },
	OUTCOMES(OUTCOME_ROW)
#undef OUTCOME_ROW
};

static const char *meaning_of(const char *name)
{
	for (size_t i = 0; i < sizeof(outcomes) / sizeof(outcomes[0]); i++)
		if (strcmp(outcomes[i].name, name) == 0)
			return outcomes[i].meaning;
	return "";
}

static void add_counter(struct table *table, const char *name, int64_t frames)
{
	enum style style = frames ? PLAIN : DIM;

	table_cell(table, style, "%s", name);
	table_count(table, style, frames);
	table_cell(table, style, "%s", meaning_of(name));
}

static void view_counters(const struct paper *paper, const struct call *call,
                          struct json_object *result)
{
	static const char *const headings[] = { "OUTCOME", "FRAMES", "MEANING", NULL };
	bool all = field_bool(call->settings, "all");
	struct table *table = table_new(headings);
	size_t left_out = 0;

	json_object_object_foreach (result, name, count) {
		int64_t frames = json_object_get_int64(count);

		if (frames || all)
			add_counter(table, name, frames);
		else
			left_out++;
	}
	table_print(table, paper);
	if (left_out)
		paper_write(paper, DIM, "(%zu more are zero: --all shows them)\n", left_out);
	table_free(table);
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
	  .help = "also the outcomes that no frame has had" },
	{ 0 },
};

static const struct command commands[] = {
	{
		.name = "counters",
		.request = "counters",
		.options = counters_options,
		.help = "what became of the frames that came by",
		.text = "Every frame has exactly one outcome, so the counts add up to the frames seen.\n",
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
