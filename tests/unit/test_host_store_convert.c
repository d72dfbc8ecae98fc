// SPDX-License-Identifier: GPL-2.0-or-later
/* A store of the first version, as its daemon wrote it. */

#include "test.h"

#include "host/host.h"
#include "support_store.h"

static const char old_schema[] =
	"PRAGMA journal_mode = WAL;"
	"CREATE TABLE hosts (mac TEXT PRIMARY KEY, spec TEXT NOT NULL,"
	" origin INTEGER NOT NULL, state INTEGER NOT NULL);"
	"CREATE TABLE leases (mac TEXT PRIMARY KEY, lease TEXT NOT NULL);"
	"CREATE TABLE sessions (mac TEXT PRIMARY KEY, session TEXT NOT NULL);"
	"CREATE TABLE trust (address TEXT PRIMARY KEY, last TEXT NOT NULL);"
	"CREATE TABLE history (id INTEGER PRIMARY KEY, host TEXT NOT NULL, event TEXT NOT NULL);"
	"CREATE INDEX history_host ON history (host, id);";

/* clang-format off */
/* The members of a description after the addresses; MACs are 02:00:00:00:00:LAST. */
#define PLACE(interface, vlan, flag) \
	"\"interface\": \"" interface "\", \"vlan\": " vlan \
	", \"nic-answers-arp\": " flag ", \"unasked\": " flag
#define ANYWHERE PLACE("", "0", "false")
#define HOST(last, name, addresses, wake, place, origin, state) \
	"INSERT INTO hosts VALUES ('02:00:00:00:00:" last "', '{ \"name\": \"" name "\"," \
	" \"mac\": \"02:00:00:00:00:" last "\", \"addresses\": [ " addresses " ]," \
	" \"wake\": [ " wake " ], \"allow\": [ ], \"deny\": [ ], " place "," \
	" \"secureon\": \"\" }', " origin ", " state ");"
#define SESSION(last, client, open, until, backup, addresses, ports, has_ports, has_lease, rest) \
	"INSERT INTO sessions VALUES ('02:00:00:00:00:" last "', '{ \"client\": " client "," \
	" \"transaction\": 7, \"open\": " open ", \"until\": " until "," \
	" \"backup-of\": \"" backup "\", \"addresses\": [ " addresses " ]," \
	" \"ports\": [ " ports " ], \"has-ports\": " has_ports "," \
	" \"has-lease\": " has_lease ", " rest " }');"

/* What becomes of them. */
#define ROW(last, name, state) \
	"02:00:00:00:00:" last " {\"name\":\"" name "\",\"state\":\"" state "\""
#define DESCRIBED(addresses, wake, place, flag) \
	",\"described\":{\"addresses\":[" addresses "],\"wake\":[" wake "],\"allow\":[]," \
	"\"deny\":[]," place "\"secureon\":\"\",\"detect-sleep\":" flag "," \
	"\"arp-offload\":" flag "}"
#define BY_COMMAND ",\"by\":\"command\""

static const struct {
	const char *shows, *rows, *converted;
	int hosts, registrations, leases; /* that the daemon then reads */
} conversions[] = {
	{ "hosts of the file, and of a command",
	  HOST("01", "nas", "\"192.0.2.1\", \"192.0.2.8\"", "\"tcp/22\"",
	       PLACE("eth0", "7", "true"), "0", "2")
	  HOST("02", "tv", "\"192.0.2.2\"", "", ANYWHERE, "1", "0"),
	  ROW("01", "nas", "asleep")
	  DESCRIBED("\"192.0.2.1\",\"192.0.2.8\"", "\"tcp/22\"",
	            "\"interface\":\"eth0\",\"vlan\":7,", "true")
	  ",\"by\":\"config\"}\n"
	  ROW("02", "tv", "awake") DESCRIBED("\"192.0.2.2\"", "", "", "false") BY_COMMAND "}\n",
	  2, 0, 0 },
	{ "what a host registered is taken out: of three addresses, people say the first, too",
	  HOST("02", "tv", "\"192.0.2.2\", \"192.0.2.3\", \"2001:db8::2\", \"192.0.2.9\"",
	       "\"tcp/22\", \"udp/any\"", ANYWHERE, "1", "3")
	  SESSION("02", "65244", "true", "1700000000123", "192.0.2.200",
	          "\"192.0.2.2\", \"192.0.2.3\", \"2001:db8::2\"", "\"tcp/22\", \"udp/any\"",
	          "true", "true",
	          "\"added-ports\": true, \"added\": 6, \"parts\": [ -1, 9223372036854775807 ]"),
	  ROW("02", "tv", "waking")
	  DESCRIBED("\"192.0.2.2\",\"192.0.2.9\"", "", "", "false") BY_COMMAND
	  ",\"registered\":{\"client-identifier\":65244,\"transaction\":7,\"active\":true,"
	  "\"until\":1700000000123,\"backup-of\":\"192.0.2.200\",\"addresses\":"
	  "[\"192.0.2.2\",\"192.0.2.3\",\"2001:db8::2\"],\"ports\":[\"tcp/22\",\"udp/any\"],"
	  "\"lease\":true,\"digests\":[-1,9223372036854775807]}}\n",
	  1, 1, 0 },
	{ "ports that people named stay theirs",
	  HOST("02", "tv", "", "\"tcp/22\"", ANYWHERE, "1", "0")
	  SESSION("02", "1", "false", "0", "0.0.0.0", "", "", "true", "false",
	          "\"added-ports\": false, \"added\": 0, \"parts\": [ ]"),
	  ROW("02", "tv", "awake") DESCRIBED("", "\"tcp/22\"", "", "false") BY_COMMAND
	  ",\"registered\":{\"client-identifier\":1,\"transaction\":7,\"active\":false,"
	  "\"addresses\":[],\"ports\":[],\"lease\":false,\"digests\":[]}}\n",
	  1, 1, 0 },
	{ "a host of its registration alone",
	  HOST("03", "guest", "\"192.0.2.3\"", "", PLACE("eth1", "9", "false"), "3", "1")
	  SESSION("03", "3", "true", "0", "0.0.0.0", "\"192.0.2.3\"", "", "false", "false",
	          "\"added-ports\": false, \"added\": 1, \"parts\": [ 5 ]"),
	  ROW("03", "guest", "drowsy")
	  ",\"registered\":{\"client-identifier\":3,\"transaction\":7,\"active\":true,"
	  "\"addresses\":[\"192.0.2.3\"],\"lease\":false,\"digests\":[5],"
	  "\"interface\":\"eth1\",\"vlan\":9}}\n",
	  1, 1, 0 },
	{ "a host of the map",
	  HOST("04", "box", "\"192.0.2.4\", \"192.0.2.5\"", "", PLACE("", "3", "true"), "2", "2")
	  SESSION("04", "4", "true", "0", "0.0.0.0", "\"192.0.2.5\"", "", "false", "false",
	          "\"added-ports\": false, \"added\": 1, \"parts\": [ ]"),
	  ROW("04", "box", "asleep")
	  ",\"edited\":{\"exists\":true,\"addresses\":[\"192.0.2.4\"],\"vlan\":3,"
	  "\"arp-offload\":true},\"registered\":{\"client-identifier\":4,\"transaction\":7,"
	  "\"active\":true,\"addresses\":[\"192.0.2.5\"],\"lease\":false,\"digests\":[]}}\n",
	  1, 1, 0 },
	{ "leases and replay data stay as they are",
	  HOST("02", "tv", "", "", ANYWHERE, "1", "0")
	  "INSERT INTO leases VALUES ('02:00:00:00:00:02', '{ \"state\": 2 }'),"
	  " ('02:00:00:00:00:99', '{}');"
	  "INSERT INTO trust VALUES ('192.0.2.2', '{ \"time\": 5, \"nonces\": [ 1 ] }'),"
	  " (NULL, '{}'), ('192.0.2.3', 'no JSON')",
	  ROW("02", "tv", "awake") DESCRIBED("", "", "", "false") BY_COMMAND
	  ",\"lease\":{\"state\":2}}\n"
	  "192.0.2.2 {\"time\":5,\"nonces\":[1]}\n",
	  1, 0, 0 },
	{ "damaged rows are left out; of `guest`, nothing is left that says who it is",
	  HOST("02", "tv", "", "", ANYWHERE, "1", "0")
	  HOST("03", "guest", "\"192.0.2.3\"", "", ANYWHERE, "3", "2")
	  HOST("05", "a", "", "", ANYWHERE, "4", "0")
	  HOST("06", "b", "", "", ANYWHERE, "1", "4")
	  HOST("none", "c", "", "", ANYWHERE, "1", "0")
	  "INSERT INTO hosts VALUES ('02:00:00:00:00:07', 'no JSON', 1, 0),"
	  " ('02:00:00:00:00:08', '{}', 1, 0), ('02:00:00:00:00:09', '[]', 1, 0),"
	  " ('02:00:00:00:00:0a', '{\"name\": 1, \"addresses\": []}', 1, 0),"
	  " ('02:00:00:00:00:0b', '{\"name\": \"d\", \"addresses\": {}}', 1, 0),"
	  " (NULL, '{}', 1, 0), ('02:00:00:00:00:0c', x'00', 'x', 'y');"
	  "INSERT INTO sessions VALUES ('02:00:00:00:00:02', '{\"client\": 0}'),"
	  " ('02:00:00:00:00:03', '{\"client\": 3, \"addresses\": 1}'), (NULL, '');"
	  "INSERT INTO leases VALUES ('02:00:00:00:00:02', '[]'), (NULL, '')",
	  ROW("02", "tv", "awake") DESCRIBED("", "", "", "false") BY_COMMAND
	  ",\"registered\":{\"client-identifier\":0},\"lease\":[]}\n"
	  ROW("03", "guest", "asleep")
	  ",\"registered\":{\"client-identifier\":3,\"addresses\":1}}\n",
	  1, 0, 0 },
	{ "before there were leases, sessions and trust",
	  "DROP TABLE leases; DROP TABLE sessions; DROP TABLE trust; DROP INDEX history_host;"
	  HOST("02", "tv", "", "", ANYWHERE, "1", "0"),
	  ROW("02", "tv", "awake") DESCRIBED("", "", "", "false") BY_COMMAND "}\n",
	  1, 0, 0 },
};
/* clang-format on */

/* As the daemon reads them. */
struct readable {
	int hosts, registrations, leases;
};

static void read_host(void *context, const struct mac *mac, struct json_object *json)
{
	const struct lease_record_clock now = { .boot_ms = 1000, .wall_ms = 1700000000000 };
	struct readable *readable = context;
	struct host *host = calloc(1, sizeof(*host));
	char why[256];

	host->mac = *mac;
	host->name = strdup("nas");
	if (!host_row_read(json, &now, host, why, sizeof(why))) {
		readable->hosts++;
		readable->registrations += host->registration != NULL;
		readable->leases += host->dhcp != NULL;
	}
	host_free(host);
}

static void convert(const char *rows)
{
	unlink(database);
	sql(old_schema);
	sql(rows);
	open_store();
}

BEFORE_EACH(make_place)
AFTER_EACH(remove_store)

TEST(hosts_are_converted_once)
{
	for (size_t i = 0; i < sizeof(conversions) / sizeof(*conversions); i++) {
		struct readable readable = { 0 };

		convert(conversions[i].rows);
		host_store_load(store, &(struct host_store_reader){ .on_host = read_host,
		                                                    .context = &readable });
		for (int starts = 0; starts < 2; starts++) {
			const struct loaded loaded = load();

			if (strcmp(loaded.text, conversions[i].converted))
				fail_msg("%s:\n%s", conversions[i].shows, loaded.text);
			reopen_store();
		}
		if (readable.hosts != conversions[i].hosts ||
		    readable.registrations != conversions[i].registrations ||
		    readable.leases != conversions[i].leases)
			fail_msg("%s: %d hosts, %d registrations, %d leases are read",
			         conversions[i].shows, readable.hosts, readable.registrations,
			         readable.leases);
		close_store();
	}
	assert_int_equal(count("PRAGMA user_version"), 1);
	assert_int_equal(count("SELECT count(*) FROM sqlite_master WHERE type = 'table'"), 4);
	assert_int_equal(count("SELECT count(*) FROM sqlite_master WHERE name IN"
	                       " ('host', 'replay', 'link', 'history')"),
	                 4);
}

TEST(history_has_the_words_of_now)
{
	convert("INSERT INTO history (host, event) VALUES"
	        " ('tv', '{ \"event\": \"asleep\", \"text\": \"not-quiet\" }'),"
	        " ('tv', '{ \"event\": \"gave-up\", \"why\": \"time\" }'), ('tv', 'x'),"
	        " ('tv', x'00ff'), ('tv', '{ \"why\": \"handover\" }'), ('tv', '7')");
	assert_history("tv", "[{\"event\":\"asleep\",\"text\":\"not-quiet\"},"
	                     "{\"event\":\"wake-failed\",\"why\":\"timeout\"},"
	                     "{\"why\":\"sleep-request\"}]");
}
