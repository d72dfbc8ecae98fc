/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A process that does one thing for the daemon with no rights of its own: no capability, and of the
 * system calls those that it names. Another process, which does nothing else, starts it anew where
 * it ends, as the daemon may start none once it is up.
 */
#ifndef SLEEPPROXY_SUPERVISOR_H
#define SLEEPPROXY_SUPERVISOR_H

#include <stddef.h>

#include "seccomp/syscall_filter.h"

struct supervised {
	const char *name;    /* of the process, at most 15 octets */
	const char *purpose; /* in the log: the process that … */
	const struct syscall_rule *calls;
	size_t call_count;
	int pause; /* ms, before another one is started, whatever ends each of them */
	unsigned int descriptors; /* that it may have open; 0: as many as the daemon */
	void (*run)(const void *context) __attribute__((noreturn));
};

/*
 * Starts both processes. They keep the standard descriptors and `kept`, which must be in ascending
 * order, and the memory of the caller as it is at this time; `context` is for run().
 *
 * `control` becomes a descriptor that is readable when the supervisor has ended: there will be no
 * other process. When it is closed, both end. 0 or -errno.
 */
int supervisor_start(const struct supervised *process, const void *context, const int *kept,
                     size_t count, int *control);

/* The process is ended, and another one started. */
void supervisor_restart(int control);

#endif
