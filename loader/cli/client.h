/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A connection to the daemon: requests go out, answers and events come in, a JSON object a line
 * (control/protocol.h).
 */
#ifndef SLEEPPROXY_CLIENT_H
#define SLEEPPROXY_CLIENT_H

#include <json-c/json.h>
#include <stdint.h>

struct client;

/* NULL: it has said why. `path` must outlive the client. */
struct client *client_open(const char *path);
void client_close(struct client *client);

/* The answer's result, owned by the caller; NULL: it has said why. */
struct json_object *client_ask(struct client *client, struct json_object *request);

/*
 * The next object that the daemon sends. 0, or silently -ETIMEDOUT after `deadline` (by clock_ms;
 * -1: none), -ECONNRESET the daemon is gone, -EPIPE nobody reads our output any more, -EBADMSG,
 * -EMSGSIZE.
 */
int client_read(struct client *client, int64_t deadline, struct json_object **object);

/* Says what such an error means. */
void client_explain(const struct client *client, int error);

#endif
