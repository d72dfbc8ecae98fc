// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * loader/cli: each row of a command is whole, and found by its name; words become the JSON of a
 * request, or are refused in words.
 */
#include "test.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"
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
		assert_false(command->view && command->done);
		assert_true(command->run || command->view || command->done);
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

/* What follows "host" or "lease" is a command, and never a host. */
TEST(no_host_is_called_as_a_command)
{
	const struct cli_command *command;

	for (size_t i = 0; (command = command_at(i)); i++) {
		const char *word = strchr(command->name, ' ');

		if (word && text_is_name(word + 1))
			fail_msg("a host may be called %s", word + 1);
	}
	assert_false(text_is_name("help"));
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

static const struct cli_option own[] = {
	{ "--mac", "MAC", OPTION_TEXT, .required = true },
	{ "--address", "ADDR...", OPTION_LIST, .key = "addresses", .required = true },
	{ "--vlan", "N", OPTION_NUMBER, .help = "" },
	{ "--watts", "W", OPTION_DECIMAL, .help = "" },
	{ "--now", .help = "" },
	{ "--wait", "[SECONDS]", OPTION_OPTIONAL_NUMBER, .setting = true },
	{ 0 },
};

static const struct cli_command some_command = { .options = own };

/* Reads options until one is refused or a word is none; returns how many words are left. */
static size_t read_all(const struct cli_command *command, const char *const *words,
                       struct cli_call *call)
{
	size_t left = 0;

	*call = (struct cli_call){ .next = (char **)words,
		                   .command = command,
		                   .request = json_object_new_object(),
		                   .settings = json_object_new_object() };
	while (*call->next && option_is(*call->next) && option_read(call) == 0)
		;
	while (call->next[left])
		left++;
	return left;
}

static const char *text_of(struct json_object *object)
{
	return json_object_to_json_string_ext(object, JSON_C_TO_STRING_PLAIN);
}

static void call_done(struct cli_call *call)
{
	json_object_put(call->request);
	json_object_put(call->settings);
}

TEST(becomes_json)
{
	static const struct {
		const char *words[WORDS];
		const char *request, *settings;
		size_t left;
	} rows[] = {
		{ { "--mac", "a" }, "{\"mac\":\"a\"}", "{}", 0 },
		{ { "--mac=a=b" }, "{\"mac\":\"a=b\"}", "{}", 0 },
		{ { "--mac", "a", "--mac", "b" }, "{\"mac\":\"b\"}", "{}", 0 },
		{ { "--now", "nas" }, "{\"now\":true}", "{}", 1 },
		{ { "--vlan", "10" }, "{\"vlan\":10}", "{}", 0 },
		{ { "--watts", "36.50" }, "{\"watts\":36.5}", "{}", 0 },
		{ { "--watts=36" }, "{\"watts\":36}", "{}", 0 },
		{ { "-j", "--now" }, "{\"now\":true}", "{\"json\":true}", 0 },
		{ { "--wait" }, "{}", "{\"wait\":0}", 0 },
		{ { "--wait", "60", "nas" }, "{}", "{\"wait\":60}", 1 },
		{ { "--wait", "nas" }, "{}", "{\"wait\":0}", 1 },
		{ { "--wait=60" }, "{}", "{\"wait\":60}", 0 },
		{ { "--address", "a", "b" }, "{\"addresses\":[\"a\",\"b\"]}", "{}", 0 },
		{ { "--address", "a,b,", "c" }, "{\"addresses\":[\"a\",\"b\",\"c\"]}", "{}", 0 },
		{ { "--address", "a", "--now", "--address", "b" },
		  "{\"addresses\":[\"a\",\"b\"],\"now\":true}",
		  "{}",
		  0 },
		{ { "--address=a,b", "c" }, "{\"addresses\":[\"a\",\"b\"]}", "{}", 1 },
		{ { "--address", "a", "--", "nas" }, "{\"addresses\":[\"a\"]}", "{}", 2 },
	};

	EACH(i, rows)
	{
		struct cli_call call;

		assert_int_equal(read_all(&some_command, rows[i].words, &call), rows[i].left);
		assert_string_equal(call.why, "");
		assert_string_equal(text_of(call.request), rows[i].request);
		assert_string_equal(text_of(call.settings), rows[i].settings);
		call_done(&call);
	}
}

TEST(refuses_in_words)
{
	static const struct {
		const char *words[WORDS];
		const char *why;
	} rows[] = {
		{ { "--mac" }, "--mac needs a value: MAC" },
		{ { "--mac", "--now" }, "--mac needs a value: MAC" },
		{ { "--mac=" }, "--mac needs a value: MAC" },
		{ { "--address" }, "--address needs a value: ADDR..." },
		{ { "--address", "," }, "--address needs a value: ADDR..." },
		{ { "--address", "a", "--address", "--now" }, "--address needs a value: ADDR..." },
		{ { "--watts", "1e3" }, "--watts: '1e3' is not a number" },
		{ { "--watts=-1" }, "--watts: '-1' is not a number" },
		{ { "--vlan" }, "--vlan needs a value: N" },
		{ { "--vlan", "ten" }, "--vlan: 'ten' is not a number" },
		{ { "--vlan", "10x" }, "--vlan: '10x' is not a number" },
		{ { "--vlan=-1" }, "--vlan: '-1' is not a number" },
		{ { "--vlan= 1" }, "--vlan: ' 1' is not a number" },
		{ { "--vlan=2147483648" }, "--vlan: '2147483648' is not a number" },
		{ { "--wait=soon" }, "--wait: 'soon' is not a number" },
		{ { "--now=yes" }, "--now takes no value" },
		{ { "--nwo" }, "unknown option '--nwo' (did you mean --now?)" },
		{ { "--adress=a" }, "unknown option '--adress' (did you mean --address?)" },
		{ { "--frobnicate" }, "unknown option '--frobnicate'" },
		{ { "-x" }, "unknown option '-x'" },
	};

	EACH(i, rows)
	{
		struct cli_call call;

		read_all(&some_command, rows[i].words, &call);
		assert_string_equal(call.why, rows[i].why);
		call_done(&call);
	}
}

TEST(survives_long_options)
{
	char word[1000];
	const char *words[] = { word, NULL };
	struct cli_call call;

	memset(word, '-', sizeof(word) - 1);
	word[sizeof(word) - 1] = '\0';
	read_all(&some_command, words, &call);
	assert_non_null(strstr(call.why, "unknown option"));
	call_done(&call);
}

TEST(finds_the_missing_one)
{
	struct cli_call call = { .command = &some_command, .request = json_object_new_object() };

	assert_string_equal(option_missing(&call)->name, "--mac");
	json_object_object_add(call.request, "mac", json_object_new_string("a"));
	assert_string_equal(option_missing(&call)->name, "--address");
	json_object_object_add(call.request, "addresses", json_object_new_array());
	assert_null(option_missing(&call));
	call.command = &(struct cli_command){ .options = NULL };
	assert_null(option_missing(&call));
	json_object_put(call.request);
}

/* NULL: an option is missing. */
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
		size_t used;
		const struct cli_command *command =
			command_find((char *const *)rows[i].words, &used);
		struct cli_call call;

		assert_int_equal(read_all(command, rows[i].words + used, &call), 0);
		assert_true(!option_missing(&call) == !!rows[i].request);
		if (rows[i].request)
			assert_string_equal(text_of(call.request), rows[i].request);
		call_done(&call);
	}
}
