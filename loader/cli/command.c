// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/command.h"

#include <string.h>

#include "base/text.h"
#include "control/protocol.h"

enum { LINE_WIDTH = 78, HELP_COLUMN = 26, ENTRY_TEXT = 64 };

static const struct command_group *const groups[] = { &host_group, &lease_group, &event_group,
	                                              &daemon_group };

enum { GROUPS = sizeof(groups) / sizeof(*groups) };

const struct cli_option global_options[] = {
	{ "--socket", "PATH", OPTION_TEXT, .setting = true,
	  .help = "the daemon's socket (default: SLEEPPROXY_SOCKET, or\n" CONTROL_SOCKET ")" },
	{ "--json", .brief = "-j", .setting = true, .help = "print JSON, one line, for programs" },
	{ "--help", .brief = "-h", .setting = true, .help = "show this" },
	{ "--version", .brief = "-V", .setting = true, .help = "show the version" },
	{ 0 },
};

const struct cli_command *command_at(size_t index)
{
	for (size_t i = 0; i < GROUPS; i++)
		for (const struct cli_command *row = groups[i]->commands; row->name; row++)
			if (index-- == 0)
				return row;
	return NULL;
}

/* "FIRST SECOND"; `second`: NULL, or empty: FIRST. */
static const char *join(const char *first, const char *second, char text[ENTRY_TEXT])
{
	second = second ? second : "";
	snprintf(text, ENTRY_TEXT, "%s%s%s", first, *second ? " " : "", second);
	return text;
}

const struct cli_command *command_find(char *const *words, size_t *used)
{
	const struct cli_command *command;
	char both[ENTRY_TEXT];

	join(words[0], words[1], both);
	for (size_t i = 0; (command = command_at(i)); i++) {
		*used = strchr(command->name, ' ') ? 2 : 1;
		if (strcmp(command->name, *used == 2 ? both : words[0]) == 0)
			return command;
	}
	return NULL;
}

/* Compares with the whole name and each of its words: "add" and "hosts" mean "host add" too. */
static const struct cli_command *nearest(const char *typed)
{
	const struct cli_command *command, *best = NULL;
	size_t least = WORDS_FAR;

	for (size_t i = 0; (command = command_at(i)); i++) {
		char first[ENTRY_TEXT] = "", second[ENTRY_TEXT] = "";
		const char *const forms[] = { command->name, first, second };

		sscanf(command->name, "%s %s", first, second);
		for (size_t form = 0; form < 3; form++)
			if (words_nearer(typed, forms[form], &least))
				best = command;
	}
	return best;
}

/* Writes a word, on a new line if the line would become too long. */
static void put_wrapped(FILE *file, size_t *column, const char *word)
{
	size_t indent = strlen("usage: sleepproxyctl");

	if (*column + 1 + strlen(word) > LINE_WIDTH) {
		fprintf(file, "\n%*s", (int)indent, "");
		*column = indent;
	}
	*column += fprintf(file, " %s", word);
}

void command_usage(FILE *file, const struct cli_command *command)
{
	size_t column = fprintf(file, "usage: sleepproxyctl %s", command->name);
	char text[ENTRY_TEXT], word[ENTRY_TEXT + 2];

	if (command->argument)
		put_wrapped(file, &column, command->argument);
	for (const struct cli_option *row = command->options; row && row->name; row++) {
		join(row->name, row->value, text);
		snprintf(word, sizeof(word), row->required ? "%s" : "[%s]", text);
		put_wrapped(file, &column, word);
	}
	fputc('\n', file);
}

/* "  LEFT    help", with further lines of the help aligned. */
static void put_entry(FILE *file, const char *left, const char *help)
{
	const char *end = strchrnul(help, '\n');

	fprintf(file, "  %-*s  %.*s\n", HELP_COLUMN - 4, left, (int)(end - help), help);
	if (*end)
		fprintf(file, "%*s%s\n", HELP_COLUMN, "", end + 1);
}

static void put_options(FILE *file, const struct cli_option *options)
{
	for (const struct cli_option *row = options; row && row->name; row++) {
		char text[ENTRY_TEXT], left[ENTRY_TEXT + 4];

		snprintf(left, sizeof(left), "%s%s%s", row->brief ? row->brief : "",
		         row->brief ? ", " : "", join(row->name, row->value, text));
		put_entry(file, left, row->help);
	}
}

static void put_command(FILE *file, const struct cli_command *command)
{
	char called[ENTRY_TEXT], left[ENTRY_TEXT + 4];

	join(command->name, command->argument, called);
	snprintf(left, sizeof(left), "%s%s", called, command->options ? " ..." : "");
	put_entry(file, left, command->help);
}

/* The commands of two words that begin with this one, and their number; NULL: without printing. */
static size_t put_group(FILE *file, const char *first)
{
	const struct cli_command *command;
	const size_t length = strlen(first);
	size_t count = 0;

	for (size_t i = 0; (command = command_at(i)); i++) {
		if (strncmp(command->name, first, length) != 0 || command->name[length] != ' ')
			continue;
		count++;
		if (file)
			put_command(file, command);
	}
	return count;
}

int command_unknown(char *const *words)
{
	const bool is_group = put_group(NULL, words[0]);
	const struct cli_command *near;
	char both[ENTRY_TEXT];

	near = nearest(join(words[0], words[1], both));
	if (!near && !is_group)
		near = nearest(words[0]);
	if (is_group && !words[1])
		print_error("'%s' is not a complete command", words[0]);
	else
		print_error("unknown command '%s'%s%s%s", is_group ? both : words[0],
		            near ? " (did you mean '" : "", near ? near->name : "",
		            near ? "'?)" : "");
	if (!is_group)
		fputs("'sleepproxyctl help' lists the commands\n", stderr);
	put_group(stderr, words[0]);
	return CTL_USAGE;
}

static void put_help(FILE *file, const struct cli_command *command)
{
	char called[ENTRY_TEXT];

	command_usage(file, command);
	fprintf(file, "\n%s: %s.\n\n%s", command->name, command->help, command->text);
	for (const char *const *word = command->words; word && *word; word++)
		fprintf(file, "  %-10s %s\n", *word, word_of(*word)->meaning);
	if (command->options)
		fputc('\n', file);
	put_options(file, command->options);
	if (command->example)
		fprintf(file, "\nexample:\n  %s\n", command->example);
	else
		fprintf(file, "\nexample:\n  sleepproxyctl %s\n",
		        join(command->name, command->argument ? "nas" : NULL, called));
}

void command_overview(FILE *file)
{
	fputs("usage: sleepproxyctl [--socket PATH] [-j|--json] COMMAND ...\n\n"
	      "Controls sleepproxyd, which answers for sleeping hosts and wakes them for\n"
	      "connections.\n",
	      file);
	for (size_t i = 0; i < GROUPS; i++) {
		fprintf(file, "\n%s\n", groups[i]->title);
		for (const struct cli_command *row = groups[i]->commands; row->name; row++)
			put_command(file, row);
	}
	fputs("\nOptions\n", file);
	put_options(file, global_options);
	fputs("\nFirst steps:\n"
	      "  sleepproxyctl host add nas --mac 52:54:00:12:34:56 --address 192.168.1.5\n"
	      "  sleepproxyctl host sleep nas\n"
	      "  sleepproxyctl watch\n"
	      "'sleepproxyctl help COMMAND' explains a command.\n",
	      file);
}

int command_help(const struct cli_call *call)
{
	char *const *words = call->words;
	const struct cli_command *command;
	size_t used;

	if (!words || !words[0]) {
		command_overview(stdout);
		return CTL_OK;
	}
	command = command_find(words, &used);
	if (command)
		put_help(stdout, command);
	else if (words[1] || !put_group(stdout, words[0]))
		return command_unknown(words);
	return CTL_OK;
}

void call_view(const struct output *output, const struct cli_call *call, struct json_object *result)
{
	if (call->command->none && !json_length(result))
		output_write(output, PLAIN, "%s\n", call->command->none);
	else if (call->command->view)
		call->command->view(output, result);
	else
		output_write(output, PLAIN, call->command->done,
		             json_get_text(call->request, "name"));
}

static void put_json(const struct cli_call *call, struct json_object *result)
{
	const char *command = json_get_text(call->request, "command");
	struct json_object *document = protocol_document(command, json_object_get(result));

	puts(protocol_text(document));
	json_object_put(document);
}

int call_show(const struct cli_call *call, struct json_object *result)
{
	struct output output = output_stdout();

	output.all = json_get_bool(call->settings, "all");
	if (json_get_bool(call->settings, "json"))
		put_json(call, result);
	else
		call_view(&output, call, result);
	return fflush(stdout) == 0 && !ferror(stdout) ? CTL_OK : CTL_FAILED;
}

int call_simple(const struct cli_call *call)
{
	struct json_object *result = client_ask(call->request);
	int status = result ? call_show(call, result) : CTL_FAILED;

	json_object_put(result);
	return status;
}
