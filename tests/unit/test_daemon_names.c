// SPDX-License-Identifier: GPL-2.0-or-later
/* What is known of a host is its MAC's: whoever takes its name, or one like it, gets none of it. */
#include "test.h"

#include "support_daemon.h"

#define MADE_UP "host-5254000000%02x"

static const char registered[] = "'registered':{'client-identifier':1,'active':true,"
				 "'addresses':['10.9.0.29'],'digests':[1]}";

/* A row of the store, as an earlier daemon, or a bad disk, may have left it. */
static void store_row(int index, const char *name, const char *state, const char *inputs)
{
	const struct mac mac = mac_of(index);
	const struct host_entry entry = { .state = AWAKE };
	char row[512], statement[640];
	sqlite3 *db;

	snprintf(row, sizeof(row), "{'name':'%s','state':'%s',%s}", name, state, inputs);
	for (char *quote = row; (quote = strchr(quote, '\'')); quote++)
		*quote = '"';
	snprintf(statement, sizeof(statement),
	         "INSERT OR REPLACE INTO host VALUES ('" MAC_TEXT "', '%s')", index, row);
	assert_int_equal(sqlite3_open(database, &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, statement, NULL, NULL, NULL), SQLITE_OK);
	sqlite3_close(db);
	put_row("hosts", &mac, &entry); /* else it was deleted by hand */
}

static void register_as(int index, const char *name)
{
	const struct mac mac = mac_of(index);
	struct registration_draft draft = {
		.head = { .client_id = 1, .active = true, .address_count = 1 },
		.addresses = { ipv4_mapped((struct ipv4){ { 10, 9, 0, 29 } }) },
	};
	struct host *host = daemon_add_host(&daemon_, &mac, name);

	assert_non_null(host);
	host->registration = registration_new(&draft);
	assert_int_equal(host_sync(&daemon_, host), 0);
	host_start(&daemon_, host, AWAKE);
	host_persist(&daemon_, host);
	settle();
}

/* It would be found by whoever means the other host, and be in its way. */
TEST(a_stranger_is_not_called_by_another_s_mac)
{
	char name[HOST_NAME_MAX_SIZE];

	snprintf(name, sizeof(name), MADE_UP, 1);
	register_as(9, name);
	snprintf(name, sizeof(name), MADE_UP, 9);
	assert_string_equal(host_at(9)->name, name);
	assert_int_equal(describe_host(1, "'10.9.0.21'"), DONE);
	assert_int_equal(host_at(1)->life.state, AWAKE);
	register_as(8, "02-00-00-00-01-01");
	assert_string_not_equal(host_at(8)->name, "02-00-00-00-01-01");
}

TEST(names_that_are_none_are_not_taken)
{
	static const char *const names[] = { "-j", "--help", ".", "list", "show", "add", "" };

	EACH(i, names)
	{
		register_as(9, names[i]);
		assert_string_equal(host_at(9)->name, "host-525400000009");
		daemon_remove(&daemon_, host_at(9));
		settle();
	}
}

/* What an earlier daemon took: the host stays, under another name. */
TEST(names_that_are_none_are_replaced_in_the_store)
{
	static const char *const names[] = { "-j", "list", "host-525400000001" };

	EACH(i, names)
	{
		stop_daemon(true);
		store_row(9, names[i], "awake", registered);
		start_daemon();
		assert_non_null(host_at(9));
		assert_string_equal(host_at(9)->name, "host-525400000009");
		assert_int_equal(describe_host(1, "'10.9.0.21'"), DONE);
		daemon_remove(&daemon_, host_at(1));
		settle();
	}
}

static void configure_host(int index)
{
	static struct host_description entry;

	entry = (struct host_description){ .name = "nas", .mac = mac_of(index) };
	configured = &entry;
	configured_count = 1;
}

/* The same name, with another network card: it was the other one that slept. */
TEST(a_name_under_another_mac_is_another_host)
{
	const struct mac before = mac_of(1);
	struct host_entry entry = { .state = ASLEEP };

	stop_daemon(true);
	configure_host(1);
	start_daemon();
	host_trigger(&daemon_, host_at(1), TRIGGER_SLEEP_NOW);
	settle();
	stop_daemon(true);
	store_row(1, "nas", "asleep", "'by':'config','described':{'addresses':['10.9.0.21']}");
	put_row("hosts", &before, &entry);
	configure_host(2);
	start_daemon();
	assert_string_equal(host_at(2)->name, "nas");
	assert_int_equal(host_at(2)->life.state, AWAKE);
	assert_null(host_at(1));
	configured_count = 0;
}

/* What the maps have of a host is found again, whatever a stranger was called. */
TEST(a_stranger_s_name_hides_no_host)
{
	const struct mac mac = mac_of(1);
	struct host_entry entry = { .state = ASLEEP };

	stop_daemon(true);
	put_row("hosts", &mac, &entry);
	store_row(9, "host-525400000001", "awake", registered);
	configure_host(1);
	start_daemon();
	assert_non_null(host_at(1));
	assert_string_equal(host_at(1)->name, "nas");
	assert_non_null(host_at(1)->installed);
	assert_int_equal(host_at(1)->life.state, ASLEEP);
	configured_count = 0;
}
