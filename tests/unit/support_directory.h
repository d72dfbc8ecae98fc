/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A directory for each test, and its files. Include after test.h. */
#ifndef SLEEPPROXY_TESTS_DIRECTORY_H
#define SLEEPPROXY_TESTS_DIRECTORY_H

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char directory[] = "/tmp/sleepproxy-test.XXXXXX";

static inline int make_directory(void **state)
{
	(void)state;
	strcpy(strchr(directory, '.'), ".XXXXXX");
	return mkdtemp(directory) ? 0 : -1;
}

static inline int remove_directory(void **state)
{
	char command[64];

	(void)state;
	snprintf(command, sizeof(command), "rm -r %s", directory);
	return system(command);
}

static inline const char *file(const char *name)
{
	static char path[128];

	snprintf(path, sizeof(path), "%s/%s", directory, name);
	return path;
}

static inline void write_file(const char *name, const char *text)
{
	FILE *stream = fopen(file(name), "we");

	assert_non_null(stream);
	assert_true(fputs(text, stream) >= 0);
	assert_int_equal(fclose(stream), 0);
}

static inline void read_file(const char *name, char text[8192])
{
	FILE *stream = fopen(file(name), "re");
	size_t length;

	assert_non_null(stream);
	length = fread(text, 1, 8191, stream);
	text[length] = '\0';
	fclose(stream);
}

static inline bool is_there(const char *name)
{
	return access(file(name), F_OK) == 0;
}

#endif
