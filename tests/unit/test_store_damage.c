// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Whatever octets the database has, the daemon starts: rows that make no sense are skipped, and a
 * file that cannot be used is set aside. And what was acknowledged is there after a power loss.
 */
#include "test.h"

#include "support_daemon.h"

enum { DAMAGES = 100, HOSTS = 50 };

/* What would be left by a power loss: files as they were synced, by names that were synced. */
static char disk[96];
static volatile bool is_watched;

static void copy_to_disk(int fd)
{
	char link[64], path[PATH_MAX] = "";

	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	if (!is_watched || readlink(link, path, sizeof(path) - 1) < 0 ||
	    strncmp(path, state_dir, strlen(state_dir)))
		return;
	if (!strcmp(path, state_dir))
		HERE("ls %s > %s/names", path, disk);
	else
		HERE("cp %s %s/", path, disk);
}

/* SQLite's, as it is linked to, and ours. */
int fdatasync(int fd)
{
	copy_to_disk(fd);
	return 0;
}

int fsync(int fd)
{
	return fdatasync(fd);
}

static void lose_power(void)
{
	HERE("cp -r %s %s.lost", disk, disk);
}

static void restore_power(void)
{
	HERE("cd %s.lost && rm -f %s/* && for f in $(cat names); do cp $f %s/ 2>&-; done; rm -f %s/*-shm",
	     disk, state_dir, state_dir, state_dir);
	HERE("rm -rf %s %s.lost", disk, disk);
}

static void sql(const char *statements)
{
	char *why = NULL;
	sqlite3 *db;

	assert_int_equal(sqlite3_open(database, &db), SQLITE_OK);
	if (sqlite3_exec(db, statements, NULL, NULL, &why))
		fail_msg("%s: %s", statements, why);
	sqlite3_close(db);
}

TEST(what_is_acknowledged_survives_a_power_loss)
{
	snprintf(disk, sizeof(disk), "%s/disk", place);
	HERE("mkdir %s", disk);
	stop_daemon(false);
	is_watched = true;
	start_daemon();
	for (int i = 1; i <= 20; i++)
		assert_int_equal(describe_host(i, ""), DONE);
	lose_power();
	is_watched = false;
	stop_daemon(true);
	restore_power();
	for (int i = 1; i <= 20; i++)
		assert_true(is_stored(i));
	start_daemon();
	for (int i = 1; i <= 20; i++)
		assert_non_null(host_at(i));
}

#define LONG \
	"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define GOOD \
	"\"name\":\"a\",\"state\":\"asleep\",\"by\":\"command\",\"described\":{\"addresses\":[\"10.9.0.9\"]}"
#define REGISTERED(members) \
	"{\"name\":\"a\",\"registered\":{\"client-identifier\":1,\"transaction\":1,\"active\":true," members \
	"}}"

static const char *const crafted[] = {
	"",
	"{",
	"[]",
	"null",
	"0",
	"{}",
	"\"a\"",
	"{\"name\":null}",
	"{\"name\":{}}",
	"{\"name\":[\"a\"]}",
	"{\"name\":\"\"}",
	"{\"name\":\"" LONG LONG LONG LONG "\"}",
	"{\"name\":\"a\\u0000b\"}",
	"{\"name\":\"../../x\"}",
	"{\"name\":\"-x\"}",
	"{" GOOD ",\"edited\":[]}",
	"{" GOOD ",\"edited\":{}}",
	"{" GOOD ",\"edited\":{\"exists\":true,\"interface\":\"" LONG "\"}}",
	"{" GOOD ",\"edited\":{\"vlan\":4095}}",
	"{" GOOD ",\"edited\":{\"vlan\":-1}}",
	"{" GOOD ",\"registered\":7}",
	"{" GOOD ",\"registered\":{}}",
	"{" GOOD ",\"lease\":{}}",
	"{" GOOD ",\"lease\":[]}",
	"{" GOOD ",\"lease\":{\"state\":-1}}",
	"{" GOOD
	",\"lease\":{\"state\":\"bound\",\"address\":\"10.9.0.8\",\"server\":\"10.9.0.7\"}}",
	"{" GOOD ",\"state\":\"dead\"}",
	"{" GOOD ",\"state\":3}",
	"{" GOOD ",\"by\":\"nobody\"}",
	"{" GOOD ",\"new\":1}",
	"{\"name\":\"a\",\"by\":\"command\",\"described\":{\"addresses\":[\"0.0.0.0\",\"255.255.255.255\"]}}",
	"{\"name\":\"a\",\"by\":\"command\",\"described\":{\"addresses\":[1,2,3],\"wake\":{}}}",
	"{\"name\":\"a\",\"by\":\"config\",\"described\":null}",
	"{\"name\":\"a\",\"described\":{\"addresses\":[\"10.9.0.9\",\"10.9.0.9\"]}}",
	REGISTERED("\"addresses\":[],\"until\":9223372036854775807"),
	REGISTERED("\"addresses\":[],\"until\":-1"),
	REGISTERED("\"addresses\":[\"10.9.0.9\"],\"until\":2305843009213693951"),
	REGISTERED("\"addresses\":[\"10.9.0.1\",\"::1\"],\"digests\":[1]"),
	REGISTERED("\"addresses\":[\"10.9.0.9\"],\"digests\":[1],\"interface\":\"" LONG "\""),
	REGISTERED("\"addresses\":[\"10.9.0.9\"],\"ports\":[\"tcp/22\",\"tcp/any\",\"none\"]"),
	"[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[",
};

/* The maps of before would say which hosts were deleted by hand. */
static void forget_maps(void)
{
	HERE("rm -rf %s", pin_dir);
}

TEST(rows_that_make_no_sense_are_skipped)
{
	const size_t count = sizeof(crafted) / sizeof(*crafted);

	stop_daemon(true);
	forget_maps();
	sql("INSERT INTO host VALUES ('52:54:00:00:00:99', '{" GOOD "}')");
	for (size_t i = 0; i < count; i++) {
		char *statement = sqlite3_mprintf("INSERT INTO host VALUES ('" MAC_TEXT "', %Q);"
		                                  "INSERT INTO replay VALUES ('10.9.0.%d', %Q)",
		                                  (int)i + 1, crafted[i], (int)i + 1, crafted[i]);

		sql(statement);
		sqlite3_free(statement);
	}
	start_daemon();
	tick();
	assert_non_null(host_at(0x99)); /* the good one */
	assert_int_equal(describe_host(0xa0, ""), DONE);
	assert_true(is_stored(0xa0));
	for (size_t i = 0; i < count; i++) {
		struct host *host = host_at((int)i + 1);

		if (host)
			command("{'command':'host-remove','name':'%s'}", host->name);
	}
}

/* They would take no row, though each check of SQLite finds them right. */
TEST(tables_that_take_nothing_are_set_aside)
{
	static const char *const schemas[] = {
		"DROP TABLE host; CREATE TABLE host (mac TEXT PRIMARY KEY, row TEXT, more TEXT NOT NULL)",
		"DROP TABLE host; CREATE VIEW host AS SELECT 1 AS mac, 2 AS row",
		"DROP TABLE host; CREATE TABLE host (mac INTEGER PRIMARY KEY, row TEXT)",
		"DROP TABLE replay; CREATE TABLE replay (address TEXT, row TEXT CHECK (row = 'x'))",
		"CREATE TRIGGER no BEFORE DELETE ON host BEGIN SELECT RAISE(ABORT, 'no'); END",
		"CREATE TRIGGER no BEFORE INSERT ON history BEGIN SELECT RAISE(FAIL, 'no'); END",
	};

	for (size_t i = 0; i < sizeof(schemas) / sizeof(*schemas); i++) {
		stop_daemon(true);
		sql(schemas[i]);
		start_daemon();
		if (describe_host(1, "") != DONE)
			fail_msg("%s", schemas[i]);
		assert_true(is_stored(1));
		HERE("ls %s.broken-%zu > /dev/null", database, i + 1);
	}
}

static void damage(unsigned int chance)
{
	uint8_t octets[65536];
	int fd = open(database, O_RDWR | O_CLOEXEC);
	const ssize_t length = pread(fd, octets, sizeof(octets), 0);

	assert_true(length > 4096);
	if (chance % 3 == 0)
		assert_int_equal(ftruncate(fd, (off_t)(chance * 7919U % (unsigned int)length)), 0);
	for (unsigned int i = 0; i < 1 + chance % 40; i++) {
		chance = chance * 1103515245 + 12345;
		octets[(chance >> 8) % (unsigned int)length] ^= (uint8_t)(1 << (chance >> 5) % 8);
	}
	if (chance % 3)
		assert_int_equal(pwrite(fd, octets, (size_t)length, 0), length);
	close(fd);
}

static void see_host(void *seen, const struct mac *mac, struct json_object *row)
{
	const struct mac last = mac_of(HOSTS);

	(void)row;
	*(bool *)seen |= mac_equal(mac, &last);
}

/* False: the last host was not there. */
static bool fill_store(void)
{
	bool seen = false;
	const struct host_store_reader reader = { .on_host = see_host, .context = &seen };
	struct host_store *store;
	char why[256] = "";

	store = host_store_open(state_dir, why, sizeof(why));
	if (!store)
		fail_msg("%s", why);
	host_store_load(store, &reader);
	for (int i = 0; i <= HOSTS; i++) {
		const struct mac mac = mac_of(i);

		host_store_put_host(store, &mac, "{\"name\":\"a\"}");
	}
	host_store_close(store);
	return seen;
}

/* And what is stored in it, or in a new one, is there at the next start. */
TEST_WITH(a_damaged_file_does_not_stop_the_start, NULL, NULL)
{
	for (unsigned int i = 0; i < DAMAGES; i++) {
		fill_store();
		damage(i);
		fill_store();
		if (!fill_store())
			fail_msg("damage %u", i);
		HERE("rm -f %s*", database);
	}
}
