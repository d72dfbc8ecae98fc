// SPDX-License-Identifier: GPL-2.0-or-later
/* Hosts known for their registration alone: how many, which gives way, and who may report. */

#include "test.h"

#include "support_register.h"

BEFORE_EACH(set_up)
AFTER_EACH(tear_down)

enum { REGISTRATIONS_MAX = 4, REPORT_TIME = 300000 };

static struct host *hosts[REGISTRATIONS_MAX + 1]; /* from 1 on */

static void add_hosts(void)
{
	for (unsigned int i = 1; i <= REGISTRATIONS_MAX; i++) {
		const struct mac mac = mac_of(i);
		const struct registration_request request = request_of(mac, address_of(i));

		hosts[i] = registers(&test, &request);
	}
	assert_int_equal(test.table->registered_only, REGISTRATIONS_MAX);
}

static void was_up(unsigned int index, int64_t ms_ago)
{
	host_is_up(hosts[index], BOOT - ms_ago);
}

/* Who asks for a place. */
static struct registration newcomer;

static bool has_room_for(const struct host *host, unsigned int max, struct host **replaced)
{
	return register_has_room(test.table, host, &newcomer, max, BOOT, replaced);
}

/* For one host more. */
static bool has_room(struct host **replaced)
{
	return has_room_for(NULL, REGISTRATIONS_MAX, replaced);
}

static void is_full(void)
{
	struct host *replaced = hosts[1];

	assert_false(has_room(&replaced));
	assert_null(replaced);
}

static void gives_way(unsigned int index)
{
	struct host *replaced;

	assert_true(has_room(&replaced));
	assert_ptr_equal(replaced, hosts[index]);
}

TEST(there_is_room_up_to_the_limit)
{
	struct host *replaced;

	assert_false(has_room_for(NULL, 0, &replaced));
	add_hosts();
	assert_true(has_room_for(NULL, REGISTRATIONS_MAX + 1, &replaced));
	assert_null(replaced);
	is_full();
	for (unsigned int i = 1; i <= REGISTRATIONS_MAX; i++) { /* those who are there stay */
		assert_true(has_room_for(hosts[i], REGISTRATIONS_MAX - 1, &replaced));
		assert_null(replaced);
	}
}

TEST(hosts_that_people_know_take_no_place_and_give_none)
{
	const struct registration_request request = request_of(nas, nas_address);
	struct host *host, *replaced;

	describe_host(test.table, &nas, nas_address);
	host = registers(&test, &request);
	add_hosts();
	assert_true(has_room_for(host, REGISTRATIONS_MAX, &replaced));
	assert_null(replaced);
	host_is_up(host, 0);
	is_full();
	was_up(1, 2 * REPORT_TIME);
	describe_host(test.table, &hosts[1]->mac, address_of(1));
	assert_int_equal(test.table->registered_only, REGISTRATIONS_MAX - 1);
	assert_true(has_room(&replaced));
	assert_null(replaced);
}

/* A host that is in the table for its DHCP alone is to be known for its registration. */
TEST(a_host_without_a_registration_needs_a_place)
{
	struct host *host = add_host(test.table, &nas), *replaced;

	add_hosts();
	assert_false(has_room_for(host, REGISTRATIONS_MAX, &replaced));
}

TEST(who_gives_way)
{
	static const struct {
		const char *shows;
		bool reported;
		int64_t up_for; /* ms; -1: asleep */
		bool gives_way;
	} cases[] = {
		{ "asleep", false, -1, false },
		{ "up, and has reported", true, 0, true },
		{ "up, and may still report", false, 0, false },
		{ "up for a while", false, REPORT_TIME - 5000, false },
		{ "the last moment to report", false, REPORT_TIME, false },
		{ "too late to report", false, REPORT_TIME + 1, true },
	};
	struct host *replaced;

	EACH(i, cases)
	{
		add_hosts();
		hosts[3]->registration->reported = cases[i].reported;
		if (cases[i].up_for >= 0)
			was_up(3, cases[i].up_for);
		if (has_room(&replaced) != cases[i].gives_way ||
		    replaced != (cases[i].gives_way ? hosts[3] : NULL))
			fail_msg("%s", cases[i].shows);
		start_anew();
	}
}

TEST(who_was_up_for_the_longest_gives_way)
{
	add_hosts();
	was_up(4, 2 * REPORT_TIME);
	was_up(2, 4 * REPORT_TIME);
	was_up(1, 3 * REPORT_TIME);
	gives_way(2);
	was_up(3, 0);
	registration_is_dropped(test.table, hosts[3]); /* it is kept for its identifier alone */
	gives_way(3);
}

/* A flood of strangers must not keep out those who are there. */
TEST(who_was_registered_first_and_never_seen_gives_way)
{
	enum { UNSEEN_TIME = 10000 };
	static const struct {
		const char *shows;
		bool seen, newcomer_is_seen;
		int64_t age;
		bool gives_way;
	} cases[] = {
		{ "it may still be seen", false, false, UNSEEN_TIME - 1, false },
		{ "it was not, for a while", false, false, UNSEEN_TIME, true },
		{ "at once for one that was seen", false, true, 0, true },
		{ "it was seen", true, true, 10 * UNSEEN_TIME, false },
	};
	struct host *replaced;

	EACH(i, cases)
	{
		add_hosts();
		for (size_t of = 1; of <= REGISTRATIONS_MAX; of++)
			hosts[of]->registration->seen = of != 2 || cases[i].seen;
		hosts[2]->registration->since = BOOT - cases[i].age;
		newcomer.seen = cases[i].newcomer_is_seen;
		if (has_room(&replaced) != cases[i].gives_way ||
		    replaced != (cases[i].gives_way ? hosts[2] : NULL))
			fail_msg("%s", cases[i].shows);
		start_anew();
	}
	newcomer.seen = true;
	add_hosts();
	gives_way(1);
	was_up(4, 2 * REPORT_TIME); /* who is up needs its place less */
	gives_way(4);
	newcomer.seen = false;
}

/* Also one that has no registration yet. */
TEST(a_host_whose_request_is_being_stored_stays)
{
	add_hosts();
	was_up(2, 2 * REPORT_TIME);
	hosts[2]->proposal = calloc(1, sizeof(*hosts[2]->proposal));
	is_full();
	hosts[2]->proposal->registration = hosts[2]->registration;
	hosts[2]->registration = NULL;
	is_full();
}

/* That it reported from an earlier sleep is no sign that it has from this one. */
TEST(a_report_is_of_one_sleep)
{
	struct registration_request request = request_of(mac_of(1), address_of(1));

	add_hosts();
	hosts[1]->registration->reported = 99;
	request.transaction++;
	registers(&test, &request);
	assert_true(hosts[1]->registration->reported == 0);
	was_up(1, 0);
	is_full();
	hosts[1]->registration->reported = 99;
	gives_way(1);
	request = part_of(mac_of(1)); /* nor is it of a further part */
	request.transaction++;
	hosts[1]->registration->active = true;
	registers(&test, &request);
	assert_true(hosts[1]->registration->reported == 0);
}

TEST(who_may_report)
{
	static const struct {
		const char *shows;
		bool active, dropped;
		uint16_t client_id, transaction;
		enum reject_reason reason;
	} cases[] = {
		{ "it sleeps", true, false, 1, TRANSACTION, REJECT_NONE },
		{ "it is up", false, false, 1, TRANSACTION, REJECT_NONE },
		{ "its registration is over", false, true, 1, TRANSACTION, REJECT_UNKNOWN_CLIENT },
		{ "another's identifier", true, false, 2, TRANSACTION, REJECT_UNKNOWN_CLIENT },
		{ "no identifier", true, false, 0, TRANSACTION, REJECT_UNKNOWN_CLIENT },
		{ "another's identifier, and request", true, false, 2, TRANSACTION + 1,
		  REJECT_UNKNOWN_CLIENT },
		{ "an earlier request", true, false, 1, TRANSACTION + 1, REJECT_STALE_TRANSACTION },
		{ "an earlier request, and it is up", false, false, 1, TRANSACTION + 1,
		  REJECT_STALE_TRANSACTION },
	};
	const struct registration_request request = request_of(nas, nas_address);
	struct host *host = registers(&test, &request);

	EACH(i, cases)
	{
		host->registration->active = cases[i].active;
		host->registration->until = cases[i].active || cases[i].dropped ? 0 : BOOT;
		if (register_check_report(host, cases[i].client_id, cases[i].transaction) !=
		    cases[i].reason)
			fail_msg("%s", cases[i].shows);
	}
	assert_int_equal(register_check_report(NULL, 1, TRANSACTION), REJECT_UNKNOWN_CLIENT);
	host = describe_host(test.table, &tv, other_address);
	assert_int_equal(register_check_report(host, 0, TRANSACTION), REJECT_UNKNOWN_CLIENT);
}

TEST(each_reason_has_a_name_and_a_text)
{
	for (enum reject_reason i = 0; i < REJECT_REASONS; i++) {
		assert_non_null(reject_words[i].name);
		assert_true(strlen(reject_words[i].text) > 5);
		for (enum reject_reason other = 0; other < i; other++) {
			assert_string_not_equal(reject_words[i].name, reject_words[other].name);
			assert_string_not_equal(reject_words[i].text, reject_words[other].text);
		}
	}
}
