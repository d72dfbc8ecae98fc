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

/*
 * What one client that watches may leave unread, and all together, before a client is let go. A
 * request is not begun before the answer to the one before was taken.
 */
enum { UNREAD_MAX = 4 * 1024 * 1024, UNREAD_ALL_MAX = 64 * 1024 * 1024 };

/* One more takes the place of who has asked for nothing for longest. */
enum { CLIENTS_MAX = 128 };

/* Without a descriptor for the next client, none is accepted for so long. */
static const struct timeval ACCEPT_PAUSE = { .tv_sec = 1 };

struct client {
	struct control *control;
	struct bufferevent *stream;
	bool watches;
	bool has_ended;         /* it sends nothing more */
	struct request request; /* that waits for the store; token 0: none does */
	struct client *prev, *next;
};

struct control {
	struct daemon *daemon;
	struct evconnlistener *listener;
	struct event *accept_again;
	uint64_t tokens; /* given so far: a client is known by its token, as it may be gone */
	struct client *clients; /* who asked last is last */
	size_t client_count;
	struct client *adopted; /* of the process that speaks HTTP; NULL: none */
};

static size_t unread_of(const struct client *client)
{
	return evbuffer_get_length(bufferevent_get_output(client->stream));
}

static void drop(struct client *client)
{
	struct control *control = client->control;

	DL_DELETE(control->clients, client);
	control->client_count--;
	if (control->adopted == client)
		control->adopted = NULL;
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
	if (client->request.is_unknown)
		json_add_bool(reply, "unknown", true);
	if (!why)
		json_object_object_add(reply, "result",
		                       result ? json_object_get(result) : json_object_new_object());
	send_line(client, reply);
	json_object_put(reply);
	json_object_put(result);
	client->request = (struct request){ .token = 0 };
}

/* Other clients leave more unread than all together may: the answer to this one needs room. */
static void make_room(const struct client *next)
{
	const struct client *each;
	struct client *oldest = NULL;
	size_t unread = 0;

	DL_FOREACH (next->control->clients, each) {
		unread += unread_of(each);
		if (!oldest && each != next && unread_of(each))
			oldest = (struct client *)each;
	}
	if (unread <= UNREAD_ALL_MAX || !oldest)
		return;
	log_warning("a client of the control socket is let go: it does not read its answers");
	drop(oldest);
	make_room(next);
}

static void answer(struct client *client, const char *line)
{
	struct control *control = client->control;
	struct request *request = &client->request;
	enum request_end end;

	make_room(client);
	DL_DELETE(control->clients, client);
	DL_APPEND(control->clients, client);
	request->daemon = control->daemon;
	request->json = json_tokener_parse(line);
	request->token = ++control->tokens;
	request->is_limited = client == control->adopted;
	end = request_run(request);
	json_object_put(request->json);
	client->watches |= request->watch;
	if (end != REQUEST_WAITS)
		send_reply(client, end == REQUEST_DONE ? NULL : request->why);
}

/*
 * Its next request, or its end, unless the answer to one is still to be given or taken: so answers
 * come in order, and nobody else waits for more than one of them.
 */
static void serve(struct client *client)
{
	struct evbuffer *in = bufferevent_get_input(client->stream);
	char *line;

	if (client->request.token || unread_of(client))
		return;
	line = evbuffer_readln(in, NULL, EVBUFFER_EOL_LF);
	if (line)
		answer(client, line);
	else if (client->has_ended || evbuffer_get_length(in) > CONTROL_LINE_MAX)
		drop(client);
	free(line);
}

/* It has sent something, or taken all that it was sent. */
static void on_turn(struct bufferevent *stream, void *context)
{
	(void)stream;
	serve(context);
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
		request->result = host_json(client->control->daemon, host, &now);
	if (completion->err == -E2BIG)
		snprintf(why, sizeof(why), "the maps are full (max-hosts)");
	else
		snprintf(why, sizeof(why), "it cannot be stored: %s", strerror(-completion->err));
	send_reply(client, completion->err ? why : NULL);
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
	struct client *client = context;

	(void)stream;
	client->has_ended = true;
	if (what & BEV_EVENT_ERROR)
		drop(client);
	else
		serve(client); /* what it asked before */
}

static void drop_idle(struct control *control)
{
	struct client *client;

	DL_FOREACH (control->clients, client)
		if (!client->watches && !client->request.token)
			break;
	if (!client)
		client = control->clients;
	if (client)
		drop(client);
}

/* NULL: no memory, and `fd` is closed. */
static struct client *add_client(struct control *control, evutil_socket_t fd)
{
	struct client *client;

	if (control->client_count == CLIENTS_MAX)
		drop_idle(control);
	client = calloc(1, sizeof(*client));
	if (client)
		client->stream =
			bufferevent_socket_new(control->daemon->base, fd, BEV_OPT_CLOSE_ON_FREE);
	if (!client || !client->stream) {
		free(client);
		close(fd);
		return NULL;
	}
	client->control = control;
	DL_APPEND(control->clients, client);
	control->client_count++;
	bufferevent_setcb(client->stream, on_turn, on_turn, on_end, client);
	bufferevent_setwatermark(client->stream, EV_READ, 0, CONTROL_LINE_MAX + 1);
	bufferevent_enable(client->stream, EV_READ | EV_WRITE);
	return client;
}

static void on_client(struct evconnlistener *listener, evutil_socket_t fd, struct sockaddr *from,
                      int length, void *context)
{
	(void)listener;
	(void)from;
	(void)length;
	add_client(context, fd);
}

void control_adopt(struct daemon *daemon, int fd)
{
	struct control *control = daemon->control;

	if (control->adopted)
		drop(control->adopted);
	control->adopted = add_client(control, fd);
}

static void on_accept_again(evutil_socket_t fd, short what, void *context)
{
	(void)fd;
	(void)what;
	evconnlistener_enable(((struct control *)context)->listener);
}

/* Who waits to be accepted makes the socket readable, again and again. */
static void on_accept_error(struct evconnlistener *listener, void *context)
{
	struct control *control = context;

	log_error("cannot accept a client: %s", strerror(errno));
	drop_idle(control);
	evconnlistener_disable(listener);
	event_add(control->accept_again, &ACCEPT_PAUSE);
}

/* To each client that watches. */
static void on_event(void *context, const struct host_event *host_event)
{
	struct control *control = context;
	struct json_object *event = host_event_json(host_event);
	struct client *client;

	DL_FOREACH (control->clients, client) {
		if (!client->watches)
			continue;
		if (unread_of(client) <= UNREAD_MAX) {
			send_line(client, event);
			continue;
		}
		/* dropped by the loop: its own request may be what the event is about */
		client->watches = false;
		shutdown(bufferevent_getfd(client->stream), SHUT_RDWR);
	}
	json_object_put(event);
}

/* Whoever it is may let us wait: EAGAIN is one that accepts nobody. */
static bool somebody_listens(const struct sockaddr_un *address)
{
	autoclose int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	return fd >= 0 && (!connect(fd, (const struct sockaddr *)address, sizeof(*address)) ||
	                   errno == EAGAIN);
}

static int listen_on(struct control *control, const char *path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	char directory[sizeof(address.sun_path)];

	if (strlen(path) >= sizeof(address.sun_path))
		return -ENAMETOOLONG;
	strcpy(address.sun_path, path);
	if (somebody_listens(&address))
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
	evconnlistener_set_error_cb(control->listener, on_accept_error);
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
	control->accept_again = evtimer_new(daemon->base, on_accept_again, control);
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
	event_free(control->accept_again);
	event_free(daemon->completions_ready);
	daemon->completions_ready = NULL;
	daemon->control = NULL;
	free(control);
}
