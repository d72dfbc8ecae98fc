// SPDX-License-Identifier: GPL-2.0-or-later
/* Gateways, as a real kernel has them in its routes: a namespace of its own a test. */

#include "test.h"

#include "support_net_state.h"

static bool is_gateway(uint8_t last)
{
	return net_is_gateway(net_now(), (struct ipv4){ { 192, 0, 2, last } });
}

static void lan(void)
{
	need_namespace();
	add_link("lan");
	HERE("ip address add 192.0.2.20/24 dev lan");
}

BEFORE_EACH(make_namespace)
AFTER_EACH(close_net_state)

TEST(without_a_route)
{
	lan();
	for (unsigned last = 0; last < 256; last++)
		assert_false(is_gateway((uint8_t)last));
	assert_false(net_is_gateway(net_now(), (struct ipv4){ { 0 } }));
	assert_false(net_is_gateway(net_now(), (struct ipv4){ { 127, 0, 0, 1 } }));
}

TEST(the_default_gateway)
{
	lan();
	HERE("ip route add default via 192.0.2.1");
	for (unsigned last = 0; last < 256; last++)
		assert_int_equal(is_gateway((uint8_t)last), last == 1);
	assert_false(net_is_gateway(net_now(), (struct ipv4){ { 0 } }));
	HERE("ip route del default");
	assert_false(is_gateway(1));
}

TEST(the_gateway_to_some_net_or_host)
{
	lan();
	HERE("ip route add 198.51.100.0/24 via 192.0.2.2 metric 50");
	HERE("ip route add 203.0.113.7 via 192.0.2.3 src 192.0.2.20");
	HERE("ip route add blackhole 203.0.113.8");
	HERE("ip route add 203.0.113.9 dev lan");
	assert_true(is_gateway(2) && is_gateway(3));
	assert_false(is_gateway(20) || is_gateway(8));
	assert_false(net_is_gateway(net_now(), (struct ipv4){ { 203, 0, 113, 7 } }));
}

TEST(in_any_table)
{
	lan();
	HERE("ip route add default via 192.0.2.4 table 4711");
	assert_true(is_gateway(4));
}

TEST(one_of_several_hops)
{
	lan();
	add_link("other");
	HERE("ip address add 198.51.100.20/24 dev other");
	HERE("ip route add default nexthop via 192.0.2.5 weight 3 nexthop via 198.51.100.1 "
	     "nexthop via 192.0.2.6 weight 200");
	assert_true(is_gateway(5) && is_gateway(6));
	assert_true(net_is_gateway(net_now(), (struct ipv4){ { 198, 51, 100, 1 } }));
	assert_false(is_gateway(7) || is_gateway(3));
	assert_false(net_is_gateway(net_now(), (struct ipv4){ { 198, 51, 100, 2 } }));
}

/* More than one message of the kernel's holds. */
TEST(among_many)
{
	lan();
	HERE("for i in $(seq 0 799); do"
	     " echo route add 10.0.$((i / 256)).$((i %% 256)) via 192.0.2.$((30 + i %% 200));"
	     " done | ip -batch -");
	HERE("ip route add 203.0.113.9 via 192.0.2.9");
	assert_true(is_gateway(30) && is_gateway(229) && is_gateway(9));
	assert_false(is_gateway(230));
}

TEST(an_object_of_its_own)
{
	lan();
	if (run("ip nexthop add id 1 via 192.0.2.8 dev lan 2>/dev/null"))
		skip();
	HERE("ip route add default nhid 1");
	assert_true(is_gateway(8));
	assert_false(is_gateway(1));
}

/* What the kernel does not tell of: the routes that go with an address or an interface. */
TEST(routes_that_go_with_an_address_or_an_interface)
{
	lan();
	HERE("ip route add default via 192.0.2.1");
	assert_true(is_gateway(1));
	HERE("ip address del 192.0.2.20/24 dev lan");
	assert_false(is_gateway(1));
	HERE("ip address add 192.0.2.20/24 dev lan && ip route add default via 192.0.2.2");
	assert_true(is_gateway(2));
	HERE("ip link set lan down");
	assert_false(is_gateway(2));
}

TEST(a_route_that_is_replaced)
{
	lan();
	HERE("ip route add default via 192.0.2.1");
	assert_true(is_gateway(1));
	HERE("ip route replace default via 192.0.2.2");
	assert_true(is_gateway(2));
	assert_false(is_gateway(1));
}

/* A new one is known from its notice; one that goes is known until the routes are read again. */
TEST(between_two_refreshes)
{
	const struct ipv4 first = { { 192, 0, 2, 1 } }, second = { { 192, 0, 2, 2 } };

	lan();
	net_now();
	HERE("ip route add default via 192.0.2.1");
	assert_true(net_state_read(opened) >= 0);
	assert_true(net_is_gateway(opened, first));
	HERE("ip route del default && ip route add 198.51.100.0/24 via 192.0.2.2");
	assert_true(net_state_read(opened) >= 0);
	assert_true(net_is_gateway(opened, first) && net_is_gateway(opened, second));
	assert_int_equal(net_state_refresh(opened), 0);
	assert_false(net_is_gateway(opened, first));
	assert_true(net_is_gateway(opened, second));
}
