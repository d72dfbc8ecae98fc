// SPDX-License-Identifier: GPL-2.0-or-later
#include "control/control.h"

#include <errno.h>
#include <event2/event.h>
#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/listener.h>
#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "control/protocol.h"
#include "base/files.h"
#include "base/log.h"

/* What a client that does not read may leave unread, before it is let go. */
enum { UNREAD_MAX = 4 * 1024 * 1024 };

struct client {
	struct control *control;
	struct bufferevent *stream;
	bool watches;
	uint64_t token;             /* of its request that waits for the store; 0: none does */
	struct json_object *result; /* of that request, where it is known already */
	struct mac host;            /* … else the host that is shown then */
	LIST_ENTRY(client) others;
};

struct control {
	struct daemon *daemon;
	struct evconnlistener *listener;
	struct event *completions;
	uint64_t tokens; /* given so far: a client is known by its token, as it may be gone */
	LIST_HEAD(, client) clients;
};

static void drop(struct client *client)
{
	LIST_REMOVE(client, others);
	json_object_put(client->result);
	bufferevent_free(client->stream);
	free(client);
}

static void send_line(struct client *client, struct json_object *json)
{
	struct evbuffer *out = bufferevent_get_output(client->stream);

	evbuffer_add_printf(out, "%s\n",
	                    json_object_to_json_string_ext(json, JSON_C_TO_STRING_PLAIN));
}

/* A result, which this takes; or why there is none. */
static void send_reply(struct client *client, struct json_object *result, const char *why)
{
	struct json_object *reply = json_object_new_object();

	json_add_bool(reply, "ok", !why);
	if (why)
		json_add_text(reply, "error", why);
	else
		json_object_object_add(reply, "result", json_object_get(result));
	send_line(client, reply);
	json_object_put(reply);
	json_object_put(result);
}

/* A client with an open request is not read from, so that its answers come in order. */
static void wait_for_store(struct client *client, const struct request *request)
{
	client->token = request->token;
	client->result = request->result;
	client->host = request->host;
	bufferevent_disable(client->stream, EV_READ);
}

static void answer(struct client *client, const char *line)
{
	struct request request = {
		.daemon = client->control->daemon,
		.json = json_tokener_parse(line),
		.token = ++client->control->tokens,
	};
	const enum request_end end = request_run(&request);

	client->watches |= request.watch;
	if (end == REQUEST_WAITS)
		wait_for_store(client, &request);
	else
		send_reply(client, request.result, end == REQUEST_DONE ? NULL : request.why);
	json_object_put(request.json);
}

static void on_input(struct bufferevent *stream, void *context)
{
	struct evbuffer *in = bufferevent_get_input(stream);
	struct client *client = context;
	char *line;

	while (!client->token && (line = evbuffer_readln(in, NULL, EVBUFFER_EOL_LF))) {
		answer(client, line);
		free(line);
	}
	if (evbuffer_get_length(in) > CONTROL_LINE_MAX)
		drop(client);
}

static struct json_object *result_of(struct client *client, const struct store_wait *completion)
{
	struct daemon *daemon = client->control->daemon;
	const struct now now = clock_now();
	struct json_object *result = client->result;
	const struct host *host;

	client->result = NULL;
	if (completion->json)
		return json_tokener_parse(completion->json);
	if (result)
		return result;
	host = host_find_mac(daemon->hosts, &client->host);
	return host ? host_json(host, &now) : json_object_new_object();
}

static void complete(struct client *client, const struct store_wait *completion)
{
	struct json_object *result = result_of(client, completion);
	char why[256];

	client->token = 0;
	if (completion->err == -E2BIG)
		snprintf(why, sizeof(why), "the maps are full (max-hosts)");
	else
		snprintf(why, sizeof(why), "it cannot be stored: %s", strerror(-completion->err));
	send_reply(client, result, completion->err ? why : NULL);
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
		LIST_FOREACH(client, &control->clients, others)
		if (client->token == completion.token)
			break;
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
	LIST_INSERT_HEAD(&control->clients, client, others);
	bufferevent_setcb(client->stream, on_input, NULL, on_end, client);
	bufferevent_enable(client->stream, EV_READ | EV_WRITE);
}

/* To each client that watches. */
static void on_event(void *context, const struct host_event *host_event)
{
	struct control *control = context;
	struct json_object *event = host_event_json(host_event);
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
		          err == -EADDRINUSE ? "another sleepproxyd listens there"
		                             : strerror(-err));
		free(control);
		return err;
	}
	control->completions = event_new(daemon->base, -1, 0, on_completions, control);
	daemon->completions_ready = control->completions;
	daemon->control = control;
	daemon_subscribe(daemon, &(struct subscriber){ on_event, control });
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
	daemon_unsubscribe(daemon, control);
	daemon->completions_ready = NULL;
	daemon->control = NULL;
	event_free(control->completions);
	free(control);
}
