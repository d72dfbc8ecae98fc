// SPDX-License-Identifier: GPL-2.0-or-later
/* The process that speaks HTTP: what it may do, and its loop. */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include "http/internal.h"

/* Where the loop has no turn for so long, it ends: another process follows. s */
enum { HANG_MAX = 10 };
enum { HEADERS_MAX = 8192, BODY_MAX = 1024 };
/* s: without a bit of a request, or a bit of an answer taken */
enum { IDLE_MAX = 10 };

static const struct timeval TURN = { .tv_sec = 1 };

/* clang-format off */
#define ANY(name) { .number = SCMP_SYS(name) }
#define SECOND_IS(name, value) { .number = SCMP_SYS(name), .arguments = { SYSCALL_ARGUMENT_IS(1, value) } }
#define NO_CODE(name) { .number = SCMP_SYS(name), .arguments = { SYSCALL_ARGUMENT_LACKS(2, PROT_EXEC) } }

static const struct syscall_rule calls[] = {
	ANY(accept4), ANY(recvmsg), ANY(sendto), ANY(sendmsg), ANY(read), ANY(readv), ANY(write), ANY(writev),
	ANY(shutdown), ANY(close), ANY(fcntl), ANY(getsockopt), ANY(setsockopt),
	ANY(getsockname), ANY(getpeername), SECOND_IS(ioctl, FIONREAD),
	/* getnameinfo() asks for the interface of a link-local address, and does without */
	{ .number = SCMP_SYS(socket), .error = EAFNOSUPPORT },
	ANY(epoll_create1), ANY(epoll_ctl), ANY(epoll_wait), ANY(epoll_pwait), ANY(eventfd2), ANY(pipe2),
	ANY(clock_gettime), ANY(gettimeofday), ANY(alarm), ANY(setitimer), ANY(restart_syscall),
	ANY(getpid), ANY(getrandom), ANY(futex), ANY(fstat), ANY(newfstatat), ANY(rt_sigreturn),
	/* libevent asks whether the program has another user's rights */
	ANY(getuid), ANY(geteuid), ANY(getgid), ANY(getegid),
	ANY(brk), NO_CODE(mmap), NO_CODE(mprotect), ANY(mremap), ANY(munmap), ANY(madvise), ANY(exit_group),
};
/* clang-format on */

static void on_turn(evutil_socket_t fd, short what, void *context)
{
	(void)fd;
	(void)what;
	(void)context;
	alarm(HANG_MAX);
}

static void on_event(void *context, struct json_object *event, const char *line)
{
	struct http_server *server = context;

	metrics_event(server->metrics, event);
	event_streams_send(server->streams, line);
}

static void on_watching(void *context, struct json_object *reply)
{
	(void)context;
	if (!json_object_get_boolean(json_object_object_get(reply, "ok")))
		_exit(EXIT_FAILURE);
}

static struct evhttp *new_http(struct event_base *base, struct http_server *server)
{
	struct evhttp *http = evhttp_new(base);

	if (!http)
		return NULL;
	evhttp_set_allowed_methods(http, UINT16_MAX); /* others than GET and POST get a 405 */
	evhttp_set_max_headers_size(http, HEADERS_MAX);
	evhttp_set_max_body_size(http, BODY_MAX);
	evhttp_set_timeout(http, IDLE_MAX);
	evhttp_set_default_content_type(http, NULL);
	evhttp_set_gencb(http, http_route, server);
	return http;
}

static void __attribute__((noreturn)) serve(const void *context)
{
	static struct http_server server;
	struct event_base *base = event_base_new();
	struct event *turn = base ? event_new(base, -1, EV_PERSIST, on_turn, NULL) : NULL;
	struct evhttp *http = base ? new_http(base, &server) : NULL;

	if (!turn || !http)
		_exit(EXIT_FAILURE);
	server.setup = context;
	server.streams = event_streams_new(base);
	server.daemon = daemon_client_new(base, server.setup->channel, on_event, &server);
	if (!server.streams || !server.daemon ||
	    !connections_start(base, http, server.setup->listener))
		_exit(EXIT_FAILURE);
	daemon_client_ask(server.daemon, daemon_request("watch"), on_watching, NULL);
	server.metrics = metrics_new(server.daemon);
	if (!server.metrics)
		_exit(EXIT_FAILURE);
	event_add(turn, &TURN);
	alarm(HANG_MAX);
	event_base_dispatch(base);
	_exit(EXIT_FAILURE);
}

const struct supervised http_process = {
	.name = "proxy-http",
	.purpose = "speaks HTTP",
	.calls = calls,
	.call_count = sizeof(calls) / sizeof(*calls),
	.descriptors = HTTP_DESCRIPTORS,
	.pause = 100,
	.run = serve,
};
