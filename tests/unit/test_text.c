// SPDX-License-Identifier: GPL-2.0-or-later
/* Addresses, ports, names, numbers and times as text: what is accepted, and how it is written. */
#include "test.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"

enum { TEXT_MAX = 128 };

/* What a text may be read into. */
struct value {
	struct mac mac;
	struct ipv6 ip;
	uint8_t octets[8], secureon[6], bits, protocol;
	size_t length;
	uint16_t port;
	int64_t number;
};

/* Reads a text, and writes the value again; 0 or -errno. */
typedef int both_ways(const char *text, struct value *value, char again[TEXT_MAX]);

static void check_text(both_ways *function, const char *text, const char *expected)
{
	struct value value, before;
	char again[TEXT_MAX] = "";
	int err;

	memset(&value, 1, sizeof(value));
	memset(&before, 1, sizeof(before));
	err = function(text, &value, again);
	if (err != (expected ? 0 : -EINVAL))
		fail_msg("\"%s\": %d (%s)", text, err, strerror(-err));
	if (err && memcmp(&value, &before, sizeof(value)))
		fail_msg("\"%s\" is refused, but changes the value", text);
	if (expected && strcmp(again, expected))
		fail_msg("\"%s\" is written as \"%s\", not \"%s\"", text, again, expected);
}

/* `cases`: between bars a text, '=' and how it is written; or a text alone, which is refused. */
static void check(both_ways *function, const char *cases)
{
	char copy[1024], *rest = copy, *text;

	assert_true(snprintf(copy, sizeof(copy), "|%s", cases) < (int)sizeof(copy));
	while ((text = strsep(&rest, "|"))) {
		char *expected = strchr(text, '=');

		if (expected)
			*expected++ = '\0';
		check_text(function, text, expected);
	}
}

static int mac(const char *text, struct value *value, char again[TEXT_MAX])
{
	const int err = text_to_mac(text, &value->mac);

	text_from_mac(&value->mac, again);
	return err;
}

TEST(macs)
{
	struct mac octets;

	check(mac, "52:54:00:aB:cd:EF=52:54:00:ab:cd:ef|52-54-00-12-34-56=52:54:00:12:34:56|"
	           "52:54:00:12:34|52:54:00:12:34:5|52:54:00:12:34:56:|52:54:00:12:34:56 |"
	           "52:54:00:12:34-56|52-54:00:12:34:56|52.54.00.12.34.56|52:54:00:12:34:5g|"
	           "52:54:00:12:34: 5|525:4:00:12:34:56|00:00:00:00:00:00|ff:ff:ff:ff:ff:ff|"
	           "01:00:5e:00:00:01");
	assert_int_equal(text_to_mac("52:54:00:ab:cd:ef", &octets), 0);
	assert_memory_equal(&octets, "\x52\x54\0\xab\xcd\xef", sizeof(octets));
}

static int octets(const char *text, struct value *value, char again[TEXT_MAX])
{
	const int err = text_to_octets(text, value->octets, 8, &value->length);

	if (!err)
		text_from_octets(value->octets, value->length, again);
	return err;
}

TEST(up_to_8_octets)
{
	char none[TEXT_MAX];

	check(octets, "00=00|fF=ff|01:52=01:52|01-52-54=01:52:54|"
	              "01:52:54:00:12:34:56:78=01:52:54:00:12:34:56:78|01:52:54:00:12:34:56:78:9a|"
	              "0|000|0000|00:|:00|00:0|00:000|00::00|00 00|00.00|0x00|g0|0g|00:00-00|"
	              "00-00:00|00:00:00:| 00|00 |-1|+1|00:-1|00,00|01:\n1");
	assert_string_equal(text_from_octets((const uint8_t[]){ 0 }, 0, none), "");
}

TEST(as_many_octets_as_a_text_has_room_for)
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
	strcpy(text + TEXT_OCTETS - 1, ":00"); /* no option is so long */
	assert_int_equal(text_to_octets(text, back, sizeof(back), &length), -EINVAL);
}

static int secureon(const char *text, struct value *value, char again[TEXT_MAX])
{
	const int err = text_to_secureon(text, value->secureon, &value->length);

	if (!err) {
		text_from_octets(value->secureon, value->length, again);
		assert_memory_equal(value->secureon + value->length, "\1\1", 6 - value->length);
	}
	return err;
}

TEST(passwords_of_secureon)
{
	check(secureon, "1.2.3.250=01:02:03:fa|ff:ff:ff:00:00:00=ff:ff:ff:00:00:00|"
	                "1.2.3|1.2.3.256|01:02:03:04|01:02:03:04:05:0x");
}

/* With the family that it is taken for. */
static int ip(const char *text, struct value *value, char again[TEXT_MAX])
{
	const int err = text_to_ip(text, &value->ip);

	text_from_ip(&value->ip, again);
	strcat(again, ip_is_ipv4(&value->ip) ? " IPv4" : " IPv6");
	return err;
}

TEST(ip_addresses)
{
	struct ipv6 mapped;
	struct ipv4 v4;

	check(ip, "192.168.1.5=192.168.1.5 IPv4|0.0.0.0=0.0.0.0 IPv4|"
	          "255.255.255.255=255.255.255.255 IPv4|::ffff:10.0.0.1=10.0.0.1 IPv4|"
	          "2001:DB8::1=2001:db8::1 IPv6|::=:: IPv6|"
	          "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff=ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"
	          " IPv6|192.168.1|192.168.1.256|192.168.01.5|192.168.1.5 |192.168.1.5/24|nas|"
	          "2001:db8::g|1::2::3");
	assert_int_equal(text_to_ip("10.20.30.40", &mapped), 0);
	v4 = ip_to_ipv4(&mapped);
	assert_memory_equal(&v4, ((uint8_t[]){ 10, 20, 30, 40 }), 4);
	assert_memory_equal(&mapped, ((uint8_t[16]){ [10] = 255, 255, 10, 20, 30, 40 }), 16);
}

/* With the bits that count, of 128. */
static int prefix(const char *text, struct value *value, char again[TEXT_MAX])
{
	const int err = text_to_prefix(text, &value->ip, &value->bits);

	text_from_prefix(&value->ip, value->bits, again);
	sprintf(again + strlen(again), " %u", value->bits);
	return err;
}

TEST(prefixes)
{
	check(prefix,
	      "192.168.1.0/24=192.168.1.0/24 120|192.168.1.77/24=192.168.1.0/24 120|"
	      "10.255.0.0/9=10.128.0.0/9 105|0.0.0.0/0=0.0.0.0/0 96|192.168.1.5=192.168.1.5 128|"
	      "192.168.1.5/32=192.168.1.5 128|2001:db8::1/32=2001:db8::/32 32|"
	      "2001:db8::1=2001:db8::1 128|::/0=::/0 0|"
	      "ffff:ffff:ffff:ffff:ffff:ffff:ffff:fffe/127=ffff:ffff:ffff:ffff:ffff:ffff:ffff:fffe"
	      "/127 127|::ffff:192.168.1.5/120=192.168.1.0/24 120|"
	      "::ffff:0.0.0.0/90=::ffc0:0:0/90 90|/24|192.168.1.0/|192.168.1.0/33|192.168.1.0/-1|"
	      "192.168.1.0/+1|192.168.1.0/ 1|192.168.1.0/24/24|192.168.1.0/x|2001:db8::/129|"
	      "192.168.1.0/99999999999999999999|"
	      "00000000000000000000000000000000000000000000000000/8");
}

static int endpoint(const char *text, struct value *value, char again[TEXT_MAX])
{
	struct endpoint parsed;
	const int err = text_to_endpoint(text, &parsed);

	if (err)
		return err;
	value->ip = parsed.address;
	sprintf(text_from_ip(&parsed.address, again) + strlen(again), " %u", parsed.port);
	return 0;
}

TEST(endpoints)
{
	check(endpoint,
	      "127.0.0.1:9464=127.0.0.1 9464|[::1]:1=::1 1|0.0.0.0:65535=0.0.0.0 65535|"
	      "[ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff]:80=ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff "
	      "80|[::ffff:192.0.2.1]:80=192.0.2.1 80|||:|:80|80|127.0.0.1|127.0.0.1:|127.0.0.1:0|"
	      "127.0.0.1:65536|127.0.0.1:+1|127.0.0.1:80 |::1:80|[::1]|[::1]:|[::1:80|::1]:80|[]:80|"
	      "[:80|[|[127.0.0.1]:80|localhost:80|"
	      "[00000000000000000000000000000000000000000000000000]:8");
}

/* With the numbers of its protocol and port. */
static int port(const char *text, struct value *value, char again[TEXT_MAX])
{
	const int err = text_to_port(text, &value->protocol, &value->port);

	text_from_port(value->protocol, value->port, again);
	sprintf(again + strlen(again), " %u %u", value->protocol, value->port);
	return err;
}

TEST(ports)
{
	char text[TEXT_PORT];

	check(port, "tcp/22=tcp/22 6 22|udp/65535=udp/65535 17 65535|tcp/any=tcp/any 6 0|"
	            "udp/any=udp/any 17 0|none=none 0 0|ssh=tcp/22 6 22|tcp/ssh=tcp/22 6 22|"
	            "udp/snmp=udp/161 17 161|tftp=udp/69 17 69|domain=tcp/53 6 53|"
	            "tcp/tftp|any|22|tcp|tcp/|tcp/0|tcp/-1|tcp/ 22|"
	            "tcp/65536|tcp/2x|/22|nothing|sctp/22|tc/22|TCP/22|tcp22");
	assert_string_equal(text_from_port(255, 65535, text), "255/65535"); /* in a map */
}

static int duration(const char *text, struct value *value, char again[TEXT_MAX])
{
	const int err = text_to_duration(text, &value->number);

	sprintf(again, "%" PRId64, value->number);
	return err;
}

TEST(durations_in_ms)
{
	int64_t ms = -7;

	check(duration,
	      "500ms=500|5s=5000|5=5000|2m=120000|2min=120000|1h=3600000|"
	      "1d=86400000|0=0|2562047788015h=9223372036854000000|s|5 s|-5s|5w|5ss|1h30m");
	assert_int_equal(text_to_duration("2562047788016h", &ms), -ERANGE);
	assert_int_equal(text_to_duration("99999999999999999999999999999999s", &ms), -ERANGE);
	assert_int_equal(ms, -7);
}

/* Up to that of a VLAN. */
static int number(const char *text, struct value *value, char again[TEXT_MAX])
{
	const int err = text_to_number(text, 4094, &value->number);

	sprintf(again, "%" PRId64, value->number);
	return err;
}

TEST(numbers)
{
	static const char too_large[] = "9223372036854775808";
	int64_t largest, unchanged = -7;

	check(number, "0=0|007=7|4094=4094|+1|-1| 1|1 |0x1|1.0");
	assert_int_equal(text_to_number("4095", 4094, &unchanged), -ERANGE);
	assert_int_equal(text_to_number(too_large, INT64_MAX, &unchanged), -ERANGE);
	assert_int_equal(text_to_number("99999999999999999999", INT64_MAX, &unchanged), -ERANGE);
	assert_int_equal(unchanged, -7);
	assert_int_equal(text_to_number("9223372036854775807", INT64_MAX, &largest), 0);
	assert_true(largest == INT64_MAX);
	assert_int_equal(text_to_number("0", 0, &largest), 0);
	assert_int_equal(largest, 0);
}

static int decimal(const char *text, struct value *value, char again[TEXT_MAX])
{
	const int err = text_to_decimal(text, 100000, &value->number);

	sprintf(again, "%" PRId64, value->number);
	return err;
}

TEST(decimals_in_thousandths)
{
	int64_t unchanged = -7;

	check(decimal, "0=0|36=36000|36.5=36500|0.0014=1|0.0015=2|007.=7000|100=100000|"
	               "|.5|.|1.2.3|-1|+1| 1|1e1|0x1|1W|nan|inf|1,5");
	assert_int_equal(text_to_decimal("100.001", 100000, &unchanged), -ERANGE);
	assert_int_equal(text_to_decimal("99999999999999999999999999", INT64_MAX, &unchanged),
	                 -ERANGE);
	assert_int_equal(unchanged, -7);
}

TEST(names)
{
	static const char longest[] =
		"0123456789012345678901234567890123456789012345678901234567890-_x";
	static const char *const right[] = { "a",     "nas.lan_2-Z", "_nas", "9",
		                             "lists", "host",        "List" };
	static const char *const wrong[] = { "",     longest,  "n as", "nas/1", "n\xc3\xa4s",
		                             "-nas", "--help", ".",    "..",    ".nas" };
	char name[64] = "";

	EACH(i, right)
	assert_true(text_is_name(right[i]));
	EACH(i, wrong)
	assert_false(text_is_name(wrong[i]));
	memcpy(name, longest, 63);
	assert_true(text_is_name(name));
}

TEST(names_of_interfaces)
{
	static const char *const right[] = { "eth0", "br-lan.10", "a", "123456789012345" };
	static const char *const wrong[] = { "",     ".",    "..",    "1234567890123456",
		                             "et/0", "et:0", "eth 0", "eth0\n" };

	EACH(i, right)
	assert_true(text_is_interface(right[i]));
	EACH(i, wrong)
	assert_false(text_is_interface(wrong[i]));
}

TEST(hex_digits)
{
	static const char digits[] = "0123456789abcdef", upper[] = "0123456789ABCDEF";

	for (int c = -128; c < 128; c++) {
		const char *low = c ? strchr(digits, c) : NULL, *high = c ? strchr(upper, c) : NULL;
		const int value = low ? (int)(low - digits) : high ? (int)(high - upper) : -1;

		assert_int_equal(text_hex_digit((char)c), value);
	}
}

TEST(times)
{
	static const struct {
		int64_t ms;
		const char *text;
	} rows[] = {
		{ 0, "1970-01-01T00:00:00.000Z" },
		{ INT64_C(1769860800123), "2026-01-31T12:00:00.123Z" },
		{ INT64_C(1709251199999), "2024-02-29T23:59:59.999Z" },
		{ -1, "1969-12-31T23:59:59.999Z" },
		{ -1000, "1969-12-31T23:59:59.000Z" },
		{ INT64_MAX, "292278994-08-17T07:12:55.807Z" },
	};
	char text[TEXT_TIME];

	EACH(i, rows)
	assert_string_equal(text_from_time(rows[i].ms, text), rows[i].text);
}

static int time_of(const char *text, struct value *value, char again[TEXT_MAX])
{
	const int err = text_to_time(text, &value->number);

	sprintf(again, "%" PRId64, value->number);
	return err;
}

TEST(texts_to_times)
{
	check(time_of,
	      "2026-01-31T12:00:00.123Z=1769860800123|2026-01-31T12:00:00Z=1769860800000|"
	      "1969-12-31T23:59:59.999Z=-1|2026-01-31T12:00:00.5Z=1769860800500|"
	      "2026-01-31T12:00:00.1239999999999999999999Z=1769860800123|"
	      "2026-01-31T12:00:00|2026-01-31T12:00:00+01:00|2026-01-31 12:00:00Z|2026-01-31|"
	      "2026-13-31T12:00:00Z|2026-01-31T12:00:00.Zx|now|");
}
