/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A configuration file of the test's own. Include behind cmocka.h; the group makes the file and
 * removes it.
 */
#ifndef SLEEPPROXY_TESTS_CONFIG_H
#define SLEEPPROXY_TESTS_CONFIG_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "config/config.h"

#define NAS "host nas {\n mac = 52:54:00:00:00:01\n addresses = 192.168.1.5\n}\n"

static char path[] = "/tmp/sleepproxy-test-XXXXXX";

static inline void write_octets(const char *text, size_t size)
{
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	assert_int_equal(fwrite(text, 1, size, file), size);
	assert_int_equal(fclose(file), 0);
}

static inline int load(const char *text, struct config *config, char error[CONFIG_ERROR])
{
	write_octets(text, strlen(text));
	return config_load(path, config, error);
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

#endif
