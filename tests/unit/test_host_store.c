// SPDX-License-Identifier: GPL-2.0-or-later
/* The store as its caller sees it: batches in, results out, rows at the next start. */

#include "test.h"

#include "support_store.h"

BEFORE_EACH(make_store)
AFTER_EACH(remove_store)

TEST(rows_are_loaded_by_the_next_start)
{
	struct loaded loaded;

	host_store_put_host(store, &nas, "{\"name\":\"nas\"}");
	host_store_put_host(store, &tv, "{\"name\":\"tv\"}");
	host_store_put_replay(store, nas_address, "{\"time\":1}");
	reopen_store(); /* which commits what was not submitted */
	loaded = load();
	assert_string_equal(loaded.text, "52:54:00:12:34:56 {\"name\":\"nas\"}\n"
	                                 "52:54:00:12:34:57 {\"name\":\"tv\"}\n"
	                                 "192.0.2.20 {\"time\":1}\n");
}

TEST(the_last_change_of_a_row_counts)
{
	host_store_put_host(store, &nas, "{\"name\":\"a\"}");
	host_store_put_host(store, &nas, "{\"name\":\"b\"}");
	host_store_put_host(store, &tv, "{\"name\":\"tv\"}");
	host_store_put_host(store, &tv, NULL);
	host_store_put_replay(store, nas_address, "{\"time\":1}");
	host_store_submit(store);
	host_store_put_host(store, &nas, NULL);
	host_store_put_host(store, &nas, "{\"name\":\"c\"}");
	host_store_put_replay(store, nas_address, NULL);
	host_store_submit(store);
	reopen_store();
	assert_string_equal(load().text, "52:54:00:12:34:56 {\"name\":\"c\"}\n");
}

TEST(batches_are_numbered)
{
	struct host_store_result result;

	assert_int_equal(host_store_submit(store), 0);
	host_store_put_host(store, &nas, "{}");
	assert_int_equal(host_store_submit(store), 1);
	assert_int_equal(host_store_submit(store), 1);
	result = wait_for_result();
	assert_int_equal(result.committed.batch, 1);
	json_object_put(history_of(NULL)); /* a read alone is no batch */
	assert_int_equal(host_store_submit(store), 1);
	host_store_add_event(store, "nas", "{}");
	assert_int_equal(host_store_submit(store), 2);
	assert_int_equal(commit(), 0);
}

TEST(a_batch_that_was_committed_is_on_the_disk)
{
	assert_false(is_readable(0));
	host_store_put_host(store, &nas, "{\"name\":\"nas\"}");
	assert_int_equal(count("SELECT count(*) FROM host"), 0);
	assert_int_equal(commit(), 0);
	assert_int_equal(count("SELECT count(*) FROM host"), 1);
	assert_false(is_readable(0));
	assert_false(host_store_next(store, &(struct host_store_result){ 0 }));
}

/* While the disk is slow, what is submitted meanwhile becomes one transaction with one result. */
TEST(batches_that_wait_are_committed_together)
{
	struct host_store_result result;
	sqlite3 *const other = hold_database();
	int results = 0;

	for (int i = 1; i <= 50; i++) {
		host_store_put_host(store, i % 2 ? &nas : &tv, "{}");
		assert_int_equal(host_store_submit(store), i);
	}
	sqlite3_close(other);
	do {
		result = wait_for_result();
		assert_int_equal(result.committed.err, 0);
		results++;
	} while (result.committed.batch < 50);
	assert_in_range(results, 1, 2); /* the first one may have been on its way alone */
	assert_int_equal(count("SELECT count(*) FROM host"), 2);
}

static void add_numbered(const char *host, int from, int to)
{
	char json[32];

	for (int i = from; i < to; i++) {
		snprintf(json, sizeof(json), "{\"n\":%d}", i);
		host_store_add_event(store, host, json);
	}
}

TEST(history_is_of_one_host_or_of_all)
{
	assert_history(NULL, "[]");
	add_numbered("nas", 0, 1);
	add_numbered("tv", 1, 2);
	add_numbered("nas", 2, 3);
	sql("INSERT INTO history (host, event) VALUES ('nas', '{\"n\":'), ('nas', ''),"
	    " ('nas', x'00ff'), ('nas', '{\"n\":5}')"); /* three are damaged */
	assert_history("nas", "[{\"n\":5},{\"n\":0},{\"n\":2}]");
	assert_history(NULL, "[{\"n\":5},{\"n\":0},{\"n\":1},{\"n\":2}]");
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

	add_numbered("nas", 0, 250);
	add_numbered("tv", 250, 300);
	for (size_t i = 0; i < 2; i++) {
		struct json_object *history = history_of(rows[i].host);

		assert_int_equal(json_object_array_length(history), 200);
		assert_int_equal(number_at(history, 0), rows[i].first);
		assert_int_equal(number_at(history, 199), rows[i].last);
		json_object_put(history);
	}
}

/* But not with each event. */
TEST(history_shows_a_range)
{
	static const struct {
		struct history_range range;
		const char *expected;
	} rows[] = {
		{ { .limit = 2 }, "[{\"time\":\"2026-02\"},{\"time\":\"2026-03\"}]" },
		{ { .since = "2026-02", .limit = 9 },
		  "[{\"time\":\"2026-02\"},{\"time\":\"2026-03\"}]" },
		{ { .host = "nas", .since = "2026-02", .limit = 9 }, "[{\"time\":\"2026-03\"}]" },
		{ { .host = "tv", .since = "2026-03", .limit = 9 }, "[]" },
		{ { .oldest = true, .limit = 1 }, "[{\"time\":\"2026-01\",\"id\":1}]" },
		{ { .oldest = true, .after = 1, .limit = 9 },
		  "[{\"time\":\"2026-02\",\"id\":2},{\"time\":\"2026-03\",\"id\":3}]" },
		{ { .oldest = true, .since = "2026-02", .limit = 1 },
		  "[{\"time\":\"2026-02\",\"id\":2}]" },
		{ { .oldest = true, .host = "nas", .after = 1, .limit = 9 },
		  "[{\"time\":\"2026-03\",\"id\":3}]" },
		{ { .oldest = true, .after = 3, .limit = 9 }, "[]" },
	};

	host_store_add_event(store, "nas", "{\"time\":\"2026-01\"}");
	host_store_add_event(store, "tv", "{\"time\":\"2026-02\"}");
	host_store_add_event(store, "nas", "{\"time\":\"2026-03\"}");
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct json_object *history = history_in(&rows[i].range);

		assert_string_equal(json_object_to_json_string_ext(history, JSON_C_TO_STRING_PLAIN),
		                    rows[i].expected);
		json_object_put(history);
	}
}

TEST(the_history_is_trimmed)
{
	sql("WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 102000)"
	    " INSERT INTO history (host, event) SELECT 'nas', '{}' FROM n");
	add_numbered("nas", 0, 1);
	assert_int_equal(commit(), 0);
	assert_int_equal(count("SELECT count(*) FROM history"), 100000);
	assert_int_equal(count("SELECT min(id) FROM history"), 2002);
	add_numbered("nas", 1, 1000);
	assert_int_equal(commit(), 0);
	assert_int_equal(count("SELECT count(*) FROM history"), 100999);
	add_numbered("nas", 1000, 1001);
	assert_int_equal(commit(), 0);
	assert_int_equal(count("SELECT count(*) FROM history"), 100000);
}

static int last_event(void)
{
	return count("SELECT max(id) FROM history");
}

/* While the disk is slow, all rows and a burst of events are queued; a rate is allowed then. */
TEST(a_flood_of_events_is_cut)
{
	sqlite3 *const other = hold_database();

	add_numbered("nas", 0, 9000);
	host_store_submit(store);
	pass(300); /* nothing is allowed for it before the disk has answered */
	add_numbered("nas", 9000, 20000);
	host_store_put_host(store, &nas, "{}");
	host_store_put_host(store, &tv, "{}");
	sqlite3_close(other);
	assert_int_equal(commit(), 0);
	assert_int_equal(count("SELECT count(*) FROM host"), 2);
	assert_int_equal(last_event(), 10000);
	add_numbered("nas", 0, 100);
	assert_int_equal(commit(), 0);
	assert_int_equal(last_event(), 10030);
	pass(50);
	add_numbered("nas", 0, 100);
	assert_int_equal(commit(), 0);
	assert_int_equal(last_event(), 10035);
}

TEST(damaged_rows_are_skipped)
{
	sql("INSERT INTO host VALUES ('02:00:00:00:00:14', 'no JSON'),"
	    " ('02:00:00:00:00:15', ''), ('02:00:00:00:00:16', '[]'),"
	    " ('02:00:00:00:00:17', '{\"name\": \"a'), ('02:00:00:00:00:18', x'7bff00'),"
	    " ('02-00-00-00-00-19', '{}'), ('02:00:00:00:00:1A', '{}'), ('', '{}'),"
	    " ('01:00:00:00:00:14', '{}'), (NULL, '{}'), ('02:00:00:00:00:20', '{}');"
	    "INSERT INTO replay VALUES ('192.0.2.20', '{'), ('192.0.2.021', '{}'),"
	    " ('::1', '{}'), (NULL, '{}'), ('192.0.2.22', '{}')");
	assert_string_equal(load().text, "02:00:00:00:00:20 {}\n192.0.2.22 {}\n");
}

TEST(rows_are_loaded_before_all_else)
{
	struct loaded loaded = { 0 };
	const struct host_store_reader reader = reader_of(&loaded);

	host_store_put_host(store, &nas, "{}");
	host_store_submit(store);
	assert_int_equal(host_store_load(store, &reader), -EBUSY);
	assert_int_equal(loaded.hosts, 0);
}

TEST_WITH(without_a_store_nothing_happens, NULL, NULL)
{
	struct loaded loaded = { 0 };
	const struct host_store_reader reader = reader_of(&loaded);

	host_store_put_host(NULL, &nas, "{}");
	host_store_put_replay(NULL, nas_address, "{}");
	host_store_put_link(NULL, "lan", "{}");
	host_store_add_event(NULL, "nas", "{}");
	assert_int_equal(host_store_history(NULL, NULL, 1), -ENODEV);
	assert_int_equal(host_store_submit(NULL), 0);
	assert_int_equal(host_store_fd(NULL), -1);
	assert_false(host_store_next(NULL, &(struct host_store_result){ 0 }));
	assert_int_equal(host_store_load(NULL, &reader), 0);
	host_store_close(NULL);
}
