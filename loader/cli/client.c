// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/command.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/clock.h"
#include "control/protocol.h"

enum {
	ANSWER_TIMEOUT = 10000,   /* ms */
	RECONNECT_INTERVAL = 500, /* ms */
	READ_SIZE = 16384,
	OBJECT_MAX = 64 << 20, /* octets */
};

/* The one connection. Only the pages of the buffer that are written to take memory. */
static struct {
	int fd;
	const char *path;
	int error; /* the last one */
	bool is_quiet;
	size_t filled;
	char buffer[OBJECT_MAX + READ_SIZE]; /* begins with the line to read next */
} server;

static const struct {
	int error;
	const char *text;
} errors[] = {
	{ ENOENT, "cannot connect to sleepproxyd at %s (is it running? see 'systemctl status "
	          "sleepproxyd'; --socket names another socket)" },
	{ EACCES, "permission denied to connect to sleepproxyd at %s: try as root (sudo), or join "
	          "the group of the socket" },
	{ EPERM, "permission denied to connect to sleepproxyd at %s: try as root (sudo)" },
	{ EAGAIN, "sleepproxyd at %s is too busy to accept the connection: try again" },
	{ ENAMETOOLONG, "%s is too long for the path of a socket" },
	{ ETIMEDOUT, "sleepproxyd at %s does not answer: it runs, but hangs (try "
	             "'systemctl restart sleepproxyd')" },
	{ ECONNRESET, "sleepproxyd at %s has closed the connection (was it stopped or restarted? "
	              "try again)" },
	{ EPIPE, "standard output was closed" },
	{ EBADMSG, "invalid answer from %s (is it another program, or another version of "
	           "sleepproxyd?)" },
	{ EMSGSIZE, "a message to or from sleepproxyd at %s is too long" },
};

/* Always NULL. */
static void *fail(int error)
{
	server.error = error;
	if (server.is_quiet)
		return NULL;
	for (size_t i = 0; i < sizeof(errors) / sizeof(errors[0]); i++)
		if (errors[i].error == -error) {
			print_error(errors[i].text, server.path);
			return NULL;
		}
	print_error("%s: %s", server.path, strerror(-error));
	return NULL;
}

static int connect_to(const char *path)
{
	const struct timeval timeout = { .tv_sec = ANSWER_TIMEOUT / 1000 };
	struct sockaddr_un address = { .sun_family = AF_UNIX };

	if (strlen(path) >= sizeof(address.sun_path))
		return -ENAMETOOLONG;
	strcpy(address.sun_path, path);
	server.fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (server.fd < 0)
		return -errno;
	/* limits connect() too */
	setsockopt(server.fd, SOL_SOCKET, SO_SNDTIMEO, &timeout, sizeof(timeout));
	if (connect(server.fd, (struct sockaddr *)&address, sizeof(address)) == 0)
		return 0;
	return errno == ECONNREFUSED ? -ENOENT : -errno;
}

bool client_connect(const char *path)
{
	int error;

	server.path = path;
	error = connect_to(path);
	return !error || fail(error);
}

static bool is_output_closed(int timeout)
{
	struct pollfd output = { .fd = STDOUT_FILENO };

	return poll(&output, 1, timeout) > 0 && output.revents & (POLLERR | POLLHUP);
}

int client_retry(void)
{
	close(server.fd);
	server.filled = 0;
	return connect_to(server.path);
}

bool client_reconnect(void)
{
	int error;

	if (server.error != -ECONNRESET)
		return false;
	print_error("waiting for sleepproxyd to come back");
	do {
		if (is_output_closed(RECONNECT_INTERVAL))
			return fail(-EPIPE);
		error = client_retry();
	} while (error == -ENOENT);
	return !error || fail(error);
}

static int send_line(struct json_object *request)
{
	int flags = JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE;
	const char *text = json_object_to_json_string_ext(request, flags);

	if (strlen(text) >= CONTROL_LINE_MAX)
		return -EMSGSIZE;
	if (dprintf(server.fd, "%s\n", text) >= 0)
		return 0;
	return errno == EPIPE ? -ECONNRESET : errno == EAGAIN ? -ETIMEDOUT : -errno;
}

/*
 * Adds to what is buffered of a line. Also ends when standard output is closed: a watch may receive
 * nothing for days.
 */
static int read_more(int timeout)
{
	struct pollfd watched[] = { { .fd = server.fd, .events = POLLIN },
		                    { .fd = STDOUT_FILENO } };
	const int ready = poll(watched, 2, timeout);
	ssize_t got;

	if (ready == 0)
		return -ETIMEDOUT;
	if (ready > 0 && watched[1].revents & (POLLERR | POLLHUP))
		return -EPIPE;
	got = recv(server.fd, server.buffer + server.filled, READ_SIZE, MSG_DONTWAIT);
	if (got == 0)
		return -ECONNRESET;
	if (got < 0)
		return errno == EAGAIN || errno == EINTR ? 0 : -errno;
	server.filled += got;
	return server.filled > OBJECT_MAX ? -EMSGSIZE : 0;
}

struct json_object *client_read(int timeout)
{
	const int64_t deadline = clock_ms() + timeout;
	struct json_object *object;
	size_t searched = 0;
	char *end;

	while (!(end = memchr(server.buffer + searched, '\n', server.filled - searched))) {
		const int64_t left = timeout > 0 ? deadline - clock_ms() : timeout;
		int error;

		searched = server.filled;
		error = timeout > 0 && left <= 0 ? -ETIMEDOUT : read_more((int)left);
		if (error)
			return fail(error);
	}
	*end = '\0';
	object = json_tokener_parse(server.buffer);
	server.filled -= end + 1 - server.buffer;
	memmove(server.buffer, end + 1, server.filled);
	if (json_object_is_type(object, json_type_object))
		return object;
	json_object_put(object);
	return fail(-EBADMSG);
}

bool client_send(struct json_object *request)
{
	const int error = send_line(request);

	return !error || fail(error);
}

struct json_object *client_ask(struct json_object *request)
{
	return client_send(request) ? client_result(client_read(ANSWER_TIMEOUT)) : NULL;
}

struct json_object *client_result(struct json_object *answer)
{
	struct json_object *result = NULL;

	if (json_get_bool(answer, "ok"))
		result = json_object_get(json_object_object_get(answer, "result"));
	if (*json_get_text(answer, "error"))
		print_error("%s", json_get_text(answer, "error"));
	else if (answer && !result)
		fail(-EBADMSG);
	json_object_put(answer);
	return result;
}

int client_fd(void)
{
	return server.fd;
}

int client_error(void)
{
	return server.error;
}

void client_set_quiet(bool is_quiet)
{
	server.is_quiet = is_quiet;
}

void client_print_error(int error)
{
	server.is_quiet = false;
	fail(error);
}
