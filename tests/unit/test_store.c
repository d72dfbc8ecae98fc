// SPDX-License-Identifier: GPL-2.0-or-later
/* The store, with a real database in a directory of its own. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#include <json-c/json.h>

#include "core/log.h"
#include "hosts/store.h"

struct place {
	char directory[64];
	struct store *store;
};

static int set_up(void **state)
{
	struct place *place = calloc(1, sizeof(*place));

	strcpy(place->directory, "/tmp/test_store.XXXXXX");
	assert_non_null(mkdtemp(place->directory));
	place->store = store_open(place->directory);
	assert_non_null(place->store);
	*state = place;
	return 0;
}

static int tear_down(void **state)
{
	static const char *const files[] = { "", "-wal", "-shm" };
	struct place *place = *state;

	store_close(place->store);
	for (size_t i = 0; i < 3; i++) {
		char path[128];

		snprintf(path, sizeof(path), "%s/sleepproxy.db%s", place->directory, files[i]);
		unlink(path);
	}
	rmdir(place->directory);
	free(place);
	return 0;
}

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
	struct host_spec spec;
	enum host_origin origin;
	enum host_state state;
};

static void see(void *context, const struct host_spec *spec, enum host_origin origin,
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
	assert_true(spec_equal(&seen.spec, &nas.spec));
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

static void tell(struct store *store, const char *name, enum happening_kind kind)
{
	struct happening happening = { .kind = kind, .wall_ms = 1700000000000 };

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

	tell(place->store, "nas", HAPPENED_ASLEEP);
	tell(place->store, "tv", HAPPENED_ASLEEP);
	tell(place->store, "nas", HAPPENED_AWAKE);
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
		cmocka_unit_test_setup_teardown(test_history_is_in_order_of_one_host_or_all, set_up,
		                                tear_down),
		cmocka_unit_test(test_without_a_place_there_is_no_store_and_no_crash),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
