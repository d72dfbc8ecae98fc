// SPDX-License-Identifier: GPL-2.0-or-later
/* A store of the first version, as its daemon wrote it. */

#include "test.h"

#include "host/host.h"
#include "support_host_store.h"

static const char old_schema[] =
	"PRAGMA journal_mode = WAL;"
	"CREATE TABLE hosts (mac TEXT PRIMARY KEY, spec TEXT NOT NULL,"
	" origin INTEGER NOT NULL, state INTEGER NOT NULL);"
	"CREATE TABLE leases (mac TEXT PRIMARY KEY, lease TEXT NOT NULL);"
	"CREATE TABLE sessions (mac TEXT PRIMARY KEY, session TEXT NOT NULL);"
	"CREATE TABLE trust (address TEXT PRIMARY KEY, last TEXT NOT NULL);"
	"CREATE TABLE history (id INTEGER PRIMARY KEY, host TEXT NOT NULL, event TEXT NOT NULL);"
	"CREATE INDEX history_host ON history (host, id);";

/* The members of a description after the addresses. */
#define NO_RULES "\"allow\": [ ], \"deny\": [ ]"
#define ANYWHERE "\"interface\": \"\", \"vlan\": 0, \"nic-answers-arp\": false, \"unasked\": false"
#define HOST(mac, name, addresses, wake, rest, origin, state) \
	"INSERT INTO hosts VALUES ('" mac "', '{ \"name\": \"" name "\", \"mac\": \"" mac \
	"\", \"addresses\": [ " addresses " ], \"wake\": [ " wake " ], " NO_RULES ", " rest \
	", \"secureon\": \"\" }', " origin ", " state ");"
#define SESSION(mac, client, open, until, backup, addresses, ports, has_ports, has_lease, rest) \
	"INSERT INTO sessions VALUES ('" mac "', '{ \"client\": " client ", \"transaction\": 7, " \
	"\"open\": " open ", \"until\": " until ", \"backup-of\": \"" backup \
	"\", \"addresses\": [ " addresses " ], \"ports\": [ " ports \
	" ], \"has-ports\": " has_ports ", \"has-lease\": " has_lease ", " rest " }');"

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

static void see_nothing(void *context, struct ipv4 address, struct json_object *row)
{
	(void)context;
	(void)address;
	(void)row;
}

static struct loaded converted(struct store_place *place, const char *rows)
{
	sql(place, old_schema);
	sql(place, rows);
	open_store(place);
	return load(place->store);
}

BEFORE_EACH(make_place)
AFTER_EACH(remove_place)

TEST(a_described_host_is_converted)
{
	const struct loaded loaded = converted(
		*state,
		HOST("02:00:00:00:00:01", "nas", "\"192.0.2.1\", \"2001:db8::1\"", "\"tcp/22\"",
	             "\"interface\": \"eth0\", \"vlan\": 7, \"nic-answers-arp\": true, \"unasked\": true",
	             "0", "2")
			HOST("02:00:00:00:00:02", "tv", "\"192.0.2.2\"", "", ANYWHERE, "1", "0"));

	assert_string_equal(
		loaded.text,
		"02:00:00:00:00:01 {\"name\":\"nas\",\"state\":\"asleep\",\"described\":"
		"{\"addresses\":[\"192.0.2.1\",\"2001:db8::1\"],\"wake\":[\"tcp/22\"],\"allow\":[],"
		"\"deny\":[],\"interface\":\"eth0\",\"vlan\":7,\"secureon\":\"\","
		"\"detect-sleep\":true,\"arp-offload\":true},\"by\":\"config\"}\n"
		"02:00:00:00:00:02 {\"name\":\"tv\",\"state\":\"awake\",\"described\":"
		"{\"addresses\":[\"192.0.2.2\"],\"wake\":[],\"allow\":[],\"deny\":[],"
		"\"secureon\":\"\",\"detect-sleep\":false,"
		"\"arp-offload\":false},\"by\":\"command\"}\n");
}

/* Of three addresses that it registered, people say the first themselves. */
TEST(what_a_host_registered_is_taken_out_of_its_description)
{
	const struct loaded loaded = converted(
		*state,
		HOST("02:00:00:00:00:02", "tv",
	             "\"192.0.2.2\", \"192.0.2.3\", \"2001:db8::2\", \"192.0.2.9\"",
	             "\"tcp/22\", \"udp/any\"", ANYWHERE, "1", "3")
			SESSION("02:00:00:00:00:02", "65244", "true", "1700000000123",
	                        "192.0.2.200", "\"192.0.2.2\", \"192.0.2.3\", \"2001:db8::2\"",
	                        "\"tcp/22\", \"udp/any\"", "true", "true",
	                        "\"added-ports\": true, \"added\": 6,"
	                        " \"parts\": [ -1, 9223372036854775807 ]"));

	struct readable readable = { 0 };

	host_store_load(((struct store_place *)*state)->store, read_host, see_nothing, &readable);
	assert_int_equal(readable.hosts + readable.registrations, 2);
	assert_string_equal(
		loaded.text,
		"02:00:00:00:00:02 {\"name\":\"tv\",\"state\":\"waking\",\"described\":"
		"{\"addresses\":[\"192.0.2.2\",\"192.0.2.9\"],\"wake\":[],\"allow\":[],\"deny\":[],"
		"\"secureon\":\"\",\"detect-sleep\":false,"
		"\"arp-offload\":false},\"by\":\"command\",\"registered\":"
		"{\"client-identifier\":65244,\"transaction\":7,\"active\":true,"
		"\"until\":1700000000123,\"backup-of\":\"192.0.2.200\",\"addresses\":"
		"[\"192.0.2.2\",\"192.0.2.3\",\"2001:db8::2\"],\"ports\":[\"tcp/22\",\"udp/any\"],"
		"\"lease\":true,\"digests\":[-1,9223372036854775807]}}\n");
}

TEST(ports_that_people_named_stay_theirs)
{
	const struct loaded loaded = converted(
		*state,
		HOST("02:00:00:00:00:02", "tv", "", "\"tcp/22\"", ANYWHERE, "1", "0")
			SESSION("02:00:00:00:00:02", "1", "false", "0", "0.0.0.0", "", "", "true",
	                        "false", "\"added-ports\": false, \"added\": 0, \"parts\": [ ]"));

	assert_non_null(strstr(loaded.text, "\"wake\":[\"tcp/22\"]"));
	assert_non_null(strstr(loaded.text,
	                       "\"registered\":{\"client-identifier\":1,\"transaction\":7,"
	                       "\"active\":false,\"addresses\":[],\"ports\":[],\"lease\":false,"
	                       "\"digests\":[]}"));
}

TEST(a_host_of_its_registration_alone_is_converted)
{
	const struct loaded loaded = converted(
		*state,
		HOST("02:00:00:00:00:03", "guest", "\"192.0.2.3\"", "",
	             "\"interface\": \"eth1\", \"vlan\": 9, \"nic-answers-arp\": false,"
	             " \"unasked\": false",
	             "3", "1") SESSION("02:00:00:00:00:03", "3", "true", "0", "0.0.0.0",
	                               "\"192.0.2.3\"", "", "false", "false",
	                               "\"added-ports\": false, \"added\": 1, \"parts\": [ 5 ]"));

	assert_string_equal(
		loaded.text,
		"02:00:00:00:00:03 {\"name\":\"guest\",\"state\":\"drowsy\","
		"\"registered\":{\"client-identifier\":3,\"transaction\":7,"
		"\"active\":true,\"addresses\":[\"192.0.2.3\"],\"lease\":false,\"digests\":[5],"
		"\"interface\":\"eth1\",\"vlan\":9}}\n");
}

TEST(a_host_of_the_map_is_converted)
{
	const struct loaded loaded = converted(
		*state,
		HOST("02:00:00:00:00:04", "host-020000000004", "\"192.0.2.4\", \"192.0.2.5\"", "",
	             "\"interface\": \"\", \"vlan\": 3, \"nic-answers-arp\": true, \"unasked\": false",
	             "2", "2") SESSION("02:00:00:00:00:04", "4", "true", "0", "0.0.0.0",
	                               "\"192.0.2.5\"", "", "false", "false",
	                               "\"added-ports\": false, \"added\": 1, \"parts\": [ ]"));

	assert_string_equal(
		loaded.text,
		"02:00:00:00:00:04 {\"name\":\"host-020000000004\",\"state\":\"asleep\","
		"\"edited\":{\"exists\":true,\"addresses\":[\"192.0.2.4\"],\"vlan\":3,"
		"\"arp-offload\":true},\"registered\":{\"client-identifier\":4,"
		"\"transaction\":7,\"active\":true,\"addresses\":[\"192.0.2.5\"],"
		"\"lease\":false,\"digests\":[]}}\n");
}

TEST(leases_and_replay_data_are_kept_as_they_are)
{
	const struct loaded loaded = converted(
		*state,
		HOST("02:00:00:00:00:02", "tv", "", "", ANYWHERE, "1",
	             "0") "INSERT INTO leases VALUES ('02:00:00:00:00:02', '{ \"state\": 2,"
			  " \"address\": \"c0:00:02:02\" }'), ('02:00:00:00:00:99', '{}');"
			  "INSERT INTO trust VALUES ('192.0.2.2', '{ \"time\": 5, \"nonces\":"
			  " [ 1 ] }'), (NULL, '{}'), ('192.0.2.3', 'no JSON')");

	assert_int_equal(loaded.hosts, 1);
	assert_non_null(
		strstr(loaded.text, ",\"lease\":{\"state\":2,\"address\":\"c0:00:02:02\"}}\n"));
	assert_non_null(strstr(loaded.text, "\n192.0.2.2 {\"time\":5,\"nonces\":[1]}\n"));
	assert_int_equal(loaded.replays, 1);
}

TEST(history_has_the_words_of_now)
{
	struct store_place *place = *state;
	struct json_object *history;

	converted(place, "INSERT INTO history (host, event) VALUES"
	                 " ('tv', '{ \"event\": \"asleep\", \"text\": \"not-quiet\" }'),"
	                 " ('tv', '{ \"event\": \"gave-up\", \"why\": \"time\" }'), ('tv', 'x'),"
	                 " ('tv', x'00ff'), ('tv', '{ \"why\": \"handover\" }'), ('tv', '7')");
	history = history_of(place->store, "tv");
	assert_string_equal(json_object_to_json_string_ext(history, JSON_C_TO_STRING_PLAIN),
	                    "[{\"event\":\"asleep\",\"text\":\"not-quiet\"},"
	                    "{\"event\":\"wake-failed\",\"why\":\"timeout\"},"
	                    "{\"why\":\"sleep-request\"}]");
	json_object_put(history);
}

TEST(damaged_rows_are_left_out)
{
	const struct loaded loaded = converted(
		*state,
		HOST("02:00:00:00:00:02", "tv", "", "", ANYWHERE, "1", "0") HOST(
			"02:00:00:00:00:03", "guest", "\"192.0.2.3\"", "", ANYWHERE, "3",
			"2") HOST("02:00:00:00:00:05", "a", "", "", ANYWHERE, "4",
	                          "0") HOST("02:00:00:00:00:06", "b", "", "", ANYWHERE, "1", "4")
			HOST("none", "c", "", "", ANYWHERE, "1",
	                     "0") "INSERT INTO hosts VALUES ('02:00:00:00:00:07', 'no JSON', 1, 0),"
				  " ('02:00:00:00:00:08', '{}', 1, 0), ('02:00:00:00:00:09', '[]', 1, 0),"
				  " ('02:00:00:00:00:0a', '{\"name\": 1, \"addresses\": []}', 1, 0),"
				  " ('02:00:00:00:00:0b', '{\"name\": \"d\", \"addresses\": {}}', 1, 0),"
				  " (NULL, '{}', 1, 0), ('02:00:00:00:00:0c', x'00', 'x', 'y');"
				  "INSERT INTO sessions VALUES ('02:00:00:00:00:02', '{\"client\": 0}'),"
				  " ('02:00:00:00:00:03', '{\"client\": 3, \"addresses\": 1}'), (NULL, '');"
				  "INSERT INTO leases VALUES ('02:00:00:00:00:02', '[]'), (NULL, '')");

	struct readable readable = { 0 };

	assert_int_equal(loaded.hosts, 2);
	assert_non_null(strstr(loaded.text, "02:00:00:00:00:02 {\"name\":\"tv\""));
	/* of the host called guest, nothing is left that says who it is */
	host_store_load(((struct store_place *)*state)->store, read_host, see_nothing, &readable);
	assert_int_equal(readable.hosts, 1);
	assert_int_equal(readable.registrations + readable.leases, 0);
}

/* Before there were leases, sessions and trust. */
TEST(tables_may_be_missing)
{
	struct store_place *place = *state;

	sql(place, old_schema);
	sql(place,
	    "DROP TABLE leases; DROP TABLE sessions; DROP TABLE trust; DROP INDEX history_host;" HOST(
		    "02:00:00:00:00:02", "tv", "", "", ANYWHERE, "1", "0"));
	open_store(place);
	assert_int_equal(load(place->store).hosts, 1);
}

TEST(it_is_converted_once)
{
	struct store_place *place = *state;
	const struct loaded first =
		converted(place, HOST("02:00:00:00:00:02", "tv", "", "", ANYWHERE, "1", "0"));

	assert_int_equal(count(place, "PRAGMA user_version"), 1);
	assert_int_equal(count(place, "SELECT count(*) FROM sqlite_master WHERE type = 'table'"),
	                 3);
	assert_int_equal(count(place, "SELECT count(*) FROM sqlite_master WHERE name IN"
	                              " ('host', 'replay', 'history')"),
	                 3);
	reopen_store(place);
	assert_string_equal(load(place->store).text, first.text);
	host_store_close(place->store);
	place->store = NULL;
	assert_int_equal(count(place, "SELECT count(*) FROM host"), 1);
}
