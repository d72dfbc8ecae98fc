// SPDX-License-Identifier: GPL-2.0-or-later
/* The store, with a real database in a directory of its own. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>
#include <json-c/json.h>
#include <sqlite3.h>

#include "base/log.h"
#include "base/text.h"
#include "support_store.h"

static struct registered host_called(const char *name, uint8_t number, enum host_state state)
{
	struct registered host = { .origin = ORIGIN_COMMAND, .life.state = state };

	snprintf(host.spec.name, sizeof(host.spec.name), "%s", name);
	host.spec.mac = (struct mac){ { 2, 0, 0, 0, 0, number } };
	host.spec.addresses[0] = ipv4_mapped((struct ipv4){ { 192, 0, 2, number } });
	host.spec.address_count = 1;
	return host;
}

struct seen {
	int count;
	struct host_description spec;
	enum host_origin origin;
	enum host_state state;
};

static void see(void *context, const struct host_description *spec, enum host_origin origin,
                enum host_state state)
{
	struct seen *seen = context;

	*seen = (struct seen){ seen->count + 1, *spec, origin, state };
}

static void test_a_host_is_found_again_by_the_next_start(void **state)
{
	const struct registered nas = host_called("nas", 20, ASLEEP);
	struct place *place = *state;
	struct seen seen = { 0 };

	store_save(place->store, &nas);
	store_close(place->store);
	place->store = store_open(place->directory);
	store_each(place->store, see, &seen);
	assert_int_equal(seen.count, 1);
	assert_true(description_equal(&seen.spec, &nas.spec));
	assert_int_equal(seen.origin, ORIGIN_COMMAND);
	assert_int_equal(seen.state, ASLEEP);
}

static void test_the_last_word_of_a_host_counts(void **state)
{
	struct registered nas = host_called("nas", 20, ASLEEP);
	struct place *place = *state;
	struct seen seen = { 0 };

	store_save(place->store, &nas);
	nas.life.state = WAKING;
	store_save(place->store, &nas);
	store_each(place->store, see, &seen);
	assert_int_equal(seen.count, 1);
	assert_int_equal(seen.state, WAKING);
}

static void test_a_forgotten_host_is_gone(void **state)
{
	const struct registered nas = host_called("nas", 20, ASLEEP);
	const struct registered tv = host_called("tv", 21, AWAKE);
	struct place *place = *state;
	struct seen seen = { 0 };

	store_save(place->store, &nas);
	store_save(place->store, &tv);
	store_forget(place->store, &nas.spec.mac);
	store_each(place->store, see, &seen);
	assert_int_equal(seen.count, 1);
	assert_string_equal(seen.spec.name, "tv");
}

/* What DHCP adds or takes away is not what the next start is told. */
static void test_a_host_is_stored_as_it_was_said_to_be(void **state)
{
	const struct ipv6 address = ipv4_mapped((struct ipv4){ { 192, 0, 2, 99 } });
	const struct registered said = host_called("nas", 20, ASLEEP);
	struct registered leased = said, withheld = said;
	struct place *place = *state;
	struct seen seen = { 0 };

	leased.lease = (struct host_lease){ .address = address, .alone = true };
	assert_int_equal(description_add_address(&leased.spec, &address), 0);
	store_save(place->store, &leased);
	store_each(place->store, see, &seen);
	assert_true(description_equal(&seen.spec, &said.spec));
	withheld.lease = (struct host_lease){ .address = said.spec.addresses[0], .lost = true };
	withheld.spec.address_count = 0;
	store_save(place->store, &withheld);
	store_each(place->store, see, &seen);
	assert_true(description_equal(&seen.spec, &said.spec));
	withheld.lease.alone = true; /* nor is one that nobody said said now */
	store_save(place->store, &withheld);
	store_each(place->store, see, &seen);
	assert_int_equal(seen.spec.address_count, 0);
}

struct seen_lease {
	int count;
	char key[TEXT_MAC];
	int number;
};

static void see_lease(void *context, const char *key, struct json_object *lease)
{
	struct seen_lease *seen = context;

	seen->count++;
	snprintf(seen->key, sizeof(seen->key), "%s", key);
	seen->number = json_object_get_int(json_object_object_get(lease, "number"));
}

static void save_lease(struct store *store, uint8_t host, int number)
{
	const struct mac mac = { { 2, 0, 0, 0, 0, host } };
	struct json_object *lease = json_object_new_object();
	char key[TEXT_MAC];

	json_object_object_add(lease, "number", json_object_new_int(number));
	store_save_record(store, STORE_LEASES, text_from_mac(&mac, key), lease);
	json_object_put(lease);
}

static void test_a_lease_is_found_again_by_the_next_start(void **state)
{
	struct place *place = *state;
	struct seen_lease seen = { 0 };

	save_lease(place->store, 20, 1);
	save_lease(place->store, 20, 2);
	store_close(place->store);
	place->store = store_open(place->directory);
	store_each_record(place->store, STORE_LEASES, see_lease, &seen);
	assert_int_equal(seen.count, 1);
	assert_int_equal(seen.number, 2);
	assert_string_equal(seen.key, "02:00:00:00:00:14");
}

static void test_a_forgotten_lease_is_gone_and_its_host_is_not(void **state)
{
	const struct registered nas = host_called("nas", 20, ASLEEP);
	struct place *place = *state;
	struct seen_lease leases = { 0 };
	struct seen hosts = { 0 };

	store_save(place->store, &nas);
	save_lease(place->store, 20, 1);
	save_lease(place->store, 21, 2);
	store_forget_record(place->store, STORE_LEASES, "02:00:00:00:00:14");
	store_each_record(place->store, STORE_LEASES, see_lease, &leases);
	assert_int_equal(leases.count, 1);
	assert_int_equal(leases.number, 2);
	store_each(place->store, see, &hosts);
	assert_int_equal(hosts.count, 1);
	store_forget(place->store, &(struct mac){ { 2, 0, 0, 0, 0, 21 } });
	store_each_record(place->store, STORE_LEASES, see_lease,
	                  &leases); /* that is its keeper's to do */
	assert_int_equal(leases.count, 2);
}

/* As by an older daemon, a newer one, or a failing disk. */
static void sql(const struct place *place, const char *text)
{
	char path[128];
	sqlite3 *db;

	snprintf(path, sizeof(path), "%s/sleepproxy.db", place->directory);
	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, text, NULL, NULL, NULL), SQLITE_OK);
	sqlite3_close(db);
}

static void test_a_store_of_before_there_were_leases_has_room_for_them(void **state)
{
	const struct registered nas = host_called("nas", 20, ASLEEP);
	struct place *place = *state;
	struct seen_lease leases = { 0 };
	struct seen hosts = { 0 };

	store_save(place->store, &nas);
	store_close(place->store);
	sql(place, "DROP TABLE leases");
	place->store = store_open(place->directory);
	store_each(place->store, see, &hosts);
	assert_int_equal(hosts.count, 1);
	save_lease(place->store, 20, 1);
	store_each_record(place->store, STORE_LEASES, see_lease, &leases);
	assert_int_equal(leases.count, 1);
}

static void test_leases_that_make_no_sense_are_passed_over(void **state)
{
	struct place *place = *state;
	struct seen_lease seen = { 0 };

	log_init(LOG_EMERG);
	sql(place, "INSERT INTO leases VALUES"
	           " ('02:00:00:00:00:14', 'no JSON'), ('02:00:00:00:00:15', ''),"
	           " ('02:00:00:00:00:16', 'null'), ('02:00:00:00:00:17', '{\"number\": 1'),"
	           " ('02:00:00:00:00:18', x'7b00'), (NULL, '{}')");
	save_lease(place->store, 25, 3);
	store_each_record(place->store, STORE_LEASES, see_lease, &seen);
	assert_int_equal(seen.count, 1);
	assert_int_equal(seen.number, 3);
}

static void tell(struct store *store, const char *name, enum host_event_kind kind)
{
	struct host_event happening = { .kind = kind, .wall_ms = 1700000000000 };

	snprintf(happening.name, sizeof(happening.name), "%s", name);
	store_tell(store, &happening);
}

static const char *event_at(struct json_object *history, size_t i)
{
	return json_object_get_string(
		json_object_object_get(json_object_array_get_idx(history, i), "event"));
}

static void test_history_is_in_order_of_one_host_or_all(void **state)
{
	struct place *place = *state;
	struct json_object *history;

	tell(place->store, "nas", HOST_EVENT_ASLEEP);
	tell(place->store, "tv", HOST_EVENT_ASLEEP);
	tell(place->store, "nas", HOST_EVENT_AWAKE);
	history = store_history(place->store, "nas");
	assert_int_equal(json_object_array_length(history), 2);
	assert_string_equal(event_at(history, 0), "asleep");
	assert_string_equal(event_at(history, 1), "awake");
	json_object_put(history);
	history = store_history(place->store, NULL);
	assert_int_equal(json_object_array_length(history), 3);
	json_object_put(history);
}

static void test_without_a_place_there_is_no_store_and_no_crash(void **state)
{
	const struct registered nas = host_called("nas", 20, ASLEEP);
	struct json_object *history;
	struct seen seen = { 0 };

	(void)state;
	log_init(LOG_EMERG);
	assert_null(store_open("/dev/null/nowhere"));
	store_save(NULL, &nas);
	store_forget(NULL, &nas.spec.mac);
	store_forget_record(NULL, STORE_TRUST, "192.0.2.20");
	store_save_record(NULL, STORE_SESSIONS, "02:00:00:00:00:14", NULL);
	store_each_record(NULL, STORE_SESSIONS, see_lease, &seen);
	store_each(NULL, see, &seen);
	assert_int_equal(seen.count, 0);
	history = store_history(NULL, NULL);
	assert_int_equal(json_object_array_length(history), 0);
	json_object_put(history);
	store_close(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_a_host_is_found_again_by_the_next_start,
		                                set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_the_last_word_of_a_host_counts, set_up,
		                                tear_down),
		cmocka_unit_test_setup_teardown(test_a_forgotten_host_is_gone, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_a_host_is_stored_as_it_was_said_to_be, set_up,
		                                tear_down),
		cmocka_unit_test_setup_teardown(test_a_lease_is_found_again_by_the_next_start,
		                                set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_a_forgotten_lease_is_gone_and_its_host_is_not,
		                                set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			test_a_store_of_before_there_were_leases_has_room_for_them, set_up,
			tear_down),
		cmocka_unit_test_setup_teardown(test_leases_that_make_no_sense_are_passed_over,
		                                set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_history_is_in_order_of_one_host_or_all, set_up,
		                                tear_down),
		cmocka_unit_test(test_without_a_place_there_is_no_store_and_no_crash),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
