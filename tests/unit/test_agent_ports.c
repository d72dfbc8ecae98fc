// SPDX-License-Identifier: GPL-2.0-or-later
/* Open ports: real sockets in a namespace of their own. */
#include "test.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "agent/system_info.h"
#include "support_netns.h"

/* Open until the process ends, or `sockets` are closed. */
static int sockets[1200];
static size_t socket_count;

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

static int close_all(void **state)
{
	(void)state;
	while (socket_count)
		close(sockets[--socket_count]);
	return 0;
}

static void connect_to(int kind, const char *address, uint16_t port, uint16_t from)
{
	const int fd = open_socket(kind, address, from);
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons(port) };

	assert_int_equal(inet_pton(AF_INET, address, &to.sin_addr), 1);
	assert_int_equal(connect(fd, (void *)&to, sizeof(to)), 0);
}

static struct iface_addresses addresses; /* of "lan" */

static int make_lan(void **state)
{
	if (make_namespace(state))
		return -1;
	need_namespace();
	HERE("sysctl -qw net.ipv6.conf.all.disable_ipv6=0 net.ipv6.conf.default.disable_ipv6=0");
	add_link("lan");
	add_link("other");
	HERE("ip address add 192.0.2.20/24 dev lan && ip address add 198.51.100.1/24 dev other");
	HERE("ip address add 2001:db8::20/64 nodad dev lan && "
	     "ip address add 2001:db8:1::1/64 nodad dev other");
	assert_int_equal(iface_addresses_read(if_nametoindex("lan"), &addresses), 0);
	assert_int_equal(addresses.ipv4_count, 1);
	return 0;
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

BEFORE_EACH(make_lan)
AFTER_EACH(close_all)

TEST(tcp)
{
	assert_ports("");
	serve("::", 443);
	serve("0.0.0.0", 22);
	serve("::", 22 + 1);
	serve("192.0.2.20", 80);
	serve("2001:db8::20", 80);
	serve("::ffff:192.0.2.20", 81);
	assert_ports("tcp/22 tcp/23 tcp/80 tcp/81 tcp/443 ");
}

TEST(unreachable_tcp)
{
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

TEST(udp)
{
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

	for (uint16_t i = 0; i < 900; i++)
		serve(i % 2 ? "0.0.0.0" : "::", 2000 + i);
	open_ports_read(&addresses, &ports);
	for (unsigned int i = 0; i < PORT_COUNT; i++)
		assert_int_equal(ports.tcp[i], i >= 2000 && i < 2900);
}
