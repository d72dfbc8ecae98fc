// SPDX-License-Identifier: GPL-2.0-or-later
/* Files and pipes read as a whole, up to a limit. */
#include "test.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/param.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/files.h"

enum { LIMIT = 100000 };

/* What another process writes into a pipe, in pieces. */
static int pipe_of(const char *text, size_t length)
{
	int ends[2];

	assert_int_equal(pipe(ends), 0);
	if (!fork()) {
		for (size_t at = 0; at < length; at += 30000)
			if (write(ends[1], text + at, MIN(length - at, 30000)) < 0)
				_exit(1);
		_exit(0);
	}
	close(ends[1]);
	return ends[0];
}

static void check(size_t length, int expected)
{
	char text[LIMIT + 1], *read = NULL;
	size_t got = 7;
	int fd;

	for (size_t i = 0; i < length; i++)
		text[i] = (char)i;
	fd = pipe_of(text, length);
	assert_int_equal(file_read(fd, LIMIT, &read, &got), expected);
	close(fd);
	wait(NULL);
	if (expected) {
		assert_null(read);
		assert_int_equal(got, 7);
		return;
	}
	assert_int_equal(got, length);
	assert_memory_equal(read, text, length);
	assert_int_equal(read[length], 0);
	free(read);
}

TEST(lengths_up_to_the_limit)
{
	check(0, 0);
	check(1, 0);
	check(70000, 0); /* more than a pipe holds */
	check(LIMIT, 0);
	check(LIMIT + 1, -EFBIG);
}

TEST(what_cannot_be_read)
{
	char *read = NULL;
	size_t length = 7;
	int fd = open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	assert_int_equal(file_read(fd, LIMIT, &read, &length), -EISDIR);
	close(fd);
	assert_int_equal(file_read(-1, LIMIT, &read, &length), -EBADF);
	assert_null(read);
	assert_int_equal(length, 7);
}
