/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What outlives the daemon and the machine's next start: a row for each host, one for each NPP
 * source whose replay data must be remembered, one for each link, and the history of events. It is
 * an SQLite database in the state directory that one thread writes: no caller waits for the disk.
 * What was queued goes to the thread as a batch; what became of it comes back through a file
 * descriptor.
 *
 * All functions are for one thread, the event loop's; all take NULL for no store.
 *
 * A host's row is a JSON object: host.h. So is a replay row: npp_server's replay_cache.c; and that
 * of a link, by its interface's name: net's link_row.c.
 */
#ifndef SLEEPPROXY_HOST_HOST_STORE_H
#define SLEEPPROXY_HOST_HOST_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "address.h"

struct host_store;
struct json_object;

/*
 * Makes the directory where it is missing, and converts a store of an older version. A file that
 * is damaged, or no database, is renamed to sleepproxy.db.broken-1, -2 …, with a warning, and a
 * new one is begun. NULL, with the reason: there can be no store, or it is of a newer version.
 */
struct host_store *host_store_open(const char *directory, char *why, size_t why_size);
/* Commits all that is queued, submitted or not, and waits for it. */
void host_store_close(struct host_store *store);

/* Who is shown the rows; NULL: nobody. A row belongs to the store, until the function returns. */
struct host_store_reader {
	void (*on_host)(void *context, const struct mac *mac, struct json_object *row);
	void (*on_replay)(void *context, struct ipv4 address, struct json_object *row);
	void (*on_link)(void *context, const char *interface, struct json_object *row);
	void *context;
};

/*
 * Shows each row once. One that is no JSON object, or has no proper key, is skipped with a warning.
 * Only before the first host_store_submit: -EBUSY after it. -EIO: the database cannot be read.
 */
int host_store_load(struct host_store *store, const struct host_store_reader *reader);

/*
 * Queue a change for the next batch; strings are copied. A later change of the same row takes the
 * place of an earlier one that the thread has not taken yet. `json` is a JSON object as text; NULL:
 * the row is deleted.
 */
void host_store_put_host(struct host_store *store, const struct mac *mac, const char *json);
void host_store_put_replay(struct host_store *store, struct ipv4 address, const char *json);
void host_store_put_link(struct host_store *store, const char *interface, const char *json);

/*
 * Queues an event of `host` (its name) for the history, which keeps the newest 100 000: a week of
 * some hundred hosts that sleep and wake dozens of times a day. It takes 100
 * a second, after a burst of 10 000, and no more than the burst while the disk does not answer:
 * further events are dropped, counted and logged.
 */
void host_store_add_event(struct host_store *store, const char *host, const char *json);

/* Events of the history: the newest `limit` of those that are meant, or part by part the oldest. */
struct history_range {
	const char *host;  /* NULL: everybody's */
	const char *since; /* as text_from_time(); NULL: however old */
	unsigned int limit;
	bool oldest; /* those that came next after the event `after`, each with its number, "id" */
	int64_t after; /* 0: from the first on */
};

enum { HISTORY_MAX = 10000, HISTORY_TEXT = 128 };

/*
 * Queues a read of the history; strings are copied. It goes with the next submit, and sees all that
 * was queued before it and could be written. 0, -ENODEV: there is no store, or -ENOMEM.
 */
int host_store_history(struct host_store *store, const struct history_range *range, uint64_t token);

/*
 * Hands all that is queued to the thread, as one batch: it is committed whole or not at all, and
 * together with all other batches that wait. The next ones are not begun before the result of these
 * is taken, and, where much is written, after up to a second. The batch's number, from 1 on; that
 * of the last batch where no change was queued and that one did not fail, 0 where there was none
 * yet.
 */
uint64_t host_store_submit(struct host_store *store);

/*
 * The last commit failed, and thousands of rows wait for the next: what is new is better refused,
 * since each refused host leaves its deletion to be written.
 */
bool host_store_is_overfull(const struct host_store *store);

enum host_store_result_kind { HOST_STORE_COMMITTED, HOST_STORE_HISTORY };

struct host_store_result {
	enum host_store_result_kind kind;
	union {
		/*
		 * What became of all batches up to this one that had no result before. 0: they
		 * survive a power loss. -ENOSPC, -EIO, -EROFS, -EBUSY (somebody else writes to the
		 * database), -ENOENT (its file was removed), -ENOMEM: nothing of them was written.
		 * Their rows go with the next batch, unless they are queued anew; events are lost.
		 */
		struct {
			uint64_t batch;
			int err;
		} committed;
		/* A JSON array, oldest first, that the caller frees; NULL: it cannot be read. */
		struct {
			uint64_t token;
			char *json;
		} history;
	};
};

/* Readable while there are results; -1 without a store. It belongs to the store. */
int host_store_fd(const struct host_store *store);
/* Takes the next result: those of batches in order, the others too; false: there is none. */
bool host_store_next(struct host_store *store, struct host_store_result *result);

#endif
