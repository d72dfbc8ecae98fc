// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * loader/cli: each row of a command is whole, and found by its name; its options become the fields
 * of the request.
 */
#include "test.h"

#include <stdio.h>
#include <string.h>

#include "cli/command.h"

enum { LINE_WIDTH = 80, WORDS = 16 };

TEST(each_row_is_whole)
{
	const struct cli_command *command;

	for (size_t i = 0; (command = command_at(i)); i++) {
		assert_non_null(command->help);
		assert_non_null(command->text);
		for (const char *const *word = command->words; word && *word; word++)
			assert_non_null(word_of(*word)->meaning);
		assert_true(command->raw ? command->run != NULL : !command->view != !command->done);
		assert_true(!command->example || strstr(command->example, command->name));
		for (const struct cli_option *row = command->options; row && row->name; row++) {
			assert_non_null(row->help);
			assert_true((row->type == OPTION_FLAG) == !row->value);
		}
	}
}

static void check_lines(const char *text)
{
	for (size_t length; *text; text += length + 1) {
		length = strcspn(text, "\n");
		assert_in_range(length, 1, LINE_WIDTH);
		assert_int_equal(text[length], '\n');
	}
}

TEST(help_fits_the_screen)
{
	const struct cli_command *command;

	for (size_t i = 0; (command = command_at(i)); i++)
		check_lines(command->text);
}

TEST(each_is_found_by_its_name)
{
	const struct cli_command *command;

	for (size_t i = 0; (command = command_at(i)); i++) {
		char name[64], *words[4] = { NULL };
		size_t count = 0, used;

		snprintf(name, sizeof(name), "%s", command->name);
		for (char *word = strtok(name, " "); word; word = strtok(NULL, " "))
			words[count++] = word;
		words[count] = "nas";
		assert_ptr_equal(command_find(words, &used), command);
		assert_int_equal(used, count);
	}
}

TEST(half_a_name_is_none)
{
	static const char *const names[] = { "host", "add", "statusx", "" };

	EACH(i, names)
	{
		char *const words[] = { (char *)names[i], NULL };
		size_t used;

		assert_null(command_find(words, &used));
	}
}

/* What a command line would ask the daemon for; the caller frees it. NULL: an option is missing. */
static struct json_object *asked(char **words)
{
	struct cli_call call = { .request = json_object_new_object(),
		                 .settings = json_object_new_object() };
	size_t used;

	call.command = command_find(words, &used);
	assert_non_null(call.command);
	call.next = words + used;
	while (*call.next)
		assert_int_equal(option_read(&call), 0);
	json_object_put(call.settings);
	if (!option_missing(&call))
		return call.request;
	json_object_put(call.request);
	return NULL;
}

TEST(options_become_requests)
{
	static const struct {
		const char *words[WORDS];
		const char *request;
	} rows[] = {
		{ { "host", "add", "--mac", "m" }, "{\"mac\":\"m\"}" },
		{ { "host", "add", "--address", "a" }, NULL },
		{ { "lease", "set", "--address", "a" }, "{\"address\":\"a\"}" },
		{ { "lease", "set", "--address", "a", "--server", "s", "--seconds", "60", "--left",
		    "0", "--client-id", "01:02", "--hostname", "h" },
		  "{\"address\":\"a\",\"server\":\"s\",\"seconds\":60,\"left\":0,"
		  "\"client-id\":\"01:02\",\"hostname\":\"h\"}" },
		{ { "lease", "set", "--server", "s" }, NULL },
	};

	EACH(i, rows)
	{
		struct json_object *request = asked((char **)rows[i].words);
		const char *text =
			request ? json_object_to_json_string_ext(request, JSON_C_TO_STRING_PLAIN)
				: "";

		assert_string_equal(text, rows[i].request ? rows[i].request : "");
		json_object_put(request);
	}
}
