/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What outlives a reboot: the hosts, their states and leases and what happened to them, in an
 * SQLite database in the state directory. A disk that fails costs the record, never the service:
 * errors are logged once, and the daemon goes on.
 */
#ifndef SLEEPPROXY_HOST_STORE_H
#define SLEEPPROXY_HOST_STORE_H

#include "host/host_event.h"
#include "host/registry.h"

struct json_object;
struct store;

/* NULL where there is no store to be had, which has then been logged; every function takes NULL. */
struct store *store_open(const char *directory);
void store_close(struct store *store);

/* Between begin and end many changes cost as much as one. */
void store_begin(struct store *store);
void store_end(struct store *store);

void store_save(struct store *store, const struct registered *host);
void store_forget(struct store *store, const struct mac *mac);
void store_tell(struct store *store, const struct host_event *happening);

/* A host as it was saved last. */
typedef void store_host_fn(void *context, const struct host_description *spec,
                           enum host_origin origin, enum host_state state);
void store_each(struct store *store, store_host_fn *each, void *context);

/* Records in JSON that are their keepers' business, each under a key in text. */
enum store_records {
	STORE_LEASES,   /* by MAC */
	STORE_SESSIONS, /* of who handed himself over, by MAC */
	STORE_TRUST,    /* of who has a key, by IPv4 address */
};

void store_save_record(struct store *store, enum store_records of, const char *key,
                       struct json_object *record);
void store_forget_record(struct store *store, enum store_records of, const char *key);
typedef void store_record_fn(void *context, const char *key, struct json_object *record);
void store_each_record(struct store *store, enum store_records of, store_record_fn *each,
                       void *context);

/*
 * The newest events of a host, or of all (NULL), oldest first, as JSON. The caller owns the array.
 */
struct json_object *store_history(struct store *store, const char *name);

#endif
