// SPDX-License-Identifier: GPL-2.0-or-later
/* The interface and its addresses, with a namespace for each test. */
#include "test.h"

#include <string.h>

#include <arpa/inet.h>

#include "agent/system_info.h"
#include "base/text.h"
#include "support_netns.h"

static struct iface_addresses addresses_of(const char *name)
{
	struct iface_addresses addresses;

	memset(&addresses, 0xa5, sizeof(addresses));
	assert_int_equal(iface_addresses_read(if_nametoindex(name), &addresses), 0);
	return addresses;
}

static void assert_own(const struct iface_addresses *addresses, size_t index, const char *expected)
{
	char text[TEXT_IP];

	assert_string_equal(text_from_ip(&addresses->list[index].address, text), expected);
}

BEFORE_EACH(make_namespace)

TEST(an_interface)
{
	struct iface iface;

	need_namespace();
	add_link("lan");
	assert_int_equal(ethernet_iface_find("lan", &iface), 0);
	assert_string_equal(iface.name, "lan");
	assert_int_equal(iface.ifindex, if_nametoindex("lan"));
	assert_memory_equal(&iface.mac, ((const uint8_t[]){ 2, 0, 0, 0, 0, 0x20 }), 6);
}

TEST(no_interface)
{
	struct iface iface;

	need_namespace();
	assert_int_equal(ethernet_iface_find("lan", &iface), -ENODEV);
	assert_int_equal(ethernet_iface_find("", &iface), -ENODEV);
	assert_int_equal(ethernet_iface_find("a-name-of-16-oct", &iface), -ENODEV);
	assert_int_equal(ethernet_iface_find("lo", &iface), -EOPNOTSUPP);
}

TEST(ipv4)
{
	struct iface_addresses addresses;

	need_namespace();
	add_link("lan");
	add_link("other");
	addresses = addresses_of("lan");
	assert_int_equal(addresses.ipv4_count, 0);
	HERE("ip address add 192.0.2.20/24 brd + dev lan");
	HERE("ip address add 192.0.2.21/24 dev lan");
	HERE("ip address add 203.0.113.2 peer 203.0.113.3 dev lan");
	HERE("ip address add 192.0.2.30/24 dev other");
	addresses = addresses_of("lan");
	assert_int_equal(addresses.ipv4_count, 3);
	assert_own(&addresses, 0, "192.0.2.20");
	assert_own(&addresses, 1, "203.0.113.2");
	/* the kernel lists a subnet's secondary addresses last */
	assert_own(&addresses, 2, "192.0.2.21");
}

TEST(lifetimes)
{
	struct iface_addresses addresses;

	need_namespace();
	add_link("lan");
	HERE("ip address add 192.0.2.20/24 dev lan");
	HERE("ip address add 192.0.2.21/24 valid_lft 3600 preferred_lft 60 dev lan");
	addresses = addresses_of("lan");
	assert_int_equal(addresses.list[0].valid, LIFETIME_FOREVER);
	assert_in_range(addresses.list[1].valid, 3590, 3600);
}

TEST(too_many)
{
	struct iface_addresses addresses;

	need_namespace();
	add_link("lan");
	HERE("for i in $(seq 1 40); do echo address add 192.0.2.$i/24 dev lan; "
	     "echo address add 2001:db8::$i/64 nodad dev lan; "
	     "echo address add 2001:db8:1::$i/64 nodad preferred_lft 0 dev lan; done | ip -batch -");
	addresses = addresses_of("lan");
	assert_int_equal(addresses.ipv4_count, IFACE_IPV4);
	assert_int_equal(addresses.count - addresses.ipv4_count, IFACE_IPV6);
}

TEST(ipv6)
{
	struct iface_addresses addresses;

	need_namespace();
	HERE("sysctl -qw net.ipv6.conf.all.disable_ipv6=0 net.ipv6.conf.default.disable_ipv6=0 "
	     "net.ipv6.conf.default.accept_dad=0");
	add_link("lan");
	add_link("other");
	HERE("ip address add 2001:db8::21/64 nodad preferred_lft 0 dev lan");
	HERE("ip address add 2001:db8::20/64 nodad dev lan");
	HERE("ip address add 2001:db8::22 peer 2001:db8::23 nodad dev lan");
	HERE("ip address add fd00::20/64 nodad dev lan");
	HERE("ip address add 2001:db8::30/64 dev other");
	addresses = addresses_of("lan");
	assert_int_equal(addresses.count - addresses.ipv4_count, 5);
	for (size_t i = 0; i < 4; i++)
		assert_int_not_equal(addresses.list[i].address.octet[15], 0x21);
	/* deprecated, so after the others */
	assert_own(&addresses, 4, "2001:db8::21");
}

/* Duplicate detection takes 3 s. */
TEST(tentative_address)
{
	struct iface_addresses addresses;

	need_namespace();
	HERE("sysctl -qw net.ipv6.conf.all.disable_ipv6=0 net.ipv6.conf.default.disable_ipv6=0 "
	     "net.ipv6.conf.default.addr_gen_mode=1 net.ipv6.conf.default.dad_transmits=3");
	add_link("lan");
	HERE("ip address add 2001:db8::20/64 dev lan");
	HERE("ip address add 2001:db8::21/64 optimistic dev lan");
	HERE("ip address add 2001:db8::22/64 nodad dev lan");
	HERE("ip -6 address show dev lan | grep -q tentative");
	addresses = addresses_of("lan");
	assert_int_equal(addresses.count - addresses.ipv4_count, 1);
	assert_own(&addresses, 0, "2001:db8::22");
}

TEST(duplicate_address)
{
	struct iface_addresses addresses;

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
	assert_int_equal(addresses.count - addresses.ipv4_count, 0);
}

static void assert_default(const char *expected)
{
	char name[IFNAMSIZ] = "";

	assert_int_equal(default_iface(name), expected ? 0 : -ENOENT);
	assert_string_equal(name, expected ? expected : "");
}

TEST(default_route)
{
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

TEST(default_route_of_tunnel)
{
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

TEST(default_route_multipath)
{
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
