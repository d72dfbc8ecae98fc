// SPDX-License-Identifier: GPL-2.0-or-later
#include "control/control.h"

#include <errno.h>
#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/listener.h>
#include <json-c/json.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "control/commands.h"
#include "control/protocol.h"
#include "base/cleanup.h"
#include "base/log.h"
#include "daemon/daemon.h"

/* What a client that does not read may leave unread, before it is let go. */
enum { UNREAD_MAX = 4 * 1024 * 1024 };

struct client {
	struct control *control;
	struct bufferevent *stream;
	bool watches;
	LIST_ENTRY(client) others;
};

struct control {
	struct daemon *daemon;
	struct evconnlistener *listener;
	LIST_HEAD(, client) clients;
};

static void drop(struct client *client)
{
	LIST_REMOVE(client, others);
	bufferevent_free(client->stream);
	free(client);
}

static void send_line(struct client *client, struct json_object *json)
{
	struct evbuffer *out = bufferevent_get_output(client->stream);

	evbuffer_add_printf(out, "%s\n",
	                    json_object_to_json_string_ext(json, JSON_C_TO_STRING_PLAIN));
}

static void answer(struct client *client, const char *line)
{
	struct json_object *request = json_tokener_parse(line);
	struct json_object *reply = json_object_new_object(), *result;
	char why[COMMAND_WHY] = "";

	result = command_run(client->control->daemon, request, &client->watches, why);
	json_object_object_add(reply, "ok", json_object_new_boolean(result != NULL));
	if (result)
		json_object_object_add(reply, "result", result);
	else
		json_object_object_add(reply, "error", json_object_new_string(why));
	send_line(client, reply);
	json_object_put(reply);
	json_object_put(request);
}

static void on_input(struct bufferevent *stream, void *context)
{
	struct evbuffer *in = bufferevent_get_input(stream);
	struct client *client = context;
	char *line;

	while ((line = evbuffer_readln(in, NULL, EVBUFFER_EOL_LF))) {
		answer(client, line);
		free(line);
	}
	if (evbuffer_get_length(in) > CONTROL_LINE_MAX)
		drop(client);
}

static void on_end(struct bufferevent *stream, short what, void *context)
{
	(void)stream;
	(void)what;
	drop(context);
}

static void on_client(struct evconnlistener *listener, evutil_socket_t fd, struct sockaddr *from,
                      int length, void *context)
{
	struct control *control = context;
	struct client *client = calloc(1, sizeof(*client));

	(void)from;
	(void)length;
	if (!client) {
		close(fd);
		return;
	}
	client->control = control;
	client->stream = bufferevent_socket_new(evconnlistener_get_base(listener), fd,
	                                        BEV_OPT_CLOSE_ON_FREE);
	LIST_INSERT_HEAD(&control->clients, client, others);
	bufferevent_setcb(client->stream, on_input, NULL, on_end, client);
	bufferevent_enable(client->stream, EV_READ | EV_WRITE);
}

/* To each client that watches. */
static void tell(struct control *control, const struct host_event *happening)
{
	struct json_object *event = host_event_json(happening);
	struct client *client, *next;

	for (client = LIST_FIRST(&control->clients); client; client = next) {
		next = LIST_NEXT(client, others);
		if (!client->watches)
			continue;
		if (evbuffer_get_length(bufferevent_get_output(client->stream)) > UNREAD_MAX)
			drop(client);
		else
			send_line(client, event);
	}
	json_object_put(event);
}

static int address_of(const char *path, struct sockaddr_un *address)
{
	*address = (struct sockaddr_un){ .sun_family = AF_UNIX };
	if (strlen(path) >= sizeof(address->sun_path))
		return -ENAMETOOLONG;
	strcpy(address->sun_path, path);
	return 0;
}

static bool somebody_answers(const struct sockaddr_un *address)
{
	autoclose int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	return fd >= 0 && !connect(fd, (const struct sockaddr *)address, sizeof(*address));
}

/* The directory of the default path is ours to make. */
static void make_directory(const char *path)
{
	char *directory = strdup(path), *slash = directory ? strrchr(directory, '/') : NULL;

	if (slash && slash != directory) {
		*slash = 0;
		mkdir(directory, 0755);
	}
	free(directory);
}

static int listen_on(struct control *control, const char *path)
{
	struct sockaddr_un address;
	int err = address_of(path, &address);

	if (err)
		return err;
	if (somebody_answers(&address))
		return -EADDRINUSE;
	make_directory(path);
	unlink(path);
	control->listener =
		evconnlistener_new_bind(control->daemon->base, on_client, control,
	                                LEV_OPT_CLOSE_ON_FREE | LEV_OPT_CLOSE_ON_EXEC, -1,
	                                (struct sockaddr *)&address, sizeof(address));
	if (!control->listener)
		return -errno;
	chmod(path, 0660);
	return 0;
}

int control_start(struct daemon *daemon)
{
	struct control *control = calloc(1, sizeof(*control));
	int err;

	if (!control)
		return -ENOMEM;
	control->daemon = daemon;
	LIST_INIT(&control->clients);
	err = listen_on(control, daemon->options.socket);
	if (err) {
		log_error("cannot listen on %s: %s", daemon->options.socket,
		          err == -EADDRINUSE ? "another sleepproxyd answers there"
		                             : strerror(-err));
		free(control);
		return err;
	}
	daemon->control = control;
	daemon->on_happening = tell;
	return 0;
}

void control_stop(struct daemon *daemon)
{
	struct control *control = daemon->control;
	struct client *client;

	if (!control)
		return;
	while ((client = LIST_FIRST(&control->clients)))
		drop(client);
	evconnlistener_free(control->listener);
	unlink(daemon->options.socket);
	free(control);
	daemon->control = NULL;
	daemon->on_happening = NULL;
}
