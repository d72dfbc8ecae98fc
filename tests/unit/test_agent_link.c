// SPDX-License-Identifier: GPL-2.0-or-later
/* The interface and its addresses, as a real kernel has them: a namespace of its own a test. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <arpa/inet.h>

#include "agent/addresses.h"
#include "base/text.h"
#include "support_netns.h"

static struct link_addresses addresses_of(const char *name)
{
	struct link_addresses addresses;
	int err = -EINTR;

	while (err == -EINTR) {
		memset(&addresses, 0xa5, sizeof(addresses));
		err = link_addresses(if_nametoindex(name), &addresses);
	}
	assert_int_equal(err, 0);
	return addresses;
}

static void assert_ipv4(const struct link_ipv4 *own, const char *address, const char *broadcast)
{
	struct ipv6 mapped = ipv4_mapped(own->address);
	char text[TEXT_IP], prefixed[TEXT_IP + 4];

	snprintf(prefixed, sizeof(prefixed), "%s/%u", text_from_ip(&mapped, text), own->prefix);
	assert_string_equal(prefixed, address);
	mapped = ipv4_mapped(own->broadcast);
	assert_string_equal(text_from_ip(&mapped, text), broadcast);
}

static void assert_ipv6(const struct ipv6 *address, const char *expected)
{
	char text[TEXT_IP];

	assert_string_equal(text_from_ip(address, text), expected);
}

static void an_interface(void **state)
{
	struct iface port;

	(void)state;
	need_namespace();
	add_link("lan");
	assert_int_equal(link_port("lan", &port), 0);
	assert_string_equal(port.name, "lan");
	assert_int_equal(port.ifindex, if_nametoindex("lan"));
	assert_memory_equal(&port.mac, ((const uint8_t[]){ 2, 0, 0, 0, 0, 0x20 }), 6);
}

static void no_interface(void **state)
{
	struct iface port;

	(void)state;
	need_namespace();
	assert_int_equal(link_port("lan", &port), -ENODEV);
	assert_int_equal(link_port("", &port), -ENODEV);
	assert_int_equal(link_port("a-name-of-16-oct", &port), -ENODEV);
	assert_int_equal(link_port("lo", &port), -EOPNOTSUPP);
}

static void ipv4(void **state)
{
	struct link_addresses addresses;

	(void)state;
	need_namespace();
	add_link("lan");
	add_link("other");
	addresses = addresses_of("lan");
	assert_int_equal(addresses.ipv4_count, 0);
	HERE("ip address add 192.0.2.20/24 brd + dev lan");
	HERE("ip address add 192.0.2.21/24 dev lan");
	HERE("ip address add 198.51.100.5/30 dev lan");
	HERE("ip address add 198.51.100.9/31 dev lan");
	HERE("ip address add 203.0.113.1 dev lan");
	HERE("ip address add 203.0.113.2 peer 203.0.113.3 dev lan");
	HERE("ip address add 192.0.2.99/25 brd 192.0.2.0 dev lan");
	HERE("ip address add 10.9.8.7/10 dev lan");
	HERE("ip address add 192.0.2.30/24 dev other");
	addresses = addresses_of("lan");
	assert_int_equal(addresses.ipv4_count, 8);
	assert_ipv4(&addresses.ipv4[0], "192.0.2.20/24", "192.0.2.255");
	assert_ipv4(&addresses.ipv4[1], "198.51.100.5/30", "198.51.100.7");
	assert_ipv4(&addresses.ipv4[2], "198.51.100.9/31", "255.255.255.255");
	assert_ipv4(&addresses.ipv4[3], "203.0.113.1/32", "255.255.255.255");
	assert_ipv4(&addresses.ipv4[4], "203.0.113.2/32", "255.255.255.255");
	assert_ipv4(&addresses.ipv4[5], "192.0.2.99/25", "192.0.2.0");
	assert_ipv4(&addresses.ipv4[6], "10.9.8.7/10", "10.63.255.255");
	/* of a subnet's addresses the kernel has all but the first one behind */
	assert_ipv4(&addresses.ipv4[7], "192.0.2.21/24", "192.0.2.255");
}

static void how_long_the_kernel_keeps_them(void **state)
{
	struct link_addresses addresses;

	(void)state;
	need_namespace();
	add_link("lan");
	HERE("ip address add 192.0.2.20/24 dev lan");
	HERE("ip address add 192.0.2.21/24 valid_lft 3600 preferred_lft 60 dev lan");
	addresses = addresses_of("lan");
	assert_int_equal(addresses.ipv4[0].valid, LINK_FOREVER);
	assert_in_range(addresses.ipv4[1].valid, 3590, 3600);
}

static void too_many(void **state)
{
	struct link_addresses addresses;

	(void)state;
	need_namespace();
	add_link("lan");
	HERE("for i in $(seq 1 40); do echo address add 192.0.2.$i/24 dev lan; "
	     "echo address add 2001:db8::$i/64 nodad dev lan; "
	     "echo address add 2001:db8:1::$i/64 nodad preferred_lft 0 dev lan; done | ip -batch -");
	addresses = addresses_of("lan");
	assert_int_equal(addresses.ipv4_count, LINK_IPV4);
	assert_int_equal(addresses.ipv6_count, LINK_IPV6);
}

static void ipv6(void **state)
{
	struct link_addresses addresses;

	(void)state;
	need_namespace();
	HERE("sysctl -qw net.ipv6.conf.all.disable_ipv6=0 net.ipv6.conf.default.disable_ipv6=0 "
	     "net.ipv6.conf.default.accept_dad=0");
	add_link("lan");
	add_link("other");
	HERE("ip address add 2001:db8::21/64 preferred_lft 0 dev lan");
	HERE("ip address add 2001:db8::20/64 dev lan");
	HERE("ip address add 2001:db8::22 peer 2001:db8::23 dev lan");
	HERE("ip address add fd00::20/64 dev lan");
	HERE("ip address add 2001:db8::30/64 dev other");
	addresses = addresses_of("lan");
	assert_int_equal(addresses.ipv6_count, 5);
	for (size_t i = 0; i < 4; i++)
		assert_int_not_equal(addresses.ipv6[i].octet[15], 0x21);
	/* deprecated, so behind the others */
	assert_ipv6(&addresses.ipv6[4], "2001:db8::21");
}

/* Nobody answers, but for 3 s it is not known. */
static void an_address_that_may_be_another_s(void **state)
{
	struct link_addresses addresses;

	(void)state;
	need_namespace();
	HERE("sysctl -qw net.ipv6.conf.all.disable_ipv6=0 net.ipv6.conf.default.disable_ipv6=0 "
	     "net.ipv6.conf.default.addr_gen_mode=1 net.ipv6.conf.default.dad_transmits=3");
	add_link("lan");
	HERE("ip address add 2001:db8::20/64 dev lan");
	HERE("ip address add 2001:db8::21/64 optimistic dev lan");
	HERE("ip address add 2001:db8::22/64 nodad dev lan");
	HERE("ip -6 address show dev lan | grep -q tentative");
	addresses = addresses_of("lan");
	assert_int_equal(addresses.ipv6_count, 1);
	assert_ipv6(&addresses.ipv6[0], "2001:db8::22");
}

static void an_address_that_is_another_s(void **state)
{
	struct link_addresses addresses;

	(void)state;
	need_namespace();
	HERE("sysctl -qw net.ipv6.conf.all.disable_ipv6=0 net.ipv6.conf.default.disable_ipv6=0 "
	     "net.ipv6.conf.default.addr_gen_mode=1");
	add_link("lan");
	HERE("ip link set lan-end address 02:00:00:00:00:21");
	HERE("ip address add 2001:db8::20/64 nodad dev lan-end");
	HERE("ip address add 2001:db8::20/64 dev lan");
	HERE("for i in $(seq 50); do ip -6 address show dev lan | grep -q dadfailed && exit 0; "
	     "sleep 0.1; done; exit 1");
	addresses = addresses_of("lan");
	assert_int_equal(addresses.ipv6_count, 0);
}

static void assert_default(const char *expected)
{
	char name[IFNAMSIZ] = "";

	assert_int_equal(link_default(name), expected ? 0 : -ENOENT);
	assert_string_equal(name, expected ? expected : "");
}

static void the_default_route(void **state)
{
	(void)state;
	need_namespace();
	assert_default(NULL);
	add_link("lan");
	add_link("other");
	HERE("ip address add 192.0.2.20/24 dev lan && ip address add 198.51.100.20/24 dev other");
	assert_default(NULL);
	HERE("ip route add 203.0.113.0/24 via 192.0.2.1");
	HERE("ip route add default via 192.0.2.1 table 100");
	HERE("ip route add unreachable default metric 1");
	assert_default(NULL);
	HERE("ip route add default via 192.0.2.1 metric 200");
	assert_default("lan");
	HERE("ip route add default dev other metric 300");
	assert_default("lan");
	HERE("ip route add default via 198.51.100.1 metric 100");
	assert_default("other");
	HERE("ip route add default via 192.0.2.1");
	assert_default("lan");
	HERE("ip link set lan-end down && sleep 0.1");
	assert_default("other");
}

static void the_default_route_of_a_tunnel(void **state)
{
	(void)state;
	need_namespace();
	add_link("lan");
	HERE("ip address add 192.0.2.20/24 dev lan");
	if (run("ip tuntap add vpn mode tun")) {
		print_message("this machine has no tunnels: no /dev/net/tun\n");
		skip();
	}
	HERE("ip link set vpn up && ip route add default dev vpn metric 50");
	assert_default(NULL);
	HERE("ip route add default via 192.0.2.1 metric 100");
	assert_default("lan");
}

static void a_default_route_with_several_next_hops(void **state)
{
	(void)state;
	need_namespace();
	add_link("lan");
	add_link("other");
	HERE("ip address add 192.0.2.20/24 dev lan && ip address add 198.51.100.20/24 dev other");
	if (run("ip route add default nexthop via 198.51.100.1 nexthop via 192.0.2.1")) {
		print_message("not with this kernel: routes with several next hops\n");
		skip();
	}
	assert_default("other");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		NETNS_TEST(an_interface),
		NETNS_TEST(no_interface),
		NETNS_TEST(ipv4),
		NETNS_TEST(how_long_the_kernel_keeps_them),
		NETNS_TEST(too_many),
		NETNS_TEST(ipv6),
		NETNS_TEST(an_address_that_may_be_another_s),
		NETNS_TEST(an_address_that_is_another_s),
		NETNS_TEST(the_default_route),
		NETNS_TEST(the_default_route_of_a_tunnel),
		NETNS_TEST(a_default_route_with_several_next_hops),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
