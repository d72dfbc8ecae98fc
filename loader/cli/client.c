// SPDX-License-Identifier: GPL-2.0-or-later
#include "cli/command.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/clock.h"
#include "control/protocol.h"

enum {
	ANSWER_TIMEOUT = 10000, /* ms */
	READ_SIZE = 16384,
	OBJECT_MAX = 64 << 20, /* octets */
};

struct cli_client {
	int fd;
	const char *path;
	size_t filled;
	char buffer[OBJECT_MAX + READ_SIZE]; /* begins with the line to read next */
};

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

void client_print_error(const struct cli_client *client, int error)
{
	for (size_t i = 0; i < sizeof(errors) / sizeof(errors[0]); i++)
		if (errors[i].error == -error) {
			print_error(errors[i].text, client->path);
			return;
		}
	print_error("%s: %s", client->path, strerror(-error));
}

static int connect_to(struct cli_client *client)
{
	const struct timeval timeout = { .tv_sec = ANSWER_TIMEOUT / 1000 };
	struct sockaddr_un address = { .sun_family = AF_UNIX };

	if (strlen(client->path) >= sizeof(address.sun_path))
		return -ENAMETOOLONG;
	strcpy(address.sun_path, client->path);
	client->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (client->fd < 0)
		return -errno;
	/* limits connect() too */
	setsockopt(client->fd, SOL_SOCKET, SO_SNDTIMEO, &timeout, sizeof(timeout));
	if (connect(client->fd, (struct sockaddr *)&address, sizeof(address)) == 0)
		return 0;
	return errno == ECONNREFUSED ? -ENOENT : -errno;
}

struct cli_client *client_open(const char *path)
{
	/* the kernel provides only the pages of the buffer that are written to */
	struct cli_client *client = calloc(1, sizeof(*client));
	int error;

	if (!client)
		out_of_memory();
	client->fd = -1;
	client->path = path;
	error = connect_to(client);
	if (!error)
		return client;
	client_print_error(client, error);
	client_close(client);
	return NULL;
}

void client_close(struct cli_client *client)
{
	if (!client)
		return;
	if (client->fd >= 0)
		close(client->fd);
	free(client);
}

static int send_request(struct cli_client *client, struct json_object *request)
{
	int flags = JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE;
	const char *text = json_object_to_json_string_ext(request, flags);

	if (strlen(text) >= CONTROL_LINE_MAX)
		return -EMSGSIZE;
	if (dprintf(client->fd, "%s\n", text) >= 0)
		return 0;
	return errno == EPIPE ? -ECONNRESET : errno == EAGAIN ? -ETIMEDOUT : -errno;
}

/* Also ends when standard output is closed: a watch may receive nothing for days. */
static int wait_for_input(const struct cli_client *client, int64_t deadline)
{
	struct pollfd watched[] = { { .fd = client->fd, .events = POLLIN },
		                    { .fd = STDOUT_FILENO } };
	int64_t left = deadline < 0 ? -1 : deadline - clock_ms();
	int ready;

	if (deadline >= 0 && left <= 0)
		return -ETIMEDOUT;
	ready = poll(watched, 2, left > INT32_MAX ? INT32_MAX : (int)left);
	if (ready < 0)
		return errno == EINTR ? 0 : -errno;
	return watched[1].revents & (POLLERR | POLLHUP) ? -EPIPE : 0;
}

/* Adds to what is buffered of a line. */
static int read_more(struct cli_client *client, int64_t deadline)
{
	int error = wait_for_input(client, deadline);
	ssize_t got;

	if (error)
		return error;
	got = recv(client->fd, client->buffer + client->filled, READ_SIZE, MSG_DONTWAIT);
	if (got == 0)
		return -ECONNRESET;
	if (got < 0)
		return errno == EAGAIN || errno == EINTR ? 0 : -errno;
	client->filled += got;
	return client->filled > OBJECT_MAX ? -EMSGSIZE : 0;
}

int client_read(struct cli_client *client, int64_t deadline, struct json_object **object)
{
	size_t searched = 0;
	char *end;

	while (!(end = memchr(client->buffer + searched, '\n', client->filled - searched))) {
		int error;

		searched = client->filled;
		error = read_more(client, deadline);
		if (error)
			return error;
	}
	*end = '\0';
	*object = json_tokener_parse(client->buffer);
	client->filled -= end + 1 - client->buffer;
	memmove(client->buffer, end + 1, client->filled);
	if (json_object_is_type(*object, json_type_object))
		return 0;
	json_object_put(*object);
	return -EBADMSG;
}

static struct json_object *take_result(struct cli_client *client, struct json_object *answer)
{
	struct json_object *result = json_object_object_get(answer, "result");

	if (json_get_bool(answer, "ok") && result) {
		json_object_get(result);
	} else {
		result = NULL;
		if (*json_get_text(answer, "error"))
			print_error("%s", json_get_text(answer, "error"));
		else
			client_print_error(client, -EBADMSG);
	}
	json_object_put(answer);
	return result;
}

struct json_object *client_ask(struct cli_client *client, struct json_object *request)
{
	struct json_object *answer;
	int error = send_request(client, request);

	if (!error)
		error = client_read(client, clock_ms() + ANSWER_TIMEOUT, &answer);
	if (!error)
		return take_result(client, answer);
	client_print_error(client, error);
	return NULL;
}
