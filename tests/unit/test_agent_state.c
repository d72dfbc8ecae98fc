// SPDX-License-Identifier: GPL-2.0-or-later
/* To whom a host is handed over, as a file. */
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

#include "support_state.h"

static char directory[] = "/tmp/test_agent_state.XXXXXX";
static char path[64];

static void no_file(void **state)
{
	struct state read = { .count = 7 };
	const struct state none = { .count = 0 };

	(void)state;
	assert_int_equal(state_read(path, &read), 0);
	assert_int_equal(read.count, 0);
	assert_int_equal(state_forget(path, &none), 0);
}

/* Whose directory is not there yet, either. */
static void a_file(void **state)
{
	const struct state written = a_state();
	struct state read;
	struct stat about;

	(void)state;
	assert_int_equal(state_write(path, &written), 0);
	assert_int_equal(state_read(path, &read), 0);
	assert_same(&read, &written);
	assert_int_equal(stat(path, &about), 0);
	assert_int_equal(about.st_mode, S_IFREG | 0600);
}

static void another_in_its_place(void **state)
{
	struct state written = a_state();
	struct state read;
	char command[128];

	(void)state;
	assert_int_equal(state_write(path, &written), 0);
	written.count = 1;
	assert_int_equal(state_write(path, &written), 0);
	assert_int_equal(state_read(path, &read), 0);
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

static void a_file_of_something_else(void **state)
{
	const struct state written = a_state();
	struct state read;

	(void)state;
	write_text("nothing of the kind\n");
	assert_int_equal(state_read(path, &read), -EBADMSG);
	assert_int_equal(read.count, 0);
	assert_int_equal(state_write(path, &written), 0);
	assert_int_equal(state_read(path, &read), 0);
}

static void it_cannot_be_written(void **state)
{
	const struct state written = a_state();

	(void)state;
	assert_int_equal(state_write("/proc/no/state.json", &written), -ENOENT);
	assert_int_equal(state_write("/proc/state.json", &written), -ENOENT);
}

static void what_is_done_is_forgotten(void **state)
{
	const struct state written = a_state();
	struct state done = { .handovers = { written.handovers[0] }, .count = 1 }, read;

	(void)state;
	assert_int_equal(state_write(path, &written), 0);
	assert_int_equal(state_forget(path, &done), 0);
	assert_int_equal(state_read(path, &read), 0);
	assert_int_equal(read.count, 1);
	assert_address(read.handovers[0].proxy, 2);
	done.handovers[0] = written.handovers[1];
	assert_int_equal(state_forget(path, &done), 0);
	assert_int_equal(access(path, F_OK), -1);
}

/* By another `sleep`, while `wake` was waiting for the proxy's answer. */
static void what_is_handed_over_anew_stays(void **state)
{
	const struct state before = a_state();
	struct state after = before, read;

	(void)state;
	after.handovers[0].transaction++;
	after.handovers[1].client++;
	assert_int_equal(state_write(path, &after), 0);
	assert_int_equal(state_forget(path, &before), 0);
	assert_int_equal(state_read(path, &read), 0);
	assert_same(&read, &after);
}

/* Whoever holds the lock must not keep a machine from sleeping. */
static void locked_by_somebody(void **state)
{
	const struct state written = a_state();
	int fd;

	(void)state;
	assert_int_equal(state_write(path, &written), 0);
	fd = open(dirname(strdupa(path)), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	assert_int_equal(flock(fd, LOCK_EX), 0);
	assert_int_equal(state_write(path, &written), 0);
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

int main(void)
{
	const struct CMUnitTest tests[] = {
		FILE_TEST(no_file),
		FILE_TEST(a_file),
		FILE_TEST(another_in_its_place),
		FILE_TEST(a_file_of_something_else),
		FILE_TEST(it_cannot_be_written),
		FILE_TEST(what_is_done_is_forgotten),
		FILE_TEST(what_is_handed_over_anew_stays),
		FILE_TEST(locked_by_somebody),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
