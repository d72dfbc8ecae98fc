/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the events of hosts add up to: how long each slept, how often it was woken, why, by whom and
 * with what result, and the energy that its sleep saved. A fold without a clock and without a
 * source: it is given the events of the history, or of a watch, in their order, and the hosts as
 * they are. EVENT and HOST are those of control/protocol.h; they are read only. Times are ms since
 * 1970.
 *
 * Asleep is the state "asleep" alone: a host that is being woken may use energy already. What is
 * not told follows from what is: a host whose first event is the end of a sleep slept since
 * `since`, one whose first event is its beginning was up, and one without any is what it was.
 */
#ifndef SLEEPPROXY_REPORT_TOTALS_H
#define SLEEPPROXY_REPORT_TOTALS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <uthash.h>

struct json_object;

enum wake_result { WAKE_AWAKE, WAKE_FAILED, WAKE_RESULTS };
extern const char *const wake_result_names[WAKE_RESULTS]; /* "awake", "failed" */

/* How many wakes took up to each bound, and not up to the one before; the last: longer than all. */
enum { WAKE_BOUNDS = 10 };
extern const int64_t wake_bounds[WAKE_BOUNDS]; /* ms, ascending */

struct wake_durations {
	uint64_t counts[WAKE_BOUNDS + 1];
	int64_t sum; /* ms */
};

/* Wakes that have ended, by the "why" of their EVENT; the last of TOTALS_REASONS is "other". */
enum { TOTALS_REASONS = 16, TOTALS_WORD = 24 };

struct wake_count {
	char reason[TOTALS_WORD];
	uint64_t results[WAKE_RESULTS];
};

/* Who began wakes: a peer and the port, "tcp/22", or the reason alone. */
enum { TOTALS_WAKERS = 32, TOTALS_PEER = 46 };

struct waker {
	char peer[TOTALS_PEER], port[TOTALS_WORD], why[TOTALS_WORD]; /* empty: none */
	uint64_t wakes; /* of more than TOTALS_WAKERS: since it is among them */
	uint64_t rank;  /* the fold's own */
};

enum sleep_phase { PHASE_UNKNOWN, PHASE_UP, PHASE_ASLEEP, PHASE_WAKING };

struct host_totals {
	char *name;
	int64_t asleep;   /* ms */
	int64_t longest;  /* ms, of one sleep */
	uint64_t wakes;   /* that were begun */
	uint64_t ignored; /* frames that were consumed in its sleep, and woke nobody */
	bool has_watts;
	double watts, joules;            /* saved; of a host without watts 0 */
	struct wake_durations durations; /* of wakes that did not fail */
	struct wake_count *reasons;
	struct waker *wakers; /* in no order; all who began many of its wakes */
	size_t reason_count, waker_count;

	/* the fold's own */
	enum sleep_phase phase;
	int64_t at;               /* until when all of this is */
	int64_t sleep;            /* ms, of the present sleep so far */
	uint64_t present;         /* of `ignored`: of the present sleep */
	char reason[TOTALS_WORD]; /* of the present wake */
	UT_hash_handle hh;
};

struct totals {
	int64_t since;
	struct host_totals *hosts; /* by hh.next; in the order in which they came */
};

/* NULL: no memory. */
struct totals *totals_new(int64_t since);
void totals_free(struct totals *totals); /* takes NULL */

/* 0; -EINVAL: it is no EVENT with a time; -ENOMEM. Events that say nothing of this are passed. */
int totals_event(struct totals *totals, struct json_object *event);
/* A HOST as it is by now. What it says counts where events were missed. 0, -EINVAL or -ENOMEM. */
int totals_host(struct totals *totals, struct json_object *host, int64_t now);
/* Adds what each host has slept until now: before anything is read. */
void totals_advance(struct totals *totals, int64_t now);
/* One that was removed, and is to be counted no more. */
void totals_forget(struct totals *totals, const char *name);

#define totals_each(totals, host) \
	for (struct host_totals *host = (totals)->hosts; host; host = (host)->hh.next)

#endif
