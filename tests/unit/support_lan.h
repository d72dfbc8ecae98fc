/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A network namespace for each test, made with the machine's own tools, and what is in it. Include
 * after cmocka.h.
 */
#ifndef SLEEPPROXY_TESTS_LAN_H
#define SLEEPPROXY_TESTS_LAN_H

#include <errno.h>
#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/addr.h"

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

static const struct mac host_mac = { { 0x52, 0x54, 0, 0x12, 0x34, 0x56 } };
static const struct mac proxy_mac = { { 0x02, 0, 0, 0, 0, 0x01 } };
static const struct ipv4 proxy_address = { { 192, 0, 2, 1 } };

static inline struct ipv4 lan_address(uint8_t last)
{
	return (struct ipv4){ { 192, 0, 2, last } };
}

#define assert_address(address, last) \
	do { \
		const struct ipv4 expected = lan_address(last); \
		assert_memory_equal(&(address), &expected, sizeof(expected)); \
	} while (0)

#endif
