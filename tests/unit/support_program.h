/* SPDX-License-Identifier: GPL-2.0-or-later */
/* sleepproxy-agent itself, with files of the test's own. Include after cmocka.h. */
#ifndef SLEEPPROXY_TESTS_PROGRAM_H
#define SLEEPPROXY_TESTS_PROGRAM_H

#include <limits.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "support_directory.h"

#define assert_contains(text, part) \
	do { \
		if (!strstr(text, part)) \
			fail_msg("'%s' is not in '%s'", part, text); \
	} while (0)

static char program[PATH_MAX + 64];
static char printed[8192], complained[8192]; /* by the last run */

/* The tests' programs are in tests/unit, below where it is built. */
static inline void find_program(void)
{
	ssize_t length = readlink("/proc/self/exe", program, PATH_MAX - 1);

	assert_true(length > 0);
	program[length] = '\0';
	for (int up = 0; up < 3; up++)
		*strrchr(program, '/') = '\0';
	strcat(program, "/sleepproxy-agent");
	assert_int_equal(access(program, X_OK), 0);
}

static inline void configure(const char *text)
{
	write_file("agent.conf", text);
}

/* Its exit status; without --config and --state. */
static inline int agent_bare(const char *arguments)
{
	char command[PATH_MAX + 1024];
	int status;

	snprintf(command, sizeof(command), "%s %s >%s/out 2>%s/err", program, arguments, directory,
	         directory);
	status = system(command);
	assert_true(WIFEXITED(status));
	read_file("out", printed);
	read_file("err", complained);
	return WEXITSTATUS(status);
}

static inline int agent(const char *arguments)
{
	char all[512];

	snprintf(all, sizeof(all), "--config %s/agent.conf --state %s/run/state.json %s", directory,
	         directory, arguments);
	return agent_bare(all);
}

static inline int set_up_program(void **state)
{
	if (make_directory(state))
		return -1;
	find_program();
	configure("interface = lan\nwait = 3s\nreport-wait = 3s\n");
	return 0;
}

#endif
