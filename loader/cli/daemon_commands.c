// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <inttypes.h>
#include <libgen.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/command.h"
#include "control/protocol.h"

static void view_host_counts(const struct output *output, struct json_object *hosts)
{
	output_write(output, BOLD, "hosts         ");
	for (size_t i = 0; protocol_states[i]; i++) {
		int64_t count = json_get_number(hosts, protocol_states[i]);

		output_write(output, PLAIN, i ? ", " : "");
		output_write(output, count ? word_of(protocol_states[i])->style : DIM,
		             "%" PRId64 " %s", count, protocol_states[i]);
	}
	output_write(output, PLAIN, "\n");
}

static void view_npp(const struct output *output, struct json_object *npp)
{
	const int64_t keys = json_get_number(npp, "keys");

	output_write(output, BOLD, "registration  ");
	if (!json_get_bool(npp, "on")) {
		output_write(output, YELLOW, "off: npp = false\n");
		return;
	}
	output_write(output, PLAIN,
	             "ICMP type %s, preference %s, %s key%s; %s active; %s of max-registrations = "
	             "%s\n",
	             json_get_text(npp, "type"), json_get_text(npp, "preference"),
	             keys ? json_get_text(npp, "keys") : "no", keys == 1 ? "" : "s",
	             json_get_text(npp, "active"), json_get_text(npp, "registrations"),
	             json_get_text(npp, "max-registrations"));
}

static const struct view_row interface_columns[] = {
	{ "INTERFACE", .member = "name" },
	{ "STATE", .member = "state", .kind = VIEW_WORD },
	{ "MODE", .member = "mode", .empty = "-" },
	{ "ANSWER", .member = "answer", .empty = "-" },
	{ "MAC", .member = "mac", .empty = "-" },
	{ "DETAIL", .member = "detail" },
	{ 0 },
};

static void view_health(const struct output *output, struct json_object *result)
{
	struct json_object *problems = json_object_object_get(result, "problems");
	const bool serving = json_get_bool(result, "serving");

	output_write(output, BOLD, "serving: ");
	output_write(output, serving ? GREEN : RED, "%s\n", serving ? "yes" : "no");
	for (size_t i = 0; i < json_length(problems); i++)
		output_write(output, YELLOW, "  %s\n",
		             json_object_get_string(json_object_array_get_idx(problems, i)));
}

static void view_status(const struct output *output, struct json_object *result)
{
	struct json_object *interfaces = json_object_object_get(result, "interfaces");
	char duration[TIME_TEXT];

	view_health(output, result);
	output_write(output, BOLD, "sleepproxyd   ");
	output_write(output, PLAIN, "%s, process %s, up for %s\n", json_get_text(result, "version"),
	             json_get_text(result, "pid"),
	             duration_text(json_get_number(result, "uptime"), duration));
	view_host_counts(output, json_object_object_get(result, "hosts"));
	view_npp(output, json_object_object_get(result, "npp"));
	output_write(output, BOLD, "heartbeat     ");
	output_write(output, PLAIN, "answers stop %s after the daemon\n",
	             duration_text(json_get_number(result, "heartbeat-timeout"), duration));
	if (json_length(interfaces))
		view_list(output, interfaces, interface_columns, NULL);
	else
		output_write(output, YELLOW, "no interface: nothing is answered\n");
}

static int run_status(const struct cli_call *call)
{
	const bool whole = json_get_bool(call->settings, "healthy");
	struct json_object *result = client_ask(call->request);
	int status = CTL_FAILED;

	if (result)
		status = call_show(call, result);
	if (!status && !json_get_bool(result, whole ? "healthy" : "serving"))
		status = CTL_NOT_SERVING;
	json_object_put(result);
	return status;
}

/* Tries the places where sleepproxyd is installed relative to this program; returns on failure. */
static void exec_sleepproxyd(char *const *arguments)
{
	static const char *const places[] = { "sleepproxyd", "../sbin/sleepproxyd" };
	char self[PATH_MAX], path[PATH_MAX + 32];
	const char *directory = realpath("/proc/self/exe", self) ? dirname(self) : ".";

	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		snprintf(path, sizeof(path), "%s/%s", directory, places[i]);
		execv(path, arguments);
	}
	execvp(arguments[0], arguments);
}

static int run_doctor(const struct cli_call *call)
{
	const bool json = json_get_bool(call->settings, "json");
	/* the words before the options: our own name or an option of it, perhaps -j, "doctor" */
	char **arguments = call->words - 2 - json;

	arguments[0] = "sleepproxyd";
	arguments[1] = "--doctor";
	if (json)
		arguments[2] = "--json";
	exec_sleepproxyd(arguments);
	print_error("cannot start sleepproxyd for the check: %s (is it installed beside this "
	            "program, or in PATH?)",
	            strerror(errno));
	return CTL_FAILED;
}

static const struct cli_option status_options[] = {
	{ "--healthy", .setting = true,
	  .help = "status 3 also where only a part of what is configured\nis served" },
	{ 0 },
};

/* clang-format off */
static const struct cli_command commands[] = {
	{ "status", .options = status_options, .run = run_status, .view = view_status,
	  .help = "show whether it serves, its interfaces, and how many hosts it knows",
	  .text = "The exit status is 3 where nothing is served: no interface is there, or none of\n"
		"them has a link. What does not work is listed below the first line.\n"
		"An interface is 'attached' if the XDP program runs there, in the driver (native)\n"
		"or in the kernel's generic path; 'absent' while it does not exist; 'failed' with\n"
		"the reason. ANSWER says whose MAC its answers contain.\n"
		"A host that is known only by its registration counts against max-registrations\n"
		"until it has been up and another host needs the place.\n" },
	{ "reload",
	  .help = "reload the configuration file",
	  .text = "If the file has an error, the daemon reports its line and changes nothing.\n",
	  .done = "the configuration was reloaded\n" },
	{ "doctor", .argument = "[OPTION...]", .raw = true, .run = run_doctor,
	  .help = "check whether this machine can be a proxy, and what is missing",
	  .text = "Runs 'sleepproxyd --doctor' with the options that follow. The daemon need not\n"
		"run. The exit status is that of the check.\n",
	  .example = "sudo sleepproxyctl doctor" },
	{ "help", .argument = "[COMMAND]", .raw = true, .run = command_help,
	  .help = "explain a command, with an example",
	  .text = "Without COMMAND: list all. 'sleepproxyctl COMMAND --help' is the same.\n",
	  .example = "sleepproxyctl help host add" },
	{ 0 },
};
/* clang-format on */

const struct command_group daemon_group = { "The daemon", commands };
