// SPDX-License-Identifier: GPL-2.0-or-later
/* What becomes of rows and of those who wait for them, also where the store fails for a while. */

#include "test.h"

#include "support_daemon.h"

TEST(an_answer_follows_the_commit)
{
	struct store_wait completion;

	assert_int_equal(describe_host(1, ""), DONE);
	assert_true(is_stored(1));
	daemon_remove(&daemon_, host_at(1));
	daemon_complete_when_stored(&daemon_, TOKEN);
	assert_false(daemon_next_completion(&daemon_, &completion));
	assert_true(is_stored(1));
	settle();
	assert_true(daemon_next_completion(&daemon_, &completion));
	assert_int_equal(completion.err, 0);
	assert_false(is_stored(1));
}

/* While the store fails; then whether host 1 has a row. */
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

TEST(what_was_lost_is_written_with_the_next_tick)
{
	static const struct {
		const char *shows;
		void (*change)(void);
		bool has_row;
	} cases[] = {
		{ "removed", remove_host, false },
		{ "removed and added again", remove_and_add_again, true },
		{ "removed, and another one is added", remove_and_add_another, false },
	};

	EACH(i, cases)
	{
		describe_host(1, "");
		break_store();
		cases[i].change();
		if (daemon_.store_err) {
			tick();
			assert_int_not_equal(daemon_.store_err, 0);
			mend_store();
		}
		tick();
		if (daemon_.store_err || is_stored(1) != cases[i].has_row)
			fail_msg("%s: it has %s row; the store's error is %d", cases[i].shows,
			         is_stored(1) ? "a" : "no", daemon_.store_err);
	}
}

TEST(an_unchanged_row_is_not_written_again)
{
	uint64_t batch;

	describe_host(1, "");
	tick();
	batch = daemon_.store_batch;
	host_persist(&daemon_, host_at(1));
	settle();
	assert_int_equal(daemon_.store_batch, batch);
}

/* There is no batch yet that could be waited for. */
TEST(the_same_again_ends_first_thing_after_a_restart)
{
	assert_int_equal(describe_host(1, "'10.9.0.21'"), DONE);
	stop_daemon(true);
	start_daemon();
	assert_int_equal(describe_host(1, "'10.9.0.21'"), DONE);
	assert_int_equal(daemon_.store_batch, 0);
}

TEST(history_comes_with_a_completion)
{
	struct pollfd fd = { .fd = host_store_fd(daemon_.store), .events = POLLIN };
	const struct history_range range = { .host = "host1", .limit = 10 };
	struct store_wait completion;
	struct json_object *events;

	describe_host(1, "");
	daemon_read_history(&daemon_, &range, TOKEN);
	settle();
	while (!daemon_next_completion(&daemon_, &completion)) {
		assert_int_equal(poll(&fd, 1, STORE_TIMEOUT), 1);
		settle();
	}
	events = json_tokener_parse(completion.json);
	assert_int_equal(json_object_array_length(events), 1);
	json_object_put(events);
	free(completion.json);
}

/* Also what is queued only, and what was lost so far where the store is mended since. */
TEST(what_is_not_written_yet_is_written_at_the_end)
{
	for (int lost = 0; lost < 2; lost++) {
		describe_host(1, "");
		if (lost) {
			break_store();
			remove_host();
			mend_store();
		} else {
			daemon_remove(&daemon_, host_at(1));
		}
		stop_daemon(true);
		assert_false(is_stored(1));
		start_daemon();
		assert_null(host_at(1));
	}
}

TEST(without_a_store_all_is_accepted)
{
	stop_daemon(false);
	HERE("umount %s && rmdir %s && touch %s", state_dir, state_dir, state_dir);
	start_daemon();
	assert_null(daemon_.store);
	assert_int_equal(describe_host(1, "'10.9.0.21'"), DONE);
	assert_int_equal(owner_in_map(21), 1);
	assert_int_equal(command("{'command':'host-remove','name':'host1'}"), DONE);
	HERE("rm %s && mkdir %s && mount -t tmpfs tmpfs %s", state_dir, state_dir, state_dir);
}
