// SPDX-License-Identifier: GPL-2.0-or-later
#include "host/store_db.h"

#include <errno.h>
#include <json-c/json.h>
#include <limits.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/param.h>
#include <sys/stat.h>

#include "base/log.h"

/* SQLite's, unless somebody chose another. octets */
enum { PAGE_SIZE = 4096 };

/* Others may look into the database with sqlite3(1), and hold its lock for a moment. ms */
enum { BUSY_TIMEOUT = 1000 };

/*
 * Many small batches write the same pages again and again. Once so much was written at once, and
 * more than so much a second, the next batch waits: it becomes the larger, and a page is written
 * once for all of its rows. ms
 */
enum { OCTETS_AT_ONCE = 32 << 20, OCTETS_A_MS = 1000, WAIT_MAX = 1000 };

/* To delete one old event with each new one would double the cost. */
enum { HISTORY_TRIM_EVERY = 1000 };

enum store_statement {
	BEGIN,
	COMMIT,
	ROLLBACK,
	PUT_HOST,
	DELETE_HOST,
	PUT_REPLAY,
	DELETE_REPLAY,
	PUT_LINK,
	DELETE_LINK,
	ADD_EVENT,
	TRIM_HISTORY,
	READ_HISTORY,
	READ_OLDEST,
	LOAD_ROWS,
	WRITE_VERSION,
	STATEMENTS,
};

static const char *const sql[STATEMENTS] = {
	[BEGIN] = "BEGIN IMMEDIATE",
	[COMMIT] = "COMMIT",
	[ROLLBACK] = "ROLLBACK",
	[PUT_HOST] = "INSERT OR REPLACE INTO host (mac, row) VALUES (?, ?)",
	[DELETE_HOST] = "DELETE FROM host WHERE mac = ?",
	[PUT_REPLAY] = "INSERT OR REPLACE INTO replay (address, row) VALUES (?, ?)",
	[DELETE_REPLAY] = "DELETE FROM replay WHERE address = ?",
	[PUT_LINK] = "INSERT OR REPLACE INTO link (interface, row) VALUES (?, ?)",
	[DELETE_LINK] = "DELETE FROM link WHERE interface = ?",
	[ADD_EVENT] = "INSERT INTO history (host, event) VALUES (?, ?)",
	[TRIM_HISTORY] = "DELETE FROM history WHERE id <= last_insert_rowid() - 100000",
	[READ_HISTORY] =
		("SELECT json_group_array(json(event)) FROM (SELECT event FROM"
	         " (SELECT id, event FROM history WHERE (?1 IS NULL OR host = ?1) AND (?2 IS NULL"
	         "  OR iif(json_valid(event), json_extract(event, '$.time'), '') >= ?2)"
	         "  ORDER BY id DESC LIMIT ?3)"
	         " WHERE iif(json_valid(event), json_type(event), '') = 'object' ORDER BY id)"),
	[READ_OLDEST] =
		("SELECT json_group_array(json_set(event, '$.id', id)) FROM (SELECT id, event"
	         " FROM history WHERE id > ?4 AND (?1 IS NULL OR host = ?1) AND (?2 IS NULL"
	         "  OR iif(json_valid(event), json_extract(event, '$.time'), '') >= ?2)"
	         "  AND iif(json_valid(event), json_type(event), '') = 'object'"
	         " ORDER BY id LIMIT ?3)"),
	/* a page that is written, though nothing changes */
	[WRITE_VERSION] = "PRAGMA user_version = 1",
	[LOAD_ROWS] = ("SELECT 0, mac, row FROM host UNION ALL SELECT 1, address, row FROM replay"
	               " UNION ALL SELECT 2, interface, row FROM link"),
};

static const char settings[] = "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;"
			       "PRAGMA journal_size_limit = 4194304; PRAGMA cache_size = -256;";

struct store_db {
	sqlite3 *sqlite;
	sqlite3_stmt *statements[STATEMENTS];
	unsigned int events; /* written since it was opened, or since a write failed */
	bool is_failing;
	int64_t allowance,
		allowance_time; /* octets that may be written at once, at that time, in ms */
	char path[PATH_MAX];
};

static const char *column(sqlite3_stmt *row, int position)
{
	const unsigned char *text = sqlite3_column_text(row, position);

	return text ? (const char *)text : "";
}

static int errno_of(int code)
{
	switch (code & 0xff) {
	case SQLITE_FULL:
		return -ENOSPC;
	case SQLITE_READONLY:
		return -EROFS;
	case SQLITE_BUSY:
		return -EBUSY;
	case SQLITE_NOMEM:
		return -ENOMEM;
	default:
		return -EIO;
	}
}

/* Logged once, until a write succeeds again. */
static int fail(struct store_db *db, int err, const char *why)
{
	if (!db->is_failing)
		log_error("the store cannot be written: %s: %s", db->path, why);
	db->is_failing = true;
	return err;
}

/* A statement that returns no rows, with as many of the values as it has parameters. */
static int run(struct store_db *db, enum store_statement which, const char *first,
               const char *second)
{
	sqlite3_stmt *statement = db->statements[which];
	const int count = sqlite3_bind_parameter_count(statement);
	int code, err = 0;

	if (count > 0)
		sqlite3_bind_text(statement, 1, first, -1, SQLITE_STATIC);
	if (count > 1)
		sqlite3_bind_text(statement, 2, second, -1, SQLITE_STATIC);
	code = sqlite3_step(statement);
	if (code != SQLITE_DONE)
		err = fail(db, errno_of(code), sqlite3_errmsg(db->sqlite));
	sqlite3_reset(statement);
	sqlite3_clear_bindings(statement);
	return err;
}

static int write_item(struct store_db *db, const struct store_item *item)
{
	static const enum store_statement put[] = { PUT_HOST, PUT_REPLAY, PUT_LINK, ADD_EVENT };
	static const enum store_statement delete[] = { DELETE_HOST, DELETE_REPLAY, DELETE_LINK };
	int err;

	if (!item->json)
		return run(db, delete[item->table], item->key, NULL);
	err = run(db, put[item->table], item->key, item->json);
	if (!err && item->table == STORE_EVENT && db->events++ % HISTORY_TRIM_EVERY == 0)
		err = run(db, TRIM_HISTORY, NULL, NULL);
	return err;
}

/* After a failure, to delete what is not there would succeed on a disk that is full, too. */
static int write_all(struct store_db *db, const struct store_item *items)
{
	int err = run(db, BEGIN, NULL, NULL);

	for (const struct store_item *item = items; item && !err; item = item->hh.next)
		err = write_item(db, item);
	if (!err && db->is_failing)
		err = run(db, WRITE_VERSION, NULL, NULL);
	if (!err)
		err = run(db, COMMIT, NULL, NULL);
	if (!err)
		return 0;
	db->events = 0;
	if (!sqlite3_get_autocommit(db->sqlite)) /* else SQLite did it itself */
		run(db, ROLLBACK, NULL, NULL);
	return err;
}

int store_db_write(struct store_db *db, const struct store_item *items, bool is_incomplete)
{
	int removed = 0, err;

	if (is_incomplete)
		return fail(db, -ENOMEM, "not enough memory");
	/* SQLite goes on writing to a file that has no name any more, where no restart finds it */
	sqlite3_file_control(db->sqlite, "main", SQLITE_FCNTL_HAS_MOVED, &removed);
	if (removed)
		return fail(db, -ENOENT, "the file was removed or replaced");
	err = write_all(db, items);
	if (!err && db->is_failing)
		log_warning("the store can be written again");
	db->is_failing = err;
	return err;
}

int64_t store_db_wait(struct store_db *db, int64_t now)
{
	int pages = 0, highest = 0;

	sqlite3_db_status(db->sqlite, SQLITE_DBSTATUS_CACHE_WRITE, &pages, &highest, true);
	db->allowance += (now - db->allowance_time) * OCTETS_A_MS;
	db->allowance = MIN(db->allowance, OCTETS_AT_ONCE) - (int64_t)pages * PAGE_SIZE;
	db->allowance = MAX(db->allowance, -WAIT_MAX * OCTETS_A_MS);
	db->allowance_time = now;
	return MAX(-db->allowance, 0) / OCTETS_A_MS;
}

char *store_db_history(struct store_db *db, const struct history_range *range)
{
	sqlite3_stmt *statement = db->statements[range->oldest ? READ_OLDEST : READ_HISTORY];
	char *json = NULL;

	sqlite3_bind_text(statement, 1, range->host, -1, SQLITE_STATIC);
	sqlite3_bind_text(statement, 2, range->since, -1, SQLITE_STATIC);
	sqlite3_bind_int64(statement, 3, range->limit);
	if (range->oldest)
		sqlite3_bind_int64(statement, 4, range->after);
	if (sqlite3_step(statement) == SQLITE_ROW)
		json = strdup(column(statement, 0));
	sqlite3_reset(statement);
	sqlite3_clear_bindings(statement);
	return json;
}

/* Keys are written in one way only: in another, the row could never be replaced. */
static bool is_mac(const char *key, struct mac *mac)
{
	char text[TEXT_MAC];

	return !text_to_mac(key, mac) && !strcmp(text_from_mac(mac, text), key);
}

static bool is_ipv4(const char *key, struct ipv4 *address)
{
	char text[TEXT_IP];

	return !text_to_ipv4(key, address) && !strcmp(text_from_ipv4(*address, text), key);
}

/* False: it has no proper key. */
static bool show_row(const struct host_store_reader *reader, enum store_table table,
                     const char *key, struct json_object *row)
{
	struct ipv4 address;
	struct mac mac;

	if (table == STORE_LINK   ? !text_is_interface(key)
	    : table == STORE_HOST ? !is_mac(key, &mac)
	                          : !is_ipv4(key, &address))
		return false;
	if (table == STORE_LINK && reader->on_link)
		reader->on_link(reader->context, key, row);
	if (table == STORE_HOST && reader->on_host)
		reader->on_host(reader->context, &mac, row);
	if (table == STORE_REPLAY && reader->on_replay)
		reader->on_replay(reader->context, address, row);
	return true;
}

int store_db_load(struct store_db *db, const struct host_store_reader *reader)
{
	sqlite3_stmt *rows = db->statements[LOAD_ROWS];
	int code;

	while ((code = sqlite3_step(rows)) == SQLITE_ROW) {
		struct json_object *row = json_tokener_parse(column(rows, 2));
		const enum store_table table = (enum store_table)sqlite3_column_int(rows, 0);
		const char *key = column(rows, 1);

		if (!json_object_is_type(row, json_type_object) ||
		    !show_row(reader, table, key, row))
			log_warning("%s: skipped a damaged row: %s: %.200s", db->path, key,
			            column(rows, 2));
		json_object_put(row);
	}
	sqlite3_reset(rows);
	return code == SQLITE_DONE ? 0 : errno_of(code);
}

enum { PRAGMA_TEXT = 16 };

/* For sqlite3_exec: the value of a row. */
static int copy_value(void *text, int columns, char **values, char **names)
{
	(void)columns;
	(void)names;
	snprintf(text, PRAGMA_TEXT, "%s", values[0] ? values[0] : "");
	return 0;
}

/* Fails where a table or a column is missing. */
static int prepare_statements(struct store_db *db)
{
	int code = SQLITE_OK;

	for (size_t i = 0; i < STATEMENTS && !code; i++)
		code = sqlite3_prepare_v3(db->sqlite, sql[i], -1, SQLITE_PREPARE_PERSISTENT,
		                          &db->statements[i], NULL);
	return code;
}

/* SQLITE_ERROR: the tables are not as they must be. */
static bool is_damage(int code)
{
	const int primary = code & 0xff;

	return primary == SQLITE_CORRUPT || primary == SQLITE_NOTADB || primary == SQLITE_ERROR ||
	       primary == SQLITE_CONSTRAINT || primary == SQLITE_MISMATCH;
}

/* The file, open, checked and with the tables of this version. `why` is set with an error. */
static int set_up(struct store_db *db, char *why, size_t why_size)
{
	const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX;
	int code = sqlite3_open_v2(db->path, &db->sqlite, flags, NULL), trial;
	char version[PRAGMA_TEXT] = "0", integrity[PRAGMA_TEXT] = "";

	if (!code)
		code = sqlite3_busy_timeout(db->sqlite, BUSY_TIMEOUT);
	if (!code)
		code = sqlite3_exec(db->sqlite, "PRAGMA user_version", copy_value, version, NULL);
	if (atoi(version) > STORE_DB_VERSION) {
		snprintf(why, why_size, "%s is of version %s, newer than this program's %d",
		         db->path, version, STORE_DB_VERSION);
		return SQLITE_ABORT;
	}
	/* not quick_check, which passes an index that is wrong. 0.2 s for 65 536 hosts */
	if (!code)
		code = sqlite3_exec(db->sqlite, "PRAGMA integrity_check(1)", copy_value, integrity,
		                    NULL);
	if (!code && strcmp(integrity, "ok"))
		code = SQLITE_CORRUPT;
	if (!code)
		code = sqlite3_exec(db->sqlite, settings, NULL, NULL, NULL);
	if (!code)
		code = store_make_tables(db->sqlite, atoi(version));
	if (!code)
		code = prepare_statements(db);
	if (!code && is_damage(trial = store_try_writes(db->sqlite)))
		code = trial;
	if (code)
		snprintf(why, why_size, "%s: %s", db->path, sqlite3_errstr(code));
	return code;
}

static void close_file(struct store_db *db)
{
	for (size_t i = 0; i < STATEMENTS; i++)
		sqlite3_finalize(db->statements[i]);
	memset(db->statements, 0, sizeof(db->statements));
	sqlite3_close(db->sqlite);
	db->sqlite = NULL;
}

struct store_db *store_db_open(const char *directory, char *why, size_t why_size)
{
	struct store_db *db = calloc(1, sizeof(*db));
	int code;

	if (!db || (mkdir(directory, 0750) && errno != EEXIST)) {
		snprintf(why, why_size, "cannot make %s: %s", directory, strerror(errno));
		free(db);
		return NULL;
	}
	db->allowance = OCTETS_AT_ONCE;
	snprintf(db->path, sizeof(db->path), "%s/sleepproxy.db", directory);
	code = set_up(db, why, why_size);
	if (is_damage(code)) {
		close_file(db);
		if (store_file_set_aside(db->path, why))
			code = set_up(db, why, why_size);
	}
	if (!code) {
		store_file_sync_names(directory);
		return db;
	}
	store_db_close(db);
	return NULL;
}

void store_db_close(struct store_db *db)
{
	if (!db)
		return;
	close_file(db);
	free(db);
}
