// SPDX-License-Identifier: GPL-2.0-or-later
/* Files of keys: what is read from them, and what is said of mistakes. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "npp/npp_keys.h"
#include "support_octets.h"

#define EACH(item, table) for (size_t item = 0; item < sizeof(table) / sizeof(*(table)); item++)

#define HEX_15 "000102030405060708090a0b0c0d0e"
#define HEX_16 HEX_15 "0f"
#define HEX_64 HEX_16 HEX_16 HEX_16 HEX_16

#define NO_NUMBER "no key's number; expected 1 to 255, and behind it a secret"
#define TWICE "a number that stands further up too; expected each once"
#define NO_SECRET "no secret; expected an even number of hexadecimal digits, 32 to 128"
#define MORE "more than a number and a secret; expected '#' before a comment"
#define NO_KEY "no key; expected one in a line, a number and a secret"

enum { EDGE = 1024 };

static struct npp_keys keys;

static int parse(const char *text, size_t length, struct npp_keys_fault *fault)
{
	memset(&keys, 0xa5, sizeof(keys));
	memset(fault, 0xa5, sizeof(*fault));
	if (length <= EDGE)
		text = (const char *)at_the_edge(text, length);
	return npp_keys_parse(text, length, &keys, fault);
}

static void parses(const char *text)
{
	struct npp_keys_fault fault;

	assert_int_equal(parse(text, strlen(text), &fault), 0);
	assert_null(fault.reason);
	assert_int_equal(fault.line, 0);
}

/* That nothing is left of keys that stood in front of the mistake is part of it. */
static void fails_in(const char *text, size_t length, size_t line, const char *reason)
{
	static const struct npp_keys none;
	struct npp_keys_fault fault;

	assert_int_equal(parse(text, length, &fault), -EINVAL);
	assert_string_equal(fault.reason, reason);
	assert_int_equal(fault.line, line);
	assert_memory_equal(&keys, &none, sizeof(keys));
}

static void fails(const char *text, size_t line, const char *reason)
{
	fails_in(text, strlen(text), line, reason);
}

static void check_key(size_t index, uint8_t id, size_t length)
{
	const struct npp_key *key = &keys.key[index];
	uint8_t secret[NPP_SECRET_MAX] = { 0 };

	for (size_t i = 0; i < length; i++)
		secret[i] = i % 16;
	assert_int_equal(key->id, id);
	assert_int_equal(key->length, length);
	assert_memory_equal(key->secret, secret, sizeof(secret));
	assert_ptr_equal(npp_keys_find(&keys, id), key);
}

static void keys_in_the_order_of_the_file(void **state)
{
	(void)state;
	parses("255 " HEX_16 "\n1 " HEX_64 "\n20 " HEX_16 "\n");
	assert_int_equal(keys.count, 3);
	check_key(0, 255, 16);
	check_key(1, 1, 64);
	check_key(2, 20, 16);
	assert_null(npp_keys_find(&keys, 2));
	assert_null(npp_keys_find(&keys, 0));
}

static void comments_blanks_and_line_ends(void **state)
{
	static const char *const texts[] = {
		"7 " HEX_16,
		"7 " HEX_16 "\n",
		"7 " HEX_16 "\r\n",
		"\n\r\n \t\n7 " HEX_16 "\n\n",
		" \t7\t \t" HEX_16 "\t \n",
		"# 8 " HEX_16 "\n7 " HEX_16 "# the router's\n #",
		"#\n#7\n7 " HEX_16 " # 1 2 3",
		"007 " HEX_16,
		"7 000102030405060708090A0B0C0D0E0F",
		"7 000102030405060708090a0B0c0D0e0F",
	};

	(void)state;
	EACH(i, texts)
	{
		parses(texts[i]);
		assert_int_equal(keys.count, 1);
		check_key(0, 7, 16);
	}
}

static void every_digit(void **state)
{
	static const uint8_t secret[] = { 0x01, 0x23, 0x45, 0x67, 0x89, 0xab, 0xcd, 0xef,
		                          0xfe, 0xdc, 0xba, 0x98, 0x76, 0x54, 0x32, 0x10 };

	(void)state;
	parses("1 0123456789abcdefFEDCBA9876543210");
	assert_int_equal(keys.key[0].length, sizeof(secret));
	assert_memory_equal(keys.key[0].secret, secret, sizeof(secret));
}

static void all_numbers(void **state)
{
	char text[NPP_KEYS * 40], *end = text;

	(void)state;
	for (unsigned int id = NPP_KEYS; id >= 1; id--)
		end += sprintf(end, "%u %s\n", id, HEX_16);
	parses(text);
	assert_int_equal(keys.count, NPP_KEYS);
	for (unsigned int id = NPP_KEYS; id >= 1; id--)
		check_key(NPP_KEYS - id, (uint8_t)id, 16);
	strcpy(end, "1 " HEX_16);
	fails(text, NPP_KEYS + 1, TWICE);
}

static void all_lengths(void **state)
{
	(void)state;
	for (size_t digits = 0; digits <= 2 * NPP_SECRET_MAX + 32; digits++) {
		char text[256] = "1 ";
		struct npp_keys_fault fault;
		const bool right = digits % 2 == 0 && digits >= 32 && digits <= 128;

		memcpy(text + 2, HEX_64 HEX_16, digits);
		assert_int_equal(parse(text, 2 + digits, &fault), right ? 0 : -EINVAL);
		if (right)
			check_key(0, 1, digits / 2);
		else
			assert_string_equal(fault.reason, NO_SECRET);
	}
}

static const struct {
	const char *text;
	size_t line;
	const char *reason;
} mistakes[] = {
	{ "", 0, NO_KEY },
	{ "\n \n# 1 " HEX_16 "\n", 0, NO_KEY },
	{ HEX_16 "\n", 1, NO_NUMBER },
	{ "0 " HEX_16, 1, NO_NUMBER },
	{ "256 " HEX_16, 1, NO_NUMBER },
	{ "4294967297 " HEX_16, 1, NO_NUMBER },
	{ "18446744073709551617 " HEX_16, 1, NO_NUMBER },
	{ "-1 " HEX_16, 1, NO_NUMBER },
	{ "+1 " HEX_16, 1, NO_NUMBER },
	{ "0x1 " HEX_16, 1, NO_NUMBER },
	{ "1: " HEX_16, 1, NO_NUMBER },
	{ "1:" HEX_16, 1, NO_NUMBER },
	{ "one " HEX_16, 1, NO_NUMBER },
	{ "\xef\xbb\xbf"
	  "1 " HEX_16,
	  1, NO_NUMBER },
	{ "1", 1, NO_SECRET },
	{ "1 \n" HEX_16, 1, NO_SECRET },
	{ "1 # " HEX_16, 1, NO_SECRET },
	{ "1 " HEX_15 "0", 1, NO_SECRET },
	{ "1 " HEX_15 "0g", 1, NO_SECRET },
	{ "1 " HEX_15 "g0", 1, NO_SECRET },
	{ "1 " HEX_15 "0/", 1, NO_SECRET },
	{ "1 " HEX_15 "0:", 1, NO_SECRET },
	{ "1 " HEX_15 "0@", 1, NO_SECRET },
	{ "1 " HEX_15 "0`", 1, NO_SECRET },
	{ "1 " HEX_15 "0\xc3", 1, NO_SECRET },
	{ "1 " HEX_15 "0\v", 1, NO_SECRET },
	{ "1 0x" HEX_15, 1, NO_SECRET },
	{ "1 passphrase-of-thirty-two-letters", 1, NO_SECRET },
	{ "1 " HEX_16 " 0", 1, MORE },
	{ "1 " HEX_16 " " HEX_16, 1, MORE },
	{ "1 " HEX_16 "\n\n# two\n2 " HEX_16 "\n3\n", 5, NO_SECRET },
	{ "1 " HEX_16 "\n2 " HEX_16 "\n1 " HEX_64 "\n", 3, TWICE },
	{ "1 " HEX_16 "\r\n01 " HEX_16 "\r\n", 2, TWICE },
	{ "1 " HEX_16 "\n2 " HEX_64 "00\n0\n", 2, NO_SECRET },
};

static void mistakes_and_their_lines(void **state)
{
	(void)state;
	EACH(i, mistakes)
	fails(mistakes[i].text, mistakes[i].line, mistakes[i].reason);
}

/* What stands behind a zero counts as all else does. */
static void zeros_in_the_text(void **state)
{
	static const char in_front[] = "\0"
				       "1 " HEX_16,
			  behind[] = "1 " HEX_16 "\n\0\n";
	static const char within[] = "1 " HEX_15 "0\0";

	(void)state;
	fails_in(in_front, sizeof(in_front) - 1, 1, NO_NUMBER);
	fails_in(behind, sizeof(behind) - 1, 2, NO_NUMBER);
	fails_in(within, sizeof(within) - 1, 1, NO_SECRET);
}

/* Each beginning of a file is one too, or has a mistake, and nothing behind it is read. */
static void cut_at_any_place(void **state)
{
	static const char text[] = "# keys\n1 " HEX_16 " # one\n\n2 " HEX_64 "\n";

	(void)state;
	for (size_t length = 0; length < sizeof(text); length++) {
		struct npp_keys_fault fault;

		if (parse(text, length, &fault)) {
			assert_non_null(fault.reason);
			continue;
		}
		check_key(0, 1, 16);
		assert_in_range(keys.count, 1, 2);
		if (keys.count == 2)
			assert_in_range(keys.key[1].length, NPP_SECRET_MIN, NPP_SECRET_MAX);
	}
}

static void nothing_is_left_of_them(void **state)
{
	static const struct npp_keys none;

	(void)state;
	parses("1 " HEX_64 "\n2 " HEX_64);
	npp_keys_wipe(&keys);
	assert_memory_equal(&keys, &none, sizeof(keys));
	assert_null(npp_keys_find(&keys, 1));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(keys_in_the_order_of_the_file),
		cmocka_unit_test(comments_blanks_and_line_ends),
		cmocka_unit_test(every_digit),
		cmocka_unit_test(all_numbers),
		cmocka_unit_test(all_lengths),
		cmocka_unit_test(mistakes_and_their_lines),
		cmocka_unit_test(zeros_in_the_text),
		cmocka_unit_test(cut_at_any_place),
		cmocka_unit_test(nothing_is_left_of_them),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
