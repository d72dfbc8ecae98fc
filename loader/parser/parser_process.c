// SPDX-License-Identifier: GPL-2.0-or-later
/* The supervisor, and the parser that it starts. Both have given up all that they do not need. */
#include <errno.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/capability.h"
#include "base/log.h"
#include "parser/internal.h"
#include "seccomp/syscall_filter.h"

/* A message that ends each parser costs no more than this many of them a second. */
enum { RESTART_PAUSE = 10 }; /* ms */

enum {
	NAMESPACES = CLONE_NEWNS | CLONE_NEWCGROUP | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWUSER |
	             CLONE_NEWPID | CLONE_NEWNET,
};

/* clang-format off */
#define ANY(name) { SCMP_SYS(name), { { 0 } } }

static const struct syscall_rule parser_calls[] = {
	ANY(read), ANY(write), ANY(exit_group),
};

/* To start the parser, to wait for it and end it, to log; and what the parser's filter takes. */
static const struct syscall_rule supervisor_calls[] = {
	{ SCMP_SYS(clone), { SYSCALL_ARGUMENT_LACKS(0, NAMESPACES) } }, ANY(set_robust_list),
	ANY(pidfd_open), ANY(poll), ANY(ppoll), ANY(restart_syscall), ANY(wait4), ANY(close),
	{ SCMP_SYS(kill), { SYSCALL_ARGUMENT_IS(1, SIGKILL) } },
	ANY(clock_gettime), ANY(getpid), ANY(gettid), ANY(rt_sigprocmask),
	ANY(read), ANY(write), ANY(writev), ANY(fstat), ANY(newfstatat),
	{ SCMP_SYS(ioctl), { SYSCALL_ARGUMENT_IS(1, TCGETS) } },
	ANY(brk), ANY(mmap), ANY(munmap), ANY(seccomp), ANY(prctl), ANY(exit_group),
};
/* clang-format on */

static void limit(const struct syscall_rule *rules, size_t count)
{
	const int err = syscall_filter_load(rules, count, SYSCALL_KILLS);

	if (err && err != -ENOTSUP)
		log_warning("a process that parses messages cannot be confined: %s",
		            strerror(-err));
}

/* One message after another, until the daemon is gone. */
static void __attribute__((noreturn)) parse_all(int fd)
{
	static struct parser_request request;
	static struct parser_reply reply;
	ssize_t length;

	prctl(PR_SET_NAME, "proxy-parser");
	limit(parser_calls, sizeof(parser_calls) / sizeof(*parser_calls));
	while ((length = read(fd, &request, sizeof(request))) >= (ssize_t)sizeof(request.head) &&
	       request.head.kind < PARSER_KINDS) {
		const struct parser_row *row = &parser_rows[request.head.kind];

		memset(&reply, 0, sizeof(reply));
		reply.head = request.head;
		reply.head.error =
			row->parse(&request, (size_t)length - sizeof(request.head), &reply.message);
		if (write(fd, &reply, sizeof(reply.head) + row->size) < 0)
			break;
	}
	_exit(length ? EXIT_FAILURE : EXIT_SUCCESS);
}

static void log_end(int status)
{
	log_warning("the process that parses messages ended (%s %d) and is started again",
	            WIFSIGNALED(status) ? "signal" : "exit status",
	            WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status));
}

/* The daemon says that the parser is to end; false: it is gone itself. */
static bool is_told(const struct pollfd *control)
{
	char octets[64]; /* of several times, perhaps */

	return read(control->fd, octets, sizeof(octets)) > 0;
}

/*
 * Until it ends, by itself or because the daemon says so. False: the daemon is gone; then the
 * parser may have ended first, as its socket was closed.
 */
static bool attend(pid_t parser, int control)
{
	struct pollfd watched[] = {
		{ .fd = (int)syscall(SYS_pidfd_open, parser, 0), .events = POLLIN },
		{ .fd = control, .events = POLLIN },
	};
	bool is_wanted = watched[0].fd >= 0;
	int status = 0;

	while (is_wanted && poll(watched, 2, -1) < 0)
		;
	if (watched[1].revents)
		is_wanted = is_told(&watched[1]);
	if (!watched[0].revents)
		kill(parser, SIGKILL);
	waitpid(parser, &status, 0);
	if (watched[0].fd >= 0)
		close(watched[0].fd);
	if (is_wanted && poll(&watched[1], 1, RESTART_PAUSE) > 0)
		is_wanted = is_told(&watched[1]);
	if (is_wanted)
		log_end(status);
	return is_wanted;
}

/* A service manager's signals go to all processes: these end after the daemon, not with it. */
void parser_supervise(int messages, int control)
{
	static const int ignored[] = { SIGTERM, SIGINT, SIGHUP, SIGPIPE };
	pid_t parser;

	for (size_t i = 0; i < sizeof(ignored) / sizeof(*ignored); i++)
		signal(ignored[i], SIG_IGN);
	prctl(PR_SET_NAME, "proxy-supervise");
	capability_limit(0);
	limit(supervisor_calls, sizeof(supervisor_calls) / sizeof(*supervisor_calls));
	while ((parser = fork()) >= 0) {
		if (!parser) {
			close(control); /* or the daemon would not see the supervisor's end */
			parse_all(messages);
		}
		if (!attend(parser, control))
			_exit(EXIT_SUCCESS);
	}
	_exit(EXIT_FAILURE);
}
