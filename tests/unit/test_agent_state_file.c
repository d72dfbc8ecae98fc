// SPDX-License-Identifier: GPL-2.0-or-later
/* Registrations as a file and as JSON, and what is neither. */
#include "test.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <json-c/json.h>

#include "support_state.h"

static char directory[] = "/tmp/test_agent_state.XXXXXX";
static char path[64];

TEST(no_file)
{
	struct registrations read = { .count = 7 };
	const struct proxy_registration none = { .client = 0 };

	assert_int_equal(state_file_read(path, &read), 0);
	assert_int_equal(read.count, 0);
	assert_int_equal(state_file_remove(path, &none), 0);
}

/* Its directory does not exist either. */
TEST(write_and_read)
{
	const struct registrations written = a_state();
	struct registrations read;
	struct stat about;

	assert_int_equal(state_file_write(path, &written), 0);
	assert_int_equal(state_file_read(path, &read), 0);
	assert_same(&read, &written);
	assert_int_equal(stat(path, &about), 0);
	assert_int_equal(about.st_mode, S_IFREG | 0600);
}

TEST(replace)
{
	struct registrations written = a_state();
	struct registrations read;
	char command[128];

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

TEST(malformed_file)
{
	const struct registrations written = a_state();
	struct registrations read;

	write_text("nothing of the kind\n");
	assert_int_equal(state_file_read(path, &read), -EBADMSG);
	assert_int_equal(read.count, 0);
	assert_int_equal(state_file_write(path, &written), 0);
	assert_int_equal(state_file_read(path, &read), 0);
}

TEST(write_errors)
{
	const struct registrations written = a_state();

	assert_int_equal(state_file_write("/proc/no/state.json", &written), -ENOENT);
	assert_int_equal(state_file_write("/proc/state.json", &written), -ENOENT);
}

TEST(remove_done)
{
	const struct registrations written = a_state();
	struct registrations read;

	assert_int_equal(state_file_write(path, &written), 0);
	assert_int_equal(state_file_remove(path, &written.list[0]), 0);
	assert_int_equal(state_file_read(path, &read), 0);
	assert_int_equal(read.count, 1);
	assert_address(read.list[0].proxy, 2);
	assert_int_equal(state_file_remove(path, &written.list[1]), 0);
	assert_int_equal(access(path, F_OK), -1);
}

/* By another `sleep`, while `wake` was waiting for the proxy's answer. */
TEST(newer_registration_stays)
{
	const struct registrations before = a_state();
	struct registrations after = before, read;

	after.list[0].transaction++;
	after.list[1].client++;
	assert_int_equal(state_file_write(path, &after), 0);
	assert_int_equal(state_file_remove(path, &before.list[0]), 0);
	assert_int_equal(state_file_remove(path, &before.list[1]), 0);
	assert_int_equal(state_file_read(path, &read), 0);
	assert_same(&read, &after);
}

/* Another process with the lock must not keep the machine from sleeping. */
TEST(locked_directory)
{
	const struct registrations written = a_state();
	int fd;

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

BEFORE_EACH(set_up)
AFTER_EACH(tear_down)

static char *text_of(const struct registrations *state)
{
	struct json_object *object = registrations_to_json(state);
	char *text = strdup(json_object_to_json_string(object));

	json_object_put(object);
	assert_non_null(text);
	return text;
}

TEST_WITH(round_trip, NULL, NULL)
{
	const struct registrations written = a_state();
	char *text = text_of(&written);
	struct registrations read;

	memset(&read, 0xa5, sizeof(read));
	assert_true(registrations_parse(text, strlen(text), &read));
	assert_same(&read, &written);
	free(text);
}

TEST_WITH(trailing_white_space, NULL, NULL)
{
	const char text[] = "{ \"registrations\": [] }\n \n";
	struct registrations read;

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

TEST_WITH(malformed, NULL, NULL)
{
	const struct registrations whole = a_state();
	char *text = text_of(&whole), wrong[8192];

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

TEST_WITH(truncated, NULL, NULL)
{
	const struct registrations whole = a_state();
	char *text = text_of(&whole);
	struct registrations read;

	for (size_t length = 0; length < strlen(text); length++)
		assert_false(registrations_parse(text, length, &read));
	free(text);
}

TEST_WITH(trailing_data, NULL, NULL)
{
	const char text[] = "{ \"registrations\": [] } {}";
	struct registrations read;

	assert_false(registrations_parse(text, strlen(text), &read));
}

TEST_WITH(maximum, NULL, NULL)
{
	struct json_object *object, *list;
	struct registrations full = { .count = 0 };
	struct registrations read;
	const char *text;

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
