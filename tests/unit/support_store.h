/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A store in a directory of its own, and what is in its database. Include after test.h. */
#ifndef SLEEPPROXY_TESTS_STORE_H
#define SLEEPPROXY_TESTS_STORE_H

#include <errno.h>
#include <poll.h>
#include <sqlite3.h>

#include <json-c/json.h>

#include "base/text.h"
#include "host/host_store.h"
#include "support_files.h"
#include "support_hosts.h"

enum { RESULT_TIMEOUT = 10000 }; /* ms; a test that needs it fails */

static struct host_store *store;
static char database[64];

static inline void open_store(void)
{
	char why[256] = "";

	store = host_store_open(directory, why, sizeof(why));
	if (!store)
		fail_msg("%s", why);
}

static inline void close_store(void)
{
	host_store_close(store);
	store = NULL;
}

static inline void reopen_store(void)
{
	close_store();
	open_store();
}

static inline int make_place(void **state)
{
	log_init(LOG_EMERG);
	assert_int_equal(make_directory(state), 0);
	strcpy(database, file("sleepproxy.db"));
	return 0;
}

static inline int make_store(void **state)
{
	make_place(state);
	open_store();
	return 0;
}

static inline int remove_store(void **state)
{
	close_store();
	return remove_directory(state);
}

static inline bool is_readable(int timeout)
{
	struct pollfd fd = { .fd = host_store_fd(store), .events = POLLIN };

	return poll(&fd, 1, timeout) == 1;
}

static inline struct host_store_result wait_for_result(void)
{
	struct host_store_result result;

	assert_true(is_readable(RESULT_TIMEOUT));
	assert_true(host_store_next(store, &result));
	return result;
}

/* What became of all that is queued. */
static inline int commit(void)
{
	const uint64_t batch = host_store_submit(store);
	struct host_store_result result;

	do {
		result = wait_for_result();
		assert_int_equal(result.kind, HOST_STORE_COMMITTED);
		assert_true(result.committed.batch <= batch);
	} while (result.committed.batch < batch);
	return result.committed.err;
}

/* The caller owns it. */
static inline struct json_object *history_in(const struct history_range *range)
{
	struct host_store_result result;
	struct json_object *history;

	assert_int_equal(host_store_history(store, range, 7), 0);
	host_store_submit(store);
	do
		result = wait_for_result();
	while (result.kind != HOST_STORE_HISTORY);
	assert_int_equal(result.history.token, 7);
	assert_non_null(result.history.json);
	history = json_tokener_parse(result.history.json);
	assert_true(json_object_is_type(history, json_type_array));
	free(result.history.json);
	return history;
}

static inline struct json_object *history_of(const char *host)
{
	return history_in(&(struct history_range){ .host = host, .limit = 200 });
}

static inline void assert_history(const char *host, const char *expected)
{
	struct json_object *history = history_of(host);

	assert_string_equal(json_object_to_json_string_ext(history, JSON_C_TO_STRING_PLAIN),
	                    expected);
	json_object_put(history);
}

/* By another program, as an older daemon, or people. */
static inline void sql(const char *statements)
{
	sqlite3 *db;

	assert_int_equal(sqlite3_open(database, &db), SQLITE_OK);
	if (sqlite3_exec(db, statements, NULL, NULL, NULL) != SQLITE_OK)
		fail_msg("%s: %s", statements, sqlite3_errmsg(db));
	sqlite3_close(db);
}

/* Nobody else can write, as if the disk were slow. */
static inline sqlite3 *hold_database(void)
{
	sqlite3 *other;

	assert_int_equal(sqlite3_open(database, &other), SQLITE_OK);
	assert_int_equal(sqlite3_exec(other, "BEGIN IMMEDIATE", NULL, NULL, NULL), SQLITE_OK);
	return other;
}

static inline int count(const char *query)
{
	sqlite3_stmt *statement;
	sqlite3 *db;
	int found;

	assert_int_equal(sqlite3_open(database, &db), SQLITE_OK);
	assert_int_equal(sqlite3_prepare_v2(db, query, -1, &statement, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_step(statement), SQLITE_ROW);
	found = sqlite3_column_int(statement, 0);
	sqlite3_finalize(statement);
	sqlite3_close(db);
	return found;
}

/* All rows as text, in the order of their keys. */
struct loaded {
	int hosts, replays, links;
	char text[8192];
};

static inline void append_row(struct loaded *loaded, const char *key, struct json_object *row)
{
	const size_t length = strlen(loaded->text);

	snprintf(loaded->text + length, sizeof(loaded->text) - length, "%s %s\n", key,
	         json_object_to_json_string_ext(row, JSON_C_TO_STRING_PLAIN |
	                                                     JSON_C_TO_STRING_NOSLASHESCAPE));
}

static inline void see_host(void *context, const struct mac *mac, struct json_object *row)
{
	struct loaded *loaded = context;
	char key[TEXT_MAC];

	loaded->hosts++;
	append_row(loaded, text_from_mac(mac, key), row);
}

static inline void see_replay(void *context, struct ipv4 address, struct json_object *row)
{
	struct loaded *loaded = context;
	char key[TEXT_IP];

	loaded->replays++;
	append_row(loaded, text_from_ipv4(address, key), row);
}

static inline void see_link(void *context, const char *interface, struct json_object *row)
{
	struct loaded *loaded = context;

	loaded->links++;
	append_row(loaded, interface, row);
}

static inline struct host_store_reader reader_of(struct loaded *loaded)
{
	return (struct host_store_reader){ see_host, see_replay, see_link, loaded };
}

static inline struct loaded load(void)
{
	struct loaded loaded = { 0 };
	const struct host_store_reader reader = reader_of(&loaded);

	assert_int_equal(host_store_load(store, &reader), 0);
	return loaded;
}

#endif
