// SPDX-License-Identifier: GPL-2.0-or-later
#include "supervisor/supervisor.h"

#include <errno.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/capability.h"
#include "base/log.h"

enum { KEPT_MAX = 8, CALLS_MAX = 96 };

enum {
	NAMESPACES = CLONE_NEWNS | CLONE_NEWCGROUP | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWUSER |
	             CLONE_NEWPID | CLONE_NEWNET,
};

/* clang-format off */
#define ANY(name) { .number = SCMP_SYS(name) }

/* To start the process, to wait for it and end it, to log; and what its filter takes. */
static const struct syscall_rule own_calls[] = {
	{ .number = SCMP_SYS(clone), .arguments = { SYSCALL_ARGUMENT_LACKS(0, NAMESPACES) } }, ANY(set_robust_list),
	ANY(pidfd_open), ANY(poll), ANY(ppoll), ANY(restart_syscall), ANY(wait4), ANY(close),
	{ .number = SCMP_SYS(kill), .arguments = { SYSCALL_ARGUMENT_IS(1, SIGKILL) } },
	ANY(clock_gettime), ANY(getpid), ANY(gettid), ANY(rt_sigprocmask),
	ANY(read), ANY(write), ANY(writev), ANY(fstat), ANY(newfstatat),
	{ .number = SCMP_SYS(ioctl), .arguments = { SYSCALL_ARGUMENT_IS(1, TCGETS) } },
	ANY(brk), ANY(mmap), ANY(munmap), ANY(seccomp), ANY(prctl), ANY(exit_group),
};
/* clang-format on */

enum { OWN_CALLS = sizeof(own_calls) / sizeof(*own_calls) };

static void limit(const struct supervised *process, const struct syscall_rule *rules, size_t count)
{
	const int err = syscall_filter_load(rules, count, SYSCALL_KILLS);

	if (err && err != -ENOTSUP)
		log_warning("the process that %s cannot be confined: %s", process->purpose,
		            strerror(-err));
}

/* A filter is inherited: what the process may call, its supervisor may. */
static void limit_supervisor(const struct supervised *process)
{
	struct syscall_rule rules[CALLS_MAX];
	const size_t count = OWN_CALLS + process->call_count;

	if (count > CALLS_MAX)
		abort();
	memcpy(rules, own_calls, sizeof(own_calls));
	memcpy(rules + OWN_CALLS, process->calls, process->call_count * sizeof(*rules));
	limit(process, rules, count);
}

static void limit_descriptors(unsigned int count)
{
	const struct rlimit limit = { count, count };

	if (count)
		setrlimit(RLIMIT_NOFILE, &limit);
}

static void __attribute__((noreturn)) run(const struct supervised *process, const void *context)
{
	prctl(PR_SET_NAME, process->name);
	limit(process, process->calls, process->call_count);
	process->run(context);
}

static void log_end(const struct supervised *process, int status)
{
	log_warning("the process that %s ended (%s %d) and is started again", process->purpose,
	            WIFSIGNALED(status) ? "signal" : "exit status",
	            WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status));
}

/* The daemon says that the process is to end; false: it is gone itself. */
static bool is_told(const struct pollfd *control)
{
	char octets[64]; /* of several times, perhaps */

	return read(control->fd, octets, sizeof(octets)) > 0;
}

/*
 * Until it ends, by itself or because the daemon says so. False: the daemon is gone; then the
 * process may have ended first, as its socket was closed.
 */
static bool attend(const struct supervised *process, pid_t pid, int control)
{
	struct pollfd watched[] = {
		{ .fd = (int)syscall(SYS_pidfd_open, pid, 0), .events = POLLIN },
		{ .fd = control, .events = POLLIN },
	};
	bool is_wanted = watched[0].fd >= 0;
	int status = 0;

	while (is_wanted && poll(watched, 2, -1) < 0)
		;
	if (watched[1].revents)
		is_wanted = is_told(&watched[1]);
	if (!watched[0].revents)
		kill(pid, SIGKILL);
	waitpid(pid, &status, 0);
	if (watched[0].fd >= 0)
		close(watched[0].fd);
	if (is_wanted && poll(&watched[1], 1, process->pause) > 0)
		is_wanted = is_told(&watched[1]);
	if (is_wanted)
		log_end(process, status);
	return is_wanted;
}

/* A service manager's signals go to all processes: these end after the daemon, not with it. */
static void __attribute__((noreturn))
supervise(const struct supervised *process, const void *context, int control)
{
	static const int ignored[] = { SIGTERM, SIGINT, SIGHUP, SIGPIPE };
	pid_t pid;

	for (size_t i = 0; i < sizeof(ignored) / sizeof(*ignored); i++)
		signal(ignored[i], SIG_IGN);
	prctl(PR_SET_NAME, "proxy-supervise");
	capability_limit(0);
	limit_descriptors(process->descriptors);
	limit_supervisor(process);
	while ((pid = fork()) >= 0) {
		if (!pid) {
			close(control); /* or the daemon would not see the supervisor's end */
			run(process, context);
		}
		if (!attend(process, pid, control))
			_exit(EXIT_SUCCESS);
	}
	_exit(EXIT_FAILURE);
}

/* `kept` in ascending order, all of them above the standard descriptors. */
static void close_others(const int *kept, size_t count)
{
	unsigned int next = STDERR_FILENO + 1;

	for (size_t i = 0; i < count; i++) {
		if ((unsigned int)kept[i] > next)
			close_range(next, (unsigned int)kept[i] - 1, 0);
		next = (unsigned int)kept[i] + 1;
	}
	close_range(next, UINT32_MAX, 0);
}

int supervisor_start(const struct supervised *process, const void *context, const int *kept,
                     size_t count, int *control)
{
	int ends[2], all[KEPT_MAX]; /* the supervisor has the second end */
	pid_t supervisor;

	if (count >= KEPT_MAX)
		return -E2BIG;
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends))
		return -errno;
	memcpy(all, kept, count * sizeof(*kept));
	all[count] = ends[1];
	supervisor = fork();
	if (!supervisor) {
		close_others(all, count + 1);
		supervise(process, context, ends[1]);
	}
	close(ends[1]);
	if (supervisor > 0) {
		*control = ends[0];
		return 0;
	}
	close(ends[0]);
	return -EAGAIN;
}

void supervisor_restart(int control)
{
	(void)!send(control, "", 1, MSG_DONTWAIT | MSG_NOSIGNAL);
}
