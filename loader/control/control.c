// SPDX-License-Identifier: GPL-2.0-or-later
#include "control/control.h"

#include <errno.h>
#include <event2/event.h>
#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/listener.h>
#include <json-c/json.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>
#include <utlist.h>

#include "control/protocol.h"
#include "base/files.h"
#include "base/log.h"

/* What a client that does not read may leave unread, before it is let go. */
enum { UNREAD_MAX = 4 * 1024 * 1024 };

struct client {
	struct control *control;
	struct bufferevent *stream;
	bool watches;
	struct request request; /* that waits for the store; token 0: none does */
	struct client *prev, *next;
};

struct control {
	struct daemon *daemon;
	struct evconnlistener *listener;
	uint64_t tokens; /* given so far: a client is known by its token, as it may be gone */
	struct client *clients;
};

static void drop(struct client *client)
{
	DL_DELETE(client->control->clients, client);
	json_object_put(client->request.result);
	bufferevent_free(client->stream);
	free(client);
}

static void send_line(struct client *client, struct json_object *json)
{
	struct evbuffer *out = bufferevent_get_output(client->stream);

	evbuffer_add_printf(out, "%s\n",
	                    json_object_to_json_string_ext(json, JSON_C_TO_STRING_PLAIN));
}

/* The result of its request, or why there is none. */
static void send_reply(struct client *client, const char *why)
{
	struct json_object *reply = json_object_new_object();
	struct json_object *result = client->request.result;

	json_add_bool(reply, "ok", !why);
	if (why)
		json_add_text(reply, "error", why);
	else
		json_object_object_add(reply, "result",
		                       result ? json_object_get(result) : json_object_new_object());
	send_line(client, reply);
	json_object_put(reply);
	json_object_put(result);
	client->request = (struct request){ .token = 0 };
}

static void answer(struct client *client, const char *line)
{
	struct request *request = &client->request;
	enum request_end end;

	request->daemon = client->control->daemon;
	request->json = json_tokener_parse(line);
	request->token = ++client->control->tokens;
	end = request_run(request);
	json_object_put(request->json);
	client->watches |= request->watch;
	/* one with an open request is not read from, so that its answers come in order */
	if (end == REQUEST_WAITS)
		bufferevent_disable(client->stream, EV_READ);
	else
		send_reply(client, end == REQUEST_DONE ? NULL : request->why);
}

static void on_input(struct bufferevent *stream, void *context)
{
	struct evbuffer *in = bufferevent_get_input(stream);
	struct client *client = context;
	char *line;

	while (!client->request.token && (line = evbuffer_readln(in, NULL, EVBUFFER_EOL_LF))) {
		answer(client, line);
		free(line);
	}
	if (evbuffer_get_length(in) > CONTROL_LINE_MAX)
		drop(client);
}

static void complete(struct client *client, const struct store_wait *completion)
{
	struct request *request = &client->request;
	const struct host *host = host_find_mac(client->control->daemon->hosts, &request->shown);
	const struct now now = clock_now();
	char why[256];

	if (completion->json)
		request->result = json_tokener_parse(completion->json);
	else if (host)
		request->result = host_json(host, &now);
	if (completion->err == -E2BIG)
		snprintf(why, sizeof(why), "the maps are full (max-hosts)");
	else
		snprintf(why, sizeof(why), "it cannot be stored: %s", strerror(-completion->err));
	send_reply(client, completion->err ? why : NULL);
	bufferevent_enable(client->stream, EV_READ);
	on_input(client->stream, client); /* what it has sent meanwhile */
}

static void on_completions(evutil_socket_t fd, short what, void *context)
{
	struct control *control = context;
	struct store_wait completion;
	struct client *client;

	(void)fd;
	(void)what;
	while (daemon_next_completion(control->daemon, &completion)) {
		DL_SEARCH_SCALAR(control->clients, client, request.token, completion.token);
		if (client)
			complete(client, &completion);
		free(completion.json);
	}
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
	DL_APPEND(control->clients, client);
	bufferevent_setcb(client->stream, on_input, NULL, on_end, client);
	bufferevent_enable(client->stream, EV_READ | EV_WRITE);
}

/* To each client that watches. */
static void on_event(void *context, const struct host_event *host_event)
{
	struct control *control = context;
	struct json_object *event = host_event_json(host_event);
	struct client *client, *next;

	DL_FOREACH_SAFE(control->clients, client, next)
	{
		if (!client->watches)
			continue;
		if (evbuffer_get_length(bufferevent_get_output(client->stream)) > UNREAD_MAX)
			drop(client);
		else
			send_line(client, event);
	}
	json_object_put(event);
}

static bool somebody_answers(const struct sockaddr_un *address)
{
	autoclose int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	return fd >= 0 && !connect(fd, (const struct sockaddr *)address, sizeof(*address));
}

static int listen_on(struct control *control, const char *path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	char directory[sizeof(address.sun_path)];

	if (strlen(path) >= sizeof(address.sun_path))
		return -ENAMETOOLONG;
	strcpy(address.sun_path, path);
	if (somebody_answers(&address))
		return -EADDRINUSE;
	strcpy(directory, path);
	mkdir(dirname(directory), 0755); /* of the default path it is ours to make */
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
	err = listen_on(control, daemon->options.socket);
	if (err) {
		log_error("cannot listen on %s: %s", daemon->options.socket,
		          err == -EADDRINUSE ? "another sleepproxyd listens there"
		                             : strerror(-err));
		free(control);
		return err;
	}
	daemon->completions_ready = event_new(daemon->base, -1, 0, on_completions, control);
	daemon->control = control;
	daemon_subscribe(daemon, &(struct subscriber){ on_event, control });
	return 0;
}

void control_stop(struct daemon *daemon)
{
	struct control *control = daemon->control;

	if (!control)
		return;
	while (control->clients)
		drop(control->clients);
	evconnlistener_free(control->listener);
	unlink(daemon->options.socket);
	daemon_unsubscribe(daemon, control);
	event_free(daemon->completions_ready);
	daemon->completions_ready = NULL;
	daemon->control = NULL;
	free(control);
}
