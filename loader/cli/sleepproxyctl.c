// SPDX-License-Identifier: GPL-2.0-or-later
/* Parses the command line. Exit status: 0, 1 the command failed, 2 a usage error. */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "base/files.h"
#include "cli/command.h"
#include "control/protocol.h"

static int usage_error(const struct cli_call *call)
{
	if (!call->command) {
		print_error("%s", call->why);
		fputs("'sleepproxyctl --help' lists commands and options\n", stderr);
		return CTL_USAGE;
	}
	print_error("%s: %s", call->command->name, call->why);
	command_usage(stderr, call->command);
	fprintf(stderr, "'sleepproxyctl help %s' explains it\n", call->command->name);
	return CTL_USAGE;
}

static int take_argument(struct cli_call *call)
{
	const char *word = *call->next++;

	if (call->command->argument && !json_object_object_get(call->request, "name")) {
		json_set_text(call->request, "name", word);
		return 0;
	}
	return call_refuse(call, "unexpected argument '%s'", word);
}

/* The command's name in a request: "host-add". */
static void add_command(struct cli_call *call)
{
	char name[32];

	snprintf(name, sizeof(name), "%s", call->command->name);
	for (char *space = name; (space = strchr(space, ' '));)
		*space = '-';
	json_set_text(call->request, "command", name);
}

/*
 * Global options, the command, and then its options and argument in any order; but what follows a
 * raw command is left.
 */
static int parse(struct cli_call *call)
{
	bool options_end = false;
	int error = 0;
	size_t used;

	while (*call->next && !error && !(call->command && call->command->raw)) {
		if (call->command && !options_end && strcmp(*call->next, "--") == 0) {
			options_end = true;
			call->next++;
		} else if (!options_end && option_is(*call->next)) {
			error = option_read(call);
		} else if (call->command) {
			error = take_argument(call);
		} else {
			call->words = call->next;
			call->command = command_find(call->next, &used);
			if (!call->command)
				break;
			call->next += used;
			add_command(call);
		}
	}
	return error;
}

static int check_complete(struct cli_call *call)
{
	const struct cli_command *command = call->command;
	const struct cli_option *missing = option_missing(call);

	if (command->argument && command->argument[0] != '[' &&
	    !json_object_object_get(call->request, "name"))
		return call_refuse(call, "missing %s (it must come before the options)",
		                   command->argument);
	if (missing)
		return call_refuse(call, "missing %s %s", missing->name, missing->value);
	return 0;
}

static int run_command(struct cli_call *call)
{
	const char *option = json_get_text(call->settings, "socket");
	const char *variable = getenv("SLEEPPROXY_SOCKET");

	if (!*option)
		option = variable && *variable ? variable : CONTROL_SOCKET;
	if (!client_connect(option))
		return CTL_FAILED;
	return call->command->run ? call->command->run(call) : call_simple(call);
}

static int run(struct cli_call *call)
{
	if (parse(call))
		return usage_error(call);
	if (json_get_bool(call->settings, "version")) {
		puts("sleepproxyctl " VERSION);
		return CTL_OK;
	}
	if (json_get_bool(call->settings, "help"))
		return command_help(call);
	if (!call->words) {
		command_overview(stderr);
		return CTL_USAGE;
	}
	if (!call->command)
		return command_unknown(call->words);
	if (!call->command->raw)
		return check_complete(call) ? usage_error(call) : run_command(call);
	if (*call->next && (strcmp(*call->next, "--help") == 0 || strcmp(*call->next, "-h") == 0))
		return command_help(call);
	call->words = call->next;
	return call->command->run(call);
}

int main(int argc, char **argv)
{
	struct cli_call call = { .next = argv + (argc > 0),
		                 .request = json_object_new_object(),
		                 .settings = json_object_new_object() };
	int status;

	files_open_standard();
	signal(SIGPIPE, SIG_IGN);
	status = run(&call);
	if (ferror(stdout) || fflush(stdout)) {
		print_error("cannot write the output: %s", strerror(errno));
		status = CTL_FAILED;
	}
	json_object_put(call.settings);
	json_object_put(call.request);
	return status;
}
