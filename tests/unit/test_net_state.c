// SPDX-License-Identifier: GPL-2.0-or-later
/* Addresses, subnets and links as a real kernel has them: each test in a namespace of its own. */

#include "test.h"

#include <net/if.h>
#include <unistd.h>

#include "base/text.h"
#include "support_net_state.h"

static struct ipv4 v4(const char *text)
{
	struct ipv6 address;

	assert_int_equal(text_to_ip(text, &address), 0);
	return ip_to_ipv4(&address);
}

static bool is_broadcast(const char *text)
{
	return net_is_broadcast(net_now(), v4(text));
}

BEFORE_EACH(make_namespace)
AFTER_EACH(close_net_state)

TEST(broadcasts)
{
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

TEST(broadcasts_of_odd_subnets)
{
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
TEST(subnets_without_a_broadcast)
{
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

TEST(an_interface_that_is_down_or_without_ipv4)
{
	need_namespace();
	HERE("ip link add idle type veth peer name idle-end");
	HERE("ip address add 192.0.2.20/24 dev idle");
	HERE("ip address add 2001:db8::ff/64 dev idle");
	assert_true(is_broadcast("192.0.2.255"));
	assert_false(is_broadcast("0.0.0.255"));
}

TEST(own_addresses)
{
	const struct ipv6 home = ipv4_mapped(v4("192.0.2.20")),
			  other = ipv4_mapped(v4("192.0.2.21"));
	struct ipv6 address6;

	need_namespace();
	add_link("lan");
	assert_int_equal(text_to_ip("2001:db8::20", &address6), 0);
	HERE("ip address add 192.0.2.20/24 dev lan");
	HERE("ip address add 2001:db8::20/64 dev lan nodad");
	assert_true(net_is_own(net_now(), &home) && net_is_own(net_now(), &address6));
	assert_true(net_is_own(net_now(), &(struct ipv6){ { [10] = 0xff, 0xff, 127, 0, 0, 1 } }));
	assert_false(net_is_own(net_now(), &other));
	HERE("ip address del 192.0.2.20/24 dev lan");
	assert_false(net_is_own(net_now(), &home));
	assert_true(net_is_own(net_now(), &address6));
	HERE("ip link del lan");
	assert_false(net_is_own(net_now(), &address6));
}

/* It stays ours until the last interface has lost it. */
TEST(one_address_on_two_interfaces)
{
	const struct ipv6 home = ipv4_mapped(v4("192.0.2.20"));

	need_namespace();
	add_link("lan");
	add_link("other");
	HERE("ip address add 192.0.2.20/24 dev lan && ip address add 192.0.2.20/32 dev other");
	assert_true(net_is_own(net_now(), &home));
	HERE("ip address del 192.0.2.20/24 dev lan");
	assert_true(net_is_own(net_now(), &home));
	HERE("ip address del 192.0.2.20/32 dev other");
	assert_false(net_is_own(net_now(), &home));
}

TEST(a_thousand_addresses)
{
	const struct ipv6 other = ipv4_mapped(v4("10.0.4.0"));

	need_namespace();
	add_link("lan");
	HERE("for i in $(seq 0 999); do echo address add 10.0.$((i / 256)).$((i %% 256))/32 dev lan;"
	     " done | ip -batch -");
	net_now();
	for (unsigned i = 0; i < 1000; i++) {
		const struct ipv4 address = { { 10, 0, (uint8_t)(i / 256), (uint8_t)i } };
		const struct ipv6 mapped = ipv4_mapped(address);

		assert_true(net_is_own(opened, &mapped));
	}
	assert_false(net_is_own(opened, &other));
}

/* What is read, where all that was to be told has been. */
static void settle(void)
{
	while (net_state_read(net_now()) > 0)
		;
}

TEST(what_changed_is_told_once)
{
	need_namespace();
	add_link("lan");
	usleep(200000); /* IPv6 addresses itself */
	settle();
	assert_int_equal(net_state_read(opened), 0);
	HERE("ip address add 192.0.2.20/24 dev lan");
	assert_int_equal(net_state_read(opened), NET_ADDRESSES_CHANGED);
	assert_int_equal(net_state_read(opened), 0);
	HERE("ip route add default via 192.0.2.1");
	assert_int_equal(net_state_read(opened), 0);
	HERE("ip link set lan mtu 1400");
	assert_int_equal(net_state_read(opened), NET_LINKS_CHANGED);
	HERE("ip link add another type veth peer name another-end");
	assert_true(net_state_read(opened) & NET_LINKS_CHANGED);
}

/* As routers make the kernel do: nothing is read anew. */
TEST(an_address_that_comes_again_is_no_change)
{
	need_namespace();
	add_link("lan");
	HERE("ip address add 2001:db8::20/64 dev lan nodad valid_lft 100 preferred_lft 100");
	usleep(200000);
	settle();
	HERE("ip address change 2001:db8::20/64 dev lan valid_lft 200 preferred_lft 200");
	assert_int_equal(net_state_read(opened) & NET_ADDRESSES_CHANGED, 0);
}

/* More notices than the socket holds: they are lost, and everything is read anew. */
TEST(lost_notices)
{
	const struct ipv6 home = ipv4_mapped(v4("192.0.2.20"));

	need_namespace();
	add_link("lan");
	settle();
	HERE("for i in $(seq 1 3000); do echo address add 10.0.0.1/32 dev lan;"
	     " echo address del 10.0.0.1/32 dev lan; done | ip -batch -");
	HERE("ip address add 192.0.2.20/24 dev lan && ip route add default via 192.0.2.1");
	assert_int_equal(net_state_read(opened), NET_LINKS_CHANGED | NET_ADDRESSES_CHANGED);
	assert_true(net_is_own(opened, &home));
	assert_int_equal(net_state_refresh(opened), 0);
	assert_true(net_is_gateway(opened, v4("192.0.2.1")));
}

static void near(const char *interface, const char *peer, const char *expected)
{
	const struct ipv4 address = v4(peer ? peer : "0.0.0.0"), own = v4(expected);
	const struct ipv4 found =
		net_source_address(net_now(), if_nametoindex(interface), peer ? &address : NULL);

	assert_memory_equal(&found, &own, sizeof(own));
}

TEST(which_one_to_ask_from)
{
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
	near("lo", "127.0.0.1", "10.0.0.20");
	HERE("ip address del 10.0.0.20/24 dev lan");
	near("lan", "10.0.0.1", "192.0.2.20");
}
