// SPDX-License-Identifier: GPL-2.0-or-later
/* loader/cli/options.c: words in, the JSON that they become or the words of a refusal out. */
#include "test.h"

#include <string.h>

#include "cli/command.h"

enum { WORDS = 8 };

static const struct cli_option own[] = {
	{ "--mac", "MAC", OPTION_TEXT, .required = true },
	{ "--address", "ADDR...", OPTION_LIST, .key = "addresses", .required = true },
	{ "--vlan", "N", OPTION_NUMBER, .help = "" },
	{ "--now", .help = "" },
	{ "--wait", "[SECONDS]", OPTION_OPTIONAL_NUMBER, .setting = true },
	{ 0 },
};

static const struct cli_command command = { .options = own };

/* Reads options until one is refused or a word is none; returns how many words are left. */
static size_t read_all(const char *const *words, struct cli_call *call)
{
	size_t left = 0;

	*call = (struct cli_call){ .next = (char **)words,
		                   .command = &command,
		                   .request = json_object_new_object(),
		                   .settings = json_object_new_object() };
	while (*call->next && option_is(*call->next) && option_read(call) == 0)
		;
	while (call->next[left])
		left++;
	return left;
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

		assert_int_equal(read_all(rows[i].words, &call), rows[i].left);
		assert_string_equal(call.why, "");
		assert_string_equal(
			json_object_to_json_string_ext(call.request, JSON_C_TO_STRING_PLAIN),
			rows[i].request);
		assert_string_equal(
			json_object_to_json_string_ext(call.settings, JSON_C_TO_STRING_PLAIN),
			rows[i].settings);
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

		read_all(rows[i].words, &call);
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
	read_all(words, &call);
	assert_non_null(strstr(call.why, "unknown option"));
	call_done(&call);
}

TEST(finds_the_missing_one)
{
	struct cli_call call = { .command = &command, .request = json_object_new_object() };

	assert_string_equal(option_missing(&call)->name, "--mac");
	json_object_object_add(call.request, "mac", json_object_new_string("a"));
	assert_string_equal(option_missing(&call)->name, "--address");
	json_object_object_add(call.request, "addresses", json_object_new_array());
	assert_null(option_missing(&call));
	call.command = &(struct cli_command){ .options = NULL };
	assert_null(option_missing(&call));
	json_object_put(call.request);
}
