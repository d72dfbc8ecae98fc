// SPDX-License-Identifier: GPL-2.0-or-later
/* Registrations as a file and as JSON, and what is neither. */
#include "test.h"

#include <errno.h>
#include <fcntl.h>
#include <json-c/json.h>
#include <libgen.h>
#include <stdbool.h>
#include <sys/file.h>
#include <sys/stat.h>

#include "support_files.h"
#include "support_agent.h"

static char path[128];
static struct registrations written, found;

static int set_up(void **state)
{
	written = (struct registrations){ .list = { a_registration(1), a_full_registration(2) },
		                          .count = 2 };
	memset(&found, 0xa5, sizeof(found));
	if (make_directory(state))
		return -1;
	strcpy(path, file("agent/state.json"));
	return 0;
}

BEFORE_EACH(set_up)
AFTER_EACH(remove_directory)

static char *text_of(const struct registrations *registrations)
{
	struct json_object *object = registrations_to_json(registrations);
	char *text = strdup(json_object_to_json_string_ext(
		object, JSON_C_TO_STRING_SPACED | JSON_C_TO_STRING_NOSLASHESCAPE));

	json_object_put(object);
	assert_non_null(text);
	return text;
}

static void write_all(void)
{
	assert_int_equal(state_file_write(path, &written), 0);
}

static void assert_text(const struct registrations *registrations, const char *expected)
{
	char *text = text_of(registrations);

	assert_string_equal(text, expected);
	free(text);
}

static void assert_file_has(const struct registrations *expected)
{
	char *text = text_of(expected);

	assert_int_equal(state_file_read(path, &found), 0);
	assert_text(&found, text);
	free(text);
}

TEST(no_file)
{
	const struct proxy_registration none = { .client = 0 };

	assert_int_equal(state_file_read(path, &found), 0);
	assert_int_equal(found.count, 0);
	assert_int_equal(state_file_remove(path, &none), 0);
}

/* Its directory does not exist either. */
TEST(write_and_read)
{
	static const char text[] =
		"{ \"registrations\": [ "
		"{ \"interface\": \"eth0\", \"proxy\": { \"address\": \"192.0.2.1\", \"mac\": \"02:00:00:00:00:01\" }, "
		"\"client\": 4711, \"transaction\": 4609, \"when\": \"2026-11-23T12:00:00.000Z\", "
		"\"mac\": \"52:54:00:12:34:56\", \"addresses\": [ \"192.0.2.20\", \"192.0.2.21\" ], \"wake\": [ ] }, "
		"{ \"interface\": \"eth0\", \"proxy\": { \"address\": \"192.0.2.2\", \"mac\": \"02:00:00:00:00:01\" }, "
		"\"client\": 4712, \"transaction\": 4610, \"key\": 7, \"signed-at\": 1795432000, "
		"\"signed-count\": 3, \"when\": \"2026-11-23T12:00:00.000Z\", \"mac\": \"52:54:00:12:34:56\", "
		"\"addresses\": [ \"192.0.2.20\", \"192.0.2.21\", \"2001:db8::1\" ], "
		"\"lease\": { \"server\": \"192.0.2.3\", \"total\": 4294967295, \"left\": 3600, "
		"\"client-id\": \"01:02:ff\" }, \"lease6\": { \"duid\": \"00:03:01\", \"iaid\": 32, "
		"\"server-duid\": \"00:03:02\", \"t1\": 900, \"t2\": 1800, \"addresses\": [ "
		"{ \"address\": \"2001:db8::1\", \"preferred\": 2700, \"valid\": 3600 } ] }, \"hostname\": \"nas\", \"timer\": 28800, "
		"\"wake\": [ \"tcp/any\", \"udp/161\" ], \"summed-up\": true, \"backup-of\": \"192.0.2.1\", "
		"\"missed\": [ \"nd\" ] } ] }";
	struct stat about;

	write_all();
	assert_int_equal(state_file_read(path, &found), 0);
	assert_text(&written, text);
	assert_text(&found, text);
	for (size_t i = 0; i < found.count; i++)
		assert_int_equal(found.list[i].host_info.ipv4_count, 2);
	assert_int_equal(stat(path, &about), 0);
	assert_int_equal(about.st_mode, S_IFREG | 0600);
}

TEST(replace)
{
	char command[128];

	write_all();
	written.count = 1;
	write_all();
	assert_file_has(&written);
	/* nothing is left beside it */
	snprintf(command, sizeof(command), "test $(ls -A %s/agent | wc -l) = 1", directory);
	assert_int_equal(system(command), 0);
}

TEST(malformed_file)
{
	write_all();
	write_file("agent/state.json", "nothing of the kind\n");
	assert_int_equal(state_file_read(path, &found), -EBADMSG);
	assert_int_equal(found.count, 0);
	write_all();
	assert_file_has(&written);
}

TEST(write_errors)
{
	assert_int_equal(state_file_write("/proc/no/state.json", &written), -ENOENT);
	assert_int_equal(state_file_write("/proc/state.json", &written), -ENOENT);
}

TEST(remove_done)
{
	write_all();
	assert_int_equal(state_file_remove(path, &written.list[0]), 0);
	assert_int_equal(state_file_read(path, &found), 0);
	assert_int_equal(found.count, 1);
	assert_address(found.list[0].proxy, 2);
	assert_int_equal(state_file_remove(path, &written.list[1]), 0);
	assert_int_equal(access(path, F_OK), -1);
}

/* By another `sleep`, while `wake` was waiting for the proxy's answer. */
TEST(newer_registration_stays)
{
	const struct registrations before = written;

	written.list[0].transaction++;
	written.list[1].client++;
	write_all();
	assert_int_equal(state_file_remove(path, &before.list[0]), 0);
	assert_int_equal(state_file_remove(path, &before.list[1]), 0);
	assert_file_has(&written);
}

/* Another process with the lock must not keep the machine from sleeping. */
TEST(locked_directory)
{
	int fd;

	write_all();
	fd = open(dirname(strdupa(path)), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	assert_int_equal(flock(fd, LOCK_EX), 0);
	write_all();
	close(fd);
}

static bool parses(const char *text)
{
	return registrations_parse(text, strlen(text), &found);
}

TEST(what_follows_it)
{
	assert_true(parses("{ \"registrations\": [] }\n \n"));
	assert_int_equal(found.count, 0);
	assert_false(parses("{ \"registrations\": [] } {}"));
}

/* In the text of what is written: what is replaced, and by what. */
static const struct {
	const char *what, *instead;
} mistakes[] = {
	{ "\"registrations\"", "\"others\"" },
	{ "\"interface\": \"eth0\"", "\"interface\": \"a/b\"" },
	{ "\"interface\": \"eth0\"", "\"interface\": \"a-name-of-sixteen\"" },
	{ "\"interface\"", "\"face\"" },
	{ "\"proxy\"", "\"box\"" },
	{ "\"proxy\": { \"address\": \"192.0.2.1\"", "\"proxy\": { \"address\": \"2001:db8::1\"" },
	{ "02:00:00:00:00:01", "03:00:00:00:00:01" },
	{ "\"client\": 4711", "\"client\": 0" },
	{ "\"client\": 4711", "\"client\": 65536" },
	{ "\"transaction\": 4609", "\"transaction\": 65536" },
	{ "\"key\": 7", "\"key\": 0" },
	{ "\"key\": 7", "\"key\": 256" },
	{ "\"signed-at\": 1795432000", "\"signed-at\": -1" },
	{ "\"signed-at\"", "\"at\"" },
	{ "\"signed-count\": 3", "\"signed-count\": 9" },
	{ "\"when\": \"2026", "\"when\": \"\\u001b[2J2026" },
	{ "\"when\": \"2026", "\"when\": \"20262026202620262026" },
	{ "\"addresses\": [ \"192.0.2.20\", \"192.0.2.21\" ]", "\"addresses\": [ ]" },
	{ "\"addresses\": [ \"192.0.2.20\", \"192.0.2.21\" ]",
	  "\"addresses\": [ \"2001:db8::1\" ]" },
	{ "\"total\": 4294967295", "\"total\": 4294967296" },
	{ "\"duid\": \"00:03:01\"", "\"duid\": \"00:03\"" },
	{ "\"t1\": 900", "\"t1\": 1801" },
	{ "\"preferred\": 2700", "\"preferred\": 3601" },
	{ "\"hostname\": \"nas\"", "\"hostname\": \"n s\"" },
	{ "\"timer\": 28800", "\"timer\": 0" },
	{ "[ \"nd\" ]", "[ \"nd\", \"nd\", \"nd\", \"nd\", \"nd\" ]" },
	{ "] }", "]" },
	{ "{ \"registrations\"", "[ \"registrations\"" },
};

TEST(malformed)
{
	char *text = text_of(&written), wrong[8192];

	EACH(i, mistakes)
	{
		const char *at = strstr(text, mistakes[i].what);

		if (!at)
			fail_msg("%s is not in %s", mistakes[i].what, text);
		snprintf(wrong, sizeof(wrong), "%.*s%s%s", (int)(at - text), text,
		         mistakes[i].instead, at + strlen(mistakes[i].what));
		if (parses(wrong))
			fail_msg("%s is accepted", wrong);
		assert_int_equal(found.count, 0);
	}
	for (size_t length = 0; length < strlen(text); length++)
		assert_false(registrations_parse(text, length, &found));
	free(text);
}

TEST(maximum)
{
	struct json_object *object, *list;

	for (written.count = 0; written.count < REGISTRATIONS_MAX; written.count++)
		written.list[written.count] = a_full_registration(2);
	object = registrations_to_json(&written);
	assert_true(parses(json_object_to_json_string(object)));
	assert_int_equal(found.count, REGISTRATIONS_MAX);
	list = json_object_object_get(object, "registrations");
	json_object_array_add(list, registration_to_json(&written.list[0]));
	assert_false(parses(json_object_to_json_string(object)));
	json_object_put(object);
}
