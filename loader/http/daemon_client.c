// SPDX-License-Identifier: GPL-2.0-or-later
#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <utlist.h>

#include "base/clock.h"
#include "base/files.h"
#include "control/protocol.h"
#include "http/internal.h"

/* octets: of the longest answer, with the largest number of hosts; and read at once */
enum { LINE_MAX_OCTETS = 256 << 20, READ_MAX = 1 << 20 };

/* Of a daemon that takes longer nobody knows anything: the clients had better ask again. */
static const struct timeval ANSWER_MAX = { .tv_sec = 20 };

/* Who waits for an answer. */
struct waiter {
	daemon_reply *on_reply;
	void *context;
	struct waiter *next;
};

struct query {
	char *text;
	struct waiter *waiters;
	struct query *prev, *next;
};

struct daemon_client {
	struct bufferevent *stream;
	daemon_event *on_event;
	void *context;
	struct query *queries; /* the first is with the daemon where `is_busy` */
	bool is_busy;
	int64_t sent_at;
	struct event *next_time, *overdue;
};

static void __attribute__((noreturn)) end(void)
{
	_exit(EXIT_FAILURE);
}

static void send_next(struct daemon_client *client)
{
	if (client->is_busy || !client->queries || evtimer_pending(client->next_time, NULL))
		return;
	client->is_busy = true;
	evtimer_add(client->overdue, &ANSWER_MAX);
	client->sent_at = clock_us();
	evbuffer_add_printf(bufferevent_get_output(client->stream), "%s\n", client->queries->text);
}

static void on_overdue(evutil_socket_t fd, short what, void *context)
{
	(void)fd;
	(void)what;
	(void)context;
	end();
}

static void on_next_time(evutil_socket_t fd, short what, void *context)
{
	(void)fd;
	(void)what;
	send_next(context);
}

/* However many ask by HTTP, the daemon is not busy with them for more than half of the time. */
static void pause_queries(struct daemon_client *client)
{
	const int64_t took = clock_us() - client->sent_at;
	const struct timeval pause = { .tv_sec = took / 1000000, .tv_usec = took % 1000000 };

	evtimer_add(client->next_time, &pause);
}

static void take_reply(struct daemon_client *client, struct json_object *reply)
{
	struct query *query = client->queries;
	struct waiter *waiter, *next;

	if (!client->is_busy)
		end();
	DL_DELETE(client->queries, query);
	client->is_busy = false;
	evtimer_del(client->overdue);
	pause_queries(client);
	LL_FOREACH_SAFE (query->waiters, waiter, next) {
		waiter->on_reply(waiter->context, reply);
		free(waiter);
	}
	free(query->text);
	free(query);
}

static void take_line(struct daemon_client *client, const char *line)
{
	struct json_object *json = json_tokener_parse(line);

	if (!json_object_is_type(json, json_type_object))
		end();
	if (json_object_object_get_ex(json, "ok", NULL))
		take_reply(client, json);
	else
		client->on_event(client->context, json, line);
	json_object_put(json);
}

static void on_lines(struct bufferevent *stream, void *context)
{
	struct evbuffer *in = bufferevent_get_input(stream);
	char *line;

	while ((line = evbuffer_readln(in, NULL, EVBUFFER_EOL_LF))) {
		take_line(context, line);
		free(line);
	}
	if (evbuffer_get_length(in) > LINE_MAX_OCTETS)
		end();
}

static void on_end(struct bufferevent *stream, short what, void *context)
{
	(void)stream;
	(void)what;
	(void)context;
	end();
}

struct daemon_client *daemon_client_new(struct event_base *base, int channel,
                                        daemon_event *on_event, void *context)
{
	struct daemon_client *client = calloc(1, sizeof(*client));
	int fd;

	/* it comes when the daemon is up */
	fd = send(channel, "", 1, 0) == 1 ? file_receive(channel) : -1;
	if (!client || fd < 0)
		return NULL;
	client->stream = bufferevent_socket_new(base, fd, 0);
	client->next_time = evtimer_new(base, on_next_time, client);
	client->overdue = evtimer_new(base, on_overdue, client);
	if (!client->stream || !client->next_time || !client->overdue)
		return NULL;
	client->on_event = on_event;
	client->context = context;
	bufferevent_set_max_single_read(client->stream, READ_MAX);
	bufferevent_setcb(client->stream, on_lines, NULL, on_end, client);
	bufferevent_enable(client->stream, EV_READ | EV_WRITE);
	return client;
}

/* Not the one that is sent: its answer may be older than what was seen since. */
static struct query *find_query(struct daemon_client *client, const char *text)
{
	struct query *query = client->queries;

	if (client->is_busy)
		query = query->next;
	while (query && strcmp(query->text, text) != 0)
		query = query->next;
	return query;
}

static struct query *add_query(struct daemon_client *client, const char *text)
{
	struct query *query = calloc(1, sizeof(*query));

	if (!query || !(query->text = strdup(text)))
		end();
	DL_APPEND(client->queries, query);
	return query;
}

struct json_object *daemon_request(const char *command)
{
	struct json_object *request = json_object_new_object();

	json_object_object_add(request, "command", json_object_new_string(command));
	return request;
}

void daemon_client_ask(struct daemon_client *client, struct json_object *request,
                       daemon_reply *on_reply, void *context)
{
	const char *text = protocol_text(request);
	struct query *query = find_query(client, text);
	struct waiter *waiter = calloc(1, sizeof(*waiter));

	if (!query)
		query = add_query(client, text);
	if (!waiter)
		end();
	*waiter = (struct waiter){ on_reply, context, NULL };
	LL_APPEND(query->waiters, waiter);
	json_object_put(request);
	send_next(client);
}
