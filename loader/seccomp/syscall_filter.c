// SPDX-License-Identifier: GPL-2.0-or-later
#include "seccomp/syscall_filter.h"

#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <ucontext.h>

#include "base/log.h"

enum { SYSCALLS = 1024 }; /* more than any machine has */

/* As a system call returns it: seccomp lets the handler of SIGSYS say what. */
static void set_result(ucontext_t *at, int result)
{
#if defined(__x86_64__)
	at->uc_mcontext.gregs[REG_RAX] = result;
#elif defined(__aarch64__)
	at->uc_mcontext.regs[0] = (uint64_t)result;
#else
#error "say in which register this machine returns the result of a system call"
#endif
}

static unsigned long first_argument(const ucontext_t *at)
{
#if defined(__x86_64__)
	return (unsigned long)at->uc_mcontext.gregs[REG_RDI];
#else
	return at->uc_mcontext.regs[0];
#endif
}

/*
 * The signal comes to the thread that called, at the call. So this may log, unless the log itself
 * makes calls that are refused.
 */
static void on_refused(int signal, siginfo_t *info, void *context)
{
	static bool is_logged[SYSCALLS];
	const unsigned int number = (unsigned int)info->si_syscall % SYSCALLS;
	const int before = errno;

	(void)signal;
	if (!is_logged[number]) {
		is_logged[number] = true;
		log_warning("refused system call %u (0x%lx …): the daemon should not need it "
		            "(ausyscall %u says its name)",
		            number, first_argument(context), number);
	}
	set_result(context, -EPERM);
	errno = before;
}

static bool has_sanitizers(void)
{
#ifdef __SANITIZE_ADDRESS__
	return true;
#else
	return false;
#endif
}

static int add_rule(scmp_filter_ctx filter, const struct syscall_rule *rule)
{
	unsigned int count = 0;

	while (count < SYSCALL_ARGUMENTS && rule->arguments[count].op)
		count++;
	return seccomp_rule_add_array(
		filter, rule->error ? SCMP_ACT_ERRNO((uint16_t)rule->error) : SCMP_ACT_ALLOW,
		rule->number, count, rule->arguments);
}

/* Without SCMP_FLTATR_CTL_OPTIMIZE each call would be compared with one rule after another. */
static int load(scmp_filter_ctx filter, const struct syscall_rule *rules, size_t count)
{
	int err = seccomp_attr_set(filter, SCMP_FLTATR_CTL_TSYNC, 1);

	if (!err)
		err = seccomp_attr_set(filter, SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_KILL_PROCESS);
	if (!err)
		err = seccomp_attr_set(filter, SCMP_FLTATR_CTL_OPTIMIZE, 2);
	for (size_t i = 0; i < count && !err; i++) {
		err = add_rule(filter, &rules[i]);
		if (err == -EEXIST) /* of two tables, put together */
			err = 0;
	}
	return err ? err : seccomp_load(filter);
}

int syscall_filter_load(const struct syscall_rule *rules, size_t count,
                        enum syscall_refusal refusal)
{
	struct sigaction action = { .sa_sigaction = on_refused, .sa_flags = SA_SIGINFO };
	scmp_filter_ctx filter;
	int err;

	if (has_sanitizers())
		return -ENOTSUP;
	filter = seccomp_init(refusal == SYSCALL_KILLS ? SCMP_ACT_KILL_PROCESS : SCMP_ACT_TRAP);
	if (!filter)
		return -ENOMEM;
	if (refusal == SYSCALL_REFUSED)
		sigaction(SIGSYS, &action, NULL);
	err = load(filter, rules, count);
	seccomp_release(filter);
	return err;
}
