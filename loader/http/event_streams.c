// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Server-Sent Events (HTML Living Standard, 9.2). A comment at intervals shows either side that the
 * other is gone.
 */
#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <stdlib.h>
#include <unistd.h>
#include <utlist.h>

#include "http/internal.h"

enum { STREAMS_MAX = 64 };
/* octets that one may leave unread before it is let go: hundreds of events */
enum { UNREAD_MAX = 256 * 1024 };

static const struct timeval HEARTBEAT = { .tv_sec = 10 };

struct event_stream {
	struct evhttp_request *request; /* without a connection once that is lost */
	struct event_stream *prev, *next;
};

struct event_streams {
	struct event_stream *list;
	size_t count;
};

static void drop(struct event_streams *streams, struct event_stream *stream)
{
	DL_DELETE(streams->list, stream);
	streams->count--;
	free(stream);
}

/* False: it was dropped. */
static bool check(struct event_streams *streams, struct event_stream *stream)
{
	struct evhttp_connection *connection = evhttp_request_get_connection(stream->request);
	struct bufferevent *bev;

	if (!connection) {
		evhttp_send_reply_end(stream->request); /* frees it */
		drop(streams, stream);
		return false;
	}
	bev = evhttp_connection_get_bufferevent(connection);
	if (evbuffer_get_length(bufferevent_get_output(bev)) <= UNREAD_MAX)
		return true;
	evhttp_connection_free(connection);
	drop(streams, stream);
	return false;
}

static void send_all(struct event_streams *streams, struct evbuffer *text)
{
	struct event_stream *stream, *next;

	DL_FOREACH_SAFE (streams->list, stream, next) {
		struct evbuffer *copy = evbuffer_new();

		if (copy && check(streams, stream)) {
			evbuffer_add_buffer_reference(copy, text);
			evhttp_send_reply_chunk(stream->request, copy);
		}
		if (copy)
			evbuffer_free(copy);
	}
}

void event_streams_send(struct event_streams *streams, const char *line)
{
	struct evbuffer *text = evbuffer_new();

	if (!text)
		return;
	evbuffer_add_printf(text, "data: %s\n\n", line);
	send_all(streams, text);
	evbuffer_free(text);
}

static void on_heartbeat(evutil_socket_t fd, short what, void *context)
{
	struct evbuffer *text = evbuffer_new();

	(void)fd;
	(void)what;
	if (!text)
		return;
	evbuffer_add_printf(text, ":\n\n");
	send_all(context, text);
	evbuffer_free(text);
}

struct event_streams *event_streams_new(struct event_base *base)
{
	struct event_streams *streams = calloc(1, sizeof(*streams));
	struct event *heartbeat = event_new(base, -1, EV_PERSIST, on_heartbeat, streams);

	if (!streams || !heartbeat || event_add(heartbeat, &HEARTBEAT))
		return NULL;
	return streams;
}

bool event_streams_add(struct event_streams *streams, struct evhttp_request *request)
{
	struct event_stream *stream;
	struct evbuffer *text;

	if (streams->count == STREAMS_MAX)
		return false;
	stream = calloc(1, sizeof(*stream));
	text = evbuffer_new();
	if (!stream || !text)
		_exit(EXIT_FAILURE);
	stream->request = request;
	DL_APPEND(streams->list, stream);
	streams->count++;
	connections_keep(request);
	http_reply_prepare(request, "text/event-stream");
	evhttp_send_reply_start(request, HTTP_OK, "OK");
	evbuffer_add_printf(text, "retry: 1000\n: sleepproxyd " VERSION "\n\n");
	evhttp_send_reply_chunk(request, text);
	evbuffer_free(text);
	return true;
}
