// SPDX-License-Identifier: GPL-2.0-or-later
/* Addresses, ports and names as text: what is accepted, and that it comes back as written. */
#include "test.h"

#include <errno.h>
#include <string.h>

#include <netinet/in.h>

#include "base/text.h"

#define EACH(item, table) for (size_t item = 0; item < sizeof(table) / sizeof(*(table)); item++)

TEST(mac_round_trip)
{
	char text[TEXT_MAC];
	struct mac mac;

	assert_int_equal(text_to_mac("52:54:00:aB:cd:EF", &mac), 0);
	assert_memory_equal(&mac, ((uint8_t[]){ 0x52, 0x54, 0, 0xab, 0xcd, 0xef }), 6);
	assert_string_equal(text_from_mac(&mac, text), "52:54:00:ab:cd:ef");
	assert_int_equal(text_to_mac("52-54-00-12-34-56", &mac), 0);
	assert_string_equal(text_from_mac(&mac, text), "52:54:00:12:34:56");
}

TEST(mac_refused)
{
	static const char *const wrong[] = {
		"",
		"52:54:00:12:34",
		"52:54:00:12:34:5",
		"52:54:00:12:34:56:",
		"52:54:00:12:34:56 ",
		"52:54:00:12:34-56",
		"52-54:00:12:34:56",
		"52.54.00.12.34.56",
		"52:54:00:12:34:5g",
		"52:54:00:12:34: 5",
		"525:4:00:12:34:56",
		"00:00:00:00:00:00",
		"ff:ff:ff:ff:ff:ff",
		"01:00:5e:00:00:01",
	};
	struct mac mac = { { 1, 2, 3, 4, 5, 6 } };

	EACH(i, wrong)
	{
		assert_int_equal(text_to_mac(wrong[i], &mac), -EINVAL);
		assert_memory_equal(&mac, ((uint8_t[]){ 1, 2, 3, 4, 5, 6 }), 6);
	}
}

TEST(octets_round_trip)
{
	static const struct {
		const char *in, *out;
		size_t length;
	} rows[] = {
		{ "00", "00", 1 },
		{ "fF", "ff", 1 },
		{ "01:52", "01:52", 2 },
		{ "01-52-54", "01:52:54", 3 },
		{ "01:52:54:00:12:34:56:78", "01:52:54:00:12:34:56:78", 8 },
	};
	char text[TEXT_OCTETS];
	uint8_t octets[8];
	size_t length;

	EACH(i, rows)
	{
		assert_int_equal(text_to_octets(rows[i].in, octets, sizeof(octets), &length), 0);
		assert_int_equal(length, rows[i].length);
		assert_string_equal(text_from_octets(octets, length, text), rows[i].out);
	}
	assert_string_equal(text_from_octets(octets, 0, text), "");
}

TEST(octets_longest)
{
	uint8_t there[TEXT_OCTETS_MAX], back[TEXT_OCTETS_MAX + 1];
	char text[TEXT_OCTETS + 4];
	size_t length;

	for (size_t i = 0; i < sizeof(there); i++)
		there[i] = (uint8_t)i;
	memset(text, 'x', sizeof(text));
	text_from_octets(there, sizeof(there), text);
	assert_int_equal(strlen(text), TEXT_OCTETS - 1);
	assert_int_equal(text[TEXT_OCTETS], 'x');
	assert_int_equal(text_to_octets(text, back, sizeof(back), &length), 0);
	assert_int_equal(length, sizeof(there));
	assert_memory_equal(there, back, sizeof(there));
	assert_int_equal(text_to_octets(text, back, sizeof(there) - 1, &length), -EINVAL);
	strcpy(text + TEXT_OCTETS - 1, ":00"); /* no option is so long */
	assert_int_equal(text_to_octets(text, back, sizeof(back), &length), -EINVAL);
}

TEST(octets_refused)
{
	static const char *const wrong[] = {
		"",       "0",       "000",      "0000",     "00:",       ":00",
		"00:0",   "00:000",  "00::00",   "00 00",    "00.00",     "0x00",
		"g0",     "0g",      "00:00-00", "00-00:00", "00:00:00:", " 00",
		"00 ",    "-1",      "+1",       "00:-1",    "00,00",     "00:00:00:00:00",
		"01:\n1", "0000000",
	};
	uint8_t octets[4] = { 7, 7, 7, 7 };
	size_t length = 7;

	EACH(i, wrong)
	{
		assert_int_equal(text_to_octets(wrong[i], octets, sizeof(octets), &length),
		                 -EINVAL);
		assert_memory_equal(octets, "\7\7\7\7", 4);
		assert_int_equal(length, 7);
	}
}

TEST(secureon)
{
	uint8_t password[6] = { 9, 9, 9, 9, 9, 9 };
	size_t length = 0;

	assert_int_equal(text_to_secureon("1.2.3.250", password, &length), 0);
	assert_int_equal(length, 4);
	assert_memory_equal(password, ((uint8_t[]){ 1, 2, 3, 250, 9, 9 }), 6);
	assert_int_equal(text_to_secureon("ff:ff:ff:00:00:00", password, &length), 0);
	assert_int_equal(length, 6);
	assert_memory_equal(password, ((uint8_t[]){ 255, 255, 255, 0, 0, 0 }), 6);
	assert_int_equal(text_to_secureon("1.2.3", password, &length), -EINVAL);
	assert_int_equal(text_to_secureon("1.2.3.256", password, &length), -EINVAL);
	assert_int_equal(text_to_secureon("01:02:03:04", password, &length), -EINVAL);
	assert_int_equal(text_to_secureon("01:02:03:04:05:0x", password, &length), -EINVAL);
	assert_memory_equal(password, ((uint8_t[]){ 255, 255, 255, 0, 0, 0 }), 6);
	assert_int_equal(length, 6);
}

TEST(ip_round_trip)
{
	static const struct {
		const char *in, *out;
		int is_ipv4;
	} rows[] = {
		{ "192.168.1.5", "192.168.1.5", 1 },         { "0.0.0.0", "0.0.0.0", 1 },
		{ "255.255.255.255", "255.255.255.255", 1 }, { "::ffff:10.0.0.1", "10.0.0.1", 1 },
		{ "2001:DB8::1", "2001:db8::1", 0 },         { "::", "::", 0 },
	};
	char text[TEXT_IP];
	struct ipv6 ip;

	EACH(i, rows)
	{
		assert_int_equal(text_to_ip(rows[i].in, &ip), 0);
		assert_string_equal(text_from_ip(&ip, text), rows[i].out);
		assert_int_equal(!!ip_is_ipv4(&ip), rows[i].is_ipv4);
	}
}

TEST(ip_longest)
{
	struct ipv6 ip;
	char text[TEXT_PREFIX];

	memset(&ip, 0xff, sizeof(ip));
	assert_string_equal(text_from_ip(&ip, text), "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff");
	assert_string_equal(text_from_prefix(&ip, 127, text),
	                    "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff/127");
}

TEST(ip_refused)
{
	static const char *const wrong[] = { "",
		                             "192.168.1",
		                             "192.168.1.256",
		                             "192.168.01.5",
		                             "192.168.1.5 ",
		                             "192.168.1.5/24",
		                             "nas",
		                             "2001:db8::g",
		                             "1::2::3" };
	struct ipv6 ip = { { 7 } };

	EACH(i, wrong)
	{
		assert_int_equal(text_to_ip(wrong[i], &ip), -EINVAL);
		assert_int_equal(ip.octet[0], 7);
	}
}

TEST(ip_octets)
{
	struct ipv6 ip;
	struct ipv4 v4;

	assert_int_equal(text_to_ip("10.20.30.40", &ip), 0);
	v4 = ip_to_ipv4(&ip);
	assert_memory_equal(&v4, ((uint8_t[]){ 10, 20, 30, 40 }), 4);
	assert_memory_equal(&ip, ((uint8_t[16]){ [10] = 255, 255, 10, 20, 30, 40 }), 16);
}

TEST(prefix_round_trip)
{
	static const struct {
		const char *in, *out;
		int bits;
	} rows[] = {
		{ "192.168.1.0/24", "192.168.1.0/24", 120 },
		{ "192.168.1.77/24", "192.168.1.0/24", 120 },
		{ "10.255.0.0/9", "10.128.0.0/9", 105 },
		{ "0.0.0.0/0", "0.0.0.0/0", 96 },
		{ "192.168.1.5", "192.168.1.5", 128 },
		{ "192.168.1.5/32", "192.168.1.5", 128 },
		{ "2001:db8::1/32", "2001:db8::/32", 32 },
		{ "2001:db8::1", "2001:db8::1", 128 },
		{ "::/0", "::/0", 0 },
		{ "::ffff:192.168.1.5/120", "192.168.1.0/24", 120 },
		{ "::ffff:0.0.0.0/90", "::ffc0:0:0/90", 90 },
	};
	char text[TEXT_PREFIX];
	struct ipv6 ip;
	uint8_t bits;

	EACH(i, rows)
	{
		assert_int_equal(text_to_prefix(rows[i].in, &ip, &bits), 0);
		assert_int_equal(bits, rows[i].bits);
		assert_string_equal(text_from_prefix(&ip, bits, text), rows[i].out);
	}
}

TEST(prefix_refused)
{
	static const char *const wrong[] = {
		"",
		"/24",
		"192.168.1.0/",
		"192.168.1.0/33",
		"192.168.1.0/-1",
		"192.168.1.0/+1",
		"192.168.1.0/ 1",
		"192.168.1.0/24/24",
		"192.168.1.0/x",
		"192.168.1.0/99999999999999999999",
		"2001:db8::/129",
		"00000000000000000000000000000000000000000000000000/8",
	};
	struct ipv6 ip = { { 7 } };
	uint8_t bits = 7;

	EACH(i, wrong)
	{
		assert_int_equal(text_to_prefix(wrong[i], &ip, &bits), -EINVAL);
		assert_int_equal(bits, 7);
		assert_int_equal(ip.octet[0], 7);
	}
}

TEST(port_round_trip)
{
	static const struct {
		const char *text;
		uint8_t protocol;
		uint16_t port;
	} rows[] = {
		{ "tcp/22", IPPROTO_TCP, 22 },
		{ "udp/65535", IPPROTO_UDP, 65535 },
		{ "tcp/any", IPPROTO_TCP, 0 },
		{ "udp/any", IPPROTO_UDP, 0 },
		{ "none", 0, 0 },
	};
	char text[TEXT_PORT];
	uint8_t protocol;
	uint16_t port;

	EACH(i, rows)
	{
		assert_int_equal(text_to_port(rows[i].text, &protocol, &port), 0);
		assert_int_equal(protocol, rows[i].protocol);
		assert_int_equal(port, rows[i].port);
		assert_string_equal(text_from_port(protocol, port, text), rows[i].text);
	}
}

TEST(port_refused)
{
	static const char *const wrong[] = { "",        "22",      "tcp",       "tcp/",   "tcp/0",
		                             "tcp/-1",  "tcp/ 22", "tcp/65536", "tcp/2x", "/22",
		                             "nothing", "sctp/22", "tc/22",     "TCP/22", "tcp22" };
	uint8_t protocol = 7;
	uint16_t port = 7;

	EACH(i, wrong)
	{
		assert_int_equal(text_to_port(wrong[i], &protocol, &port), -EINVAL);
		assert_int_equal(protocol, 7);
		assert_int_equal(port, 7);
	}
}

TEST(port_of_maps)
{
	char text[TEXT_PORT];

	assert_string_equal(text_from_port(0, 0, text), "none");
	assert_string_equal(text_from_port(255, 65535, text), "255/65535");
}

TEST(names)
{
	static const char longest[] =
		"0123456789012345678901234567890123456789012345678901234567890-_";

	assert_int_equal(strlen(longest), 63);
	assert_true(text_is_name(longest));
	assert_true(text_is_name("a"));
	assert_true(text_is_name("nas.lan_2-Z"));
	assert_false(text_is_name(""));
	assert_false(
		text_is_name("0123456789012345678901234567890123456789012345678901234567890-_x"));
	assert_false(text_is_name("n as"));
	assert_false(text_is_name("nas/1"));
	assert_false(text_is_name("n\xc3\xa4s"));
}

TEST(interfaces)
{
	static const char *const right[] = { "eth0", "br-lan.10", "a", "123456789012345" };
	static const char *const wrong[] = { "",     ".",    "..",    "1234567890123456",
		                             "et/0", "et:0", "eth 0", "eth0\n" };

	EACH(i, right)
	assert_true(text_is_interface(right[i]));
	EACH(i, wrong)
	assert_false(text_is_interface(wrong[i]));
}
