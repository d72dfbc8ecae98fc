// SPDX-License-Identifier: GPL-2.0-or-later
/* The machine's own addresses, as a real kernel has them: a namespace of its own a test. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <net/if.h>

#include "base/text.h"
#include "net/own_addresses.h"
#include "support_netns.h"

static struct ipv4 v4(const char *text)
{
	struct ipv6 address;

	assert_int_equal(text_to_ip(text, &address), 0);
	return ip_to_ipv4(&address);
}

static bool is_broadcast(const char *text)
{
	const struct ipv4 address = v4(text);

	return own_is_broadcast(&address);
}

static void broadcasts(void **state)
{
	(void)state;
	need_namespace();
	add_link("lan");
	assert_false(is_broadcast("192.0.2.255"));
	HERE("ip address add 192.0.2.20/24 dev lan");
	assert_true(is_broadcast("192.0.2.255"));
	assert_true(is_broadcast("192.0.2.0")); /* that of older hosts */
	assert_false(is_broadcast("192.0.2.20"));
	assert_false(is_broadcast("192.0.2.1"));
	assert_false(is_broadcast("192.0.2.254"));
	assert_false(is_broadcast("192.0.3.255"));
	assert_false(is_broadcast("192.0.1.0"));
	assert_true(is_broadcast("127.255.255.255"));
	assert_false(is_broadcast("255.255.255.255")); /* of no subnet */
}

static void broadcasts_of_odd_subnets(void **state)
{
	(void)state;
	need_namespace();
	add_link("lan");
	add_link("other");
	HERE("ip address add 10.1.2.3/22 dev lan");
	HERE("ip address add 198.51.100.6/30 dev other");
	assert_true(is_broadcast("10.1.3.255"));
	assert_true(is_broadcast("10.1.0.0"));
	assert_false(is_broadcast("10.1.2.255"));
	assert_false(is_broadcast("10.1.1.0"));
	assert_true(is_broadcast("198.51.100.7"));
	assert_true(is_broadcast("198.51.100.4"));
	assert_false(is_broadcast("198.51.100.5"));
	assert_false(is_broadcast("198.51.100.3"));
}

/* RFC 3021: both addresses of a /31 are hosts', and so is the one of a /32. */
static void subnets_without_a_broadcast(void **state)
{
	(void)state;
	need_namespace();
	add_link("lan");
	HERE("ip address add 198.51.100.8/31 dev lan");
	HERE("ip address add 203.0.113.1/32 dev lan");
	HERE("ip address add 203.0.113.4 peer 203.0.113.5 dev lan");
	assert_false(is_broadcast("198.51.100.8"));
	assert_false(is_broadcast("198.51.100.9"));
	assert_false(is_broadcast("203.0.113.1"));
	assert_false(is_broadcast("203.0.113.4"));
	assert_false(is_broadcast("203.0.113.5"));
}

static void an_interface_that_is_down_or_without_ipv4(void **state)
{
	(void)state;
	need_namespace();
	HERE("ip link add idle type veth peer name idle-end");
	HERE("ip address add 192.0.2.20/24 dev idle");
	HERE("ip address add 2001:db8::ff/64 dev idle");
	assert_true(is_broadcast("192.0.2.255"));
	assert_false(is_broadcast("0.0.0.255"));
}

static void all_of_them(void **state)
{
	const struct ipv6 home = ipv4_mapped(v4("192.0.2.20")),
			  other = ipv4_mapped(v4("192.0.2.21"));
	struct ipv6 address6;
	struct own own;

	(void)state;
	need_namespace();
	add_link("lan");
	assert_int_equal(text_to_ip("2001:db8::20", &address6), 0);
	HERE("ip address add 192.0.2.20/24 dev lan");
	HERE("ip address add 2001:db8::20/64 dev lan nodad");
	own_read(&own);
	assert_true(own_has(&own, &home) && own_has(&own, &address6));
	assert_true(own_has(&own, &(struct ipv6){ { [10] = 0xff, 0xff, 127, 0, 0, 1 } }));
	assert_false(own_has(&own, &other));
	HERE("ip address del 192.0.2.20/24 dev lan");
	assert_true(own_has(&own, &home)); /* as it was then */
	own_read(&own);
	assert_false(own_has(&own, &home));
}

static void more_than_are_kept(void **state)
{
	struct own own;

	(void)state;
	need_namespace();
	add_link("lan");
	HERE("for i in $(seq 0 299); do echo address add 10.0.$((i / 256)).$((i %% 256))/32 dev lan;"
	     " done | ip -batch -");
	own_read(&own);
	assert_int_equal(own.count, OWN_MAX);
}

static void near(const char *interface, const char *peer, const char *expected)
{
	const struct ipv4 address = v4(peer ? peer : "0.0.0.0"), own = v4(expected);
	const struct ipv4 found = own_ipv4_near(if_nametoindex(interface), peer ? &address : NULL);

	assert_memory_equal(&found, &own, sizeof(own));
}

static void which_one_to_ask_from(void **state)
{
	(void)state;
	need_namespace();
	add_link("lan");
	add_link("other");
	near("lan", "192.0.2.1", "0.0.0.0"); /* not from the loopback's */
	HERE("ip address add 198.51.100.20/24 dev other");
	near("lan", "192.0.2.1", "198.51.100.20");
	HERE("ip address add 10.0.0.20/24 dev lan && ip address add 192.0.2.20/24 dev lan");
	near("lan", "192.0.2.1", "192.0.2.20");
	near("lan", "10.0.0.1", "10.0.0.20");
	near("lan", "198.51.100.1", "10.0.0.20");
	near("lan", NULL, "10.0.0.20");
	near("other", "192.0.2.1", "198.51.100.20");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		NETNS_TEST(broadcasts),
		NETNS_TEST(broadcasts_of_odd_subnets),
		NETNS_TEST(subnets_without_a_broadcast),
		NETNS_TEST(an_interface_that_is_down_or_without_ipv4),
		NETNS_TEST(all_of_them),
		NETNS_TEST(more_than_are_kept),
		NETNS_TEST(which_one_to_ask_from),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
