// SPDX-License-Identifier: GPL-2.0-or-later
#include "report/totals.h"

#include <errno.h>
#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/param.h>

#include "base/text.h"

enum { MS_PER_S = 1000 };

const char *const wake_result_names[] = { "awake", "failed" };
const int64_t wake_bounds[] = { 500, 1000, 2000, 3000, 5000, 7500, 10000, 15000, 30000, 60000 };

_Static_assert(sizeof(wake_bounds) / sizeof(*wake_bounds) == WAKE_BOUNDS, "each has a count");

/*
 * What an event says of its host: what it did until then, where nothing was known of it, what it
 * does from then on, and what became of a wake that was under way.
 */
static const struct transition {
	const char *event;
	enum sleep_phase before, after;
	enum wake_result result;
} transitions[] = {
	{ "drowsy", PHASE_UP, PHASE_UP, WAKE_AWAKE },
	{ "still-active", PHASE_UP, PHASE_UP, WAKE_AWAKE },
	{ "standby", PHASE_UP, PHASE_UP, WAKE_AWAKE },
	{ "asleep", PHASE_UP, PHASE_ASLEEP, WAKE_FAILED },
	{ "waking", PHASE_ASLEEP, PHASE_WAKING, WAKE_FAILED },
	{ "wake-delayed", PHASE_ASLEEP, PHASE_WAKING, WAKE_FAILED },
	{ "wake-failed", PHASE_ASLEEP, PHASE_ASLEEP, WAKE_FAILED },
	{ "awake", PHASE_ASLEEP, PHASE_UP, WAKE_AWAKE },
	{ "address-in-use", PHASE_UP, PHASE_UP, WAKE_FAILED },
	{ "added", PHASE_UP, PHASE_UP, WAKE_FAILED },
	{ "removed", PHASE_UP, PHASE_UP, WAKE_FAILED },
};

static const char *get_text(struct json_object *json, const char *member)
{
	const char *text = json_object_get_string(json_object_object_get(json, member));

	return text ? text : "";
}

static const struct transition *find_transition(const char *event)
{
	for (size_t i = 0; i < sizeof(transitions) / sizeof(*transitions); i++)
		if (!strcmp(transitions[i].event, event))
			return &transitions[i];
	return NULL;
}

static struct host_totals *find_host(struct totals *totals, const char *name)
{
	struct host_totals *host;

	HASH_FIND_STR(totals->hosts, name, host);
	return host;
}

/* NULL: no memory. */
static struct host_totals *get_host(struct totals *totals, const char *name)
{
	struct host_totals *host = find_host(totals, name);

	if (host)
		return host;
	host = calloc(1, sizeof(*host));
	if (host)
		host->name = strdup(name);
	if (!host || !host->name) {
		free(host);
		return NULL;
	}
	host->at = totals->since;
	HASH_ADD_KEYPTR(hh, totals->hosts, host->name, strlen(host->name), host);
	return host;
}

/* Of clocks that were set back nothing is taken away. */
static void advance(struct host_totals *host, int64_t now)
{
	const int64_t passed = MAX(now - host->at, 0);

	host->at = MAX(host->at, now);
	if (host->phase != PHASE_ASLEEP)
		return;
	host->asleep += passed;
	host->sleep += passed;
	host->longest = MAX(host->longest, host->sleep);
	host->joules += host->watts * (double)passed / MS_PER_S;
}

static void add_ignored(struct host_totals *host, struct json_object *from, bool is_over)
{
	const uint64_t count = json_object_get_uint64(json_object_object_get(from, "ignored"));

	host->ignored += MAX(count, host->present) - host->present;
	host->present = is_over ? 0 : MAX(count, host->present);
}

static void add_duration(struct wake_durations *durations, int64_t took)
{
	size_t i = 0;

	while (i < WAKE_BOUNDS && took > wake_bounds[i])
		i++;
	durations->counts[i]++;
	durations->sum += took;
}

/* NULL: no memory. */
static struct wake_count *get_reason(struct host_totals *host, const char *reason)
{
	struct wake_count *reasons = host->reasons;
	const size_t count = host->reason_count;

	for (size_t i = 0; i < count; i++)
		if (i == TOTALS_REASONS - 1 || !strcmp(reasons[i].reason, reason))
			return &reasons[i];
	reasons = reallocarray(reasons, count + 1, sizeof(*reasons));
	if (!reasons)
		return NULL;
	host->reasons = reasons;
	host->reason_count++;
	reasons[count] = (struct wake_count){ .results = { 0 } };
	snprintf(reasons[count].reason, TOTALS_WORD, "%s",
	         count == TOTALS_REASONS - 1 ? "other" : reason);
	return &reasons[count];
}

static int end_wake(struct host_totals *host, const struct transition *transition,
                    struct json_object *event)
{
	const double took = json_object_get_double(json_object_object_get(event, "took"));
	struct wake_count *reason = get_reason(host, host->reason);

	if (!reason)
		return -ENOMEM;
	reason->results[transition->result]++;
	if (transition->result == WAKE_AWAKE && took > 0)
		add_duration(&host->durations, (int64_t)(took * MS_PER_S + 0.5));
	return 0;
}

static struct waker waker_of(struct json_object *event)
{
	const char *protocol = get_text(event, "protocol");
	struct json_object *port = json_object_object_get(event, "port");
	struct waker waker = { .wakes = 0 };

	snprintf(waker.peer, sizeof(waker.peer), "%s", get_text(event, "peer"));
	snprintf(waker.why, sizeof(waker.why), "%s", get_text(event, "why"));
	snprintf(waker.port, sizeof(waker.port), "%s%s%s", protocol, port ? "/" : "",
	         port ? json_object_get_string(port) : "");
	return waker;
}

static bool is_same(const struct waker *a, const struct waker *b)
{
	return !strcmp(a->peer, b->peer) && !strcmp(a->port, b->port) && !strcmp(a->why, b->why);
}

/*
 * Where it is, or is put: where there is no room, in the place of the one that ranks lowest, whose
 * rank it takes over. So whoever began more than one in TOTALS_WAKERS of the wakes is among them.
 */
static struct waker *place_waker(struct host_totals *host, const struct waker *waker)
{
	const size_t count = host->waker_count;
	struct waker *wakers = host->wakers, *place = wakers;
	uint64_t rank;

	for (size_t i = 0; i < count; i++) {
		if (is_same(&wakers[i], waker))
			return &wakers[i];
		place = wakers[i].rank < place->rank ? &wakers[i] : place;
	}
	rank = count < TOTALS_WAKERS ? 0 : place->rank;
	if (count < TOTALS_WAKERS) {
		wakers = reallocarray(wakers, count + 1, sizeof(*wakers));
		if (!wakers)
			return NULL;
		host->wakers = wakers;
		host->waker_count++;
		place = &wakers[count];
	}
	*place = *waker;
	place->rank = rank;
	return place;
}

static int begin_wake(struct host_totals *host, struct json_object *event)
{
	const struct waker waker = waker_of(event);
	struct waker *place = place_waker(host, &waker);

	if (!place)
		return -ENOMEM;
	place->wakes++;
	place->rank++;
	host->wakes++;
	snprintf(host->reason, sizeof(host->reason), "%s", waker.why);
	return 0;
}

int totals_event(struct totals *totals, struct json_object *event)
{
	const struct transition *transition = find_transition(get_text(event, "event"));
	struct host_totals *host;
	enum sleep_phase before;
	int64_t time;
	int err = 0;

	if (!*get_text(event, "host") || text_to_time(get_text(event, "time"), &time))
		return -EINVAL;
	if (!transition)
		return 0;
	host = get_host(totals, get_text(event, "host"));
	if (!host)
		return -ENOMEM;
	if (host->phase == PHASE_UNKNOWN)
		host->phase = transition->before;
	before = host->phase;
	advance(host, time);
	if (before == PHASE_WAKING && transition->after != PHASE_WAKING)
		err = end_wake(host, transition, event);
	if (before != PHASE_WAKING && transition->after == PHASE_WAKING)
		err = begin_wake(host, event);
	add_ignored(host, event, true);
	host->phase = transition->after;
	if (before != host->phase)
		host->sleep = 0;
	return err;
}

static enum sleep_phase phase_of(const char *state)
{
	return !strcmp(state, "asleep")   ? PHASE_ASLEEP
	       : !strcmp(state, "waking") ? PHASE_WAKING
	                                  : PHASE_UP;
}

static void set_watts(struct host_totals *host, struct json_object *watts)
{
	const bool had = host->has_watts;

	host->has_watts = watts;
	host->watts = json_object_get_double(watts);
	if (watts && !had)
		host->joules = host->watts * (double)host->asleep / MS_PER_S;
}

int totals_host(struct totals *totals, struct json_object *json, int64_t now)
{
	const double seconds = json_object_get_double(json_object_object_get(json, "for"));
	const enum sleep_phase phase = phase_of(get_text(json, "state"));
	struct host_totals *host;

	if (!*get_text(json, "name") || !*get_text(json, "state"))
		return -EINVAL;
	host = get_host(totals, get_text(json, "name"));
	if (!host)
		return -ENOMEM;
	if (host->phase == PHASE_UNKNOWN)
		host->phase = phase;
	if (host->phase != phase) { /* the event is missing */
		advance(host, MIN(now - (int64_t)(seconds * MS_PER_S), now));
		host->phase = phase;
		host->sleep = 0;
		host->present = 0;
	}
	advance(host, now);
	set_watts(host, json_object_object_get(json, "watts"));
	add_ignored(host, json, false);
	return 0;
}

void totals_advance(struct totals *totals, int64_t now)
{
	totals_each(totals, host) advance(host, now);
}

static void remove_host(struct totals *totals, struct host_totals *host)
{
	HASH_DEL(totals->hosts, host);
	free(host->reasons);
	free(host->wakers);
	free(host->name);
	free(host);
}

void totals_forget(struct totals *totals, const char *name)
{
	struct host_totals *host = find_host(totals, name);

	if (host)
		remove_host(totals, host);
}

struct totals *totals_new(int64_t since)
{
	struct totals *totals = calloc(1, sizeof(*totals));

	if (totals)
		totals->since = since;
	return totals;
}

void totals_free(struct totals *totals)
{
	while (totals && totals->hosts)
		remove_host(totals, totals->hosts);
	free(totals);
}
