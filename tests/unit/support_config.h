/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A configuration file of the test's own, and values that are wrong in it. Include after test.h. */
#ifndef SLEEPPROXY_TESTS_CONFIG_H
#define SLEEPPROXY_TESTS_CONFIG_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "config/config_reader.h"

#define NAS "host nas {\n mac = 52:54:00:00:00:01\n addresses = 192.168.1.5\n}\n"

static char path[] = "/tmp/sleepproxy-test-XXXXXX";

static inline void write_octets(const char *text, size_t size)
{
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	assert_int_equal(fwrite(text, 1, size, file), size);
	assert_int_equal(fclose(file), 0);
}

static inline void write_text(const char *text)
{
	write_octets(text, strlen(text));
}

/* NAME = VALUE, in a section such as "host nas"; NULL: in none. */
struct wrong_value {
	const char *section, *name, *value, *why, *expected;
};

#define UNCLEAR "is not understood"
#define OUT_OF_RANGE "is out of range"
#define FRACTION "has a fraction of a second"
#define DURATION(range) "a duration such as 500ms, 5s, 2m or 1h, from " range
#define SECONDS(range) "a duration in whole seconds such as 30s or 2m, from " range

/* Writes the file, and what is said of it. */
static inline void write_wrong_value(const struct wrong_value *it, char error[CONFIG_ERROR])
{
	char text[CONFIG_ERROR];

	snprintf(text, sizeof(text), "%s\n%s = %s\n%s", it->section ?: "", it->name, it->value,
	         it->section ? "}\n" : "");
	write_text(text);
	snprintf(error, CONFIG_ERROR, "%s:2: %s '%s' %s; expected %s", path, it->name, it->value,
	         it->why, it->expected);
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

static inline int make_file(void **state)
{
	int fd = mkstemp(path);

	(void)state;
	return fd < 0 ? -1 : close(fd);
}

static inline int remove_file(void **state)
{
	(void)state;
	return unlink(path);
}

BEFORE_ALL(make_file)
AFTER_ALL(remove_file)

#endif
