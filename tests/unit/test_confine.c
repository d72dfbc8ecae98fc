// SPDX-License-Identifier: GPL-2.0-or-later
/* Once the daemon has limited its system calls, others fail, and it runs on. */
#include "test.h"

#include <errno.h>
#include <linux/bpf.h>
#include <linux/netlink.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/log.h"
#include "daemon/daemon.h"
#include "seccomp/syscall_filter.h"

static long run_program(void)
{
	char *const arguments[] = { "true", NULL };

	return execv("/bin/true", arguments);
}

static long start_process(void)
{
	return fork();
}

static long trace(void)
{
	return ptrace(PTRACE_TRACEME, 0, NULL, NULL);
}

static long signal_another(void)
{
	return kill(getppid(), 0);
}

static long mount_something(void)
{
	return syscall(SYS_mount, "none", "/", "tmpfs", 0, NULL);
}

static long make_code(void)
{
	void *memory = mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC,
	                    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	return memory == MAP_FAILED ? -1 : 0;
}

static long turn_data_into_code(void)
{
	void *memory = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	return mprotect(memory, 4096, PROT_READ | PROT_EXEC);
}

static long open_crypto(void)
{
	return socket(AF_ALG, SOCK_SEQPACKET, 0);
}

static long open_netfilter(void)
{
	return socket(AF_NETLINK, SOCK_RAW, NETLINK_NETFILTER);
}

static long type_on_terminal(void)
{
	return ioctl(STDIN_FILENO, TIOCSTI, "x");
}

static long trace_the_kernel(void)
{
	union bpf_attr attributes = { .raw_tracepoint = { .prog_fd = 0 } };

	return syscall(SYS_bpf, BPF_RAW_TRACEPOINT_OPEN, &attributes, sizeof(attributes));
}

static long use_io_uring(void)
{
	return syscall(SYS_io_uring_setup, 1, NULL);
}

static const struct {
	const char *shows;
	long (*call)(void);
} refused[] = {
	{ "a program", run_program },
	{ "a process", start_process },
	{ "tracing", trace },
	{ "a signal", signal_another },
	{ "a mount", mount_something },
	{ "executable memory", make_code },
	{ "memory made executable", turn_data_into_code },
	{ "a socket of the kernel's ciphers", open_crypto },
	{ "netfilter's netlink", open_netfilter },
	{ "an ioctl", type_on_terminal },
	{ "a tracepoint, by bpf(2)", trace_the_kernel },
	{ "io_uring", use_io_uring },
};

/* What a child returns of it. */
static int status_of(int (*run)(void))
{
	const pid_t child = fork();
	int status;

	if (!child)
		_exit(run());
	waitpid(child, &status, 0);
	return WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status);
}

enum { PASSED, SKIPPED = 100, LIMITING_FAILED };

static int limit(void)
{
	const int err = confine_syscalls();

	return err == -ENOTSUP ? SKIPPED : err ? LIMITING_FAILED : PASSED;
}

/* 1 + the row that was not refused. */
static int try_all(void)
{
	const int limited = limit();

	if (limited)
		return limited;
	EACH(i, refused)
	if (refused[i].call() != -1 || errno != EPERM)
		return 1 + (int)i;
	return PASSED;
}

static void *open_in_thread(void *at_end)
{
	pthread_mutex_lock(at_end);
	return open_crypto() == -1 && errno == EPERM ? NULL : at_end;
}

/* A thread that was there before, and what it is refused. */
static int try_thread(void)
{
	pthread_mutex_t started = PTHREAD_MUTEX_INITIALIZER;
	pthread_t thread;
	void *result;
	int limited;

	pthread_mutex_lock(&started);
	pthread_create(&thread, NULL, open_in_thread, &started);
	limited = limit();
	pthread_mutex_unlock(&started);
	pthread_join(thread, &result);
	return limited ? limited : result ? 1 : PASSED;
}

/* The log is standard error, here a pipe. */
static int log_two_refusals(void)
{
	char text[512] = "";
	int ends[2], limited;

	if (pipe(ends) || dup2(ends[1], STDERR_FILENO) < 0)
		return 1;
	limited = limit();
	if (limited)
		return limited;
	open_crypto();
	open_crypto();
	if (read(ends[0], text, sizeof(text) - 1) < 0)
		return 2;
	return strstr(text, "refused system call") && strchr(text, '\n') == strrchr(text, '\n')
	               ? PASSED
	               : 3;
}

static int call_what_kills(void)
{
	static const struct syscall_rule rules[] = { { .number = SCMP_SYS(exit_group) } };

	if (syscall_filter_load(rules, 1, SYSCALL_KILLS) == -ENOTSUP)
		return SKIPPED;
	getppid();
	return 0;
}

static int run(int (*what)(void))
{
	const int status = status_of(what);

	if (status == SKIPPED)
		skip();
	return status;
}

TEST(what_the_daemon_does_not_need_is_refused)
{
	const int status = run(try_all);

	if (status > PASSED && status < SKIPPED)
		fail_msg("not refused: %s", refused[status - 1].shows);
	assert_int_equal(status, PASSED);
}

TEST(a_thread_that_runs_already_is_limited_too)
{
	assert_int_equal(run(try_thread), PASSED);
}

TEST(what_is_refused_is_logged_once)
{
	assert_int_equal(run(log_two_refusals), PASSED);
}

TEST(a_call_may_be_the_end)
{
	assert_int_equal(run(call_what_kills), -SIGSYS);
}
