// SPDX-License-Identifier: GPL-2.0-or-later
/* In: STATUS. Out: a few lines. The commands about the daemon as a whole; it checks itself. */
#include <errno.h>
#include <inttypes.h>
#include <libgen.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/command.h"
#include "cli/json_get.h"
#include "cli/timefmt.h"

static const char *const states[] = { "awake", "drowsy", "asleep", "waking" };

static void view_host_counts(const struct paper *paper, struct json_object *hosts)
{
	paper_write(paper, BOLD, "hosts      ");
	for (size_t i = 0; i < sizeof(states) / sizeof(states[0]); i++) {
		int64_t count = field_number(hosts, states[i]);

		paper_write(paper, PLAIN, i ? ", " : " ");
		paper_write(paper, count ? style_of(states[i]) : DIM, "%" PRId64 " %s", count,
		            states[i]);
	}
	paper_write(paper, PLAIN, "\n");
}

static void view_npp(const struct paper *paper, struct json_object *npp)
{
	const int64_t keys = field_number(npp, "keys"), hosts = field_number(npp, "handed-over");

	paper_write(paper, BOLD, "handovers  ");
	if (!field_bool(npp, "on")) {
		paper_write(paper, YELLOW, " off: npp = false\n");
		return;
	}
	paper_write(paper, PLAIN, " ICMP type %" PRId64 ", preference %" PRId64 ", ",
	            field_number(npp, "type"), field_number(npp, "preference"));
	if (keys)
		paper_write(paper, PLAIN, "%" PRId64 " key%s", keys, keys == 1 ? "" : "s");
	else
		paper_write(paper, PLAIN, "no keys");
	paper_write(paper, PLAIN,
	            "; %" PRId64 " host%s handed over, %" PRId64 " of %" PRId64 " places taken\n",
	            hosts, hosts == 1 ? "" : "s", field_number(npp, "places-taken"),
	            field_number(npp, "places"));
}

static void add_interface(struct table *table, struct json_object *interface)
{
	const char *state = field_text(interface, "state");

	table_text(table, PLAIN, field_text(interface, "name"));
	table_cell(table, style_of(state), "%s", state);
	table_text(table, PLAIN, field_text(interface, "mode"));
	table_text(table, PLAIN, field_text(interface, "answer"));
	table_text(table, PLAIN, field_text(interface, "mac"));
	table_cell(table, PLAIN, "%s", field_text(interface, "detail"));
}

static void view_interfaces(const struct paper *paper, struct json_object *interfaces)
{
	static const char *const headings[] = { "INTERFACE", "STATE",  "MODE", "ANSWER",
		                                "MAC",       "DETAIL", NULL };
	struct table *table = table_new(headings);

	for (size_t i = 0; i < array_length(interfaces); i++)
		add_interface(table, json_object_array_get_idx(interfaces, i));
	table_print(table, paper);
	table_free(table);
}

static void view_status(const struct paper *paper, const struct call *call,
                        struct json_object *result)
{
	struct json_object *interfaces = field_array(result, "interfaces");
	char span[WHEN_SPAN];

	(void)call;
	paper_write(paper, BOLD, "sleepproxyd ");
	paper_write(paper, PLAIN, "%s, process %" PRId64 ", up for %s\n",
	            field_text(result, "version"), field_number(result, "pid"),
	            when_span(field_number(result, "uptime"), span));
	view_host_counts(paper, json_object_object_get(result, "hosts"));
	view_npp(paper, json_object_object_get(result, "npp"));
	paper_write(paper, BOLD, "heartbeat  ");
	paper_write(paper, PLAIN, " without the daemon, answers end after %s\n",
	            when_span(field_number(result, "heartbeat-lease"), span));
	if (array_length(interfaces))
		view_interfaces(paper, interfaces);
	else
		paper_write(paper, YELLOW, "no interface: nothing is answered for\n");
}

static void view_reloaded(const struct paper *paper, const struct call *call,
                          struct json_object *result)
{
	(void)call;
	(void)result;
	paper_write(paper, PLAIN, "the configuration was read again\n");
}

/* Only execs: returns where that was not possible. */
static void exec_beside(char *const *arguments)
{
	static const char *const places[] = { "sleepproxyd", "../sbin/sleepproxyd" };
	char self[PATH_MAX], path[PATH_MAX + 32];
	ssize_t length = readlink("/proc/self/exe", self, sizeof(self) - 1);
	const char *directory;

	if (length < 0)
		return;
	self[length] = '\0';
	directory = dirname(self);
	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		snprintf(path, sizeof(path), "%s/%s", directory, places[i]);
		execv(path, arguments);
	}
}

static int run_doctor(const struct call *call)
{
	size_t count = 0;
	char **arguments;

	if (field_bool(call->settings, "json")) {
		say("doctor has no JSON to show: leave -j out");
		return CTL_USAGE;
	}
	while (call->words[count])
		count++;
	arguments = calloc(count + 3, sizeof(*arguments));
	if (!arguments)
		say_no_memory();
	arguments[0] = "sleepproxyd";
	arguments[1] = "--doctor";
	memcpy(&arguments[2], call->words, count * sizeof(*arguments));
	exec_beside(arguments);
	execvp(arguments[0], arguments);
	say("cannot start sleepproxyd, which does the check: %s (is it installed beside this "
	    "program, or in PATH?)",
	    strerror(errno));
	free(arguments);
	return CTL_FAILED;
}

static const struct command commands[] = {
	{
		.name = "status",
		.request = "status",
		.help = "whether the daemon runs, on which interfaces, for how many hosts",
		.text = "An interface is 'attached' when the proxy sees its frames, natively in the\n"
			"driver or by the kernel's generic way; 'absent' while it does not exist; and\n"
			"'failed' with the reason. ANSWER says whose MAC its answers carry.\n"
			"A host that is known for its handover alone takes a place until it has been up\n"
			"and another one needs it.\n",
		.example = "sleepproxyctl status",
		.run = call_simple,
		.view = view_status,
	},
	{
		.name = "reload",
		.request = "reload",
		.help = "read the configuration file again",
		.text = "Where the file has a mistake, the daemon says in which line and goes on with\n"
			"what it had.\n",
		.example = "sleepproxyctl reload",
		.run = call_simple,
		.view = view_reloaded,
	},
	{
		.name = "doctor",
		.argument = "[OPTION...]",
		.raw = true,
		.help = "check whether this machine can be a sleep proxy, and what to do if not",
		.text = "Runs 'sleepproxyd --doctor' with the options that follow. It needs no running\n"
			"daemon, and ends with the check's own exit status.\n",
		.example = "sudo sleepproxyctl doctor",
		.run = run_doctor,
	},
	{
		.name = "help",
		.argument = "[COMMAND]",
		.raw = true,
		.help = "explain a command, with an example",
		.text = "Without COMMAND: the list of all. 'sleepproxyctl COMMAND --help' is the same.\n",
		.example = "sleepproxyctl help host add",
		.run = command_help,
	},
	{ 0 },
};

const struct command_group daemon_group = { "The daemon", commands };
