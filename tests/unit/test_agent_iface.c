// SPDX-License-Identifier: GPL-2.0-or-later
/* The interface, its addresses, the default route and open ports, in a namespace for each test. */
#include "test.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "agent/system_info.h"
#include "base/text.h"
#include "support_lan.h"

/* Two interfaces without addresses. */
static int make_links(void **state)
{
	if (make_namespace(state))
		return -1;
	need_namespace();
	HERE("sysctl -qw net.ipv6.conf.all.disable_ipv6=0 net.ipv6.conf.default.disable_ipv6=0 "
	     "net.ipv6.conf.default.addr_gen_mode=1 net.ipv6.conf.default.dad_transmits=3");
	add_link("lan");
	add_link("other");
	return 0;
}

/* Open until the end of the test. */
static int sockets[1200];
static size_t socket_count;

static int close_all(void **state)
{
	(void)state;
	while (socket_count)
		close(sockets[--socket_count]);
	return 0;
}

BEFORE_EACH(make_links)
AFTER_EACH(close_all)

TEST(interfaces)
{
	static const struct {
		const char *name;
		int err;
	} none[] = { { "wan", -ENODEV },
		     { "", -ENODEV },
		     { "a-name-of-16-oct", -ENODEV },
		     { "lo", -EOPNOTSUPP } };
	struct iface iface;

	assert_int_equal(ethernet_iface_find("lan", &iface), 0);
	assert_string_equal(iface.name, "lan");
	assert_int_equal(iface.ifindex, if_nametoindex("lan"));
	assert_memory_equal(&iface.mac, ((const uint8_t[]){ 2, 0, 0, 0, 0, 0x20 }), 6);
	EACH(i, none)
	assert_int_equal(ethernet_iface_find(none[i].name, &iface), none[i].err);
}

static struct iface_addresses addresses_of(const char *name)
{
	struct iface_addresses addresses;

	memset(&addresses, 0xa5, sizeof(addresses));
	assert_int_equal(iface_addresses_read(if_nametoindex(name), &addresses), 0);
	return addresses;
}

/* "192.0.2.20 | 2001:db8::20" */
static const char *addresses_text(const struct iface_addresses *addresses)
{
	static char text[1024];
	char own[TEXT_IP];

	*text = '\0';
	for (size_t i = 0; i <= addresses->count; i++) {
		if (i == addresses->ipv4_count)
			strcat(text, "| ");
		if (i < addresses->count) {
			strcat(text, text_from_ip(&addresses->list[i].address, own));
			strcat(text, " ");
		}
	}
	return text;
}

TEST(addresses)
{
	static const struct {
		const char *shows, *add[5], *addresses;
	} rows[] = {
		{ "none", { "192.0.2.30/24 dev other", "2001:db8::30/64 dev other" }, "| " },
		{ "a subnet's secondary addresses are the last",
		  { "192.0.2.20/24 brd + dev lan", "192.0.2.21/24 dev lan",
		    "203.0.113.2 peer 203.0.113.3 dev lan" },
		  "192.0.2.20 203.0.113.2 192.0.2.21 | " },
		{ "its own, and not the peer's",
		  { "2001:db8::22 peer 2001:db8::23 nodad dev lan" },
		  "| 2001:db8::22 " },
		{ "deprecated ones are left to end, but not of IPv4",
		  { "fd00::20/64 nodad dev lan", "fe80::20/64 nodad dev lan",
		    "192.0.2.20/24 preferred_lft 0 dev lan",
		    "2001:db8::21/64 nodad preferred_lft 0 dev lan" },
		  "192.0.2.20 | fd00::20 fe80::20 " },
		{ "not those that are checked for duplicates, which takes 3 s",
		  { "2001:db8::20/64 dev lan", "2001:db8::21/64 optimistic dev lan",
		    "2001:db8::22/64 nodad dev lan" },
		  "| 2001:db8::22 " },
	};

	EACH(i, rows)
	{
		struct iface_addresses found;

		make_links(NULL);
		for (size_t j = 0; j < 5 && rows[i].add[j]; j++)
			HERE("ip address add %s", rows[i].add[j]);
		found = addresses_of("lan");
		if (strcmp(addresses_text(&found), rows[i].addresses))
			fail_msg("%s: %s", rows[i].shows, addresses_text(&found));
	}
}

TEST(duplicate_address)
{
	struct iface_addresses found;

	HERE("ip link set lan-end address 02:00:00:00:00:21");
	HERE("ip address add 2001:db8::20/64 nodad dev lan-end");
	HERE("sysctl -qw net.ipv6.conf.lan.dad_transmits=1");
	HERE("ip address add 2001:db8::20/64 dev lan");
	HERE("for i in $(seq 50); do ip -6 address show dev lan | grep -q dadfailed && exit 0; "
	     "sleep 0.1; done; exit 1");
	found = addresses_of("lan");
	assert_string_equal(addresses_text(&found), "| ");
}

TEST(lifetimes)
{
	struct iface_addresses found;

	HERE("ip address add 192.0.2.20/24 dev lan");
	HERE("ip address add 192.0.2.21/24 valid_lft 3600 preferred_lft 60 dev lan");
	found = addresses_of("lan");
	assert_int_equal(found.list[0].valid, LIFETIME_FOREVER);
	assert_in_range(found.list[1].valid, 3590, 3600);
}

TEST(too_many)
{
	struct iface_addresses found;

	HERE("for i in $(seq 1 40); do echo address add 192.0.2.$i/24 dev lan; "
	     "echo address add 2001:db8::$i/64 nodad dev lan; "
	     "echo address add 2001:db8:1::$i/64 nodad preferred_lft 0 dev lan; done | ip -batch -");
	found = addresses_of("lan");
	assert_int_equal(found.ipv4_count, IFACE_IPV4);
	assert_int_equal(found.count - found.ipv4_count, IFACE_IPV6);
}

static void assert_default(const char *after, const char *expected)
{
	char name[IFNAMSIZ] = "";
	const int err = default_iface(name);

	if (err != (*expected ? 0 : -ENOENT) || strcmp(name, expected))
		fail_msg("after '%s' it is '%s' instead of '%s'", after, name, expected);
}

/* One after another. */
TEST(default_route)
{
	static const struct {
		const char *command, *name;
	} steps[] = {
		{ "true", "" },
		{ "ip address add 192.0.2.20/24 dev lan", "" },
		{ "ip address add 198.51.100.20/24 dev other", "" },
		{ "ip route add 203.0.113.0/24 via 192.0.2.1", "" },
		{ "ip route add default via 192.0.2.1 table 100", "" },
		{ "ip route add unreachable default metric 1", "" },
		{ "ip route add default via 192.0.2.1 metric 200", "lan" },
		{ "ip route add default dev other metric 300", "lan" },
		{ "ip route add default via 198.51.100.1 metric 100", "other" },
		{ "ip route add default via 192.0.2.1", "lan" },
		{ "ip link set lan-end down && sleep 0.1", "other" },
	};

	EACH(i, steps)
	{
		HERE("%s", steps[i].command);
		assert_default(steps[i].command, steps[i].name);
	}
}

static void need(const char *command)
{
	if (!run("%s", command))
		return;
	print_message("not on this machine: %s\n", command);
	skip();
}

TEST(default_route_of_tunnel)
{
	HERE("ip address add 192.0.2.20/24 dev lan");
	need("ip tuntap add vpn mode tun");
	HERE("ip link set vpn up && ip route add default dev vpn metric 50");
	assert_default("a route of a tunnel", "");
	HERE("ip route add default via 192.0.2.1 metric 100");
	assert_default("a route of a LAN", "lan");
}

TEST(default_route_multipath)
{
	HERE("ip address add 192.0.2.20/24 dev lan && ip address add 198.51.100.20/24 dev other");
	need("ip route add default nexthop via 198.51.100.1 nexthop via 192.0.2.1");
	assert_default("a route with two next hops", "other");
}

static int open_socket(int kind, const char *text, uint16_t port)
{
	struct sockaddr_in6 v6 = { .sin6_family = AF_INET6, .sin6_port = htons(port) };
	struct sockaddr_in v4 = { .sin_family = AF_INET, .sin_port = htons(port) };
	const bool is_v6 = inet_pton(AF_INET6, text, &v6.sin6_addr) == 1;
	const int fd = socket(is_v6 ? AF_INET6 : AF_INET, kind | SOCK_CLOEXEC, 0);

	assert_true(fd >= 0);
	assert_true(is_v6 || inet_pton(AF_INET, text, &v4.sin_addr) == 1);
	assert_int_equal(
		bind(fd, is_v6 ? (void *)&v6 : (void *)&v4, is_v6 ? sizeof(v6) : sizeof(v4)), 0);
	sockets[socket_count++] = fd;
	return fd;
}

static void serve(const char *address, uint16_t port)
{
	assert_int_equal(listen(open_socket(SOCK_STREAM, address, port), 1), 0);
}

static void connect_to(int kind, const char *address, uint16_t port, uint16_t from)
{
	const int fd = open_socket(kind, address, from);
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons(port) };

	assert_int_equal(inet_pton(AF_INET, address, &to.sin_addr), 1);
	assert_int_equal(connect(fd, (void *)&to, sizeof(to)), 0);
}

static struct iface_addresses addresses; /* of "lan" */

static void give_addresses(void)
{
	HERE("ip address add 192.0.2.20/24 dev lan && ip address add 198.51.100.1/24 dev other");
	HERE("ip address add 2001:db8::20/64 nodad dev lan && "
	     "ip address add 2001:db8:1::1/64 nodad dev other");
	addresses = addresses_of("lan");
	assert_int_equal(addresses.count, 2);
}

static void assert_ports(const char *expected)
{
	struct port_set ports;
	char text[256] = "";

	open_ports_read(&addresses, &ports);
	for (unsigned int i = 0; i < PORT_COUNT; i++)
		if (ports.tcp[i])
			sprintf(text + strlen(text), "tcp/%u ", i);
	for (unsigned int i = 0; i < PORT_COUNT; i++)
		if (ports.udp[i])
			sprintf(text + strlen(text), "udp/%u ", i);
	assert_string_equal(text, expected);
}

TEST(tcp_ports)
{
	give_addresses();
	assert_ports("");
	serve("::", 443);
	serve("0.0.0.0", 22);
	serve("::", 22 + 1);
	serve("192.0.2.20", 80);
	serve("2001:db8::20", 80);
	serve("::ffff:192.0.2.20", 81);
	assert_ports("tcp/22 tcp/23 tcp/80 tcp/81 tcp/443 ");
}

TEST(unreachable_tcp_ports)
{
	give_addresses();
	serve("127.0.0.1", 631);
	serve("127.0.0.53", 53);
	serve("::1", 631);
	serve("::ffff:127.0.0.1", 632);
	serve("198.51.100.1", 53);
	serve("2001:db8:1::1", 53);
	open_socket(SOCK_STREAM, "0.0.0.0", 8080); /* bound alone */
	assert_ports("");
	serve("192.0.2.20", 7);
	connect_to(SOCK_STREAM, "192.0.2.20", 7, 1000);
	assert_ports("tcp/7 ");
}

TEST(udp_ports)
{
	give_addresses();
	open_socket(SOCK_DGRAM, "0.0.0.0", 5353);
	open_socket(SOCK_DGRAM, "::", 123);
	open_socket(SOCK_DGRAM, "192.0.2.20", 137);
	open_socket(SOCK_DGRAM, "192.0.2.255", 138);
	open_socket(SOCK_DGRAM, "224.0.0.251", 5354);
	open_socket(SOCK_DGRAM, "127.0.0.1", 323);
	connect_to(SOCK_DGRAM, "192.0.2.20", 9, 1000);
	assert_ports("udp/123 udp/137 udp/5353 ");
	serve("0.0.0.0", 65535);
	assert_ports("tcp/65535 udp/123 udp/137 udp/5353 ");
}

TEST(a_thousand_sockets)
{
	struct port_set ports;

	give_addresses();
	for (uint16_t i = 0; i < 900; i++)
		serve(i % 2 ? "0.0.0.0" : "::", 2000 + i);
	open_ports_read(&addresses, &ports);
	for (unsigned int i = 0; i < PORT_COUNT; i++)
		assert_int_equal(ports.tcp[i], i >= 2000 && i < 2900);
}
