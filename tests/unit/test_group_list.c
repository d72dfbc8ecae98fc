// SPDX-License-Identifier: GPL-2.0-or-later
/* The groups of a host, as its reports and its silence say; when queries are answered. */
#include "test.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "group/group_list.h"
#include "group/group_rounds.h"

static struct group_list *list;
static struct group_link heard_link;

static int forget(void **state)
{
	(void)state;
	free(list);
	list = NULL;
	memset(&heard_link, 0, sizeof(heard_link));
	return 0;
}

AFTER_EACH(forget)

static struct ipv6 group(int number)
{
	return ipv4_mapped((struct ipv4){ { 239, 0, 0, (uint8_t)number } });
}

static struct ipv6 source(int number)
{
	return number ? ipv4_mapped((struct ipv4){ { 10, 0, 0, (uint8_t)number } })
	              : (struct ipv6){ { 0 } };
}

/* "+1 -2/3": joins group 1, leaves source 3 of group 2. */
static struct group_message report_of(const char *text, enum group_version version)
{
	struct group_message report = { .version = (uint8_t)version };
	int number, from, used;
	char sign;

	for (; sscanf(text, " %c%d%n", &sign, &number, &used) == 2; text += used) {
		text += used;
		from = used = 0;
		sscanf(text, "/%d%n", &from, &used);
		report.changes[report.change_count++] = (struct group_change){
			.group = group(number), .source = source(from), .joins = sign == '+'
		};
	}
	return report;
}

static bool follow(const char *text, int64_t now)
{
	const struct group_message report = report_of(text, GROUP_VERSION_3);
	bool changed;

	list = group_list_follow(list, &report, now, &changed);
	return changed;
}

static const char *has(void)
{
	static char text[1000];

	*text = 0;
	for (size_t i = 0; list && i < list->count; i++) {
		const struct group_membership *membership = &list->groups[i].membership;

		sprintf(text + strlen(text), "%s%d", i ? " " : "", membership->group.octet[15]);
		if (ip_is_set(&membership->source))
			sprintf(text + strlen(text), "/%d", membership->source.octet[15]);
	}
	return text;
}

TEST(reports_are_followed)
{
	static const struct {
		const char *shows, *before, *report, *after;
		bool changed;
	} rows[] = {
		{ "the first", "", "+1", "1", true },
		{ "once more", "+1", "+1", "1", false },
		{ "others", "+1", "+2 +3", "1 2 3", true },
		{ "one is left", "+1 +2", "-1", "2", true },
		{ "the last is left", "+1", "-1", "", true },
		{ "one is left that it does not have", "+1", "-2", "1", false },
		{ "from one source", "", "+1/7", "1/7", true },
		{ "those of a group are together", "+1/7 +2", "+1/8", "1/7 1/8 2", true },
		{ "all sources in place of some", "+1/7 +1/8 +2", "+1", "2 1", true },
		{ "a source of a group that it has", "+1", "+1/7", "1", false },
		{ "some sources in place of all", "+1 +2", "-1 +1/7", "2 1/7", true },
		{ "the same sources again", "+1/7", "-1 +1/7", "1/7", false },
		{ "a source is left", "+1/7 +1/8", "-1/7", "1/8", true },
		{ "a source of all is left", "+1", "-1/7", "1", false },
	};

	EACH_SHOWN(i, rows)
	{
		forget(NULL);
		follow(rows[i].before, 1);
		assert_int_equal(follow(rows[i].report, 2), rows[i].changed);
		assert_string_equal(has(), rows[i].after);
		assert_int_equal(!list, !*rows[i].after);
	}
}

TEST(more_than_there_is_room_for_are_left_out)
{
	char text[8];

	for (int i = 0; i < GROUP_MEMBERSHIPS; i++) {
		sprintf(text, "+%d", i);
		assert_true(follow(text, 1));
	}
	assert_false(follow("+100", 1));
	assert_int_equal(list->count, GROUP_MEMBERSHIPS);
}

/* Queries at 1000 and 2000, with 100 ms to answer. */
static void query_twice(enum group_version version)
{
	const struct group_message query = { .is_query = true,
		                             .version = (uint8_t)version,
		                             .max_response_ms = 100 };

	group_link_query(&heard_link, &query, 1000);
	group_link_query(&heard_link, &query, 1050); /* the same, from another querier */
	group_link_query(&heard_link, &query, 2000);
}

static bool age(int64_t last_seen)
{
	bool changed = false;

	list = group_list_age(list, &heard_link, false, last_seen, &changed);
	return changed;
}

TEST(what_two_queries_do_not_bring_is_forgotten)
{
	follow("+1 +2", 500);
	query_twice(GROUP_VERSION_3);
	follow("+2", 1500);
	assert_false(age(2050)); /* it may yet answer */
	assert_true(age(2200));
	assert_string_equal(has(), "2");
}

TEST(one_query_is_not_enough)
{
	const struct group_message query = { .is_query = true, .version = 3 };

	follow("+1", 500);
	group_link_query(&heard_link, &query, 1000);
	assert_false(age(9000));
	assert_string_equal(has(), "1");
}

TEST(who_has_just_woken_has_time_to_report)
{
	follow("+1", 500);
	query_twice(GROUP_VERSION_3);
	group_list_renew(list, 1900);
	assert_false(age(2200));
}

TEST(a_group_that_another_has_reported_is_kept)
{
	const struct group_message report = report_of("+1", GROUP_VERSION_2);

	follow("+1 +2", 500);
	query_twice(GROUP_VERSION_2);
	group_link_report(&heard_link, &report, 2010);
	assert_true(age(2200));
	assert_string_equal(has(), "1");
}

TEST(version_3_does_not_suppress_reports_of_others)
{
	const struct group_message report = report_of("+1", GROUP_VERSION_3);
	const struct ipv6 first = group(1);

	group_link_report(&heard_link, &report, 2010);
	assert_false(group_link_heard(&heard_link, &first, 2000));
}

TEST(the_oldest_that_was_heard_gives_way)
{
	struct ipv6 address;

	for (int i = 0; i <= GROUPS_HEARD; i++) {
		address = group(i);
		group_link_hear(&heard_link, &address, 1000 + i);
	}
	assert_true(group_link_heard(&heard_link, &address, 1000));
	assert_false(group_link_heard(&heard_link, &address, 2000));
	address = group(0);
	assert_false(group_link_heard(&heard_link, &address, 1000));
}

TEST(what_is_described_comes_first)
{
	const struct ipv6 described[] = { group(2), { { 0xff, 5, [15] = 9 } } }, all = source(0);
	const struct ipv6 second = group(2), fourth = group(4);
	struct group_membership found[GROUP_MEMBERSHIPS];

	follow("+1 +2/7", 1);
	assert_int_equal(group_list_read(list, described, 2, false, &all, found), 2);
	assert_memory_equal(&found[0].group, &described[0], 16);
	assert_false(ip_is_set(&found[0].source));
	assert_int_equal(found[1].group.octet[15], 1);
	assert_int_equal(group_list_read(list, described, 2, true, &all, found), 1);
	assert_int_equal(group_list_read(list, described, 2, false, &second, found), 1);
	assert_int_equal(group_list_read(list, described, 2, false, &fourth, found), 0);
	assert_int_equal(group_list_read(NULL, NULL, 0, false, &all, found), 0);
}

static bool ask(struct group_rounds *rounds, int number, uint32_t random)
{
	const struct group_round round = {
		.ifindex = 1,
		.version = GROUP_VERSION_2,
		.group = number ? group(number) : source(0),
		.asked = 1000,
	};

	return group_rounds_add(rounds, &round, 1000, random);
}

TEST(queries_are_answered_once_and_in_time)
{
	struct group_rounds rounds = { .count = 0 };
	struct group_round round;

	assert_true(ask(&rounds, 1, 0x80000000));
	assert_int_equal(group_rounds_deadline(&rounds), 1375);
	assert_false(ask(&rounds, 1, 0x90000000));
	assert_true(ask(&rounds, 0, 0x40000000)); /* of all, earlier */
	assert_false(ask(&rounds, 2, 0xffffffff));
	assert_true(ask(&rounds, 2, 0));
	assert_true(group_rounds_take(&rounds, 1000, &round));
	assert_int_equal(round.group.octet[15], 2);
	assert_false(group_rounds_take(&rounds, 1186, &round));
	assert_true(group_rounds_take(&rounds, 1187, &round));
	assert_false(ip_is_set(&round.group));
	assert_true(group_rounds_take(&rounds, 9999, &round));
	assert_int_equal(group_rounds_deadline(&rounds), INT64_MAX);
}

TEST(a_flood_of_queries_is_bounded)
{
	struct group_rounds rounds = { .count = 0 };

	for (int i = 1; i <= 200; i++)
		assert_int_equal(ask(&rounds, i, 0), i <= GROUP_ROUNDS);
}
