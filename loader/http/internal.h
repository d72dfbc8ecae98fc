/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The parts of the process that speaks HTTP. */
#ifndef SLEEPPROXY_HTTP_INTERNAL_H
#define SLEEPPROXY_HTTP_INTERNAL_H

#include <event2/event.h>
#include <event2/http.h>
#include <json-c/json.h>
#include <stdbool.h>
#include <stdint.h>

#include "supervisor/supervisor.h"

enum { HTTP_TOKEN_MAX = 256, HTTP_NAME_MAX = 64, HTTP_DESCRIPTORS = 192 };

/* What the process is given. */
struct http_setup {
	int listener;
	int channel;                    /* by which the daemon passes the connection to it */
	char name[HTTP_NAME_MAX + 1];   /* of this machine */
	char token[HTTP_TOKEN_MAX + 1]; /* empty: nobody has one */
};

extern const struct supervised http_process;

/*
 * daemon_client.c: the connection to the daemon. Who asks the same before it was sent shares the
 * answer. The process ends where the connection does: another one, with another, follows.
 */
struct daemon_client;

/* `reply` is {"ok": …} of control/protocol.h, which remains the client's. */
typedef void daemon_reply(void *context, struct json_object *reply);
/* An EVENT, and the line that it came in, without its end. */
typedef void daemon_event(void *context, struct json_object *event, const char *line);

struct daemon_client *daemon_client_new(struct event_base *base, int channel,
                                        daemon_event *on_event, void *context);
struct json_object *daemon_request(const char *command);
/* Takes the request. */
void daemon_client_ask(struct daemon_client *client, struct json_object *request,
                       daemon_reply *on_reply, void *context);

/* event_streams.c: Server-Sent Events. */
struct event_streams;

struct event_streams *event_streams_new(struct event_base *base);
/* The request's connection is one of them from now on. False: there are too many. */
bool event_streams_add(struct event_streams *streams, struct evhttp_request *request);
void event_streams_send(struct event_streams *streams, const char *line);

/*
 * connections.c: how many there are, and how long they may take, whatever they do. Each has one
 * request; a stream may last.
 */
/* False: no memory. */
bool connections_start(struct event_base *base, struct evhttp *http, int listener);
/* Of a stream, which may last. */
void connections_keep(struct evhttp_request *request);

/* http_access.c: who may ask. 0, or the status that refuses it with `why`; pure. */
struct http_caller {
	const char *host;          /* the name in Host, without a port */
	const char *authority;     /* Host as it is */
	const char *origin;        /* NULL: none is named */
	const char *authorization; /* NULL: none */
};

int http_check_caller(const struct http_caller *caller, const char *name, const char **why);
int http_check_token(const struct http_caller *caller, const char *token, const char **why);

/* http_reply.c */
void http_reply_json(struct evhttp_request *request, int status, struct json_object *json);
void http_reply_error(struct evhttp_request *request, int status, const char *why);
void http_reply_text(struct evhttp_request *request, int status, const char *type, const char *text,
                     size_t length);
void http_reply_page(struct evhttp_request *request);
/* The headers that every answer has. */
void http_reply_prepare(struct evhttp_request *request, const char *type);

/* metrics.c: what the daemon counts, and what the events add up to. */
struct metrics;

struct metrics *metrics_new(struct daemon_client *daemon);
void metrics_event(struct metrics *metrics, struct json_object *event);
/* Answers the request later. */
void metrics_reply(struct metrics *metrics, struct evhttp_request *request);

/* http_report.c: answers with what sleepproxyctl -j report says. */
void http_reply_report(struct daemon_client *daemon, struct evhttp_request *request, int64_t since);

/* http_routes.c: what is asked for. */
struct http_server {
	const struct http_setup *setup;
	struct daemon_client *daemon;
	struct event_streams *streams;
	struct metrics *metrics;
};

void http_route(struct evhttp_request *request, void *server);

#endif
