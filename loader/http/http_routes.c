// SPDX-License-Identifier: GPL-2.0-or-later
/* What can be asked for: a row each. Answers are the daemon's, as sleepproxyctl -j has them. */
#include <event2/buffer.h>
#include <event2/keyvalq_struct.h>
#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/text.h"
#include "control/protocol.h"
#include "http/internal.h"

enum { WHY_MAX = 160, NAME_MAX_OCTETS = 128 };

struct resource;

/* A request. */
struct exchange {
	struct http_server *server;
	struct evhttp_request *request;
	const struct resource *resource;
	struct json_object *asked;    /* of the daemon */
	int64_t since;                /* ms since 1970, of a report; 0: not said */
	struct json_object *document; /* to answer with, if the host is known */
	char why[WHY_MAX];            /* it is refused */
};

struct resource {
	const char *path; /* "*": a host */
	enum evhttp_cmd_type method;
	const char *command;
	/* Adds a parameter to what is asked of the daemon. False, with `why`: it is refused. */
	bool (*add)(struct exchange *exchange, const char *name, const char *value);
	/* instead of asking the daemon */
	void (*run)(struct exchange *exchange);
};

#define refuse(exchange, ...) (snprintf((exchange)->why, WHY_MAX, __VA_ARGS__), false)

static void add_text(struct exchange *exchange, const char *member, const char *text)
{
	json_object_object_add(exchange->asked, member, json_object_new_string(text));
}

static bool read_since(struct exchange *exchange, const char *value, int64_t *time)
{
	int64_t ago;

	if (!text_to_duration(value, &ago))
		*time = clock_now().wall - ago;
	else if (text_to_time(value, time))
		return refuse(exchange, "since: expected 2h, 3d or 2026-01-31T12:00:00Z");
	*time = *time < 1 ? 1 : *time;
	return true;
}

static bool add_since(struct exchange *exchange, const char *value)
{
	char text[TEXT_TIME];
	int64_t time;

	if (!read_since(exchange, value, &time))
		return false;
	add_text(exchange, "since", text_from_time(time, text));
	return true;
}

static bool add_of_history(struct exchange *exchange, const char *name, const char *value)
{
	int64_t limit;

	if (!strcmp(name, "since"))
		return add_since(exchange, value);
	if (!strcmp(name, "limit")) {
		if (text_to_number(value, INT32_MAX, &limit))
			return refuse(exchange, "limit: expected a number");
		json_object_object_add(exchange->asked, name, json_object_new_int64(limit));
		return true;
	}
	if (strcmp(name, "name") != 0)
		return refuse(exchange, "unknown parameter; expected since, limit or name");
	add_text(exchange, name, value);
	return true;
}

static bool add_of_report(struct exchange *exchange, const char *name, const char *value)
{
	if (strcmp(name, "since") != 0)
		return refuse(exchange, "unknown parameter; expected since");
	return read_since(exchange, value, &exchange->since);
}

static void run_report(struct exchange *exchange)
{
	http_reply_report(exchange->server->daemon, exchange->request, exchange->since);
}

static void run_metrics(struct exchange *exchange)
{
	metrics_reply(exchange->server->metrics, exchange->request);
}

static void run_page(struct exchange *exchange)
{
	http_reply_page(exchange->request);
}

static void run_events(struct exchange *exchange)
{
	if (evhttp_request_get_command(exchange->request) == EVHTTP_REQ_HEAD)
		http_reply_text(exchange->request, HTTP_OK, "text/event-stream", "", 0);
	else if (!event_streams_add(exchange->server->streams, exchange->request))
		http_reply_error(exchange->request, 503, "too many follow the events");
}

/* clang-format off */
static const struct resource resources[] = {
	{ "/", EVHTTP_REQ_GET, .run = run_page },
	{ "/api/hosts", EVHTTP_REQ_GET, .command = "host-list" },
	{ "/api/hosts/*", EVHTTP_REQ_GET, .command = "host-show" },
	{ "/api/hosts/*/wake", EVHTTP_REQ_POST, .command = "host-wake" },
	{ "/api/hosts/*/sleep", EVHTTP_REQ_POST, .command = "host-sleep" },
	{ "/api/history", EVHTTP_REQ_GET, .command = "history", .add = add_of_history },
	{ "/api/status", EVHTTP_REQ_GET, .command = "status" },
	{ "/api/counters", EVHTTP_REQ_GET, .command = "counters" },
	{ "/api/report", EVHTTP_REQ_GET, .add = add_of_report, .run = run_report },
	{ "/metrics", EVHTTP_REQ_GET, .run = run_metrics },
	{ "/api/events", EVHTTP_REQ_GET, .run = run_events },
	{ 0 },
};
/* clang-format on */

static const struct resource *find_resource(const char *path)
{
	for (const struct resource *resource = resources; resource->path; resource++)
		if (!fnmatch(resource->path, path, FNM_PATHNAME | FNM_NOESCAPE))
			return resource;
	return NULL;
}

static void end(struct exchange *exchange)
{
	json_object_put(exchange->asked);
	json_object_put(exchange->document);
	free(exchange);
}

static int status_of(const struct exchange *exchange, struct json_object *reply)
{
	if (json_object_object_get_ex(reply, "unknown", NULL))
		return 404;
	return exchange->resource->method == EVHTTP_REQ_POST ? 409 : 503;
}

/* Who may read by HTTP who sleeps has no right to its password, which wakes it. */
static void hide_passwords(struct json_object *result)
{
	if (json_object_object_get_ex(result, "secureon", NULL))
		json_object_object_add(result, "secureon", json_object_new_string(""));
	if (!json_object_is_type(result, json_type_array))
		return;
	for (size_t i = 0; i < json_object_array_length(result); i++)
		hide_passwords(json_object_array_get_idx(result, i));
}

static void reply_with(struct exchange *exchange, struct json_object *reply)
{
	if (json_object_get_boolean(json_object_object_get(reply, "ok")))
		http_reply_json(exchange->request, HTTP_OK, exchange->document);
	else
		http_reply_error(exchange->request, status_of(exchange, reply),
		                 json_object_get_string(json_object_object_get(reply, "error")));
	end(exchange);
}

static void on_host(void *context, struct json_object *reply)
{
	reply_with(context, reply);
}

/* A host that is removed has a history still; one that has none must be a host. */
static bool may_be_unknown(const struct exchange *exchange, const struct json_object *result)
{
	return json_object_is_type(result, json_type_array) && !json_object_array_length(result) &&
	       json_object_object_get_ex(exchange->asked, "name", NULL);
}

static void on_reply(void *context, struct json_object *reply)
{
	struct exchange *exchange = context;
	struct json_object *result = json_object_object_get(reply, "result");
	const bool is_to_be_checked = may_be_unknown(exchange, result);

	hide_passwords(result);
	exchange->document =
		protocol_document(exchange->resource->command, json_object_get(result));
	if (!is_to_be_checked) {
		reply_with(exchange, reply);
		return;
	}
	add_text(exchange, "command", "host-show");
	daemon_client_ask(exchange->server->daemon, json_object_get(exchange->asked), on_host,
	                  exchange);
}

/* The part of the path that "*" is for. False: it is none that a host could have. */
static bool add_name(struct exchange *exchange, const char *path)
{
	const char *star = strchr(exchange->resource->path, '*');
	const char *name = star ? path + (star - exchange->resource->path) : NULL;
	char text[NAME_MAX_OCTETS];
	char *decoded;

	if (!star)
		return true;
	snprintf(text, sizeof(text), "%.*s", (int)strcspn(name, "/"), name);
	decoded = evhttp_uridecode(text, false, NULL);
	if (!decoded)
		_exit(EXIT_FAILURE);
	add_text(exchange, "name", decoded);
	free(decoded);
	return true;
}

static bool is_sleep(const struct exchange *exchange)
{
	return exchange->resource->command && !strcmp(exchange->resource->command, "host-sleep");
}

/* {"now": bool}, of a sleep, or {}. */
static bool take_body(struct exchange *exchange, struct json_object *json)
{
	json_object_object_foreach (json, member, value) {
		if (!is_sleep(exchange) || strcmp(member, "now") != 0 ||
		    !json_object_is_type(value, json_type_boolean))
			return false;
		json_object_object_add(exchange->asked, member, json_object_get(value));
	}
	return true;
}

/* Nothing, or an object. */
static bool add_body(struct exchange *exchange)
{
	struct evbuffer *body = evhttp_request_get_input_buffer(exchange->request);
	const size_t length = evbuffer_get_length(body);
	struct json_object *json;
	const char *text;
	bool is_good;

	if (!length)
		return true;
	evbuffer_add(body, "", 1);
	text = (const char *)evbuffer_pullup(body, -1);
	json = strlen(text) == length ? json_tokener_parse(text) : NULL;
	is_good = json_object_is_type(json, json_type_object) && take_body(exchange, json);
	json_object_put(json);
	return is_good || refuse(exchange, "expected no body%s",
	                         is_sleep(exchange) ? ", or {\"now\": true}" : "");
}

static bool add_parameters(struct exchange *exchange, const char *query)
{
	struct evkeyvalq parameters = { 0 };
	const struct evkeyval *each;
	bool is_good = true;

	if (!query || !*query)
		return true;
	if (evhttp_parse_query_str(query, &parameters))
		return refuse(exchange, "the parameters are not understood");
	for (each = parameters.tqh_first; each && is_good; each = each->next.tqe_next)
		is_good = exchange->resource->add
		                  ? exchange->resource->add(exchange, each->key, each->value)
		                  : refuse(exchange, "no parameter is expected");
	evhttp_clear_headers(&parameters);
	return is_good;
}

static void run(struct exchange *exchange, const struct evhttp_uri *uri)
{
	add_text(exchange, "command",
	         exchange->resource->command ? exchange->resource->command : "");
	if (!add_name(exchange, evhttp_uri_get_path(uri)) || !add_body(exchange) ||
	    !add_parameters(exchange, evhttp_uri_get_query(uri))) {
		http_reply_error(exchange->request, HTTP_BADREQUEST, exchange->why);
		end(exchange);
	} else if (exchange->resource->run) {
		exchange->resource->run(exchange);
		end(exchange);
	} else {
		daemon_client_ask(exchange->server->daemon, json_object_get(exchange->asked),
		                  on_reply, exchange);
	}
}

static bool is_method(const struct evhttp_request *request, const struct resource *resource)
{
	const enum evhttp_cmd_type method = evhttp_request_get_command(request);

	return method == resource->method ||
	       (method == EVHTTP_REQ_HEAD && resource->method == EVHTTP_REQ_GET);
}

static void refuse_method(struct evhttp_request *request, const struct resource *resource)
{
	const char *allowed = resource->method == EVHTTP_REQ_POST ? "POST" : "GET, HEAD";
	char why[WHY_MAX];

	evhttp_add_header(evhttp_request_get_output_headers(request), "Allow", allowed);
	snprintf(why, sizeof(why), "expected %s", allowed);
	http_reply_error(request, HTTP_BADMETHOD, why);
}

/* The status that refuses it, with `why`, or 0. */
static int check(struct evhttp_request *request, const struct http_setup *setup,
                 const struct resource *resource, const char **why)
{
	struct evkeyvalq *headers = evhttp_request_get_input_headers(request);
	const struct http_caller caller = {
		.host = evhttp_request_get_host(request),
		.authority = evhttp_find_header(headers, "Host"),
		.origin = evhttp_find_header(headers, "Origin"),
		.authorization = evhttp_find_header(headers, "Authorization"),
	};
	int status = http_check_caller(&caller, setup->name, why);

	if (!status && !resource) {
		*why = "there is nothing here; see sleepproxyd(8)";
		return HTTP_NOTFOUND;
	}
	if (!status && resource->method == EVHTTP_REQ_POST &&
	    evhttp_request_get_command(request) == EVHTTP_REQ_POST)
		status = http_check_token(&caller, setup->token, why);
	return status;
}

void http_route(struct evhttp_request *request, void *context)
{
	struct http_server *server = context;
	const struct evhttp_uri *uri = evhttp_request_get_evhttp_uri(request);
	const char *path = uri ? evhttp_uri_get_path(uri) : NULL, *why = "bad request";
	const struct resource *resource = path ? find_resource(path) : NULL;
	const int status = path ? check(request, server->setup, resource, &why) : HTTP_BADREQUEST;
	struct exchange *exchange;

	if (status) {
		http_reply_error(request, status, why);
	} else if (!is_method(request, resource)) {
		refuse_method(request, resource);
	} else {
		exchange = calloc(1, sizeof(*exchange));
		if (!exchange)
			_exit(EXIT_FAILURE);
		*exchange = (struct exchange){
			.server = server,
			.request = request,
			.resource = resource,
			.asked = json_object_new_object(),
		};
		run(exchange, uri);
	}
}
