// SPDX-License-Identifier: GPL-2.0-or-later
/* Changes that are acknowledged: nothing of them is to be seen before, and nothing if they fail. */

#include "test.h"

#include "support_daemon.h"

/* Submitted, and not stored yet. */
static void propose(int index, const char *address)
{
	struct host_description description = {
		.mac = mac_of(index),
		.address_count = 1,
	};
	char why[DAEMON_WHY];

	snprintf(description.name, sizeof(description.name), "host%d", index);
	text_to_ip(address, description.addresses);
	assert_int_equal(daemon_describe(&daemon_, &description, TOKEN, why), 0);
}

static void remove_it(void)
{
	daemon_remove(&daemon_, host_at(1));
}

static void describe_in_file(void)
{
	const struct host_description entry = { .name = "other", .mac = mac_of(1) };

	free(daemon_.config.hosts);
	daemon_.config.hosts = calloc(1, sizeof(entry));
	daemon_.config.hosts[0] = entry;
	daemon_.config.host_count = 1;
	daemon_follow_config(&daemon_);
}

static void fill_maps(void)
{
	const struct host_entry entry = { .state = 9 }; /* which is no host's */

	for (uint8_t i = 0; i < max_hosts; i++)
		put_row("hosts", &(struct mac){ { 2, 0, 0, 0, 2, i } }, &entry);
}

static void nothing(void)
{
}

AT_START(set_max_hosts)
{
	max_hosts = 4;
}

TEST(what_happens_meanwhile)
{
	static const struct {
		const char *shows;
		void (*happens)(void);
		int err;
		bool is_known;
		int owner;
	} cases[] = {
		{ "nothing", nothing, 0, true, 1 },
		{ "the store fails", break_store, -ENOENT, false, 0 },
		{ "it is removed", remove_it, -ENOENT, false, 0 },
		{ "the maps become full", fill_maps, -E2BIG, false, 0 },
		{ "the file describes it", describe_in_file, -EEXIST, true, 0 },
	};

	EACH(i, cases)
	{
		int err;

		propose(1, "10.9.0.21");
		assert_non_null(host_at(1));
		assert_int_equal(owner_in_map(21), 0);
		assert_null(host_at(1)->described);
		cases[i].happens();
		err = completed();
		if (err != cases[i].err || !host_at(1) == cases[i].is_known ||
		    owner_in_map(21) != cases[i].owner)
			fail_msg("%s: ends with %d, %s, .21 is of host %d", cases[i].shows, err,
			         host_at(1) ? "known" : "unknown", owner_in_map(21));
		if (cases[i].happens == break_store)
			mend_store();
		tick();
		if (is_stored(1) != cases[i].is_known)
			fail_msg("%s: it is %sstored", cases[i].shows, is_stored(1) ? "" : "not ");
		stop_daemon(false);
		start_daemon();
	}
}

TEST(the_second_of_two_that_are_stored_together)
{
	struct store_wait first, second;

	propose(1, "10.9.0.21");
	propose(2, "10.9.0.21");
	settle();
	assert_true(daemon_next_completion(&daemon_, &first));
	assert_true(daemon_next_completion(&daemon_, &second));
	assert_int_equal(first.err, 0);
	assert_int_equal(second.err, -EEXIST);
	assert_int_equal(owner_in_map(21), 1);
	assert_null(host_at(2));
	settle();
	assert_false(is_stored(2));
}

TEST(one_change_of_a_host_at_a_time)
{
	propose(1, "10.9.0.21");
	assert_int_equal(describe_host(1, "'10.9.0.22'"), REFUSED);
	assert_non_null(strstr(refusal, "try again"));
	assert_int_equal(completed(), 0);
	assert_int_equal(describe_host(1, "'10.9.0.22'"), DONE);
	assert_int_equal(owner_in_map(21), 0);
	assert_int_equal(owner_in_map(22), 1);
}
