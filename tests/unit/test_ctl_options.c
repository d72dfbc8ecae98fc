// SPDX-License-Identifier: GPL-2.0-or-later
/* loader/ctl/options.c: words in, the JSON that they become or the words of a refusal out. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "cli/options.h"

#define EACH(item, table) for (size_t item = 0; item < sizeof(table) / sizeof(*(table)); item++)

enum { WORDS = 8 };

static const struct option own[] = {
	{ "--mac", NULL, "MAC", "mac", OPTION_TEXT, .required = true },
	{ "--address", NULL, "ADDR...", "addresses", OPTION_LIST, .required = true },
	{ "--vlan", NULL, "N", "vlan", OPTION_NUMBER, .help = "" },
	{ "--now", NULL, NULL, "now", OPTION_FLAG, .help = "" },
	{ "--wait", NULL, "[SECONDS]", "wait", OPTION_MAYBE_NUMBER, .setting = true },
	{ 0 },
};

static const struct option shared[] = {
	{ "--json", "-j", NULL, "json", OPTION_FLAG, .setting = true },
	{ 0 },
};

static const option_tables tables = { own, shared };

/* Reads options until one is refused or a word is none; returns how many words are left. */
static size_t read_all(const char *const *words, struct arguments *in, char why[OPTION_WHY])
{
	size_t left = 0;

	*in = (struct arguments){ (char **)words, json_object_new_object(),
		                  json_object_new_object() };
	*why = '\0';
	while (*in->next && option_is(*in->next) && option_read(in, tables, why) == 0)
		;
	while (in->next[left])
		left++;
	return left;
}

static void arguments_done(struct arguments *in)
{
	json_object_put(in->request);
	json_object_put(in->settings);
}

static void becomes_json(void **state)
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

	(void)state;
	EACH(i, rows)
	{
		struct arguments in;
		char why[OPTION_WHY];

		assert_int_equal(read_all(rows[i].words, &in, why), rows[i].left);
		assert_string_equal(why, "");
		assert_string_equal(
			json_object_to_json_string_ext(in.request, JSON_C_TO_STRING_PLAIN),
			rows[i].request);
		assert_string_equal(
			json_object_to_json_string_ext(in.settings, JSON_C_TO_STRING_PLAIN),
			rows[i].settings);
		arguments_done(&in);
	}
}

static void refuses_in_words(void **state)
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
		{ { "--vlan", "ten" }, "--vlan needs a number, and 'ten' is none" },
		{ { "--vlan", "10x" }, "--vlan needs a number, and '10x' is none" },
		{ { "--vlan=-1" }, "--vlan needs a number, and '-1' is none" },
		{ { "--vlan= 1" }, "--vlan needs a number, and ' 1' is none" },
		{ { "--vlan=2147483648" }, "--vlan needs a number, and '2147483648' is none" },
		{ { "--wait=soon" }, "--wait needs a number, and 'soon' is none" },
		{ { "--now=yes" }, "--now takes no value" },
		{ { "--nwo" }, "unknown option '--nwo' (did you mean --now?)" },
		{ { "--adress=a" }, "unknown option '--adress' (did you mean --address?)" },
		{ { "--frobnicate" }, "unknown option '--frobnicate'" },
		{ { "-x" }, "unknown option '-x'" },
	};

	(void)state;
	EACH(i, rows)
	{
		struct arguments in;
		char why[OPTION_WHY];

		assert_int_not_equal(read_all(rows[i].words, &in, why), 0);
		assert_string_equal(why, rows[i].why);
		arguments_done(&in);
	}
}

static void survives_long_options(void **state)
{
	char word[1000];
	const char *words[] = { word, NULL };
	struct arguments in;
	char why[OPTION_WHY];

	(void)state;
	memset(word, '-', sizeof(word) - 1);
	word[sizeof(word) - 1] = '\0';
	assert_int_equal(read_all(words, &in, why), 1);
	assert_non_null(strstr(why, "unknown option"));
	arguments_done(&in);
}

static void finds_the_missing_one(void **state)
{
	struct json_object *request = json_object_new_object();

	(void)state;
	assert_string_equal(option_missing(own, request)->name, "--mac");
	json_object_object_add(request, "mac", json_object_new_string("a"));
	assert_string_equal(option_missing(own, request)->name, "--address");
	json_object_object_add(request, "addresses", json_object_new_array());
	assert_null(option_missing(own, request));
	assert_null(option_missing(NULL, request));
	json_object_put(request);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(becomes_json),
		cmocka_unit_test(refuses_in_words),
		cmocka_unit_test(survives_long_options),
		cmocka_unit_test(finds_the_missing_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
