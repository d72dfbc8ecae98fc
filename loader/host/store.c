// SPDX-License-Identifier: GPL-2.0-or-later
#include "host/store.h"

#include <errno.h>
#include <json-c/json.h>
#include <limits.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/log.h"
#include "base/text.h"
#include "host/description_json.h"

enum { HISTORY_KEPT = 10000, HISTORY_SHOWN = 200 };

struct store {
	sqlite3 *db;
	bool failing; /* said so already */
};

static const char schema[] =
	"PRAGMA journal_mode = WAL;"
	"PRAGMA synchronous = NORMAL;"
	"CREATE TABLE IF NOT EXISTS hosts (mac TEXT PRIMARY KEY, spec TEXT NOT NULL,"
	" origin INTEGER NOT NULL, state INTEGER NOT NULL);"
	"CREATE TABLE IF NOT EXISTS leases (mac TEXT PRIMARY KEY, lease TEXT NOT NULL);"
	"CREATE TABLE IF NOT EXISTS sessions (mac TEXT PRIMARY KEY, session TEXT NOT NULL);"
	"CREATE TABLE IF NOT EXISTS trust (address TEXT PRIMARY KEY, last TEXT NOT NULL);"
	"CREATE TABLE IF NOT EXISTS history (id INTEGER PRIMARY KEY, host TEXT NOT NULL,"
	" event TEXT NOT NULL);"
	"CREATE INDEX IF NOT EXISTS history_host ON history (host, id);";

static void report_failure(struct store *store, const char *what)
{
	if (!store->failing)
		log_error("the store cannot %s: %s; going on without", what,
		          sqlite3_errmsg(store->db));
	store->failing = true;
}

/* NULL: it failed, and that has been said. */
static sqlite3_stmt *prepare(struct store *store, const char *what, const char *sql)
{
	sqlite3_stmt *statement;

	if (sqlite3_prepare_v2(store->db, sql, -1, &statement, NULL) == SQLITE_OK)
		return statement;
	report_failure(store, what);
	return NULL;
}

static void finish(struct store *store, const char *what, sqlite3_stmt *statement)
{
	if (sqlite3_step(statement) == SQLITE_DONE)
		store->failing = false;
	else
		report_failure(store, what);
	sqlite3_finalize(statement);
}

static void bind_text(sqlite3_stmt *statement, int position, const char *text)
{
	sqlite3_bind_text(statement, position, text, -1, SQLITE_TRANSIENT);
}

struct store *store_open(const char *directory)
{
	char path[PATH_MAX];
	struct store *store;

	if (mkdir(directory, 0750) && errno != EEXIST) {
		log_error("no store: cannot make %s: %s", directory, strerror(errno));
		return NULL;
	}
	store = calloc(1, sizeof(*store));
	if (!store)
		return NULL;
	snprintf(path, sizeof(path), "%s/sleepproxy.db", directory);
	if (sqlite3_open(path, &store->db) == SQLITE_OK &&
	    sqlite3_exec(store->db, schema, NULL, NULL, NULL) == SQLITE_OK)
		return store;
	log_error("no store: %s: %s", path, sqlite3_errmsg(store->db));
	store_close(store);
	return NULL;
}

void store_close(struct store *store)
{
	if (!store)
		return;
	sqlite3_close(store->db);
	free(store);
}

static void execute(struct store *store, const char *what, const char *sql)
{
	sqlite3_stmt *statement = store ? prepare(store, what, sql) : NULL;

	if (statement)
		finish(store, what, statement);
}

void store_begin(struct store *store)
{
	execute(store, "begin", "BEGIN");
}

void store_end(struct store *store)
{
	execute(store, "write", "COMMIT");
}

void store_save(struct store *store, const struct registered *host)
{
	static const char what[] = "save a host";
	const struct host_description said = registered_said(host);
	struct json_object *spec;
	sqlite3_stmt *statement;
	char mac[TEXT_MAC];

	if (!store)
		return;
	statement = prepare(store, what, "INSERT OR REPLACE INTO hosts VALUES (?, ?, ?, ?)");
	if (!statement)
		return;
	spec = description_to_json(&said);
	bind_text(statement, 1, text_from_mac(&host->spec.mac, mac));
	bind_text(statement, 2, json_object_to_json_string(spec));
	sqlite3_bind_int(statement, 3, (int)host->origin);
	sqlite3_bind_int(statement, 4, (int)host->life.state);
	finish(store, what, statement);
	json_object_put(spec);
}

/* A statement about one row, whose key is its first value. */
static sqlite3_stmt *about(struct store *store, const char *what, const char *sql, const char *key)
{
	sqlite3_stmt *statement = store ? prepare(store, what, sql) : NULL;

	if (statement)
		bind_text(statement, 1, key);
	return statement;
}

void store_forget(struct store *store, const struct mac *mac)
{
	static const char what[] = "forget a host";
	char key[TEXT_MAC];
	sqlite3_stmt *statement =
		about(store, what, "DELETE FROM hosts WHERE mac = ?", text_from_mac(mac, key));

	if (statement)
		finish(store, what, statement);
}

static const struct {
	const char *save, *forget, *read;
} records[] = {
	[STORE_LEASES] = { "INSERT OR REPLACE INTO leases VALUES (?, ?)",
	                   "DELETE FROM leases WHERE mac = ?", "SELECT mac, lease FROM leases" },
	[STORE_SESSIONS] = { "INSERT OR REPLACE INTO sessions VALUES (?, ?)",
	                     "DELETE FROM sessions WHERE mac = ?",
	                     "SELECT mac, session FROM sessions" },
	[STORE_TRUST] = { "INSERT OR REPLACE INTO trust VALUES (?, ?)",
	                  "DELETE FROM trust WHERE address = ?",
	                  "SELECT address, last FROM trust" },
};

void store_forget_record(struct store *store, enum store_records of, const char *key)
{
	static const char what[] = "forget a record";
	sqlite3_stmt *statement = about(store, what, records[of].forget, key);

	if (statement)
		finish(store, what, statement);
}

void store_save_record(struct store *store, enum store_records of, const char *key,
                       struct json_object *record)
{
	static const char what[] = "save a record";
	sqlite3_stmt *statement = about(store, what, records[of].save, key);

	if (!statement)
		return;
	bind_text(statement, 2, json_object_to_json_string(record));
	finish(store, what, statement);
}

static void trim_history(struct store *store)
{
	static const char what[] = "trim the history";
	sqlite3_stmt *statement = prepare(store, what, "DELETE FROM history WHERE id <= ?");

	if (!statement)
		return;
	sqlite3_bind_int64(statement, 1, sqlite3_last_insert_rowid(store->db) - HISTORY_KEPT);
	finish(store, what, statement);
}

void store_tell(struct store *store, const struct host_event *happening)
{
	static const char what[] = "record an event";
	struct json_object *event;
	sqlite3_stmt *statement;

	if (!store)
		return;
	statement = prepare(store, what, "INSERT INTO history (host, event) VALUES (?, ?)");
	if (!statement)
		return;
	event = host_event_json(happening);
	bind_text(statement, 1, happening->name);
	bind_text(statement, 2, json_object_to_json_string(event));
	finish(store, what, statement);
	json_object_put(event);
	trim_history(store);
}

static void show_host(sqlite3_stmt *row, store_host_fn *each, void *context)
{
	const char *text = (const char *)sqlite3_column_text(row, 0);
	struct json_object *json = json_tokener_parse(text);
	struct host_description spec;
	char why[256] = "no JSON";

	if (json && !description_from_json(json, &spec, why, sizeof(why)))
		each(context, &spec, (enum host_origin)sqlite3_column_int(row, 1),
		     (enum host_state)sqlite3_column_int(row, 2));
	else
		log_warning("the store has a host that makes no sense: %s: %s", text, why);
	json_object_put(json);
}

void store_each(struct store *store, store_host_fn *each, void *context)
{
	sqlite3_stmt *rows;

	if (!store)
		return;
	rows = prepare(store, "read the hosts", "SELECT spec, origin, state FROM hosts");
	while (rows && sqlite3_step(rows) == SQLITE_ROW)
		show_host(rows, each, context);
	sqlite3_finalize(rows);
}

static void show_record(sqlite3_stmt *row, store_record_fn *each, void *context)
{
	const char *key = (const char *)sqlite3_column_text(row, 0);
	const char *text = (const char *)sqlite3_column_text(row, 1);
	struct json_object *record = json_tokener_parse(text);

	if (record && key)
		each(context, key, record);
	else
		log_warning("the store has a record that makes no sense: %s", text);
	json_object_put(record);
}

void store_each_record(struct store *store, enum store_records of, store_record_fn *each,
                       void *context)
{
	sqlite3_stmt *rows = store ? prepare(store, "read its records", records[of].read) : NULL;

	while (rows && sqlite3_step(rows) == SQLITE_ROW)
		show_record(rows, each, context);
	sqlite3_finalize(rows);
}

struct json_object *store_history(struct store *store, const char *name)
{
	static const char sql[] =
		"SELECT event FROM (SELECT id, event FROM history WHERE ?1 IS NULL OR host = ?1"
		" ORDER BY id DESC LIMIT ?2) ORDER BY id";
	struct json_object *array = json_object_new_array();
	sqlite3_stmt *rows = store ? prepare(store, "read the history", sql) : NULL;

	if (!rows)
		return array;
	bind_text(rows, 1, name);
	sqlite3_bind_int(rows, 2, HISTORY_SHOWN);
	while (sqlite3_step(rows) == SQLITE_ROW)
		json_object_array_add(
			array, json_tokener_parse((const char *)sqlite3_column_text(rows, 0)));
	sqlite3_finalize(rows);
	return array;
}
