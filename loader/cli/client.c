// SPDX-License-Identifier: GPL-2.0-or-later
/* In: requests. Out: the daemon's answers and events, or a complaint that says what to do. */
#include "cli/client.h"

#include <errno.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "control/protocol.h"
#include "base/cleanup.h"
#include "base/clock.h"
#include "cli/json_get.h"
#include "cli/say.h"

enum {
	ANSWER_TIME = 10000, /* ms: a daemon that takes longer hangs */
	READ_SIZE = 16384,
	READ_MAX = 64 << 20,
};

struct client {
	int fd;
	const char *path;
	char *buffer;
	size_t room, filled;
	size_t taken; /* of `filled`: lines that were handed out */
};

static const struct {
	int error;
	const char *text;
} reasons[] = {
	{ ENOENT, "no sleepproxyd answers at %s (is it running? 'systemctl status sleepproxyd' "
	          "tells; --socket names another socket)" },
	{ ECONNREFUSED, "no sleepproxyd answers at %s (is it running? 'systemctl status "
	                "sleepproxyd' tells; --socket names another socket)" },
	{ EACCES, "not allowed to talk to sleepproxyd at %s: try as root (sudo), or join the "
	          "group that the socket belongs to" },
	{ EPERM, "not allowed to talk to sleepproxyd at %s: try as root (sudo)" },
	{ EAGAIN, "sleepproxyd at %s is too busy to take the connection: try again" },
	{ ENAMETOOLONG, "%s is too long for the path of a socket" },
	{ ETIMEDOUT, "sleepproxyd at %s does not answer: it runs, but hangs (try "
	             "'systemctl restart sleepproxyd')" },
	{ ECONNRESET, "sleepproxyd at %s has closed the connection (was it stopped or restarted? "
	              "try again)" },
	{ EPIPE, "nobody reads the output any more: stopped" },
	{ EBADMSG, "what answers at %s does not speak sleepproxyd's protocol (is it another "
	           "program or version?)" },
	{ EMSGSIZE, "a message to or from sleepproxyd at %s is too long" },
};

void client_explain(const struct client *client, int error)
{
	for (size_t i = 0; i < sizeof(reasons) / sizeof(reasons[0]); i++)
		if (reasons[i].error == -error) {
			say(reasons[i].text, client->path);
			return;
		}
	say("%s: %s", client->path, strerror(-error));
}

static int connect_to(struct client *client)
{
	const struct timeval patience = { .tv_sec = ANSWER_TIME / 1000 };
	struct sockaddr_un address = { .sun_family = AF_UNIX };

	if (strlen(client->path) >= sizeof(address.sun_path))
		return -ENAMETOOLONG;
	strcpy(address.sun_path, client->path);
	client->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (client->fd < 0)
		return -errno;
	/* connect() too waits only so long for a daemon that takes no connections */
	setsockopt(client->fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof(patience));
	if (connect(client->fd, (struct sockaddr *)&address, sizeof(address)) < 0)
		return -errno;
	return 0;
}

struct client *client_open(const char *path)
{
	struct client *client = calloc(1, sizeof(*client));
	int error;

	if (!client)
		say_no_memory();
	*client = (struct client){ .fd = -1, .path = path };
	error = connect_to(client);
	if (!error)
		return client;
	client_explain(client, error);
	client_close(client);
	return NULL;
}

void client_close(struct client *client)
{
	if (!client)
		return;
	if (client->fd >= 0)
		close(client->fd);
	free(client->buffer);
	free(client);
}

static int send_all(int fd, const char *text, size_t length)
{
	while (length > 0) {
		ssize_t sent = send(fd, text, length, MSG_NOSIGNAL);

		if (sent < 0 && errno == EINTR)
			continue;
		if (sent < 0)
			return errno == EPIPE ? -ECONNRESET : errno == EAGAIN ? -ETIMEDOUT : -errno;
		text += sent;
		length -= sent;
	}
	return 0;
}

static int send_request(struct client *client, struct json_object *request)
{
	int flags = JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE;
	const char *text = json_object_to_json_string_ext(request, flags);
	autofree char *line = NULL;
	int length = text ? asprintf(&line, "%s\n", text) : -1;

	if (length < 0)
		say_no_memory();
	return length > CONTROL_LINE_MAX ? -EMSGSIZE : send_all(client->fd, line, length);
}

/* Waits for the daemon, but no longer than anybody reads us: a watch may be silent for days. */
static int await_input(const struct client *client, int64_t deadline)
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
	if (watched[1].revents & (POLLERR | POLLHUP))
		return -EPIPE;
	return 0;
}

static int make_room(struct client *client)
{
	if (client->taken) {
		client->filled -= client->taken;
		memmove(client->buffer, client->buffer + client->taken, client->filled);
		client->taken = 0;
	}
	if (client->room - client->filled >= READ_SIZE)
		return 0;
	if (client->room >= READ_MAX)
		return -EMSGSIZE;
	client->room = client->room ? client->room * 2 : 2 * READ_SIZE;
	client->buffer = realloc(client->buffer, client->room);
	if (!client->buffer)
		say_no_memory();
	return 0;
}

static int read_more(struct client *client)
{
	int error = make_room(client);
	ssize_t got;

	if (error)
		return error;
	got = recv(client->fd, client->buffer + client->filled, READ_SIZE, MSG_DONTWAIT);
	if (got == 0)
		return -ECONNRESET;
	if (got < 0)
		return errno == EAGAIN || errno == EINTR ? 0 : -errno;
	client->filled += got;
	return 0;
}

static char *take_line(struct client *client)
{
	char *line = client->buffer + client->taken;
	char *end = client->buffer ? memchr(line, '\n', client->filled - client->taken) : NULL;

	if (!end)
		return NULL;
	*end = '\0';
	client->taken = end + 1 - client->buffer;
	return line;
}

int client_read(struct client *client, int64_t deadline, struct json_object **object)
{
	struct json_object *parsed;
	char *line;

	while (!(line = take_line(client))) {
		int error = await_input(client, deadline);

		if (!error)
			error = read_more(client);
		if (error)
			return error;
	}
	parsed = json_tokener_parse(line);
	if (!json_object_is_type(parsed, json_type_object)) {
		json_object_put(parsed);
		return -EBADMSG;
	}
	*object = parsed;
	return 0;
}

static struct json_object *take_result(struct client *client, struct json_object *answer)
{
	struct json_object *ok = json_object_object_get(answer, "ok");
	struct json_object *result = json_object_object_get(answer, "result");

	if (json_object_get_boolean(ok) && result) {
		json_object_get(result);
	} else if (ok && json_object_object_get(answer, "error")) {
		result = NULL;
		say("%s", field_text(answer, "error"));
	} else {
		result = NULL;
		client_explain(client, -EBADMSG);
	}
	json_object_put(answer);
	return result;
}

struct json_object *client_ask(struct client *client, struct json_object *request)
{
	struct json_object *answer;
	int error = send_request(client, request);

	if (!error)
		error = client_read(client, clock_ms() + ANSWER_TIME, &answer);
	if (!error)
		return take_result(client, answer);
	client_explain(client, error);
	return NULL;
}
