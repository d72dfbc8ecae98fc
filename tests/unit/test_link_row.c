// SPDX-License-Identifier: GPL-2.0-or-later
/* What routers said outlives the daemon, and a start of the machine: the store's row of a link. */
#include "test.h"

#include <errno.h>
#include <json-c/json.h>
#include <string.h>

#include "net/prefixes.h"
#include "support_net_state.h"

/* The wall clock is so much ahead of CLOCK_BOOTTIME, now and after a restart of the machine. */
#define WALL INT64_C(1700000000000)
#define WALL_LATER (WALL + 5000 * S)

enum { LAN = 7, OTHER = 8, S = 1000, NOW = 5000 * S, DEPRECATED = 0 };

/* Opened by the first call. */
static struct net_state *net(void)
{
	static const struct net_link links[] = { { .ifindex = LAN }, { .ifindex = OTHER } };

	if (!opened) {
		net_now();
		assert_int_equal(net_state_set_links(opened, links, 2), 1);
	}
	return opened;
}

static void advertise(uint32_t valid, uint32_t preferred, int64_t now)
{
	const struct ipv6 router = ip("fe80::1");
	const struct router_advert advert = { .prefix_count = 1,
		                              .prefixes = { { .prefix = ip("2001:db8::"),
		                                              .bits = 64,
		                                              .on_link = true,
		                                              .autonomous = true,
		                                              .valid = valid,
		                                              .preferred = preferred } } };

	net_state_advertise(net(), LAN, &router, &advert, now);
}

static struct json_object *row(void)
{
	return net_state_write_link(net(), LAN, WALL);
}

/* Of the daemon, at `now`, or of the machine, whose clocks then begin anew. */
static void restart(int64_t wall_offset, int64_t now)
{
	struct json_object *json = row();
	char why[256] = "";
	void *none = NULL;

	close_net_state(&none);
	if (net_state_read_link(net(), LAN, json, wall_offset, now, why, sizeof(why)))
		fail_msg("%s", why);
	json_object_put(json);
	net_state_expire(opened, now);
}

static enum address_role home_is(uint32_t ifindex)
{
	const struct ipv6 home = ip("2001:db8::20");

	return net_address_role(net(), ifindex, &home);
}

TEST(a_prefix_and_its_router_are_known_again)
{
	const struct ipv6 router = ip("fe80::1");

	advertise(600, 600, NOW);
	restart(WALL, NOW + 1 * S);
	assert_int_equal(home_is(LAN), ROLE_NONE);
	assert_int_equal(home_is(OTHER), ROLE_OFF_LINK);
	assert_true(net_is_gateway(opened, &router));
}

/* Not much later than it would have, though the row is written seldom. */
TEST(it_runs_out_after_a_restart_of_the_machine)
{
	advertise(600, 600, NOW);
	restart(WALL_LATER, 1 * S);
	net_state_expire(opened, 599 * S);
	assert_int_equal(home_is(LAN), ROLE_NONE);
	net_state_expire(opened, 600 * S + 600 * S / 4);
	assert_int_equal(home_is(LAN), ROLE_PREFIX_OVER);
}

TEST(a_router_may_have_renewed_what_ran_out_meanwhile)
{
	advertise(600, 600, NOW);
	restart(WALL, NOW + 3600 * S);
	net_state_expire(opened, NOW + 3629 * S);
	assert_int_equal(home_is(LAN), ROLE_NONE);
	net_state_expire(opened, NOW + 3630 * S);
	assert_int_equal(home_is(LAN), ROLE_PREFIX_OVER);
}

TEST(a_prefix_that_is_over_stays_over)
{
	advertise(600, DEPRECATED, NOW);
	restart(WALL, NOW + 1 * S);
	assert_int_equal(home_is(LAN), ROLE_PREFIX_OVER);
	advertise(600, 600, NOW + 2 * S);
	assert_int_equal(home_is(LAN), ROLE_NONE);
}

TEST(what_is_for_ever_is_so_after_a_restart)
{
	advertise(RA_INFINITE, RA_INFINITE, NOW);
	restart(WALL_LATER, 1 * S);
	net_state_expire(opened, INT64_C(1) << 60);
	assert_int_equal(home_is(LAN), ROLE_NONE);
}

/* A router advertises every few minutes, for days. */
TEST(few_advertisements_change_the_row)
{
	char before[512] = "";
	int changes = 0;

	for (int64_t at = NOW; at < NOW + 3600 * S; at += 60 * S) {
		struct json_object *json;

		advertise(3600, 3600, at);
		json = row();
		changes += strcmp(before, json_object_to_json_string(json)) != 0;
		snprintf(before, sizeof(before), "%s", json_object_to_json_string(json));
		json_object_put(json);
	}
	assert_in_range(changes, 4, 6);
}

TEST(where_nothing_was_said_there_is_no_row)
{
	assert_null(row());
	advertise(600, 600, NOW);
	assert_null(net_state_write_link(opened, OTHER, WALL));
}

static const struct {
	const char *shows, *row;
} damaged[] = {
	{ "no prefix", "{\"prefixes\":[{\"prefix\":\"lan\"}],\"routers\":[]}" },
	{ "no list", "{\"prefixes\":{},\"routers\":[]}" },
	{ "no address", "{\"prefixes\":[],\"routers\":[\"router\"]}" },
	{ "a time before 1970",
	  "{\"prefixes\":[{\"prefix\":\"2001:db8::/64\",\"valid-until\":-1}],\"routers\":[]}" },
	{ "another member", "{\"gateways\":[]}" },
};

TEST(a_damaged_row_is_left_out)
{
	EACH_SHOWN(i, damaged)
	{
		struct json_object *json = json_tokener_parse(damaged[i].row);
		char why[256] = "";

		assert_non_null(json);
		assert_int_equal(net_state_read_link(net(), LAN, json, WALL, NOW, why, sizeof(why)),
		                 -EINVAL);
		assert_true(*why);
		assert_null(row());
		json_object_put(json);
	}
}
