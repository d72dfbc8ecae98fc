/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Files of a test: a directory of its own, what is logged meanwhile, and configuration files with
 * values that are right or wrong. Include after test.h.
 */
#ifndef SLEEPPROXY_TESTS_FILES_H
#define SLEEPPROXY_TESTS_FILES_H

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/log.h"
#include "config/config_reader.h"

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
	snprintf(command, sizeof(command), "rm -rf %s", directory);
	return system(command);
}

static inline const char *file(const char *name)
{
	static char path[128];

	snprintf(path, sizeof(path), "%s/%s", directory, name);
	return path;
}

static inline void write_octets(const char *name, const char *octets, size_t size)
{
	FILE *stream = fopen(file(name), "we");

	assert_non_null(stream);
	assert_int_equal(fwrite(octets, 1, size, stream), size);
	assert_int_equal(fclose(stream), 0);
}

static inline void write_file(const char *name, const char *text)
{
	write_octets(name, text, strlen(text));
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

/* What is logged from now on, instead of shown. */
static int log_file, stderr_before;

static inline void capture_log(void)
{
	log_file = memfd_create("log", MFD_CLOEXEC);
	stderr_before = dup(STDERR_FILENO);
	assert_true(log_file >= 0 && dup2(log_file, STDERR_FILENO) >= 0);
	log_init(LOG_INFO);
}

static inline void end_capture(char log[8192])
{
	ssize_t length = pread(log_file, log, 8191, 0);

	log_init(LOG_EMERG);
	dup2(stderr_before, STDERR_FILENO);
	close(stderr_before);
	close(log_file);
	log[length > 0 ? length : 0] = '\0';
}

#define NAS "host nas {\n mac = 52:54:00:00:00:01\n addresses = 192.168.1.5\n}\n"

/* NAME = VALUE, in a section such as "host nas"; NULL: in none. */
struct wrong_value {
	const char *section, *name, *value, *why, *expected;
};

#define UNCLEAR "is not understood"
#define OUT_OF_RANGE "is out of range"
#define FRACTION "has a fraction of a second"
#define DURATION(range) "a duration such as 500ms, 5s, 2m or 1h, from " range
#define SECONDS(range) "a duration in whole seconds such as 30s or 2m, from " range

/* A file, and what is to be said of it, after its name. */
struct mistake {
	const char *text, *error;
};

static inline struct mistake mistake_of(const struct wrong_value *it, char text[CONFIG_ERROR],
                                        char error[CONFIG_ERROR])
{
	snprintf(text, CONFIG_ERROR, "%s\n%s = %s\n%s", it->section ?: "", it->name, it->value,
	         it->section ? "}\n" : "");
	snprintf(error, CONFIG_ERROR, ":2: %s '%s' %s; expected %s", it->name, it->value, it->why,
	         it->expected);
	return (struct mistake){ text, error };
}

static inline void check_mistake(const struct mistake *it, int err, const char *error)
{
	const char *name = file("conf");
	const size_t length = strlen(name);

	if (err != -EINVAL || strncmp(error, name, length) || strcmp(error + length, it->error))
		fail_msg("of this file:\n%s\n  found    %d, %s\n  expected %s%s", it->text, err,
		         error, name, it->error);
}

/* A setting that holds a number or one of several words. */
struct number_setting {
	const char *text;
	size_t offset, size;
	int64_t by_default, value;
};

#define MEMBER_OF(type, member) offsetof(type, member), sizeof(((type *)NULL)->member)

static inline void check_number(const struct number_setting *it, const void *all, int64_t expected)
{
	const void *at = (const char *)all + it->offset;
	const int64_t found = it->size == sizeof(int64_t)   ? *(const int64_t *)at
	                      : it->size == sizeof(int32_t) ? *(const int32_t *)at
	                                                    : *(const int8_t *)at;

	if (found != expected)
		fail_msg("%s: %jd instead of %jd", it->text, (intmax_t)found, (intmax_t)expected);
}

#endif
