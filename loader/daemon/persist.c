// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Between the hosts and the store's thread: rows that are out of date are queued at the end of each
 * turn of the loop, as one batch; what waits for a batch goes on when it is on the disk, or is told
 * that it failed.
 */
#include <errno.h>
#include <json-c/json.h>
#include <stdlib.h>
#include <string.h>
#include <utlist.h>

#include "base/clock.h"
#include "base/log.h"
#include "daemon/daemon.h"

/* By how much the wall clock must differ from before, ms. */
enum { WALL_CLOCK_SET = 100 };

void persist_soon(struct daemon *daemon)
{
	event_active(daemon->flush_event, 0, 0);
}

void host_persist(struct daemon *daemon, struct host *host)
{
	if (host->dirty || !daemon->store)
		return;
	host->dirty = true;
	host->next_dirty = daemon->dirty;
	daemon->dirty = host;
	persist_soon(daemon);
}

static void leave_dirty(struct daemon *daemon, const struct mac *mac)
{
	struct host **at = &daemon->dirty;

	while (*at && memcmp(&(*at)->mac, mac, sizeof(*mac)))
		at = &(*at)->next_dirty;
	if (*at)
		*at = (*at)->next_dirty;
}

static void tell_client(struct daemon *daemon)
{
	if (daemon->completions_ready)
		event_active(daemon->completions_ready, 0, 0);
}

void persist_wait(struct daemon *daemon, const struct store_wait *wait)
{
	struct store_wait *added = malloc(sizeof(*added));

	if (!added) {
		free(wait->json);
		if (wait->kind == WAIT_PROPOSAL)
			proposal_finish(daemon, wait->proposal, -ENOMEM);
		return;
	}
	*added = *wait;
	DL_APPEND(daemon->waits, added);
	if (added->batch == STORE_BATCH_DONE)
		tell_client(daemon);
	else
		persist_soon(daemon);
}

static void end_wait(struct daemon *daemon, struct store_wait *wait)
{
	DL_DELETE(daemon->waits, wait);
	free(wait);
}

void persist_cancel(struct daemon *daemon, const struct proposal *proposal)
{
	struct store_wait *wait;

	DL_SEARCH_SCALAR(daemon->waits, wait, proposal, proposal);
	if (wait)
		end_wait(daemon, wait);
}

/* The row of a host that is removed, and what waits for it. */
void persist_forget(struct daemon *daemon, struct host *host)
{
	leave_dirty(daemon, &host->mac);
	host_store_put_host(daemon->store, &host->mac, NULL);
	proposal_cancel(daemon, host);
	persist_soon(daemon);
}

void daemon_complete(struct daemon *daemon, uint64_t token, int err)
{
	if (token)
		persist_wait(daemon, &(struct store_wait){ .token = token,
		                                           .batch = STORE_BATCH_DONE,
		                                           .err = err });
}

void daemon_complete_when_stored(struct daemon *daemon, uint64_t token)
{
	if (token)
		persist_wait(daemon,
		             &(struct store_wait){ .token = token, .batch = STORE_BATCH_NEXT });
}

bool daemon_next_completion(struct daemon *daemon, struct store_wait *completion)
{
	struct store_wait *wait;

	DL_SEARCH_SCALAR(daemon->waits, wait, batch, STORE_BATCH_DONE);
	if (!wait)
		return false;
	*completion = *wait;
	end_wait(daemon, wait);
	return true;
}

uint64_t digest_octets(uint64_t digest, const void *octets, size_t size)
{
	for (const uint8_t *octet = octets; size--; octet++)
		digest = (digest ^ *octet) * 0x100000001b3ULL;
	return digest;
}

uint64_t digest_text(const char *text)
{
	return digest_octets(DIGEST_START, text, strlen(text));
}

/* The wall clock is read anew only where it was set: the same times make the same row. */
struct lease_record_clock daemon_record_clock(struct daemon *daemon)
{
	const struct now now = clock_now();
	const int64_t moved = now.wall - now.boot - daemon->wall_offset;
	struct lease_record_clock clock = { .boot_ms = now.boot };

	if (moved > WALL_CLOCK_SET || moved < -WALL_CLOCK_SET)
		daemon->wall_offset += moved;
	clock.wall_ms = now.boot + daemon->wall_offset;
	memcpy(clock.boot_id, daemon->boot_id, sizeof(clock.boot_id));
	return clock;
}

static void put_row(struct daemon *daemon, struct host *host, const struct lease_record_clock *now)
{
	struct json_object *json = host_row_write(host, now);
	const char *text = json_object_to_json_string_ext(json, JSON_C_TO_STRING_PLAIN);
	const uint64_t digest = digest_text(text);

	if (digest != host->row_digest) {
		host_store_put_host(daemon->store, &host->mac, text);
		host->row_digest = digest;
	}
	json_object_put(json);
}

/* Everything that waited for the end of this turn waits for its batch now. */
static void assign_batch(struct daemon *daemon, uint64_t batch)
{
	struct store_wait *wait;

	DL_FOREACH (daemon->waits, wait)
		if (wait->batch == STORE_BATCH_NEXT)
			wait->batch = batch;
}

/* That a host is up is so whether or not it can be stored. */
static void finish_wait(struct daemon *daemon, struct store_wait *wait, int err)
{
	if (wait->kind == WAIT_COMPLETION) {
		wait->batch = STORE_BATCH_DONE;
		wait->err = err;
		tell_client(daemon);
		return;
	}
	if (wait->kind == WAIT_PROPOSAL)
		proposal_finish(daemon, wait->proposal, err);
	else
		npp_server_confirm(daemon->npp, &wait->requester, &wait->confirm, false);
	end_wait(daemon, wait);
}

static void committed(struct daemon *daemon, uint64_t batch, int err)
{
	struct store_wait *wait, *next;

	daemon->store_err = err;
	daemon->store_done = batch;
	DL_FOREACH_SAFE (daemon->waits, wait, next)
		if (wait->batch <= batch)
			finish_wait(daemon, wait, err);
}

static void on_flush(evutil_socket_t fd, short what, void *context)
{
	struct daemon *daemon = context;
	const struct lease_record_clock now = daemon_record_clock(daemon);

	(void)fd;
	(void)what;
	while (daemon->dirty) {
		struct host *host = daemon->dirty;

		daemon->dirty = host->next_dirty;
		host->dirty = false;
		put_row(daemon, host, &now);
		daemon_beat(daemon);
	}
	daemon->store_batch = daemon->store ? host_store_submit(daemon->store) : 1;
	assign_batch(daemon, daemon->store_batch);
	if (!daemon->store || daemon->store_batch <= daemon->store_done)
		committed(daemon, daemon->store_batch, daemon->store_err);
}

static void on_results(evutil_socket_t fd, short what, void *context)
{
	struct daemon *daemon = context;
	struct host_store_result result;

	(void)fd;
	(void)what;
	while (host_store_next(daemon->store, &result)) {
		char *json = result.history.json;

		if (result.kind == HOST_STORE_HISTORY)
			persist_wait(daemon, &(struct store_wait){ .token = result.history.token,
			                                           .batch = STORE_BATCH_DONE,
			                                           .json = json,
			                                           .err = json ? 0 : -ENOMEM });
		else
			committed(daemon, result.committed.batch, result.committed.err);
	}
}

void daemon_read_history(struct daemon *daemon, const struct history_range *range, uint64_t token)
{
	const int err = host_store_history(daemon->store, range, token);

	if (err)
		daemon_complete(daemon, token, err);
	else
		persist_soon(daemon);
}

int persist_start(struct daemon *daemon)
{
	char why[256];

	daemon->flush_event = daemon_watch(daemon, -1, 0, on_flush, NULL);
	if (!daemon->flush_event)
		return -ENOMEM;
	clock_boot_id(daemon->boot_id, sizeof(daemon->boot_id));
	daemon->store = host_store_open(daemon->options.state_dir, why, sizeof(why));
	if (!daemon->store)
		log_error("no store: %s: nothing outlives the daemon", why);
	else if (!daemon_watch(daemon, host_store_fd(daemon->store), EV_READ | EV_PERSIST,
	                       on_results, NULL))
		return -ENOMEM;
	return 0;
}

void persist_stop(struct daemon *daemon)
{
	struct store_wait *wait, *next;

	if (daemon->flush_event && daemon->hosts)
		on_flush(-1, 0, daemon);
	host_store_close(daemon->store);
	DL_FOREACH_SAFE (daemon->waits, wait, next) {
		free(wait->json);
		end_wait(daemon, wait);
	}
}
