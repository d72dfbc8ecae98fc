// SPDX-License-Identifier: GPL-2.0-or-later
/* What becomes of rows and of those who wait for them, also where the store fails for a while. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "support_daemon.h"

static void test_an_answer_follows_the_commit(void **state)
{
	struct store_wait completion;
	(void)state;

	need_machine();
	assert_int_equal(describe_host(1, ""), DONE);
	assert_true(is_stored(1));
	daemon_remove(&daemon_, host_number(1));
	daemon_complete_when_stored(&daemon_, TOKEN);
	assert_false(daemon_next_completion(&daemon_, &completion));
	assert_true(is_stored(1));
	settle();
	assert_true(daemon_next_completion(&daemon_, &completion));
	assert_int_equal(completion.err, 0);
	assert_false(is_stored(1));
}

/* Each while the store fails; then whether there is a row, at once and once it is mended. */
static void set_lease(void)
{
	assert_int_equal(command("{'command':'lease-set','name':'host1','address':'10.9.0.31'}"),
	                 -ENOENT);
}

static void remove_host(void)
{
	assert_int_equal(command("{'command':'host-remove','name':'host1'}"), -ENOENT);
}

static void remove_and_add_again(void)
{
	remove_host();
	mend_store();
	assert_int_equal(describe_host(1, ""), DONE);
}

/* What could not be written goes with the next that is. */
static void remove_and_add_another(void)
{
	remove_host();
	mend_store();
	assert_int_equal(describe_host(3, ""), DONE);
	assert_false(is_stored(1));
}

static void add_another(void)
{
	assert_int_equal(describe_host(2, ""), -ENOENT);
}

static void test_what_was_lost_is_written_with_the_next_tick(void **state)
{
	static const struct {
		void (*change)(void);
		bool has_row, has_lease;
	} cases[] = {
		{ set_lease, true, true },
		{ remove_host, false, false },
		{ remove_and_add_again, true, false },
		{ remove_and_add_another, false, false },
		{ add_another, true, false },
	};
	const struct mac mac = { { 2, 0, 0, 0, 1, 1 } };
	(void)state;

	need_machine();
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct json_object *row;

		describe_host(1, "");
		break_store();
		cases[i].change();
		if (daemon_.store_err) {
			tick();
			assert_int_not_equal(daemon_.store_err, 0);
			mend_store();
		}
		tick();
		assert_int_equal(daemon_.store_err, 0);
		row = stored_row(&mac);
		assert_int_equal(row != NULL, cases[i].has_row);
		assert_int_equal(json_object_object_get(row, "lease") != NULL, cases[i].has_lease);
		json_object_put(row);
		assert_false(is_stored(2));
	}
}

static void test_an_unchanged_row_is_not_written_again(void **state)
{
	uint64_t batch;
	(void)state;

	need_machine();
	describe_host(1, "");
	tick();
	batch = daemon_.store_batch;
	host_persist(&daemon_, host_number(1));
	settle();
	assert_int_equal(daemon_.store_batch, batch);
}

/* There is no batch yet that could be waited for. */
static void test_the_same_again_ends_first_thing_after_a_restart(void **state)
{
	(void)state;

	need_machine();
	assert_int_equal(describe_host(1, "'10.9.0.21'"), DONE);
	stop_daemon(true);
	start_daemon();
	assert_int_equal(describe_host(1, "'10.9.0.21'"), DONE);
	assert_int_equal(daemon_.store_batch, 0);
}

static void test_history_comes_with_a_completion(void **state)
{
	struct store_wait completion;
	struct json_object *events;
	int waited = 0;
	(void)state;

	need_machine();
	describe_host(1, "");
	daemon_read_history(&daemon_, "host1", TOKEN);
	while (!daemon_next_completion(&daemon_, &completion) && waited++ < STORE_TIMEOUT) {
		poll(NULL, 0, 1);
		settle();
	}
	assert_non_null(completion.json);
	events = json_tokener_parse(completion.json);
	assert_int_equal(json_object_array_length(events), 1);
	json_object_put(events);
	free(completion.json);
}

static void test_what_is_queued_at_the_end_is_written(void **state)
{
	(void)state;
	need_machine();
	describe_host(1, "");
	daemon_remove(&daemon_, host_number(1));
	stop_daemon(true);
	assert_false(is_stored(1));
	start_daemon();
	assert_null(host_number(1));
}

/* Lost so far, and mended since the last tick. */
static void test_what_was_lost_is_written_at_the_end(void **state)
{
	(void)state;
	need_machine();
	describe_host(1, "");
	break_store();
	remove_host();
	mend_store();
	stop_daemon(true);
	assert_false(is_stored(1));
	start_daemon();
}

static void test_without_a_store_all_is_accepted(void **state)
{
	(void)state;
	need_machine();
	stop_daemon(false);
	HERE("umount %s && rmdir %s && touch %s", state_dir, state_dir, state_dir);
	start_daemon();
	assert_null(daemon_.store);
	assert_int_equal(describe_host(1, "'10.9.0.21'"), DONE);
	assert_int_equal(owner_in_map(21), 1);
	assert_int_equal(command("{'command':'host-remove','name':'host1'}"), DONE);
	HERE("rm %s && mkdir %s && mount -t tmpfs tmpfs %s", state_dir, state_dir, state_dir);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		DAEMON_TEST(test_an_answer_follows_the_commit),
		DAEMON_TEST(test_what_was_lost_is_written_with_the_next_tick),
		DAEMON_TEST(test_an_unchanged_row_is_not_written_again),
		DAEMON_TEST(test_the_same_again_ends_first_thing_after_a_restart),
		DAEMON_TEST(test_history_comes_with_a_completion),
		DAEMON_TEST(test_what_is_queued_at_the_end_is_written),
		DAEMON_TEST(test_what_was_lost_is_written_at_the_end),
		DAEMON_TEST(test_without_a_store_all_is_accepted),
	};

	return cmocka_run_group_tests(tests, make_machine, remove_machine);
}
