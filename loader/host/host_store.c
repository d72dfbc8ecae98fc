// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The thread, and the queues to it and back. What is queued collects in `filling` until it is
 * submitted, then in `waiting` until the thread takes all of it: a row waits there once.
 */
#include "host/host_store.h"

#include <errno.h>
#include <inttypes.h>
#include <malloc.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/param.h>
#include <sys/resource.h>
#include <unistd.h>

#include <utlist.h>

#include "base/capability.h"
#include "base/clock.h"
#include "base/log.h"
#include "host/store_db.h"

/* An event takes 10 ms of an allowance of 100 s. */
enum { EVENT_INTERVAL = 10, EVENT_ALLOWANCE = 100000 };

/* A disk that fails, and so many rows that wait for it: no further hosts are taken. */
enum { ROWS_WAITING_MAX = 4096, PAUSE_STEP = 20 /* ms */ };

/* A read of the history, and its result. */
struct store_query {
	struct store_query *prev, *next;
	struct host_store_result result;
	struct history_range range; /* its strings are those below */
	char host[HISTORY_TEXT], since[HISTORY_TEXT];
};

struct store_work {
	struct store_item *items;
	struct store_query *queries;
	uint64_t batch;     /* 0: it has no changes, or is not submitted */
	bool is_incomplete; /* there was no memory for an item */
};

struct host_store {
	/* of the caller's thread */
	struct store_work filling;
	uint64_t last_batch, done_batch; /* submitted; with a result that was taken */
	bool is_failing;                 /* by that result: its rows wait for the next batch */
	bool is_overfull;                /* and they are many */
	uint64_t event_number;
	int64_t event_clock; /* clock_ms(), but stands still while a batch waits for the disk */
	int64_t events_due;  /* when the events so far are within their rate, by event_clock */
	uint64_t dropped;

	struct store_db *db; /* of the store's thread, once there has been work for it */
	bool has_been_used;

	pthread_t thread;
	uint64_t capabilities; /* that it has use for */
	int fd;                /* readable while there are results */
	pthread_mutex_t lock;
	pthread_cond_t changed;
	/* under the lock */
	struct store_work waiting;
	struct host_store_result result; /* of a batch; its number is 0: none */
	struct store_query *answers;
	bool is_stopping;
};

static void add_item(struct store_work *work, struct store_item *item)
{
	struct store_item *earlier;

	HASH_REPLACE_STR(work->items, id, item, earlier);
	free(earlier);
}

static void put(struct host_store *store, enum store_table table, const char *key, const char *json)
{
	const size_t key_size = strlen(key) + 1, json_size = json ? strlen(json) + 1 : 0;
	struct store_item *item = store ? calloc(1, sizeof(*item) + key_size + json_size) : NULL;

	if (store && !item)
		store->filling.is_incomplete = true;
	if (!item)
		return;
	item->table = table;
	item->key = memcpy(item->text, key, key_size);
	if (json)
		item->json = memcpy(item->text + key_size, json, json_size);
	snprintf(item->id, sizeof(item->id), "%d/%" PRIu64 "/%s", table,
	         table == STORE_EVENT ? ++store->event_number : 0, key);
	add_item(&store->filling, item);
}

void host_store_put_host(struct host_store *store, const struct mac *mac, const char *json)
{
	char key[TEXT_MAC];

	put(store, STORE_HOST, text_from_mac(mac, key), json);
}

void host_store_put_replay(struct host_store *store, struct ipv4 address, const char *json)
{
	char key[TEXT_IP];

	put(store, STORE_REPLAY, text_from_ipv4(address, key), json);
}

void host_store_put_link(struct host_store *store, const char *interface, const char *json)
{
	put(store, STORE_LINK, interface, json);
}

/* Told once, until all that comes has been within the rate for a while. */
static bool is_event_allowed(struct host_store *store)
{
	if (store->done_batch == store->last_batch)
		store->event_clock = clock_ms();
	if (store->events_due - store->event_clock >= EVENT_ALLOWANCE) {
		if (!store->dropped++)
			log_warning("the history drops events: more come than are written");
		return false;
	}
	if (store->dropped && store->events_due <= store->event_clock) {
		log_info("the history dropped %" PRIu64 " events", store->dropped);
		store->dropped = 0;
	}
	store->events_due = MAX(store->events_due, store->event_clock) + EVENT_INTERVAL;
	return true;
}

void host_store_add_event(struct host_store *store, const char *host, const char *json)
{
	if (store && is_event_allowed(store))
		put(store, STORE_EVENT, host, json);
}

/* NULL stays NULL. What is cut short is the name of no host. */
static const char *copy_text(char to[HISTORY_TEXT], const char *text)
{
	if (text)
		snprintf(to, HISTORY_TEXT, "%s", text);
	return text ? to : NULL;
}

int host_store_history(struct host_store *store, const struct history_range *range, uint64_t token)
{
	struct store_query *query;

	if (!store)
		return -ENODEV;
	query = calloc(1, sizeof(*query));
	if (!query)
		return -ENOMEM;
	query->result.kind = HOST_STORE_HISTORY;
	query->result.history.token = token;
	query->range = *range;
	query->range.host = copy_text(query->host, range->host);
	query->range.since = copy_text(query->since, range->since);
	DL_APPEND(store->filling.queries, query);
	return 0;
}

static bool has_work(const struct store_work *work)
{
	return work->batch || work->queries;
}

static void move_work(struct store_work *to, struct store_work *from)
{
	struct store_item *item, *next;

	HASH_ITER (hh, from->items, item, next) {
		HASH_DEL(from->items, item);
		add_item(to, item);
	}
	DL_CONCAT(to->queries, from->queries);
	to->batch = MAX(to->batch, from->batch);
	to->is_incomplete |= from->is_incomplete;
	*from = (struct store_work){ 0 };
}

uint64_t host_store_submit(struct host_store *store)
{
	if (!store)
		return 0;
	if (store->filling.items || store->filling.is_incomplete || store->is_failing)
		store->filling.batch = ++store->last_batch;
	if (has_work(&store->filling)) {
		store->has_been_used = true;
		pthread_mutex_lock(&store->lock);
		move_work(&store->waiting, &store->filling);
		store->is_overfull = HASH_COUNT(store->waiting.items) > ROWS_WAITING_MAX;
		pthread_cond_signal(&store->changed);
		pthread_mutex_unlock(&store->lock);
	}
	return store->last_batch;
}

bool host_store_is_overfull(const struct host_store *store)
{
	return store && store->is_failing && store->is_overfull;
}

int host_store_fd(const struct host_store *store)
{
	return store ? store->fd : -1;
}

bool host_store_next(struct host_store *store, struct host_store_result *result)
{
	struct store_query *answer;
	eventfd_t ignored;
	bool is_taken;

	if (!store)
		return false;
	pthread_mutex_lock(&store->lock);
	answer = store->answers;
	is_taken = store->result.committed.batch || answer;
	if (store->result.committed.batch) {
		*result = store->result;
		store->result.committed.batch = 0; /* for which the thread waits */
		store->done_batch = result->committed.batch;
		store->is_failing = result->committed.err;
		store->event_clock = clock_ms();
		pthread_cond_signal(&store->changed);
	} else if (answer) {
		*result = answer->result;
		DL_DELETE(store->answers, answer);
		free(answer);
	}
	if (!store->answers)
		eventfd_read(store->fd, &ignored);
	pthread_mutex_unlock(&store->lock);
	return is_taken;
}

/* With the lock. Waits for something to do; false: there will be nothing more. */
static bool wait_for_work(struct host_store *store)
{
	while (!store->is_stopping && (store->result.committed.batch || !has_work(&store->waiting)))
		pthread_cond_wait(&store->changed, &store->lock);
	return has_work(&store->waiting);
}

/* All, or events alone. */
static void free_items(struct store_work *work, bool all)
{
	struct store_item *item, *next;

	HASH_ITER (hh, work->items, item, next) {
		if (!all && item->table != STORE_EVENT)
			continue;
		HASH_DEL(work->items, item);
		free(item);
	}
}

/* Leaves the queries, with their answers, and rows that could not be written. 0, or why. */
static int do_work(struct store_db *db, struct store_work *work)
{
	const int err = work->batch ? store_db_write(db, work->items, work->is_incomplete) : 0;
	const bool are_many = HASH_COUNT(work->items) > ROWS_WAITING_MAX; /* as after a start */
	struct store_query *query;

	free_items(work, !err);
	if (are_many)
		malloc_trim(0);
	DL_FOREACH (work->queries, query)
		query->result.history.json = store_db_history(db, &query->range);
	return err;
}

/* With the lock: what was not written, unless the row is queued anew. */
static void keep_rows(struct host_store *store, struct store_work *work)
{
	struct store_work newer = store->waiting;

	store->waiting = (struct store_work){ .items = work->items };
	move_work(&store->waiting, &newer);
}

/* With the lock. */
static void pause_writes(struct host_store *store)
{
	for (int64_t wait = store_db_wait(store->db, clock_ms()); wait > 0 && !store->is_stopping;
	     wait -= PAUSE_STEP) {
		pthread_mutex_unlock(&store->lock);
		usleep(PAUSE_STEP * 1000);
		pthread_mutex_lock(&store->lock);
	}
}

static void *run_thread(void *context)
{
	struct host_store *store = context;

	capability_limit(store->capabilities); /* only another user's database takes one to write */
	setpriority(PRIO_PROCESS, (id_t)gettid(), 10); /* no wake waits for the CPU behind it */
	pthread_mutex_lock(&store->lock);
	while (wait_for_work(store)) {
		struct store_work work = store->waiting;

		store->waiting = (struct store_work){ 0 };
		pthread_mutex_unlock(&store->lock);
		const int err = do_work(store->db, &work);
		pthread_mutex_lock(&store->lock);
		store->result.committed.batch = work.batch;
		store->result.committed.err = err;
		DL_CONCAT(store->answers, work.queries);
		if (work.items)
			keep_rows(store, &work);
		eventfd_write(store->fd, 1);
		pause_writes(store);
	}
	pthread_mutex_unlock(&store->lock);
	return NULL;
}

/*
 * Signals are for the event loop; but for SIGSYS, of a refused system call, which comes to who made
 * it. With SIGXFSZ blocked, a write beyond the limit just fails.
 */
static int start_thread(struct host_store *store)
{
	sigset_t all, before;
	int err;

	sigfillset(&all);
	sigdelset(&all, SIGSYS);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	err = pthread_create(&store->thread, NULL, run_thread, store);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return err;
}

static void release(struct host_store *store)
{
	store_db_close(store->db);
	free_items(&store->waiting, true);
	if (store->fd >= 0)
		close(store->fd);
	pthread_cond_destroy(&store->changed);
	pthread_mutex_destroy(&store->lock);
	free(store);
}

struct host_store *host_store_open(const char *directory, char *why, size_t why_size)
{
	struct host_store *store = calloc(1, sizeof(*store));

	if (!store) {
		snprintf(why, why_size, "%s", strerror(ENOMEM));
		return NULL;
	}
	pthread_mutex_init(&store->lock, NULL);
	pthread_cond_init(&store->changed, NULL);
	store->result.kind = HOST_STORE_COMMITTED;
	store->fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	store->db = store_db_open(directory, why, why_size);
	store->capabilities = capability_for_file(directory, R_OK | W_OK | X_OK);
	if (store->db && store->fd >= 0 && !start_thread(store))
		return store;
	if (store->db)
		snprintf(why, why_size, "its thread cannot be started");
	release(store);
	return NULL;
}

int host_store_load(struct host_store *store, const struct host_store_reader *reader)
{
	if (store && store->has_been_used)
		return -EBUSY;
	return store ? store_db_load(store->db, reader) : 0;
}

void host_store_close(struct host_store *store)
{
	struct host_store_result result;

	if (!store)
		return;
	host_store_submit(store);
	pthread_mutex_lock(&store->lock);
	store->is_stopping = true;
	pthread_cond_signal(&store->changed);
	pthread_mutex_unlock(&store->lock);
	pthread_join(store->thread, NULL);
	while (host_store_next(store, &result))
		if (result.kind == HOST_STORE_HISTORY)
			free(result.history.json);
	release(store);
}
