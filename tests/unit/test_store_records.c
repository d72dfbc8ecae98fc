// SPDX-License-Identifier: GPL-2.0-or-later
/* Records in the store that are others' business, each kind by itself. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <json-c/json.h>

#include "base/text.h"
#include "npp_server/record.h"
#include "support_store.h"

struct seen {
	int count;
	char key[TEXT_IP];
	int number;
};

static void see_number(void *context, const char *key, struct json_object *record)
{
	struct seen *seen = context;

	seen->count++;
	snprintf(seen->key, sizeof(seen->key), "%s", key);
	seen->number = json_object_get_int(json_object_object_get(record, "number"));
}

/* Each kind of record is by itself, though their keys be the same. */
static void test_records_of_sessions_and_trust_are_kept_apart(void **state)
{
	static const enum store_records kinds[] = { STORE_LEASES, STORE_SESSIONS, STORE_TRUST };
	struct place *place = *state;

	for (int i = 0; i < 3; i++) {
		struct json_object *record = json_object_new_object();

		json_object_object_add(record, "number", json_object_new_int(10 + i));
		store_save_record(place->store, kinds[i], "192.0.2.20", record);
		json_object_put(record);
	}
	store_close(place->store);
	place->store = store_open(place->directory);
	for (int i = 0; i < 3; i++) {
		struct seen seen = { 0 };

		store_each_record(place->store, kinds[i], see_number, &seen);
		assert_int_equal(seen.count, 1);
		assert_int_equal(seen.number, 10 + i);
		assert_string_equal(seen.key, "192.0.2.20");
	}
	store_forget_record(place->store, STORE_SESSIONS, "192.0.2.20");
	store_forget_record(place->store, STORE_TRUST, "192.0.2.21");
	for (int i = 0; i < 3; i++) {
		struct seen seen = { 0 };

		store_each_record(place->store, kinds[i], see_number, &seen);
		assert_int_equal(seen.count, kinds[i] != STORE_SESSIONS);
	}
}

struct seen_session {
	int count;
	struct session session;
};

static void see_session(void *context, const char *key, struct json_object *record)
{
	struct seen_session *seen = context;

	seen->count++;
	assert_int_equal(text_to_mac(key, &seen->session.mac), 0);
	assert_int_equal(record_to_session(record, 0, &seen->session), 0);
}

static void test_a_session_is_found_again_by_the_next_start(void **state)
{
	struct session session = { .mac = { { 2, 0, 0, 0, 0, 20 } },
		                   .client = 0xfedc,
		                   .open = true,
		                   .until = INT64_C(1700000000000),
		                   .parts = { UINT64_MAX },
		                   .part_count = 1 };
	struct json_object *record = record_of_session(&session, 0);
	struct seen_session seen = { 0 };
	struct place *place = *state;

	store_save_record(place->store, STORE_SESSIONS, "02:00:00:00:00:14", record);
	json_object_put(record);
	store_close(place->store);
	place->store = store_open(place->directory);
	store_each_record(place->store, STORE_SESSIONS, see_session, &seen);
	assert_int_equal(seen.count, 1);
	assert_memory_equal(&seen.session.mac, &session.mac, sizeof(session.mac));
	assert_int_equal(seen.session.client, 0xfedc);
	assert_true(seen.session.open);
	assert_int_equal(seen.session.until, session.until);
	assert_true(session_has_part(&seen.session, UINT64_MAX));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_records_of_sessions_and_trust_are_kept_apart,
		                                set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_a_session_is_found_again_by_the_next_start,
		                                set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
