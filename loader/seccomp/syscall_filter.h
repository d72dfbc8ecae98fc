/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which system calls a process may still make, by seccomp(2). */
#ifndef SLEEPPROXY_SECCOMP_SYSCALL_FILTER_H
#define SLEEPPROXY_SECCOMP_SYSCALL_FILTER_H

#include <seccomp.h>
#include <stddef.h>
#include <stdint.h>

enum { SYSCALL_ARGUMENTS = 2 };

/*
 * A system call that may be made: SCMP_SYS(name), with any arguments, or such as compare. One may
 * have several rules. One that this machine does not have does no harm.
 */
struct syscall_rule {
	int number;
	struct scmp_arg_cmp arguments[SYSCALL_ARGUMENTS]; /* up to one with op 0 */
	int error; /* unless 0: it fails with this errno, which a library expects */
};

/* The argument at `index`, an int or an unsigned int, is the value; or has none of the bits. */
#define SYSCALL_ARGUMENT_IS(index, value) \
	{ \
		index, SCMP_CMP_MASKED_EQ, UINT32_MAX, (uint32_t)(value) \
	}
#define SYSCALL_ARGUMENT_LACKS(index, bits) \
	{ \
		index, SCMP_CMP_MASKED_EQ, bits, 0 \
	}

enum syscall_refusal {
	/*
	 * EPERM, and a line in the log for the first of each kind. Signals that a thread blocks
	 * must not include SIGSYS.
	 */
	SYSCALL_REFUSED,
	SYSCALL_KILLS, /* the process */
};

/*
 * For all threads, and for good. All other calls are refused. 0 or -errno; -ENOTSUP: sanitizers are
 * built in, which need calls of their own.
 */
int syscall_filter_load(const struct syscall_rule *rules, size_t count,
                        enum syscall_refusal refusal);

#endif
