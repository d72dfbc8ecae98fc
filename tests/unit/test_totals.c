// SPDX-License-Identifier: GPL-2.0-or-later
/* What events of hosts add up to. Times are seconds after noon. */
#include "test.h"

#include <errno.h>
#include <json-c/json.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "report/totals.h"

static const int64_t noon = INT64_C(1769860800000);

static int begin(void **state)
{
	*state = totals_new(noon);
	return !*state;
}

static int end(void **state)
{
	totals_free(*state);
	return 0;
}

BEFORE_EACH(begin)
AFTER_EACH(end)

static int feed(struct totals *totals, const char *text)
{
	struct json_object *event = json_tokener_parse(text);
	const int err = totals_event(totals, event);

	json_object_put(event);
	return err;
}

/* An event; `rest`: further members, each after a comma. */
static void of_host(struct totals *totals, const char *name, double at, const char *event,
                    const char *rest)
{
	char text[512], time[TEXT_TIME];

	snprintf(text, sizeof(text), "{\"time\":\"%s\",\"host\":\"%s\",\"event\":\"%s\"%s}",
	         text_from_time(noon + (int64_t)(at * 1000), time), name, event, rest);
	assert_int_equal(feed(totals, text), 0);
}

static void happens(struct totals *totals, double at, const char *event, const char *rest)
{
	of_host(totals, "nas", at, event, rest);
}

/* `rest` as above. */
static void is_now(struct totals *totals, double at, const char *state, const char *rest)
{
	struct json_object *host;
	char text[256];

	snprintf(text, sizeof(text), "{\"name\":\"nas\",\"state\":\"%s\"%s}", state, rest);
	host = json_tokener_parse(text);
	assert_int_equal(totals_host(totals, host, noon + (int64_t)(at * 1000)), 0);
	json_object_put(host);
}

static const struct host_totals *at(struct totals *totals, double seconds)
{
	totals_advance(totals, noon + (int64_t)(seconds * 1000));
	assert_non_null(totals->hosts);
	return totals->hosts;
}

static uint64_t wakes_of(const struct host_totals *host, const char *reason,
                         enum wake_result result)
{
	for (size_t i = 0; i < host->reason_count; i++)
		if (!strcmp(host->reasons[i].reason, reason))
			return host->reasons[i].results[result];
	return 0;
}

#define BY_SSH ",\"why\":\"connection\",\"peer\":\"192.0.2.9\",\"protocol\":\"tcp\",\"port\":22"

TEST(a_night_with_one_wake)
{
	const struct host_totals *nas;

	happens(*state, 10, "drowsy", ",\"why\":\"command\"");
	happens(*state, 15, "asleep", "");
	happens(*state, 100, "lease-renewed", "");
	happens(*state, 3615, "waking", BY_SSH);
	happens(*state, 3618, "awake", ",\"why\":\"host-seen\",\"took\":3.0");
	happens(*state, 4000, "asleep", "");
	is_now(*state, 4100, "asleep", ",\"for\":100,\"watts\":36.0");
	nas = at(*state, 4200);
	assert_int_equal(nas->asleep, (3600 + 200) * 1000);
	assert_int_equal(nas->longest, 3600 * 1000);
	assert_int_equal(nas->wakes, 1);
	assert_int_equal(wakes_of(nas, "connection", WAKE_AWAKE), 1);
	assert_int_equal(wakes_of(nas, "connection", WAKE_FAILED), 0);
	assert_int_equal(nas->durations.counts[3], 1); /* up to 3 s */
	assert_int_equal(nas->durations.sum, 3000);
	assert_int_equal(nas->waker_count, 1);
	assert_string_equal(nas->wakers[0].peer, "192.0.2.9");
	assert_string_equal(nas->wakers[0].port, "tcp/22");
	assert_true(nas->joules == 3800 * 36.0);
}

/* What a host did before its first event follows from what that ends. */
TEST(before_the_first_event)
{
	static const struct {
		const char *event;
		int64_t asleep; /* s, at 100 s, of an event at 60 s */
	} rows[] = {
		{ "drowsy", 0 },        { "still-active", 0 }, { "standby", 0 },
		{ "asleep", 40 },       { "waking", 60 },      { "wake-delayed", 60 },
		{ "wake-failed", 100 }, { "awake", 60 },       { "address-in-use", 0 },
		{ "added", 0 },         { "removed", 0 },
	};

	EACH(i, rows)
	of_host(*state, rows[i].event, 60, rows[i].event, "");
	totals_advance(*state, noon + 100000);
	EACH(i, rows)
	{
		const struct host_totals *host;

		HASH_FIND_STR(((struct totals *)*state)->hosts, rows[i].event, host);
		assert_non_null(host);
		if (host->asleep != rows[i].asleep * 1000)
			fail_msg("%s: %d ms", rows[i].event, (int)host->asleep);
	}
}

TEST(without_an_event_it_is_what_it_is)
{
	is_now(*state, 50, "asleep", ",\"for\":10,\"ignored\":3");
	assert_int_equal(at(*state, 60)->asleep, 60000);
	assert_int_equal(at(*state, 60)->ignored, 3);
	is_now(*state, 70, "awake", ",\"for\":4"); /* its event was missed */
	assert_int_equal(at(*state, 80)->asleep, 66000);
	is_now(*state, 90, "asleep", ",\"for\":5");
	assert_int_equal(at(*state, 90)->asleep, 71000);
	assert_int_equal(at(*state, 90)->longest, 66000);
}

/* A host that is not there: each wake fails, and is no sleep; the last one it survives. */
TEST(wakes_that_fail)
{
	const struct host_totals *nas;

	happens(*state, 0, "asleep", "");
	for (int i = 1; i <= 3; i++) {
		happens(*state, i * 100, "wake-delayed", ",\"why\":\"sleep-timer\"");
		happens(*state, i * 100 + 3, "waking", ",\"why\":\"sleep-timer\"");
		happens(*state, i * 100 + 30, "wake-failed", ",\"took\":30.0");
	}
	happens(*state, 500, "waking", ",\"why\":\"command\"");
	happens(*state, 600, "address-in-use", "");
	nas = at(*state, 700);
	assert_int_equal(nas->wakes, 4);
	assert_int_equal(wakes_of(nas, "sleep-timer", WAKE_FAILED), 3);
	assert_int_equal(wakes_of(nas, "command", WAKE_FAILED), 1);
	assert_int_equal(nas->durations.sum, 0);
	assert_int_equal(nas->asleep, (500 - 3 * 30) * 1000);
	assert_int_equal(nas->longest, 170 * 1000);
	assert_int_equal(nas->waker_count, 2);
}

TEST(frames_that_were_ignored)
{
	happens(*state, 0, "asleep", "");
	is_now(*state, 10, "asleep", ",\"for\":10,\"ignored\":5");
	is_now(*state, 20, "asleep", ",\"for\":20,\"ignored\":7");
	assert_int_equal(at(*state, 20)->ignored, 7);
	happens(*state, 30, "waking", ",\"why\":\"command\",\"ignored\":9");
	happens(*state, 31, "awake", "");
	happens(*state, 40, "asleep", "");
	happens(*state, 50, "awake", ",\"ignored\":2");
	assert_int_equal(at(*state, 60)->ignored, 11);
}

/* Watts count from when they are said on, and for all before where none were. */
TEST(energy)
{
	happens(*state, 0, "asleep", "");
	assert_false(at(*state, 10)->has_watts);
	assert_true(at(*state, 10)->joules == 0);
	is_now(*state, 20, "asleep", ",\"for\":20,\"watts\":10");
	assert_true(at(*state, 20)->joules == 200);
	is_now(*state, 30, "asleep", ",\"for\":30,\"watts\":1.5");
	assert_true(at(*state, 40)->joules == 300 + 15);
	is_now(*state, 40, "asleep", ",\"for\":40,\"watts\":0");
	assert_true(at(*state, 50)->joules == 315);
	assert_true(at(*state, 50)->has_watts);
}

/* Nothing is taken away, and time that is told twice counts once. */
TEST(a_clock_that_is_set_back)
{
	happens(*state, 100, "asleep", "");
	assert_int_equal(at(*state, 200)->asleep, 100000);
	assert_int_equal(at(*state, 150)->asleep, 100000);
	happens(*state, 190, "awake", "");
	assert_int_equal(at(*state, 300)->asleep, 100000);
	is_now(*state, 310, "asleep", ",\"for\":9999");
	assert_int_equal(at(*state, 310)->asleep, 110000);
}

static void is_woken(struct totals *totals, int second, const char *why, int peer)
{
	char rest[128];

	snprintf(rest, sizeof(rest), ",\"why\":\"%s\",\"peer\":\"192.0.2.%d\"", why, peer);
	happens(totals, second, "waking", rest);
	happens(totals, second + 0.5, "awake", ",\"took\":0.5");
}

TEST(many_reasons)
{
	const struct host_totals *nas;
	char why[32];

	for (int i = 0; i < 1000; i++) {
		snprintf(why, sizeof(why), "reason-%d", i % 40);
		is_woken(*state, i, why, 1);
	}
	nas = at(*state, 2000);
	assert_int_equal(nas->wakes, 1000);
	assert_int_equal(nas->reason_count, TOTALS_REASONS);
	assert_int_equal(wakes_of(nas, "reason-7", WAKE_AWAKE), 25);
	assert_int_equal(wakes_of(nas, "other", WAKE_AWAKE), 25 * (40 - TOTALS_REASONS + 1));
	assert_int_equal(nas->durations.counts[0], 1000);
}

/* However many there are, the one that wakes it often is found among them. */
TEST(many_wakers)
{
	const struct host_totals *nas;
	uint64_t often = 0;

	for (int i = 0; i < 1000; i++)
		is_woken(*state, i, "connection", i > 200 && i % 10 == 0 ? 1 : 2 + i);
	nas = at(*state, 2000);
	assert_int_equal(nas->waker_count, TOTALS_WAKERS);
	for (size_t i = 0; i < nas->waker_count; i++)
		often = strcmp(nas->wakers[i].peer, "192.0.2.1") ? often : nas->wakers[i].wakes;
	assert_in_range(often, 79 - 1000 / TOTALS_WAKERS, 79);
}

TEST(durations_by_bounds)
{
	static const double took[] = { 0.001, 0.5, 0.501, 60, 60.001, 5000 };
	const struct host_totals *nas;
	char rest[64];

	EACH(i, took)
	{
		snprintf(rest, sizeof(rest), ",\"took\":%.3f", took[i]);
		happens(*state, 1, "waking", "");
		happens(*state, 1, "awake", rest);
	}
	nas = at(*state, 2);
	assert_int_equal(nas->durations.counts[0], 2);
	assert_int_equal(nas->durations.counts[1], 1);
	assert_int_equal(nas->durations.counts[WAKE_BOUNDS - 1], 1);
	assert_int_equal(nas->durations.counts[WAKE_BOUNDS], 2);
	assert_int_equal(nas->durations.sum, 5121003);
}

TEST(hosts_come_and_go)
{
	struct totals *totals = *state;

	of_host(totals, "pc", 0, "asleep", "");
	happens(totals, 0, "asleep", "");
	happens(totals, 10, "removed", "");
	totals_advance(totals, noon + 20000);
	assert_int_equal(HASH_COUNT(totals->hosts), 2);
	totals_forget(totals, "pc");
	totals_forget(totals, "pc");
	assert_string_equal(totals->hosts->name, "nas");
	assert_int_equal(totals->hosts->asleep, 10000);
}

TEST(what_is_no_event_is_refused)
{
	static const char *const wrong[] = {
		"null",
		"7",
		"[]",
		"{}",
		"{\"event\":\"asleep\",\"host\":\"nas\"}",
		"{\"event\":\"asleep\",\"host\":\"nas\",\"time\":\"yesterday\"}",
		"{\"event\":\"asleep\",\"time\":\"2026-01-31T12:00:00Z\"}",
	};
	struct totals *totals = *state;

	EACH(i, wrong)
	assert_int_equal(feed(totals, wrong[i]), -EINVAL);
	assert_int_equal(totals_host(totals, NULL, noon), -EINVAL);
	assert_null(totals->hosts);
}
