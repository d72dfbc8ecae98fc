/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The database of host_store.h: its schema, and statements that may take as long as the disk does.
 * One thread at a time.
 */
#ifndef SLEEPPROXY_HOST_STORE_DB_H
#define SLEEPPROXY_HOST_STORE_DB_H

#include <uthash.h>

#include "base/text.h"
#include "host/host_store.h"

struct sqlite3;
struct store_db;

enum store_table { STORE_HOST, STORE_REPLAY, STORE_LINK, STORE_EVENT };

/* What is to be written: a row, or an event of the history. */
struct store_item {
	UT_hash_handle hh; /* in the order in which it is written */
	char id[TEXT_IP];  /* table, number of an event, key: so that no event replaces another */
	enum store_table table;
	const char
		*key; /* a MAC, an IPv4 address, the name of an interface, or the event's host's */
	const char *json; /* NULL: the row is deleted */
	char text[];      /* of both */
};

/* As host_store_open(). */
struct store_db *store_db_open(const char *directory, char *why, size_t why_size);
void store_db_close(struct store_db *db);

int store_db_load(struct store_db *db, const struct host_store_reader *reader);

/*
 * All items, or nothing: 0, or the -errno of host_store_result, which is logged unless the last
 * write failed too. `is_incomplete`: there was no memory for some.
 */
int store_db_write(struct store_db *db, const struct store_item *items, bool is_incomplete);

/* For how long, in ms, the next write should wait, so that the disk is not always written to. */
int64_t store_db_wait(struct store_db *db, int64_t now);

/* As JSON text that the caller frees; NULL: it cannot be read, or there is no memory. */
char *store_db_history(struct store_db *db, const struct history_range *range);

/*
 * store_file.c: a file that cannot be used gets a name with a number, which is logged. False: that
 * is not possible, which is logged, too. And the names of new files, made to outlive a power loss.
 */
bool store_file_set_aside(const char *path, const char *why);
void store_file_sync_names(const char *directory);

/*
 * store_convert.c: makes the tables that are not there, of those of an earlier version where there
 * are some. An SQLite result code.
 */
enum { STORE_DB_VERSION = 1 };
int store_make_tables(struct sqlite3 *sqlite, int version);
/*
 * What is written each day, and undone: the tables may be there, and yet take nothing. No disk is
 * needed for that, so that one that is full is no damage, and neither is a lock that others hold.
 */
int store_try_writes(struct sqlite3 *sqlite);

#endif
