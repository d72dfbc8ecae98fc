// SPDX-License-Identifier: GPL-2.0-or-later
/* Files of keys: what is read from them, who may have access, and the errors. */
#include "test.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sys/stat.h>
#include <unistd.h>

#include "npp/npp_auth.h"

#define HEX_15 "000102030405060708090a0b0c0d0e"
#define HEX_16 HEX_15 "0f"
#define HEX_64 HEX_16 HEX_16 HEX_16 HEX_16

#define BAD_NUMBER "invalid key number; expected 1 to 255, followed by a secret"
#define DUPLICATE "duplicate key number"
#define BAD_SECRET "invalid secret; expected an even number of hexadecimal digits, 32 to 128"
#define MORE_TEXT "unexpected text after the secret; expected '#' before a comment"
#define NO_KEY "no key; expected a number and a secret a line"

enum { FILE_SIZE_MAX = 65535 };

static const struct npp_keys none;
static char directory[] = "/tmp/test_npp_keys.XXXXXX", path[sizeof(directory) + 8];
static struct npp_keys keys;
static char error[NPP_KEYS_ERROR];

static int make_directory(void **state)
{
	(void)state;
	assert_non_null(mkdtemp(directory));
	snprintf(path, sizeof(path), "%s/keys", directory);
	return 0;
}

static int remove_file(void **state)
{
	(void)state;
	unlink(path);
	return 0;
}

static int remove_directory(void **state)
{
	(void)state;
	return rmdir(directory);
}

static void write_file(const char *text, size_t length, mode_t mode)
{
	FILE *file;

	unlink(path);
	file = fopen(path, "we");
	assert_non_null(file);
	assert_int_equal(fwrite(text, 1, length, file), length);
	fclose(file);
	assert_int_equal(chmod(path, mode), 0);
}

static int read_keys(void)
{
	memset(&keys, 0xa5, sizeof(keys));
	memset(error, 'x', sizeof(error));
	return npp_keys_read_file(path, &keys, error);
}

static int read_text(const char *text)
{
	write_file(text, strlen(text), 0600);
	return read_keys();
}

/* `line` 0: of the whole file. No keys are left from before the error. */
static void assert_error(size_t line, const char *reason)
{
	char expected[NPP_KEYS_ERROR];

	if (line)
		snprintf(expected, sizeof(expected), "%s:%zu: %s", path, line, reason);
	else
		snprintf(expected, sizeof(expected), "%s: %s", path, reason);
	assert_string_equal(error, expected);
	assert_memory_equal(&keys, &none, sizeof(keys));
}

static void assert_key(size_t index, uint8_t id, size_t length)
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

AFTER_EACH(remove_file)
BEFORE_ALL(make_directory)
AFTER_ALL(remove_directory)

TEST(keys_in_the_order_of_the_file)
{
	assert_int_equal(read_text("255 " HEX_16 "\n1 " HEX_64 "\n20 " HEX_16 "\n"), 0);
	assert_int_equal(keys.count, 3);
	assert_key(0, 255, 16);
	assert_key(1, 1, 64);
	assert_key(2, 20, 16);
	assert_null(npp_keys_find(&keys, 2));
	assert_null(npp_keys_find(&keys, 0));
	explicit_bzero(&keys, sizeof(keys));
	assert_memory_equal(&keys, &none, sizeof(keys));
}

TEST(comments_blanks_and_line_ends)
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

	EACH(i, texts)
	{
		assert_int_equal(read_text(texts[i]), 0);
		assert_int_equal(keys.count, 1);
		assert_key(0, 7, 16);
	}
}

TEST(every_hexadecimal_digit)
{
	static const uint8_t secret[] = { 0x01, 0x23, 0x45, 0x67, 0x89, 0xab, 0xcd, 0xef,
		                          0xfe, 0xdc, 0xba, 0x98, 0x76, 0x54, 0x32, 0x10 };

	assert_int_equal(read_text("1 0123456789abcdefFEDCBA9876543210"), 0);
	assert_memory_equal(keys.key[0].secret, secret, sizeof(secret));
}

TEST(all_numbers)
{
	char text[NPP_KEYS * 40], *end = text;

	for (unsigned int id = NPP_KEYS; id >= 1; id--)
		end += sprintf(end, "%u %s\n", id, HEX_16);
	assert_int_equal(read_text(text), 0);
	assert_int_equal(keys.count, NPP_KEYS);
	for (unsigned int id = NPP_KEYS; id >= 1; id--)
		assert_key(NPP_KEYS - id, (uint8_t)id, 16);
	strcpy(end, "1 " HEX_16);
	assert_int_equal(read_text(text), -EINVAL);
	assert_error(NPP_KEYS + 1, DUPLICATE);
}

TEST(all_lengths_of_a_secret)
{
	for (size_t digits = 0; digits <= 2 * NPP_SECRET_MAX + 32; digits++) {
		char text[256] = "1 ";

		memcpy(text + 2, HEX_64 HEX_16, digits);
		if (digits % 2 == 0 && digits >= 32 && digits <= 128) {
			assert_int_equal(read_text(text), 0);
			assert_key(0, 1, digits / 2);
		} else {
			assert_int_equal(read_text(text), -EINVAL);
			assert_error(1, BAD_SECRET);
		}
	}
}

static const struct {
	const char *text;
	size_t line;
	const char *reason;
} mistakes[] = {
	{ "", 0, NO_KEY },
	{ "\n \n# 1 " HEX_16 "\n", 0, NO_KEY },
	{ HEX_16 "\n", 1, BAD_NUMBER },
	{ "0 " HEX_16, 1, BAD_NUMBER },
	{ "256 " HEX_16, 1, BAD_NUMBER },
	{ "4294967297 " HEX_16, 1, BAD_NUMBER },
	{ "18446744073709551617 " HEX_16, 1, BAD_NUMBER },
	{ "-1 " HEX_16, 1, BAD_NUMBER },
	{ "+1 " HEX_16, 1, BAD_NUMBER },
	{ "0x1 " HEX_16, 1, BAD_NUMBER },
	{ "1: " HEX_16, 1, BAD_NUMBER },
	{ "1:" HEX_16, 1, BAD_NUMBER },
	{ "one " HEX_16, 1, BAD_NUMBER },
	{ "\v1 " HEX_16, 1, BAD_NUMBER },
	{ "\xef\xbb\xbf"
	  "1 " HEX_16,
	  1, BAD_NUMBER },
	{ "1", 1, BAD_SECRET },
	{ "1 \n" HEX_16, 1, BAD_SECRET },
	{ "1 # " HEX_16, 1, BAD_SECRET },
	{ "1 " HEX_15 "0", 1, BAD_SECRET },
	{ "1 " HEX_15 "0g", 1, BAD_SECRET },
	{ "1 " HEX_15 "g0", 1, BAD_SECRET },
	{ "1 " HEX_15 "0/", 1, BAD_SECRET },
	{ "1 " HEX_15 "0:", 1, BAD_SECRET },
	{ "1 " HEX_15 "0@", 1, BAD_SECRET },
	{ "1 " HEX_15 "0`", 1, BAD_SECRET },
	{ "1 " HEX_15 "0\xc3", 1, BAD_SECRET },
	{ "1 " HEX_15 "0\v", 1, BAD_SECRET },
	{ "1 0x" HEX_15, 1, BAD_SECRET },
	{ "1 passphrase-of-thirty-two-letters", 1, BAD_SECRET },
	{ "1 " HEX_16 " 0", 1, MORE_TEXT },
	{ "1 " HEX_16 " " HEX_16, 1, MORE_TEXT },
	{ "1 " HEX_16 "\n\n# two\n2 " HEX_16 "\n3\n", 5, BAD_SECRET },
	{ "1 " HEX_16 "\n2 " HEX_16 "\n1 " HEX_64 "\n", 3, DUPLICATE },
	{ "1 " HEX_16 "\r\n01 " HEX_16 "\r\n", 2, DUPLICATE },
	{ "1 " HEX_16 "\n2 " HEX_64 "00\n0\n", 2, BAD_SECRET },
};

TEST(mistakes_and_their_lines)
{
	EACH(i, mistakes)
	{
		assert_int_equal(read_text(mistakes[i].text), -EINVAL);
		assert_error(mistakes[i].line, mistakes[i].reason);
	}
}

/* It must not hide what follows it. */
TEST(a_zero_octet)
{
	static const char text[] = "1 " HEX_16 "\n\0\n";

	write_file(text, sizeof(text) - 1, 0600);
	assert_int_equal(read_keys(), -EINVAL);
	assert_error(0, "not a text file");
}

TEST(modes)
{
	static const mode_t good[] = { 0400, 0600, 0440, 0640, 0700, 0750 };
	static const mode_t bad[] = { 0604, 0602, 0601, 0644, 0660, 0620, 0666, 0777 };
	static const char text[] = "7 " HEX_16 "\n";

	EACH(i, good)
	{
		write_file(text, strlen(text), good[i]);
		assert_int_equal(read_keys(), 0);
	}
	EACH(i, bad)
	{
		write_file(text, strlen(text), bad[i]);
		assert_int_equal(read_keys(), -EPERM);
		assert_error(0, "others may read or change it; expected mode 600 or 640");
	}
}

TEST(not_a_file)
{
	assert_int_equal(read_keys(), -ENOENT);
	assert_error(0, "No such file or directory");
	assert_int_equal(mkfifo(path, 0600), 0); /* without a writer: must not block */
	assert_int_equal(read_keys(), -EINVAL);
	assert_error(0, "not a regular file");
	unlink(path);
	assert_int_equal(mkdir(path, 0700), 0);
	assert_int_equal(read_keys(), -EINVAL);
	assert_error(0, "not a regular file");
	rmdir(path);
}

TEST(the_longest_file)
{
	const char line[] = "7 " HEX_16 "\n";
	char text[FILE_SIZE_MAX + 2];

	memset(text, '#', sizeof(text));
	memcpy(text, line, strlen(line));
	write_file(text, FILE_SIZE_MAX, 0600);
	assert_int_equal(read_keys(), 0);
	assert_int_equal(keys.count, 1);
	for (size_t more = 1; more <= 2; more++) {
		write_file(text, FILE_SIZE_MAX + more, 0600);
		assert_int_equal(read_keys(), -EFBIG);
		assert_error(0, "longer than any file of keys");
	}
}

TEST(a_long_path_is_truncated)
{
	char too_long[2 * NPP_KEYS_ERROR];

	memset(too_long, 'a', sizeof(too_long));
	too_long[sizeof(too_long) - 1] = '\0';
	memset(error, 'x', sizeof(error));
	assert_int_equal(npp_keys_read_file(too_long, &keys, error), -ENAMETOOLONG);
	assert_int_equal(strlen(error), NPP_KEYS_ERROR - 1);
}
