/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The control socket: clients' requests, and events for those who watch (protocol.h). */
#ifndef SLEEPPROXY_CONTROL_H
#define SLEEPPROXY_CONTROL_H

#include <json-c/json.h>
#include <stdio.h>

#include "daemon/groups.h"
#include "dhcp/dhcp_client.h"

/*
 * Listens on the socket's path. The socket of a daemon that is gone is replaced; that of a live one
 * is -EADDRINUSE. Errors are logged.
 */
int control_start(struct daemon *daemon);
void control_stop(struct daemon *daemon);

/*
 * A connection of the process that speaks HTTP, in place of the one before. Only requests of rows
 * with `is_limited` are served, as strangers speak to that process. The descriptor becomes ours.
 */
void control_adopt(struct daemon *daemon, int fd);

enum { REQUEST_WHY = CONFIG_ERROR }; /* the longest reason */

/* How a request ends. */
enum request_end {
	REQUEST_DONE,    /* with `result` */
	REQUEST_REFUSED, /* with `why` */
	REQUEST_WAITS,   /* for the store: the daemon completes `token` */
};

struct request {
	struct daemon *daemon;
	struct json_object *json;
	uint64_t token;             /* of the client */
	bool watch;                 /* the client is sent the events from now on */
	bool is_limited;            /* the client may ask only what is_limited says */
	bool is_unknown;            /* refused, as no host has the name */
	struct json_object *result; /* owned by who runs the request; NULL: {} */
	struct mac shown;           /* where it waits without a result: the host to be shown then */
	char why[REQUEST_WHY];
};

struct request_row {
	const char *command;
	bool is_limited; /* also for clients that may ask only such */
	enum request_end (*run)(struct request *request);
	/* instead, for the host that "name" says, by its name or its MAC */
	enum request_end (*of_host)(struct request *request, struct host *host);
	/* instead, of each host in turn: NULL where it is not in the list */
	struct json_object *(*of_each)(const struct daemon *daemon, const struct host *host,
	                               const struct now *now);
};

/* Each up to a row without a command. */
extern const struct request_row host_requests[], lease_requests[];
enum request_end run_discover(struct request *request);

enum request_end request_run(struct request *request);
/* Sets why; REQUEST_REFUSED. */
#define request_refuse(request, ...) \
	(snprintf((request)->why, REQUEST_WHY, __VA_ARGS__), REQUEST_REFUSED)

void json_add_int(struct json_object *json, const char *member, int64_t value);
void json_add_bool(struct json_object *json, const char *member, bool value);
void json_add_text(struct json_object *json, const char *member, const char *text); /* or null */
/* The HOST and the LEASE of protocol.h. The caller owns them. */
struct json_object *host_json(const struct daemon *daemon, const struct host *host,
                              const struct now *now);
struct json_object *lease_json(const char *host, const struct dhcp_client *client,
                               const struct now *now);
/* Its member "dhcpv6". */
struct json_object *lease6_json(const struct dhcp6_client *client, const struct now *now);

/* CLOCK_BOOTTIME, ms, as in struct lease. */
struct lease_times {
	uint32_t seconds;
	int64_t since, renew_at, rebind_at, expires_at, deadline;
};

/* Members that the leases of both families have. */
void lease_add_times(struct json_object *json, const struct lease_times *lease,
                     const struct now *now);
void lease_add_result(struct json_object *json, enum lease_result result, int64_t at,
                      const char *reason, const struct now *now);
/* As text, which what comes from the network need not be. */
void lease_add_option(struct json_object *json, const char *key, const struct dhcp_option *option);
/* What wakes it by the maps, as texts, where that is not what the daemon wrote; else NULL. */
struct json_object *map_rules_json(const struct daemon *daemon, const struct host *host);
/* From a GRANT: 0, or -EINVAL with the reason in `why`. */
int lease_from_json(struct json_object *json, const struct now *now, struct lease_grant *grant,
                    struct dhcp_identity *identity, char *why, size_t why_size);
int lease6_from_json(struct json_object *json, const struct now *now, struct lease6_grant *grant,
                     struct dhcp6_identity *identity, char *why, size_t why_size);

#endif
