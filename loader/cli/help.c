// SPDX-License-Identifier: GPL-2.0-or-later
/* In: the rows of commands and options. Out: usage lines and help, generated from them. */
#include <string.h>

#include "cli/json_get.h"
#include "cli/groups.h"

enum { LINE_WIDTH = 78, HELP_COLUMN = 26 };

const struct option global_options[] = {
	{ "--socket", NULL, "PATH", "socket", OPTION_TEXT, .setting = true,
	  .help = "where the daemon listens (also by SLEEPPROXY_SOCKET)" },
	{ "--json", "-j", NULL, "json", OPTION_FLAG, .setting = true,
	  .help = "print JSON, one line, for programs" },
	{ "--help", "-h", NULL, "help", OPTION_FLAG, .setting = true, .help = "show this" },
	{ "--version", "-V", NULL, "version", OPTION_FLAG, .setting = true,
	  .help = "show the version" },
	{ 0 },
};

/* Writes a word, on a new line where it would not fit any more. */
static void put_wrapped(FILE *file, size_t *column, size_t indent, const char *word)
{
	if (*column + 1 + strlen(word) > LINE_WIDTH) {
		fprintf(file, "\n%*s", (int)indent, "");
		*column = indent;
	}
	*column += fprintf(file, " %s", word);
}

static void put_option_usage(FILE *file, size_t *column, size_t indent, const struct option *option)
{
	char word[64];

	snprintf(word, sizeof(word), "%s%s%s%s%s", option->required ? "" : "[", option->name,
	         option->value ? " " : "", option->value ? option->value : "",
	         option->required ? "" : "]");
	put_wrapped(file, column, indent, word);
}

void command_usage(FILE *file, const struct command *command)
{
	size_t column = fprintf(file, "usage: sleepproxyctl %s", command->name);
	size_t indent = strlen("usage: sleepproxyctl");

	if (command->argument)
		put_wrapped(file, &column, indent, command->argument);
	for (const struct option *row = command->options; row && row->name; row++)
		put_option_usage(file, &column, indent, row);
	fputc('\n', file);
}

/* "  LEFT    help", the further lines of which align. */
static void put_entry(FILE *file, const char *left, const char *help)
{
	const char *end = strchr(help, '\n');

	fprintf(file, "  %-*s  %.*s\n", HELP_COLUMN - 4, left,
	        (int)(end ? end - help : (long)strlen(help)), help);
	if (end)
		fprintf(file, "%*s%s\n", HELP_COLUMN, "", end + 1);
}

static void put_options(FILE *file, const struct option *options)
{
	for (const struct option *row = options; row && row->name; row++) {
		char left[64];

		snprintf(left, sizeof(left), "%s%s%s%s%s", row->brief ? row->brief : "",
		         row->brief ? ", " : "", row->name, row->value ? " " : "",
		         row->value ? row->value : "");
		put_entry(file, left, row->help);
	}
}

static void put_command(FILE *file, const struct command *command)
{
	char left[64];

	snprintf(left, sizeof(left), "%s%s%s%s", command->name, command->argument ? " " : "",
	         command->argument ? command->argument : "", command->options ? " ..." : "");
	put_entry(file, left, command->help);
}

static void put_help(FILE *file, const struct command *command)
{
	command_usage(file, command);
	fprintf(file, "\n%s: %s.\n\n%s", command->name, command->help, command->text);
	if (command->options)
		fputc('\n', file);
	put_options(file, command->options);
	fprintf(file, "\nexample:\n  %s\n", command->example);
}

void command_overview(FILE *file)
{
	const struct command_group *const *group;

	fputs("usage: sleepproxyctl [--socket PATH] [-j|--json] COMMAND ...\n\n"
	      "Asks and steers sleepproxyd, which answers for sleeping hosts and wakes them when\n"
	      "somebody wants to reach them.\n",
	      file);
	for (group = command_groups; *group; group++) {
		fprintf(file, "\n%s\n", (*group)->title);
		for (const struct command *row = (*group)->commands; row->name; row++)
			put_command(file, row);
	}
	fputs("\nOptions\n", file);
	put_options(file, global_options);
	fputs("\nTo begin with:\n"
	      "  sleepproxyctl host add nas --mac 52:54:00:12:34:56 --address 192.168.1.5\n"
	      "  sleepproxyctl host sleep nas\n"
	      "  sleepproxyctl watch\n"
	      "'sleepproxyctl help COMMAND' tells more about a command.\n",
	      file);
}

static bool put_commands_of(const char *word)
{
	const struct command *command;
	bool any = false;

	for (size_t i = 0; (command = command_at(i)); i++)
		if (command_is_of(command, word)) {
			put_command(stdout, command);
			any = true;
		}
	return any;
}

int command_help(const struct call *call)
{
	const struct command *command;
	size_t used;

	if (!call->words || !call->words[0]) {
		command_overview(stdout);
		return CTL_OK;
	}
	command = command_find(call->words, &used);
	if (command)
		put_help(stdout, command);
	else if (call->words[1] || !put_commands_of(call->words[0]))
		return command_unknown(call->words);
	return CTL_OK;
}
