// SPDX-License-Identifier: GPL-2.0-or-later
/* Addresses, subnets, gateways and links as a real kernel has them, each test in a namespace. */
#include "test.h"

#include <net/if.h>
#include <string.h>

#include "net/router_advert.h"
#include "support_net_state.h"

static bool is_broadcast(const char *text)
{
	return net_is_broadcast(net_now(), v4(text));
}

static bool is_gateway(const char *text)
{
	const struct ipv6 address = ip(text);

	return net_is_gateway(net_now(), &address);
}

static bool is_own(const char *text)
{
	const struct ipv6 address = ip(text);

	return net_is_own(net_now(), &address);
}

/* Of a host on the link "lan", or, with "any", on either of the two. */
static enum address_role role_of(const char *text, bool any)
{
	const struct ipv6 address = ip(text);
	const struct net_link links[] = { { .ifindex = if_nametoindex("lan") },
		                          { .ifindex = if_nametoindex("other") } };

	net_now();
	assert_true(net_state_set_links(opened, links, 2) >= 0);
	return net_address_role(opened, any ? 0 : links[0].ifindex, &address);
}

static bool may_have(const char *text)
{
	return role_of(text, false) == ROLE_NONE;
}

static bool any_may_have(const char *text)
{
	return role_of(text, true) == ROLE_NONE;
}

#define LAN "ip address add 192.0.2.20/24 dev lan && "

/* In a namespace that has the links lan and other. */
static const struct {
	const char *shows;
	bool (*is)(const char *address);
	const char *commands, *then; /* `then`, if any, is known from notices */
	const char *yes, *no;        /* addresses */
} cases[] = {
	{ "no subnet, no broadcast", is_broadcast, "true", NULL, "127.255.255.255", "192.0.2.255" },
	{ "of a /24; all zeros are that of older hosts", is_broadcast, LAN "true", NULL,
	  "192.0.2.255 192.0.2.0",
	  "192.0.2.20 192.0.2.1 192.0.2.254 192.0.3.255 192.0.1.0 255.255.255.255" },
	{ "of a /22", is_broadcast, "ip address add 10.1.2.3/22 dev lan", NULL,
	  "10.1.3.255 10.1.0.0", "10.1.2.255 10.1.1.0" },
	{ "of a /30", is_broadcast, "ip address add 198.51.100.6/30 dev other", NULL,
	  "198.51.100.7 198.51.100.4", "198.51.100.5 198.51.100.3" },
	{ "both addresses of a /31 are hosts (RFC 3021)", is_broadcast,
	  "ip address add 198.51.100.8/31 dev lan", NULL, "", "198.51.100.8 198.51.100.9" },
	{ "a /32 and a peer have none", is_broadcast,
	  "ip address add 203.0.113.1/32 dev lan; ip address add 203.0.113.4 peer 203.0.113.5 dev lan",
	  NULL, "", "203.0.113.1 203.0.113.4 203.0.113.5" },
	{ "of an interface that is down", is_broadcast, LAN "ip link set lan down", NULL,
	  "192.0.2.255", "" },
	{ "an address of IPv6 has none", is_broadcast, "ip address add 2001:db8::ff/64 dev lan",
	  NULL, "", "0.0.0.255 0.0.0.0" },

	{ "addresses of both families and the loopback's", is_own,
	  LAN "ip address add 2001:db8::20/64 dev lan nodad", NULL,
	  "192.0.2.20 2001:db8::20 127.0.0.1", "192.0.2.21 192.0.2.255" },
	{ "a deleted address", is_own, LAN "ip address add 2001:db8::20/64 dev lan nodad",
	  "ip address del 192.0.2.20/24 dev lan", "2001:db8::20", "192.0.2.20" },
	{ "addresses of a deleted link", is_own, LAN "ip address add 2001:db8::20/64 dev lan nodad",
	  "ip link del lan", "", "192.0.2.20 2001:db8::20" },
	{ "an address that another interface still has", is_own,
	  LAN "ip address add 192.0.2.20/32 dev other", "ip address del 192.0.2.20/24 dev lan",
	  "192.0.2.20", "" },
	{ "an address that no interface has any more", is_own,
	  LAN "ip address add 192.0.2.20/32 dev other",
	  "ip address del 192.0.2.20/24 dev lan && ip address del 192.0.2.20/32 dev other", "",
	  "192.0.2.20" },
	{ "a thousand addresses", is_own,
	  "for i in $(seq 0 999); do echo address add 10.0.$((i / 256)).$((i % 256))/32 dev lan; done"
	  " | ip -batch -",
	  NULL, "10.0.0.0 10.0.0.255 10.0.1.0 10.0.2.128 10.0.3.231", "10.0.3.232 10.0.4.0" },

	{ "no route, no gateway", is_gateway, LAN "true", NULL, "",
	  "0.0.0.0 127.0.0.1 192.0.2.0 192.0.2.1 192.0.2.20 192.0.2.255" },
	{ "the default gateway", is_gateway, LAN "ip route add default via 192.0.2.1", NULL,
	  "192.0.2.1", "0.0.0.0 192.0.2.0 192.0.2.2 192.0.2.20 192.0.2.129 192.0.2.255" },
	{ "a deleted route", is_gateway, LAN "ip route add default via 192.0.2.1",
	  "ip route del default", "", "192.0.2.1" },
	{ "a replaced route", is_gateway, LAN "ip route add default via 192.0.2.1",
	  "ip route replace default via 192.0.2.2", "192.0.2.2", "192.0.2.1" },
	{ "to some net or host", is_gateway,
	  LAN "ip route add 198.51.100.0/24 via 192.0.2.2 metric 50 && "
	      "ip route add 203.0.113.7 via 192.0.2.3 src 192.0.2.20 && "
	      "ip route add blackhole 203.0.113.8 && ip route add 203.0.113.9 dev lan",
	  NULL, "192.0.2.2 192.0.2.3", "192.0.2.20 192.0.2.8 203.0.113.7" },
	{ "in any table", is_gateway, LAN "ip route add default via 192.0.2.4 table 4711", NULL,
	  "192.0.2.4", "" },
	{ "one of several hops", is_gateway,
	  LAN
	  "ip address add 198.51.100.20/24 dev other && ip route add default "
	  "nexthop via 192.0.2.5 weight 3 nexthop via 198.51.100.1 nexthop via 192.0.2.6 weight 200",
	  NULL, "192.0.2.5 192.0.2.6 198.51.100.1", "192.0.2.7 192.0.2.3 198.51.100.2" },
	{ "among more than one message of the kernel's holds", is_gateway,
	  LAN "for i in $(seq 0 799); do"
	      " echo route add 10.0.$((i / 256)).$((i % 256)) via 192.0.2.$((30 + i % 200)); done"
	      " | ip -batch - && ip route add 203.0.113.9 via 192.0.2.9",
	  NULL, "192.0.2.30 192.0.2.229 192.0.2.9", "192.0.2.230" },
	{ "an object of its own, if this kernel has any", is_gateway,
	  LAN
	  "ip nexthop add id 1 via 192.0.2.8 dev lan 2>/dev/null && ip route add default nhid 1 || "
	  "ip route add default via 192.0.2.8",
	  NULL, "192.0.2.8", "192.0.2.1" },
	{ "on the link: its subnets alone, and nobody else's address", may_have,
	  LAN "ip address add 10.1.2.3/16 dev lan && ip address add 198.51.100.20/24 dev other && "
	      "ip route add default via 192.0.2.1",
	  NULL, "192.0.2.2 192.0.2.254 10.1.0.1 10.1.255.254",
	  "192.0.2.20 192.0.2.1 192.0.2.0 192.0.2.255 192.0.3.5 198.51.100.7 10.2.0.1 8.8.8.8 "
	  "192.168.1.5" },
	{ "on any link", any_may_have, LAN "ip address add 198.51.100.20/24 dev other", NULL,
	  "192.0.2.2 198.51.100.7", "192.0.3.5 198.51.100.20 198.51.100.255 192.168.1.5 8.8.8.8" },
	{ "without a subnet: private addresses", may_have,
	  "ip address add 198.51.100.20/24 dev other", NULL,
	  "10.0.0.1 172.16.0.1 172.31.255.254 192.168.1.5 169.254.1.1",
	  "8.8.8.8 172.15.0.1 172.32.0.1 192.169.0.1 198.51.100.7 11.0.0.1 169.253.0.1" },
	{ "an address without others in its subnet tells nothing", may_have,
	  "ip address add 203.0.113.1/32 dev lan", NULL, "192.168.1.5", "203.0.113.1 203.0.113.2" },
	{ "a peer is on the link", may_have, "ip address add 203.0.113.4 peer 203.0.113.5 dev lan",
	  NULL, "203.0.113.5", "203.0.113.4 203.0.113.6 192.168.1.5" },
	{ "an address that comes", may_have, LAN "true", "ip address add 192.0.2.30/24 dev other",
	  "192.0.2.31", "192.0.2.30" },
	{ "a gateway that comes", may_have, LAN "true", "ip route add 10.0.0.0/8 via 192.0.2.30",
	  "192.0.2.31", "192.0.2.30" },
	{ "a subnet that goes is not forgotten before there is another", may_have, LAN "true",
	  "ip address flush dev lan", "192.0.2.31 192.0.2.20", "192.168.1.5 192.0.3.5" },
	{ "another subnet", may_have, LAN "true",
	  "ip address flush dev lan && ip address add 198.51.100.20/24 dev lan", "198.51.100.7",
	  "192.0.2.31" },
	{ "a broadcast address that the subnet does not tell", may_have,
	  "ip address add 192.0.2.20/24 brd 192.0.2.63 dev lan", NULL, "192.0.2.62",
	  "192.0.2.63 192.0.2.255" },
	{ "a gateway of IPv6, or one of several hops", is_gateway,
	  "ip route add default via fe80::1 dev lan && ip address add fd00::20/64 dev lan nodad && "
	  "ip route add 2001:db8::/32 nexthop via fd00::5 nexthop via fe80::7 dev other",
	  NULL, "fe80::1 fd00::5 fe80::7", "fd00::20 fd00::6 fe80::2 2001:db8:: ::" },
	{ "a neighbour that says that it is a router", is_gateway,
	  "ip neigh add fe80::9 lladdr 02:00:00:00:00:09 dev lan router && "
	  "ip neigh add fe80::8 lladdr 02:00:00:00:00:08 dev lan",
	  NULL, "fe80::9", "fe80::8" },
	{ "on the link, of IPv6: the prefixes of addresses and routes, and link-local", may_have,
	  "ip address add fd00::20/64 dev lan nodad && ip route add 2001:db8::/64 dev lan && "
	  "ip route add 2001:db8:1::/64 dev other && ip route add default via fd00::1 && "
	  "ip route add 2001:db8:2::/64 via fd00::1 && ip route add unreachable 2001:db8:3::/64",
	  NULL, "fd00::21 2001:db8::5 fe80::5 fe80::ffff:1",
	  "fd00::20 fd00::1 fd00:1::5 2001:db8:1::5 2001:db8:2::5 2001:db8:3::5 2001:db8:4::5" },
	{ "on any link, of IPv6", any_may_have,
	  "ip address add fd00::20/64 dev lan nodad && ip route add 2001:db8:1::/64 dev other",
	  NULL, "fd00::21 2001:db8:1::5 fe80::5", "2001:db8::5 fd00:1::5 fd00::20" },
	{ "without a prefix: unique local addresses", may_have, LAN "true", NULL,
	  "fd00::5 fc00::5 fe80::5 192.0.2.2", "2001:db8::5 192.168.1.5 fec0::5" },
	{ "a prefix tells nothing of IPv4, nor a subnet of IPv6", may_have,
	  "ip address add fd00::20/64 dev lan nodad", NULL, "192.168.1.5 fd00::5",
	  "fd01::5 8.8.8.8" },
	{ "a route that comes", may_have, "ip address add fd00::20/64 dev lan nodad",
	  "ip route add 2001:db8::/64 dev lan", "2001:db8::5", "2001:db8:1::5" },
	{ "a route that goes", may_have,
	  "ip address add fd00::20/64 dev lan nodad && ip route add 2001:db8::/64 dev lan",
	  "ip route del 2001:db8::/64 dev lan", "fd00::5", "2001:db8::5" },
	/* what the kernel does not tell of */
	{ "a route that goes with its address", is_gateway,
	  LAN "ip route add default via 192.0.2.1", "ip address del 192.0.2.20/24 dev lan", "",
	  "192.0.2.1" },
	{ "a route that goes with its interface", is_gateway,
	  "echo 1 >/proc/sys/net/ipv6/conf/lan/disable_ipv6; "
	  "ip route add default via 192.0.2.1 dev lan onlink",
	  "ip link set lan down", "", "192.0.2.1" },
};

static void check(const char *shows, bool (*is)(const char *), const char *addresses, bool expected)
{
	char copy[256] = "", *rest = copy, *address;

	memcpy(copy, addresses, strlen(addresses));
	while (*copy && (address = strsep(&rest, " ")))
		if (is(address) != expected)
			fail_msg("%s: %s %s", shows, address,
			         expected ? "is not one" : "is taken for one");
}

TEST(what_an_address_is)
{
	need_namespace();
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		make_namespace(state);
		add_link("lan");
		add_link("other");
		HERE("%s", cases[i].commands);
		if (cases[i].then) {
			cases[i].is("192.0.2.99");
			HERE("%s", cases[i].then);
		}
		check(cases[i].shows, cases[i].is, cases[i].yes, true);
		check(cases[i].shows, cases[i].is, cases[i].no, false);
		close_net_state(state);
	}
}

TEST(subnets_that_are_given)
{
	struct source_prefix given[2] = { { .bits = IPV4_MAPPED_BITS + 25 },
		                          { .bits = IPV4_MAPPED_BITS + 32 } };
	struct net_link link = { .subnets = given, .subnet_count = 2 };
	const struct ipv6 on = ip("203.0.113.5"), off = ip("203.0.113.130"),
			  broadcast = ip("203.0.113.127"), alone = ip("8.8.8.8");
	char text[NET_SUBNETS_TEXT];

	need_namespace();
	add_link("lan");
	link.ifindex = if_nametoindex("lan");
	given[0].address = ip("203.0.113.0");
	given[1].address = alone;
	net_now();
	assert_int_equal(
		net_state_set_links(opened, &(struct net_link){ .ifindex = link.ifindex }, 1), 1);
	assert_false(net_has_subnets(opened, link.ifindex, true) ||
	             net_has_subnets(opened, 0, true));
	assert_int_equal(net_state_set_links(opened, &link, 1), 1);
	assert_int_equal(net_state_set_links(opened, &link, 1), 0);
	assert_true(net_has_subnets(opened, link.ifindex, true) &&
	            net_has_subnets(opened, 0, true));
	HERE("ip address add 192.0.2.20/24 dev lan");
	net_now();
	assert_int_equal(net_address_role(opened, link.ifindex, &on), ROLE_NONE);
	assert_int_equal(net_address_role(opened, 0, &alone), ROLE_NONE);
	assert_int_equal(net_address_role(opened, 0, &off), ROLE_OFF_LINK);
	assert_int_equal(net_address_role(opened, 0, &broadcast), ROLE_BROADCAST);
	assert_string_equal(net_subnets_text(opened, 0, true, text),
	                    "192.0.2.0/24, 203.0.113.0/25, 8.8.8.8");
	assert_int_equal(net_state_set_links(opened, NULL, 0), 1);
	assert_int_equal(net_address_role(opened, 0, &on), ROLE_OFF_LINK);
}

/* Not what routers say on another link, which takes its place in the configuration. */
TEST(what_routers_say_stays_known_of_an_interface_that_comes_back)
{
	const struct router_advert advert = { .prefix_count = 1,
		                              .prefixes = { { .prefix = ip("2001:db8::"),
		                                              .bits = 64,
		                                              .on_link = true,
		                                              .valid = 60,
		                                              .preferred = 60 } } };
	const struct ipv6 router = ip("fe80::1"), home = ip("2001:db8::20");
	struct net_link link;

	need_namespace();
	add_link("lan");
	link = (struct net_link){ .ifindex = if_nametoindex("lan") };
	net_now();
	net_state_set_links(opened, &link, 1);
	net_state_advertise(opened, link.ifindex, &router, &advert, 1000);
	assert_int_equal(net_address_role(opened, link.ifindex, &home), ROLE_NONE);
	HERE("ip link del lan");
	add_link("lan");
	assert_int_not_equal(link.ifindex, if_nametoindex("lan"));
	link.ifindex = if_nametoindex("lan");
	net_state_set_links(opened, &link, 1);
	assert_int_equal(net_address_role(opened, link.ifindex, &home), ROLE_NONE);
	add_link("other");
	link.ifindex = if_nametoindex("other");
	net_state_set_links(opened, &link, 1);
	assert_int_equal(net_address_role(opened, link.ifindex, &home), ROLE_OFF_LINK);
}

/* A new one is known from its notice; one that goes is known until the routes are read again. */
TEST(between_two_refreshes)
{
	const struct ipv6 first = ip("192.0.2.1"), second = ip("192.0.2.2");

	need_namespace();
	add_link("lan");
	HERE("ip address add 192.0.2.20/24 dev lan");
	net_now();
	HERE("ip route add default via 192.0.2.1");
	assert_true(net_state_read(opened) >= 0);
	assert_true(net_is_gateway(opened, &first));
	HERE("ip route del default && ip route add 198.51.100.0/24 via 192.0.2.2");
	assert_true(net_state_read(opened) >= 0);
	assert_true(net_is_gateway(opened, &first) && net_is_gateway(opened, &second));
	assert_int_equal(net_state_refresh(opened), 0);
	assert_false(net_is_gateway(opened, &first));
	assert_true(net_is_gateway(opened, &second));
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
	HERE("ip link add lan type veth peer name lan-end"); /* down: IPv6 does nothing with it */
	settle();
	assert_int_equal(net_state_read(opened), 0);
	HERE("ip address add 192.0.2.20/24 dev lan");
	assert_int_equal(net_state_read(opened), NET_ADDRESSES_CHANGED);
	assert_int_equal(net_state_read(opened), 0);
	HERE("ip route add blackhole 198.51.100.1");
	assert_int_equal(net_state_read(opened), 0);
	HERE("ip link set lan up && ip route add 198.51.100.2 via 192.0.2.1");
	assert_true(net_state_read(opened) & NET_ROUTES_CHANGED);
	settle();
	HERE("ip route del 198.51.100.2");
	assert_int_equal(net_state_read(opened), 0);
	assert_int_equal(net_state_refresh(opened), 0);
	assert_int_equal(net_state_read(opened), NET_ROUTES_CHANGED);
	HERE("ip link set lan mtu 1400");
	assert_int_equal(net_state_read(opened), NET_LINKS_CHANGED);
	HERE("ip link add another type veth peer name another-end");
	assert_true(net_state_read(opened) & NET_LINKS_CHANGED);
}

/* As routers make the kernel do: nothing is read anew. */
TEST(an_address_that_comes_again_is_no_change)
{
	need_namespace();
	HERE("ip address add 2001:db8::20/64 dev lo nodad valid_lft 100 preferred_lft 100");
	settle();
	HERE("ip address change 2001:db8::20/64 dev lo valid_lft 200 preferred_lft 200");
	assert_int_equal(net_state_read(opened), 0);
}

/* More notices than the socket holds: they are lost, and everything is read anew. */
TEST(lost_notices)
{
	const struct ipv6 home = ip("192.0.2.20"), gateway = ip("192.0.2.1");

	need_namespace();
	add_link("lan");
	HERE("ip address add 198.51.100.20/24 dev lan");
	settle();
	HERE("for i in $(seq 0 2999); do"
	     " echo route add 10.0.$((i / 250)).$((i %% 250)) via 198.51.100.1; done | ip -batch -");
	HERE("ip address add 192.0.2.20/24 dev lan && ip route add default via 192.0.2.1");
	assert_int_equal(net_state_read(opened),
	                 NET_LINKS_CHANGED | NET_ADDRESSES_CHANGED | NET_ROUTES_CHANGED);
	assert_true(net_is_own(opened, &home));
	assert_int_equal(net_state_refresh(opened), 0);
	assert_true(net_is_gateway(opened, &gateway));
}
