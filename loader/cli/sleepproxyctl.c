// SPDX-License-Identifier: GPL-2.0-or-later
/* In: the command line. Out: the exit status: 0, 1 the command failed, 2 it was not understood. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "cli/command.h"
#include "cli/json_get.h"

/*
 * A descriptor that is closed would become the socket's. For reading only, also for output: what is
 * written there must still fail.
 */
static void occupy_standard_descriptors(void)
{
	for (int fd = 0; fd <= STDERR_FILENO; fd++)
		if (fcntl(fd, F_GETFD) < 0 && open("/dev/null", O_RDONLY) < 0)
			_exit(CTL_FAILED);
}

static int refuse(const struct call *call, const char *why)
{
	if (!call->command) {
		say("%s", why);
		fputs("'sleepproxyctl --help' shows what there is\n", stderr);
		return CTL_USAGE;
	}
	say("%s: %s", call->command->name, why);
	command_usage(stderr, call->command);
	fprintf(stderr, "'sleepproxyctl help %s' tells more\n", call->command->name);
	return CTL_USAGE;
}

/* Options in front of the command, which are all the client's. */
static int read_front(struct call *call, struct arguments *in)
{
	const option_tables tables = { global_options };
	char why[OPTION_WHY];

	while (*in->next && option_is(*in->next))
		if (option_read(in, tables, why) < 0)
			return refuse(call, why);
	return CTL_OK;
}

static int take_argument(struct call *call, const char *word)
{
	char why[OPTION_WHY];

	if (call->command->argument && !json_object_object_get(call->request, "name")) {
		json_object_object_add(call->request, "name", json_object_new_string(word));
		return CTL_OK;
	}
	snprintf(why, sizeof(why), "'%s' is one word too many", word);
	return refuse(call, why);
}

/* Options and the argument behind the command, in any order. */
static int read_rest(struct call *call, struct arguments *in)
{
	const option_tables tables = { call->command->options, global_options };
	bool options_end = false;
	char why[OPTION_WHY];
	int status = CTL_OK;

	while (*in->next && !status) {
		if (!options_end && strcmp(*in->next, "--") == 0) {
			options_end = true;
			in->next++;
		} else if (!options_end && option_is(*in->next)) {
			status = option_read(in, tables, why) < 0 ? refuse(call, why) : CTL_OK;
		} else {
			status = take_argument(call, *in->next++);
		}
	}
	return status;
}

static int check_complete(const struct call *call)
{
	const struct command *command = call->command;
	const struct option *missing = option_missing(command->options, call->request);
	char why[OPTION_WHY];

	if (command->argument && command->argument[0] != '[' &&
	    !json_object_object_get(call->request, "name")) {
		snprintf(why, sizeof(why), "%s is missing (it stands before the options)",
		         command->argument);
		return refuse(call, why);
	}
	if (missing) {
		snprintf(why, sizeof(why), "%s %s is missing", missing->name, missing->value);
		return refuse(call, why);
	}
	return CTL_OK;
}

static int run_command(struct call *call, struct arguments *in, char **name)
{
	int status;

	json_object_object_add(call->request, "command",
	                       json_object_new_string(call->command->request));
	status = read_rest(call, in);
	if (!status && field_bool(call->settings, "help")) {
		call->words = name;
		return command_help(call);
	}
	if (!status)
		status = check_complete(call);
	call->writer = field_bool(call->settings, "json") ? &writer_json : &writer_text;
	return status ? status : call->command->run(call);
}

/* What follows is the command's own, but for a first word that asks for help. */
static int run_raw(struct call *call, char **rest, char **name)
{
	bool help = rest[0] && (strcmp(rest[0], "--help") == 0 || strcmp(rest[0], "-h") == 0);

	call->words = help ? name : rest;
	return help ? command_help(call) : call->command->run(call);
}

static int run_words(struct call *call, struct arguments *in)
{
	char **name = in->next;
	size_t used;

	call->command = command_find(name, &used);
	if (!call->command)
		return command_unknown(name);
	in->next += used;
	if (call->command->raw)
		return run_raw(call, in->next, name);
	return run_command(call, in, name);
}

static int run(struct call *call, struct arguments *in)
{
	int status = read_front(call, in);

	if (status)
		return status;
	if (field_bool(call->settings, "version")) {
		puts("sleepproxyctl " VERSION);
		return CTL_OK;
	}
	if (field_bool(call->settings, "help")) {
		call->words = in->next;
		return command_help(call);
	}
	if (*in->next)
		return run_words(call, in);
	command_overview(stderr);
	return CTL_USAGE;
}

static int finish_output(int status)
{
	if (ferror(stdout) || fflush(stdout) != 0) {
		if (!status)
			say("cannot write the output: %s", strerror(errno));
		return status ? status : CTL_FAILED;
	}
	return status;
}

int main(int argc, char **argv)
{
	struct call call = { .request = json_object_new_object(),
		             .settings = json_object_new_object() };
	struct arguments in = { argv + (argc > 0), call.request, call.settings };
	int status;

	occupy_standard_descriptors();
	signal(SIGPIPE, SIG_IGN);
	status = finish_output(run(&call, &in));
	json_object_put(call.settings);
	json_object_put(call.request);
	return status;
}
