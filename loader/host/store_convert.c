// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The store's first version had a row for each host's description, lease and session in tables of
 * their own, and had the addresses and ports that a host registered merged into its description.
 * What of a converted row makes no sense is left out, with a warning, where the row is read.
 */
#include <sqlite3.h>

#include "base/log.h"
#include "host/store_db.h"

/* A store that is new, or older than a table, lacks some. */
static const char create[] =
	"BEGIN IMMEDIATE;"
	"CREATE TABLE IF NOT EXISTS hosts (mac TEXT PRIMARY KEY, spec TEXT NOT NULL,"
	" origin INTEGER NOT NULL, state INTEGER NOT NULL);"
	"CREATE TABLE IF NOT EXISTS leases (mac TEXT PRIMARY KEY, lease TEXT NOT NULL);"
	"CREATE TABLE IF NOT EXISTS sessions (mac TEXT PRIMARY KEY, session TEXT NOT NULL);"
	"CREATE TABLE IF NOT EXISTS trust (address TEXT PRIMARY KEY, last TEXT NOT NULL);"
	"CREATE TABLE IF NOT EXISTS history (id INTEGER PRIMARY KEY, host TEXT NOT NULL,"
	" event TEXT NOT NULL);"
	"CREATE TABLE host (mac TEXT PRIMARY KEY, row TEXT NOT NULL);"
	"CREATE TABLE replay (address TEXT PRIMARY KEY, row TEXT NOT NULL);";

/* Came later than the others. The version is the same, as older programs do not look at it. */
static const char create_link[] =
	"CREATE TABLE IF NOT EXISTS link (interface TEXT PRIMARY KEY, row TEXT NOT NULL)";

/*
 * What is no JSON is NULL first: the functions would make an error of it. origin: 0 is the file,
 * 1 a command, 2 the map, 3 the host itself. "added" of a session has a bit for each of its
 * addresses that was merged. json_patch drops members that are NULL: nothing is said.
 */
static const char convert_hosts[] =
	"WITH old AS (SELECT mac, origin, state, iif(json_valid(spec), spec, NULL) AS spec,"
	"  iif(json_valid(session), session, NULL) AS session,"
	"  iif(json_valid(lease), lease, NULL) AS lease"
	"  FROM hosts LEFT JOIN sessions USING (mac) LEFT JOIN leases USING (mac)),"
	" split AS (SELECT *,"
	"  (SELECT json_group_array(a.value) FROM json_each(spec, '$.addresses') AS a"
	"   WHERE NOT EXISTS (SELECT 1 FROM json_each(session, '$.addresses') AS s"
	"    WHERE s.value = a.value AND (session ->> '$.added') >> s.key & 1)) AS addresses,"
	"  iif(session ->> '$.added-ports', json('[]'), spec -> '$.wake') AS wake,"
	"  nullif(spec ->> '$.interface', '') AS interface,"
	"  nullif(spec ->> '$.vlan', 0) AS vlan, spec -> '$.nic-answers-arp' AS offload"
	"  FROM old)"
	"INSERT INTO host SELECT mac, json_patch('{}', json_object("
	" 'name', spec -> '$.name',"
	" 'state', '[\"awake\", \"drowsy\", \"asleep\", \"waking\"]' -> state,"
	" 'described', iif(origin IN (0, 1), json_object('addresses', json(addresses),"
	"  'wake', json(wake), 'allow', spec -> '$.allow', 'deny', spec -> '$.deny',"
	"  'interface', interface, 'vlan', vlan, 'secureon', spec -> '$.secureon',"
	"  'detect-sleep', spec -> '$.unasked', 'arp-offload', json(offload)), NULL),"
	" 'by', CASE origin WHEN 0 THEN 'config' WHEN 1 THEN 'command' END,"
	" 'edited', iif(origin = 2, json_object('exists', json('true'),"
	"  'addresses', json(addresses), 'interface', interface, 'vlan', vlan,"
	"  'arp-offload', json(offload)), NULL),"
	" 'registered', iif(session NOT NULL, json_object("
	"  'client-identifier', session -> '$.client', 'transaction', session -> '$.transaction',"
	"  'active', session -> '$.open', 'until', nullif(session ->> '$.until', 0),"
	"  'backup-of', nullif(session ->> '$.backup-of', '0.0.0.0'),"
	"  'addresses', session -> '$.addresses',"
	"  'ports', iif(session ->> '$.has-ports', session -> '$.ports', NULL),"
	"  'lease', session -> '$.has-lease', 'digests', session -> '$.parts',"
	"  'interface', iif(origin = 3, interface, NULL), 'vlan', iif(origin = 3, vlan, NULL)), NULL),"
	" 'lease', json(lease))) FROM split"
	" WHERE mac NOT NULL AND json_type(spec, '$.name') = 'text'"
	"  AND json_type(spec, '$.addresses') = 'array' AND state IN (0, 1, 2, 3)"
	"  AND origin IN (0, 1, 2, iif(session NOT NULL, 3, NULL))";

static const char left_out[] = "SELECT mac, spec FROM hosts"
			       " WHERE mac IS NULL OR mac NOT IN (SELECT mac FROM host)";

/* The words for events and for their reasons are others by now. */
#define RENAME(member, words) \
	"WITH word (old, new) AS (VALUES " words ") UPDATE history SET event = json_set(event, " \
	"'$." member "', (SELECT new FROM word WHERE old = json_extract(event, '$." member "')))" \
	" WHERE iif(json_valid(event), json_extract(event, '$." member "'), NULL)" \
	" IN (SELECT old FROM word)"

static const char rename_events[] =
	RENAME("event", "('not-quiet', 'still-active'), ('claimed', 'address-in-use'),"
                        "('stands-by', 'standby'), ('gave-up', 'wake-failed'),"
                        "('cooling', 'wake-delayed'), ('magic', 'magic-packet'),"
                        "('lease-silence', 'lease-unanswered')");
static const char rename_reasons[] =
	RENAME("why", "('handover', 'sleep-request'), ('report', 'wakeup-report'),"
                      "('timer', 'sleep-timer'), ('claim', 'address-claim'),"
                      "('owner', 'host-seen'), ('edit', 'map-edit'), ('time', 'timeout')");

_Static_assert(STORE_DB_VERSION == 1, "the version that is set here");
static const char finish[] =
	"INSERT INTO replay SELECT address, last FROM trust WHERE address NOT NULL;"
	"DROP TABLE hosts; DROP TABLE leases; DROP TABLE sessions; DROP TABLE trust;"
	"DROP INDEX IF EXISTS history_host; PRAGMA user_version = 1; COMMIT;";

/* A row of `left_out`. */
static int warn(void *context, int columns, char **values, char **names)
{
	(void)context;
	(void)columns;
	(void)names;
	log_warning("the store has a damaged host, which is left out: %s: %.200s",
	            values[0] ? values[0] : "no MAC", values[1] ? values[1] : "");
	return 0;
}

static int convert(sqlite3 *sqlite)
{
	static const char *const steps[] = {
		create, convert_hosts, left_out, rename_events, rename_reasons, finish,
	};
	int code = SQLITE_OK;

	for (size_t i = 0; i < sizeof(steps) / sizeof(*steps) && !code; i++)
		code = sqlite3_exec(sqlite, steps[i], warn, NULL, NULL);
	return code;
}

int store_make_tables(sqlite3 *sqlite, int version)
{
	const int code = version < STORE_DB_VERSION ? convert(sqlite) : SQLITE_OK;

	return code ? code : sqlite3_exec(sqlite, create_link, NULL, NULL, NULL);
}

int store_try_writes(sqlite3 *sqlite)
{
	static const char trial[] =
		"BEGIN IMMEDIATE;"
		"INSERT OR REPLACE INTO host (mac, row) VALUES ('', '{}');"
		"INSERT OR REPLACE INTO replay (address, row) VALUES ('', '{}');"
		"INSERT OR REPLACE INTO link (interface, row) VALUES ('', '{}');"
		"INSERT INTO history (host, event) VALUES ('', '{}');"
		"DELETE FROM host WHERE mac = '';"
		"DELETE FROM replay WHERE address = '';"
		"DELETE FROM link WHERE interface = '';"
		"DELETE FROM history WHERE id = last_insert_rowid();";
	const int code = sqlite3_exec(sqlite, trial, NULL, NULL, NULL);

	if (!sqlite3_get_autocommit(sqlite))
		sqlite3_exec(sqlite, "ROLLBACK", NULL, NULL, NULL);
	return code;
}
