/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A network namespace for each test, made with the machine's own tools. Include behind cmocka.h. */
#ifndef SLEEPPROXY_TESTS_NETNS_H
#define SLEEPPROXY_TESTS_NETNS_H

#include <errno.h>
#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

static bool namespace_made;

__attribute__((format(printf, 1, 2))) static inline int run(const char *format, ...)
{
	char command[512];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(command, sizeof(command), format, arguments);
	va_end(arguments);
	return system(command);
}

#define HERE(...) assert_int_equal(run(__VA_ARGS__), 0)

/* The last one ends as this process has no thread left in it. */
static inline int make_namespace(void **state)
{
	(void)state;
	if (unshare(CLONE_NEWNET | CLONE_NEWUTS))
		return errno == EPERM ? 0 : -1;
	namespace_made = true;
	HERE("ip link set lo up");
	return 0;
}

static inline void need_namespace(void)
{
	if (namespace_made)
		return;
	print_message("no network namespace can be made here: Operation not permitted\n");
	skip();
}

/* Whose other end is up, so that it is as well. */
static inline void add_link(const char *name)
{
	HERE("ip link add %s address 02:00:00:00:00:20 type veth peer name %s-end", name, name);
	HERE("ip link set %s-end up && ip link set %s up", name, name);
}

#endif
