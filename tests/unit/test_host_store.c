// SPDX-License-Identifier: GPL-2.0-or-later
/* The store as its caller sees it: batches in, results out, rows at the next start. */

#include "test.h"

#include <time.h>

#include "support_host_store.h"

/* The clock of the store: it stands still, but for what a test adds. */
static int64_t clock_time = 1000000;

int clock_gettime(clockid_t clock, struct timespec *time)
{
	(void)clock;
	*time = (struct timespec){ clock_time / 1000, clock_time % 1000 * 1000000 };
	return 0;
}

static const struct ipv4 source = { { 192, 0, 2, 20 } };

BEFORE_EACH(make_store)
AFTER_EACH(remove_place)

TEST(rows_are_loaded_by_the_next_start)
{
	struct store_place *place = *state;
	struct loaded loaded;

	host_store_put_host(place->store, &nas, "{\"name\":\"nas\"}");
	host_store_put_host(place->store, &tv, "{\"name\":\"tv\"}");
	host_store_put_replay(place->store, source, "{\"time\":1}");
	reopen_store(place); /* which commits what was not submitted */
	loaded = load(place->store);
	assert_string_equal(loaded.text, "02:00:00:00:00:14 {\"name\":\"nas\"}\n"
	                                 "02:00:00:00:00:15 {\"name\":\"tv\"}\n"
	                                 "192.0.2.20 {\"time\":1}\n");
}

TEST(the_last_change_of_a_row_counts)
{
	struct store_place *place = *state;

	host_store_put_host(place->store, &nas, "{\"name\":\"a\"}");
	host_store_put_host(place->store, &nas, "{\"name\":\"b\"}");
	host_store_put_host(place->store, &tv, "{\"name\":\"tv\"}");
	host_store_put_host(place->store, &tv, NULL);
	host_store_put_replay(place->store, source, "{\"time\":1}");
	host_store_submit(place->store);
	host_store_put_host(place->store, &nas, NULL);
	host_store_put_host(place->store, &nas, "{\"name\":\"c\"}");
	host_store_put_replay(place->store, source, NULL);
	host_store_submit(place->store);
	reopen_store(place);
	assert_string_equal(load(place->store).text, "02:00:00:00:00:14 {\"name\":\"c\"}\n");
}

TEST(batches_are_numbered)
{
	struct store_place *place = *state;
	struct host_store_result result;

	assert_int_equal(host_store_submit(place->store), 0);
	host_store_put_host(place->store, &nas, "{}");
	assert_int_equal(host_store_submit(place->store), 1);
	assert_int_equal(host_store_submit(place->store), 1);
	result = wait_for_result(place->store);
	assert_int_equal(result.committed.batch, 1);
	json_object_put(history_of(place->store, NULL)); /* a read alone is no batch */
	assert_int_equal(host_store_submit(place->store), 1);
	host_store_add_event(place->store, "nas", "{}");
	assert_int_equal(host_store_submit(place->store), 2);
	assert_int_equal(commit(place->store), 0);
}

TEST(a_batch_that_was_committed_is_on_the_disk)
{
	struct store_place *place = *state;

	assert_false(is_readable(place->store, 0));
	host_store_put_host(place->store, &nas, "{\"name\":\"nas\"}");
	assert_int_equal(count(place, "SELECT count(*) FROM host"), 0);
	assert_int_equal(commit(place->store), 0);
	assert_int_equal(count(place, "SELECT count(*) FROM host"), 1);
	assert_false(is_readable(place->store, 0));
	assert_false(host_store_next(place->store, &(struct host_store_result){ 0 }));
}

/* While the disk is slow, what is submitted meanwhile becomes one transaction with one result. */
TEST(batches_that_wait_are_committed_together)
{
	struct store_place *place = *state;
	struct host_store_result result;
	sqlite3 *const other = hold_database(place);
	int results = 0;

	for (int i = 1; i <= 50; i++) {
		host_store_put_host(place->store, i % 2 ? &nas : &tv, "{}");
		assert_int_equal(host_store_submit(place->store), i);
	}
	sqlite3_close(other);
	do {
		result = wait_for_result(place->store);
		assert_int_equal(result.committed.err, 0);
		results++;
	} while (result.committed.batch < 50);
	assert_in_range(results, 1, 2); /* the first one may have been on its way alone */
	assert_int_equal(count(place, "SELECT count(*) FROM host"), 2);
}

static void add_numbered(struct host_store *store, const char *host, int from, int to)
{
	char json[32];

	for (int i = from; i < to; i++) {
		snprintf(json, sizeof(json), "{\"n\":%d}", i);
		host_store_add_event(store, host, json);
	}
}

TEST(history_is_of_one_host_or_of_all)
{
	struct store_place *place = *state;

	assert_history(place->store, NULL, "[]");
	add_numbered(place->store, "nas", 0, 1);
	add_numbered(place->store, "tv", 1, 2);
	add_numbered(place->store, "nas", 2, 3);
	sql(place, "INSERT INTO history (host, event) VALUES ('nas', '{\"n\":'), ('nas', ''),"
	           " ('nas', x'00ff'), ('nas', '{\"n\":5}')"); /* three are damaged */
	assert_history(place->store, "nas", "[{\"n\":5},{\"n\":0},{\"n\":2}]");
	assert_history(place->store, NULL, "[{\"n\":5},{\"n\":0},{\"n\":1},{\"n\":2}]");
}

static int number_at(struct json_object *history, size_t index)
{
	return json_object_get_int(
		json_object_object_get(json_object_array_get_idx(history, index), "n"));
}

TEST(history_shows_the_newest_events)
{
	static const struct {
		const char *host;
		int first, last;
	} rows[] = { { "nas", 50, 249 }, { NULL, 100, 299 } };
	struct store_place *place = *state;

	add_numbered(place->store, "nas", 0, 250);
	add_numbered(place->store, "tv", 250, 300);
	for (size_t i = 0; i < 2; i++) {
		struct json_object *history = history_of(place->store, rows[i].host);

		assert_int_equal(json_object_array_length(history), 200);
		assert_int_equal(number_at(history, 0), rows[i].first);
		assert_int_equal(number_at(history, 199), rows[i].last);
		json_object_put(history);
	}
}

/* But not with each event. */
TEST(the_history_is_trimmed)
{
	struct store_place *place = *state;

	sql(place,
	    "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 12000)"
	    " INSERT INTO history (host, event) SELECT 'nas', '{}' FROM n");
	add_numbered(place->store, "nas", 0, 1);
	assert_int_equal(commit(place->store), 0);
	assert_int_equal(count(place, "SELECT count(*) FROM history"), 10000);
	assert_int_equal(count(place, "SELECT min(id) FROM history"), 2002);
	add_numbered(place->store, "nas", 1, 1000);
	assert_int_equal(commit(place->store), 0);
	assert_int_equal(count(place, "SELECT count(*) FROM history"), 10999);
	add_numbered(place->store, "nas", 1000, 1001);
	assert_int_equal(commit(place->store), 0);
	assert_int_equal(count(place, "SELECT count(*) FROM history"), 10000);
}

static int last_event(const struct store_place *place)
{
	return count(place, "SELECT max(id) FROM history");
}

/* While the disk is slow, all rows and a burst of events are queued; a rate is allowed then. */
TEST(a_flood_of_events_is_cut)
{
	struct store_place *place = *state;
	sqlite3 *const other = hold_database(place);

	add_numbered(place->store, "nas", 0, 9000);
	host_store_submit(place->store);
	clock_time += 300; /* nothing is allowed for it before the disk has answered */
	add_numbered(place->store, "nas", 9000, 20000);
	host_store_put_host(place->store, &nas, "{}");
	host_store_put_host(place->store, &tv, "{}");
	sqlite3_close(other);
	assert_int_equal(commit(place->store), 0);
	assert_int_equal(count(place, "SELECT count(*) FROM host"), 2);
	assert_int_equal(last_event(place), 10000);
	add_numbered(place->store, "nas", 0, 100);
	assert_int_equal(commit(place->store), 0);
	assert_int_equal(last_event(place), 10030);
	clock_time += 50;
	add_numbered(place->store, "nas", 0, 100);
	assert_int_equal(commit(place->store), 0);
	assert_int_equal(last_event(place), 10035);
}

TEST(damaged_rows_are_skipped)
{
	struct store_place *place = *state;

	sql(place, "INSERT INTO host VALUES ('02:00:00:00:00:14', 'no JSON'),"
	           " ('02:00:00:00:00:15', ''), ('02:00:00:00:00:16', '[]'),"
	           " ('02:00:00:00:00:17', '{\"name\": \"a'), ('02:00:00:00:00:18', x'7bff00'),"
	           " ('02-00-00-00-00-19', '{}'), ('02:00:00:00:00:1A', '{}'), ('', '{}'),"
	           " ('01:00:00:00:00:14', '{}'), (NULL, '{}'), ('02:00:00:00:00:20', '{}');"
	           "INSERT INTO replay VALUES ('192.0.2.20', '{'), ('192.0.2.021', '{}'),"
	           " ('::1', '{}'), (NULL, '{}'), ('192.0.2.22', '{}')");
	assert_string_equal(load(place->store).text, "02:00:00:00:00:20 {}\n192.0.2.22 {}\n");
}

TEST(rows_are_loaded_before_all_else)
{
	struct store_place *place = *state;
	struct loaded loaded = { 0 };

	host_store_put_host(place->store, &nas, "{}");
	host_store_submit(place->store);
	assert_int_equal(host_store_load(place->store, see_host, see_replay, &loaded), -EBUSY);
	assert_int_equal(loaded.hosts, 0);
}

TEST_WITH(without_a_store_nothing_happens, NULL, NULL)
{
	struct loaded loaded = { 0 };

	host_store_put_host(NULL, &nas, "{}");
	host_store_put_replay(NULL, source, "{}");
	host_store_add_event(NULL, "nas", "{}");
	assert_int_equal(host_store_history(NULL, NULL, 1), -ENODEV);
	assert_int_equal(host_store_submit(NULL), 0);
	assert_int_equal(host_store_fd(NULL), -1);
	assert_false(host_store_next(NULL, &(struct host_store_result){ 0 }));
	assert_int_equal(host_store_load(NULL, see_host, see_replay, &loaded), 0);
	host_store_close(NULL);
}
