// SPDX-License-Identifier: GPL-2.0-or-later
/* Registrations as a file and as JSON, and what is neither. */
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include <json-c/json.h>

#include "support_state.h"

static char directory[] = "/tmp/test_agent_state.XXXXXX";
static char path[64];

static void no_file(void **state)
{
	struct registrations read = { .count = 7 };
	const struct proxy_registration none = { .client = 0 };

	(void)state;
	assert_int_equal(state_file_read(path, &read), 0);
	assert_int_equal(read.count, 0);
	assert_int_equal(state_file_remove(path, &none), 0);
}

/* Its directory does not exist either. */
static void write_and_read(void **state)
{
	const struct registrations written = a_state();
	struct registrations read;
	struct stat about;

	(void)state;
	assert_int_equal(state_file_write(path, &written), 0);
	assert_int_equal(state_file_read(path, &read), 0);
	assert_same(&read, &written);
	assert_int_equal(stat(path, &about), 0);
	assert_int_equal(about.st_mode, S_IFREG | 0600);
}

static void replace(void **state)
{
	struct registrations written = a_state();
	struct registrations read;
	char command[128];

	(void)state;
	assert_int_equal(state_file_write(path, &written), 0);
	written.count = 1;
	assert_int_equal(state_file_write(path, &written), 0);
	assert_int_equal(state_file_read(path, &read), 0);
	assert_same(&read, &written);
	/* nothing is left beside it */
	snprintf(command, sizeof(command), "test $(ls -A %s/agent | wc -l) = 1", directory);
	assert_int_equal(system(command), 0);
}

static void write_text(const char *text)
{
	FILE *file;

	mkdir(dirname(strdupa(path)), 0700);
	file = fopen(path, "we");
	assert_non_null(file);
	assert_true(fputs(text, file) >= 0);
	assert_int_equal(fclose(file), 0);
}

static void malformed_file(void **state)
{
	const struct registrations written = a_state();
	struct registrations read;

	(void)state;
	write_text("nothing of the kind\n");
	assert_int_equal(state_file_read(path, &read), -EBADMSG);
	assert_int_equal(read.count, 0);
	assert_int_equal(state_file_write(path, &written), 0);
	assert_int_equal(state_file_read(path, &read), 0);
}

static void write_errors(void **state)
{
	const struct registrations written = a_state();

	(void)state;
	assert_int_equal(state_file_write("/proc/no/state.json", &written), -ENOENT);
	assert_int_equal(state_file_write("/proc/state.json", &written), -ENOENT);
}

static void remove_done(void **state)
{
	const struct registrations written = a_state();
	struct registrations read;

	(void)state;
	assert_int_equal(state_file_write(path, &written), 0);
	assert_int_equal(state_file_remove(path, &written.list[0]), 0);
	assert_int_equal(state_file_read(path, &read), 0);
	assert_int_equal(read.count, 1);
	assert_address(read.list[0].proxy, 2);
	assert_int_equal(state_file_remove(path, &written.list[1]), 0);
	assert_int_equal(access(path, F_OK), -1);
}

/* By another `sleep`, while `wake` was waiting for the proxy's answer. */
static void newer_registration_stays(void **state)
{
	const struct registrations before = a_state();
	struct registrations after = before, read;

	(void)state;
	after.list[0].transaction++;
	after.list[1].client++;
	assert_int_equal(state_file_write(path, &after), 0);
	assert_int_equal(state_file_remove(path, &before.list[0]), 0);
	assert_int_equal(state_file_remove(path, &before.list[1]), 0);
	assert_int_equal(state_file_read(path, &read), 0);
	assert_same(&read, &after);
}

/* Another process with the lock must not keep the machine from sleeping. */
static void locked_directory(void **state)
{
	const struct registrations written = a_state();
	int fd;

	(void)state;
	assert_int_equal(state_file_write(path, &written), 0);
	fd = open(dirname(strdupa(path)), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	assert_int_equal(flock(fd, LOCK_EX), 0);
	assert_int_equal(state_file_write(path, &written), 0);
	close(fd);
}

static int set_up(void **state)
{
	(void)state;
	strcpy(strchr(directory, '.'), ".XXXXXX");
	if (!mkdtemp(directory))
		return -1;
	snprintf(path, sizeof(path), "%s/agent/state.json", directory);
	return 0;
}

static int tear_down(void **state)
{
	char command[64];

	(void)state;
	snprintf(command, sizeof(command), "rm -r %s", directory);
	return system(command);
}

#define FILE_TEST(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

static char *text_of(const struct registrations *state)
{
	struct json_object *object = registrations_to_json(state);
	char *text = strdup(json_object_to_json_string(object));

	json_object_put(object);
	assert_non_null(text);
	return text;
}

static void round_trip(void **state)
{
	const struct registrations written = a_state();
	char *text = text_of(&written);
	struct registrations read;

	(void)state;
	memset(&read, 0xa5, sizeof(read));
	assert_true(registrations_parse(text, strlen(text), &read));
	assert_same(&read, &written);
	free(text);
}

static void trailing_white_space(void **state)
{
	const char text[] = "{ \"registrations\": [] }\n \n";
	struct registrations read;

	(void)state;
	assert_true(registrations_parse(text, strlen(text), &read));
	assert_int_equal(read.count, 0);
}

/* In the text of a_state(): what is replaced, and by what. */
static const struct {
	const char *what, *instead;
} mistakes[] = {
	{ "\"registrations\"", "\"others\"" },
	{ "\"interface\": \"eth0\"", "\"interface\": \"a/b\"" },
	{ "\"interface\": \"eth0\"", "\"interface\": 7" },
	{ "\"interface\": \"eth0\"", "\"interface\": \"a-name-of-sixteen\"" },
	{ "\"interface\"", "\"face\"" },
	{ "\"proxy\"", "\"box\"" },
	{ "\"proxy\": { \"address\": \"192.0.2.1\"", "\"proxy\": { \"address\": \"2001:db8::1\"" },
	{ "\"proxy\": { \"address\": \"192.0.2.1\"", "\"proxy\": { \"address\": \"\"" },
	{ "02:00:00:00:00:01", "03:00:00:00:00:01" },
	{ "\"client\": 4711", "\"client\": 0" },
	{ "\"client\": 4711", "\"client\": 65536" },
	{ "\"client\": 4711", "\"client\": -1" },
	{ "\"client\": 4711", "\"client\": 1.5" },
	{ "\"client\": 4711", "\"client\": \"4711\"" },
	{ "\"client\": 4711", "\"client\": null" },
	{ "\"transaction\": 4609", "\"transaction\": 65536" },
	{ "\"key\": 7", "\"key\": 0" },
	{ "\"key\": 7", "\"key\": 256" },
	{ "\"signed-at\": 1795432000", "\"signed-at\": -1" },
	{ "\"signed-at\"", "\"at\"" },
	{ "\"signed-count\": 3", "\"signed-count\": 9" },
	{ "\"when\": \"2026", "\"when\": \"\\u001b[2J2026" },
	{ "\"when\": \"2026", "\"when\": \"20262026202620262026" },
	{ "\"mac\": \"52:54:00:12:34:56\"", "\"mac\": \"52:54\"" },
	{ "\"addresses\": [ \"192.0.2.20\"", "\"addresses\": [ \"nas\"" },
	{ "\"addresses\": [ \"192.0.2.20\", \"192.0.2.21\" ]", "\"addresses\": [ ]" },
	{ "\"addresses\": [ \"192.0.2.20\", \"192.0.2.21\" ]",
	  "\"addresses\": [ \"2001:db8::1\" ]" },
	{ "\"addresses\": [ \"192.0.2.20\", \"192.0.2.21\" ]", "\"addresses\": \"192.0.2.20\"" },
	{ "\"total\": 4294967295", "\"total\": 4294967296" },
	{ "\"left\": 3600", "\"left\": \"3600\"" },
	{ "01:02:ff", "01:02:fff" },
	{ "\"hostname\": \"nas\"", "\"hostname\": \"n s\"" },
	{ "\"timer\": 28800", "\"timer\": 0" },
	{ "udp\\/161", "sctp\\/161" },
	{ "\"backup-of\": \"192.0.2.1\"", "\"backup-of\": \"192.0.2\"" },
	{ "[ \"nd\" ]", "[ \"nd\", \"nd\", \"nd\", \"nd\" ]" },
	{ "[ \"nd\" ]", "[ \"dn\" ]" },
	{ "] }", "]" },
	{ "{ \"registrations\"", "[ \"registrations\"" },
};

static void malformed(void **state)
{
	const struct registrations whole = a_state();
	char *text = text_of(&whole), wrong[8192];

	(void)state;
	EACH(i, mistakes)
	{
		const char *at = strstr(text, mistakes[i].what);
		struct registrations read = { .count = 7 };

		if (!at)
			fail_msg("%s stands nowhere in %s", mistakes[i].what, text);
		snprintf(wrong, sizeof(wrong), "%.*s%s%s", (int)(at - text), text,
		         mistakes[i].instead, at + strlen(mistakes[i].what));
		if (registrations_parse(wrong, strlen(wrong), &read))
			fail_msg("%s is taken", wrong);
		assert_int_equal(read.count, 0);
	}
	free(text);
}

static void truncated(void **state)
{
	const struct registrations whole = a_state();
	char *text = text_of(&whole);
	struct registrations read;

	(void)state;
	for (size_t length = 0; length < strlen(text); length++)
		assert_false(registrations_parse(text, length, &read));
	free(text);
}

static void trailing_data(void **state)
{
	const char text[] = "{ \"registrations\": [] } {}";
	struct registrations read;

	(void)state;
	assert_false(registrations_parse(text, strlen(text), &read));
}

static void maximum(void **state)
{
	struct json_object *object, *list;
	struct registrations full = { .count = 0 };
	struct registrations read;
	const char *text;

	(void)state;
	while (full.count < REGISTRATIONS_MAX)
		full.list[full.count++] = a_full_registration(2);
	object = registrations_to_json(&full);
	text = json_object_to_json_string(object);
	assert_true(registrations_parse(text, strlen(text), &read));
	assert_int_equal(read.count, REGISTRATIONS_MAX);
	list = json_object_object_get(object, "registrations");
	json_object_array_add(list, registration_to_json(&full.list[0]));
	text = json_object_to_json_string(object);
	assert_false(registrations_parse(text, strlen(text), &read));
	json_object_put(object);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(round_trip),
		cmocka_unit_test(trailing_white_space),
		cmocka_unit_test(malformed),
		cmocka_unit_test(truncated),
		cmocka_unit_test(trailing_data),
		cmocka_unit_test(maximum),
		FILE_TEST(no_file),
		FILE_TEST(write_and_read),
		FILE_TEST(replace),
		FILE_TEST(malformed_file),
		FILE_TEST(write_errors),
		FILE_TEST(remove_done),
		FILE_TEST(newer_registration_stays),
		FILE_TEST(locked_directory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
