// SPDX-License-Identifier: GPL-2.0-or-later
/* Files of keys, real ones: who may read them, and what is said of those that are refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

#include "npp/key_file.h"

#define SECRET "000102030405060708090a0b0c0d0e0f"

enum { FILE_SIZE = 65536 };

struct place {
	char directory[64], path[80];
	struct npp_keys keys;
	char why[KEY_FILE_WHY];
};

static int set_up(void **state)
{
	struct place *place = calloc(1, sizeof(*place));

	strcpy(place->directory, "/tmp/test_key_file.XXXXXX");
	assert_non_null(mkdtemp(place->directory));
	snprintf(place->path, sizeof(place->path), "%s/keys", place->directory);
	memset(&place->keys, 0xa5, sizeof(place->keys));
	*state = place;
	return 0;
}

static int tear_down(void **state)
{
	struct place *place = *state;

	unlink(place->path);
	assert_int_equal(rmdir(place->directory), 0);
	free(place);
	return 0;
}

#define FILE_TEST(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

static void write_octets(const struct place *place, const char *text, size_t length, mode_t mode)
{
	FILE *file = fopen(place->path, "we");

	assert_non_null(file);
	assert_int_equal(fwrite(text, 1, length, file), length);
	fclose(file);
	assert_int_equal(chmod(place->path, mode), 0);
}

static int reads(struct place *place, const char *text, mode_t mode)
{
	write_octets(place, text, strlen(text), mode);
	return key_file_read(place->path, &place->keys, place->why);
}

static void has_no_keys(const struct place *place)
{
	static const struct npp_keys none;

	assert_memory_equal(&place->keys, &none, sizeof(none));
}

/* "FILE: …", or with `line` "FILE:LINE: …" */
static void is_refused(const struct place *place, const char *line, const char *reason)
{
	char expected[KEY_FILE_WHY];

	snprintf(expected, sizeof(expected), "%s%s: %s", place->path, line, reason);
	assert_string_equal(place->why, expected);
	has_no_keys(place);
}

static void test_keys(void **state)
{
	struct place *place = *state;
	const struct npp_key *key;

	assert_int_equal(reads(place, "# ours\n7 " SECRET "\n255 " SECRET "ff # tv\n", 0600), 0);
	assert_int_equal(place->keys.count, 2);
	key = npp_keys_find(&place->keys, 7);
	assert_int_equal(key->length, 16);
	assert_int_equal(key->secret[15], 15);
	assert_int_equal(npp_keys_find(&place->keys, 255)->length, 17);
}

static void test_what_was_there_before_is_gone(void **state)
{
	struct place *place = *state;

	assert_int_equal(reads(place, "7 " SECRET "\n", 0600), 0);
	assert_int_equal(reads(place, "8 " SECRET "\n", 0600), 0);
	assert_null(npp_keys_find(&place->keys, 7));
	assert_int_equal(reads(place, "9 " SECRET "\n", 0604), -EPERM);
	has_no_keys(place);
}

static void test_whose_file_it_may_be(void **state)
{
	static const mode_t fine[] = { 0400, 0600, 0440, 0640, 0700, 0750 };
	static const mode_t wrong[] = { 0604, 0602, 0601, 0644, 0660, 0620, 0666, 0777 };
	struct place *place = *state;

	for (size_t i = 0; i < sizeof(fine) / sizeof(*fine); i++) {
		assert_int_equal(reads(place, "7 " SECRET "\n", fine[i]), 0);
		unlink(place->path);
	}
	for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++) {
		assert_int_equal(reads(place, "7 " SECRET "\n", wrong[i]), -EPERM);
		is_refused(place, "", "others may read or change it; expected mode 600 or 640");
		unlink(place->path);
	}
}

static void test_no_file(void **state)
{
	struct place *place = *state;

	assert_int_equal(key_file_read(place->path, &place->keys, place->why), -ENOENT);
	is_refused(place, "", "No such file or directory");
}

static void test_what_is_no_file(void **state)
{
	struct place *place = *state;
	char path[sizeof(place->path)];

	strcpy(path, place->path);
	assert_int_equal(mkfifo(path, 0600), 0); /* nobody writes into it: it must not wait */
	assert_int_equal(key_file_read(path, &place->keys, place->why), -EINVAL);
	is_refused(place, "", "expected a file");
	assert_int_equal(key_file_read(place->directory, &place->keys, place->why), -EINVAL);
	strcpy(place->path, place->directory);
	is_refused(place, "", "expected a file");
	strcpy(place->path, "/dev/null");
	assert_int_equal(key_file_read("/dev/null", &place->keys, place->why), -EINVAL);
	is_refused(place, "", "expected a file");
	strcpy(place->path, path);
}

static void test_a_fault_has_its_line(void **state)
{
	struct place *place = *state;

	assert_int_equal(reads(place, "7 " SECRET "\n\n8 00\n", 0600), -EINVAL);
	assert_non_null(strstr(place->why, "/keys:3: "));
	has_no_keys(place);
	assert_int_equal(reads(place, "# none\n", 0600), -EINVAL);
	assert_non_null(strstr(place->why, "/keys: "));
	assert_null(strstr(place->why, "/keys:0"));
	has_no_keys(place);
	assert_int_equal(reads(place, "", 0600), -EINVAL);
	has_no_keys(place);
}

/* A secret must not come to a log, not even where a line is wrong. */
static void test_nothing_of_the_file_is_quoted(void **state)
{
	struct place *place = *state;

	assert_int_equal(reads(place, "7 " SECRET "zz\n", 0600), -EINVAL);
	assert_null(strstr(place->why, "0102"));
	assert_int_equal(reads(place, "seven " SECRET "\n", 0600), -EINVAL);
	assert_null(strstr(place->why, "seven"));
}

static void test_the_longest(void **state)
{
	const char line[] = "7 " SECRET "\n#";
	struct place *place = *state;
	char *text = malloc(FILE_SIZE + 1);

	memset(text, '#', FILE_SIZE + 1);
	memcpy(text, line, sizeof(line) - 1);
	write_octets(place, text, FILE_SIZE - 1, 0600);
	assert_int_equal(key_file_read(place->path, &place->keys, place->why), 0);
	assert_int_equal(place->keys.count, 1);
	for (size_t more = 0; more < 2; more++) {
		write_octets(place, text, FILE_SIZE + more, 0600);
		assert_int_equal(key_file_read(place->path, &place->keys, place->why), -EFBIG);
		is_refused(place, "", "longer than any file of keys");
	}
	free(text);
}

static void test_a_long_path_is_cut_short(void **state)
{
	struct place *place = *state;
	char path[2 * KEY_FILE_WHY];

	memset(path, 'a', sizeof(path));
	path[sizeof(path) - 1] = '\0';
	memset(place->why, 'x', sizeof(place->why));
	assert_int_equal(key_file_read(path, &place->keys, place->why), -ENAMETOOLONG);
	assert_int_equal(strlen(place->why), KEY_FILE_WHY - 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		FILE_TEST(test_keys),
		FILE_TEST(test_what_was_there_before_is_gone),
		FILE_TEST(test_whose_file_it_may_be),
		FILE_TEST(test_no_file),
		FILE_TEST(test_what_is_no_file),
		FILE_TEST(test_a_fault_has_its_line),
		FILE_TEST(test_nothing_of_the_file_is_quoted),
		FILE_TEST(test_the_longest),
		FILE_TEST(test_a_long_path_is_cut_short),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
