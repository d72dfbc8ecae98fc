// SPDX-License-Identifier: GPL-2.0-or-later
/* DHCP messages as they are read: those of real clients and servers, and every error. */
#include "test.h"

#include <stdbool.h>
#include <string.h>

#include "support_dhcp.h"

/* clang-format off */
/* ISC's dhclient 4.4.3, to dnsmasq */
static const uint8_t request[] = {
	0x01, 0x01, 0x06, 0x00, 0x17, 0xd8, 0xcc, 0x2d, /* op, htype, hlen, hops, xid */
	[28] = 0x52, 0x54, 0x00, 0x12, 0x34, 0x56, /* chaddr */
	[236] = 0x63, 0x82, 0x53, 0x63, /* cookie */
	0x35, 0x01, 0x03,
	0x36, 0x04, 0xc0, 0x00, 0x02, 0x01,
	0x32, 0x04, 0xc0, 0x00, 0x02, 0x66,
	0x0c, 0x03, 0x6e, 0x61, 0x73,
	0x51, 0x14, 0x05, 0x00, 0x00, 0x03, 0x6e, 0x61, 0x73, 0x03, 0x6c, 0x61, 0x6e, 0x07, 0x65,
	0x78, 0x61, 0x6d, 0x70, 0x6c, 0x65, 0x00,
	0x37, 0x0a, 0x01, 0x1c, 0x02, 0x03, 0x0f, 0x06, 0x77, 0x0c, 0x1a, 0x2a,
	0x3d, 0x07, 0x01, 0x52, 0x54, 0x00, 0x12, 0x34, 0x56,
	0xff,
};

/* busybox's udhcpc 1.35, to its server's address from its own */
static const uint8_t renewal[] = {
	0x01, 0x01, 0x06, 0x00, 0x9c, 0x06, 0xfb, 0x7d, /* op, htype, hlen, hops, xid */
	[12] = 0xc0, 0x00, 0x02, 0x64, /* ciaddr */
	[28] = 0x52, 0x54, 0x00, 0x12, 0x34, 0x56, /* chaddr */
	[236] = 0x63, 0x82, 0x53, 0x63, /* cookie */
	0x35, 0x01, 0x03,
	0x39, 0x02, 0x02, 0x40,
	0x37, 0x07, 0x01, 0x03, 0x06, 0x0c, 0x0f, 0x1c, 0x2a,
	0x3c, 0x0c, 0x75, 0x64, 0x68, 0x63, 0x70, 0x20, 0x31, 0x2e, 0x33, 0x35, 0x2e, 0x30,
	0x3d, 0x07, 0x01, 0x52, 0x54, 0x00, 0x12, 0x34, 0x56,
	0xff,
	[299] = 0x00,
};

/* Kea 2.2, to systemd-networkd */
static const uint8_t ack[] = {
	0x02, 0x01, 0x06, 0x00, 0xa3, 0x57, 0x52, 0xa6, /* op, htype, hlen, hops, xid */
	[16] = 0xc0, 0x00, 0x02, 0x64, /* yiaddr */
	[28] = 0x52, 0x54, 0x00, 0x12, 0x34, 0x56, /* chaddr */
	[236] = 0x63, 0x82, 0x53, 0x63, /* cookie */
	0x35, 0x01, 0x05,
	0x01, 0x04, 0xff, 0xff, 0xff, 0x00,
	0x03, 0x04, 0xc0, 0x00, 0x02, 0x01,
	0x06, 0x04, 0xc0, 0x00, 0x02, 0x01,
	0x0c, 0x03, 0x6e, 0x61, 0x73,
	0x33, 0x04, 0x00, 0x00, 0x0f, 0xa0,
	0x36, 0x04, 0xc0, 0x00, 0x02, 0x01,
	0x3a, 0x04, 0x00, 0x00, 0x03, 0xe8,
	0x3b, 0x04, 0x00, 0x00, 0x07, 0xd0,
	0x3d, 0x13, 0xff, 0x5f, 0x6d, 0xaa, 0xa8, 0x00, 0x02, 0x00, 0x00, 0xab, 0x11, 0x00, 0x33,
	0xbd, 0xeb, 0xf9, 0x5e, 0x19, 0x2c,
	0xff,
};

/* dnsmasq 2.90, to a client of another network */
static const uint8_t nak[] = {
	0x02, 0x01, 0x06, 0x00, 0x0d, 0xf6, 0x22, 0x4e, /* op, htype, hlen, hops, xid */
	[8] = 0x00, 0x00, 0x80, 0x00, /* secs, flags */
	[28] = 0x52, 0x54, 0x00, 0x12, 0x34, 0x56, /* chaddr */
	[236] = 0x63, 0x82, 0x53, 0x63, /* cookie */
	0x35, 0x01, 0x06,
	0x36, 0x04, 0xc0, 0x00, 0x02, 0x01,
	0x38, 0x0d, 0x77, 0x72, 0x6f, 0x6e, 0x67, 0x20, 0x6e, 0x65, 0x74, 0x77, 0x6f, 0x72, 0x6b,
	0xff,
	[299] = 0x00,
};

/* All of the fixed part; siaddr, after yiaddr, is where to boot from. */
static const uint8_t offer[] = {
	0x02, 0x01, 0x06, 0x00, 0x12, 0x34, 0x56, 0x78, /* op, htype, hlen, hops, xid */
	0x00, 0x03, 0x80, 0x00, /* secs, flags */
	192, 0, 2, 1, 192, 0, 2, 2, 192, 0, 2, 3, 192, 0, 2, 4,
	0x52, 0x54, 0x00, 0x12, 0x34, 0x56, /* chaddr */
	[236] = 0x63, 0x82, 0x53, 0x63, /* cookie */
	0x35, 0x01, 0x02,
	0xff,
};
#define MESSAGE(octets) octets, sizeof(octets)
#define IP(last) { { 192, 0, 2, last } }
#define ETHERNET_ID { 7, { 1, 0x52, 0x54, 0, 0x12, 0x34, 0x56 } }
/* clang-format on */

TEST(whole_messages)
{
	const struct {
		const char *shows;
		const uint8_t *octets;
		size_t length;
		struct dhcp_message expected;
	} rows[] = {
		{ "a client that asks",
		  MESSAGE(request),
		  { .type = DHCP_REQUEST,
		    .xid = 0x17d8cc2d,
		    .requested = IP(102),
		    .server = IP(1),
		    .identity = { .client_id = ETHERNET_ID,
		                  .hostname = { 3, "nas" },
		                  .parameters = { 10, { 1, 28, 2, 3, 15, 6, 119, 12, 26, 42 } },
		                  .fqdn = { 20, "\5\0\0\3nas\3lan\7example" } } } },
		{ "a client that renews",
		  MESSAGE(renewal),
		  { .type = DHCP_REQUEST,
		    .xid = 0x9c06fb7d,
		    .ciaddr = IP(100),
		    .identity = { .client_id = ETHERNET_ID,
		                  .parameters = { 7, { 1, 3, 6, 12, 15, 28, 42 } },
		                  .vendor_class = { 12, "udhcp 1.35.0" } } } },
		{ "a server that grants",
		  MESSAGE(ack),
		  { .type = DHCP_ACK,
		    .xid = 0xa35752a6,
		    .yiaddr = IP(100),
		    .server = IP(1),
		    .lease_time = 4000,
		    .t1 = 1000,
		    .t2 = 2000,
		    .identity = { .client_id = { 19,
		                                 { 0xff, 0x5f, 0x6d, 0xaa, 0xa8, 0, 2, 0, 0, 0xab,
		                                   0x11, 0, 0x33, 0xbd, 0xeb, 0xf9, 0x5e, 0x19,
		                                   0x2c } },
		                  .hostname = { 3, "nas" } } } },
		{ "a server that refuses",
		  MESSAGE(nak),
		  { .type = DHCP_NAK,
		    .xid = 0x0df6224e,
		    .flags = DHCP_FLAG_BROADCAST,
		    .server = IP(1),
		    .error = { 13, "wrong network" } } },
		{ "a relayed offer",
		  MESSAGE(offer),
		  { .type = DHCP_OFFER,
		    .xid = 0x12345678,
		    .secs = 3,
		    .flags = DHCP_FLAG_BROADCAST,
		    .ciaddr = IP(1),
		    .yiaddr = IP(2),
		    .giaddr = IP(4) } },
	};

	EACH(i, rows)
	{
		struct dhcp_message message, expected = rows[i].expected;

		expected.chaddr = nas;
		if (read_octets(rows[i].octets, rows[i].length, &message) !=
		            DHCP_PARSE_ERROR_NONE ||
		    memcmp(&message, &expected, sizeof(message)))
			fail_msg("%s", rows[i].shows);
	}
}

/* In a DHCPDISCOVER that is right otherwise. */
TEST(wrong_octets)
{
	static const struct {
		const char *shows;
		size_t at, length;
		uint8_t octets[6];
		enum dhcp_parse_error error;
	} rows[] = {
		{ "no hardware type", 1, 1, { 0 }, DHCP_PARSE_ERROR_NOT_ETHERNET },
		{ "IEEE 802", 1, 1, { 6 }, DHCP_PARSE_ERROR_NOT_ETHERNET },
		{ "InfiniBand", 1, 1, { 32 }, DHCP_PARSE_ERROR_NOT_ETHERNET },
		{ "no hardware address", 2, 1, { 0 }, DHCP_PARSE_ERROR_NOT_ETHERNET },
		{ "a shorter address", 2, 1, { 5 }, DHCP_PARSE_ERROR_NOT_ETHERNET },
		{ "a longer address", 2, 1, { 16 }, DHCP_PARSE_ERROR_NOT_ETHERNET },
		{ "a multicast address", 28, 1, { 0x53 }, DHCP_PARSE_ERROR_NOT_ETHERNET },
		{ "all addresses",
		  28,
		  6,
		  { 255, 255, 255, 255, 255, 255 },
		  DHCP_PARSE_ERROR_NOT_ETHERNET },
		{ "no address", 28, 6, { 0 }, DHCP_PARSE_ERROR_NOT_ETHERNET },
		{ "nearly no address", 28, 6, { 0, 0, 0, 0, 0, 1 }, DHCP_PARSE_ERROR_NONE },
		{ "another cookie", 236, 1, { 0x62 }, DHCP_PARSE_ERROR_NO_COOKIE },
		{ "another cookie's end", 239, 1, { 0x62 }, DHCP_PARSE_ERROR_NO_COOKIE },
		{ "no option", 240, 1, { 255 }, DHCP_PARSE_ERROR_NO_TYPE },
		{ "no message type", 240, 1, { 77 }, DHCP_PARSE_ERROR_NO_TYPE },
	};

	EACH(i, rows)
	{
		struct octets octets = octets_of(DHCP_BOOTREQUEST);

		ADD(&octets, 53, 1, DHCP_DISCOVER, 255);
		memcpy(octets.at + rows[i].at, rows[i].octets, rows[i].length);
		if (parse_error_of(&octets) != rows[i].error)
			fail_msg("%s", rows[i].shows);
	}
}

TEST(type_and_direction)
{
	static const char servers[] = { DHCP_OFFER, DHCP_ACK, DHCP_NAK };

	for (unsigned int op = 0; op < 256; op++) {
		for (unsigned int type = 0; type < 256; type++) {
			const bool reply = memchr(servers, (int)type, sizeof(servers));
			const bool right = type >= DHCP_DISCOVER && type <= DHCP_INFORM &&
			                   op == (reply ? DHCP_BOOTREPLY : DHCP_BOOTREQUEST);
			struct octets octets = octets_of((uint8_t)op);

			ADD(&octets, 53, 1, (uint8_t)type, 255);
			assert_int_equal(parse_error_of(&octets),
			                 right ? DHCP_PARSE_ERROR_NONE : DHCP_PARSE_ERROR_NO_TYPE);
		}
	}
}

TEST(cut_short_at_each_octet)
{
	struct octets octets = octets_of(DHCP_BOOTREQUEST);

	ADD(&octets, 53, 1, DHCP_DISCOVER, 0, 12, 3, 'n', 'a', 's', 77, 2, 'u', 'c', 255, 0);
	for (size_t length = 0; length <= octets.length; length++) {
		/* what may follow is there: options, pad, nothing */
		static const char whole[] = { 3, 4, 9, 13, 14, 15 };
		const bool is_whole = memchr(whole, (int)length - FIXED, sizeof(whole));
		struct octets cut = { .length = length };
		enum dhcp_parse_error error = DHCP_PARSE_ERROR_SHORT;

		if (length >= FIXED)
			error = is_whole ? DHCP_PARSE_ERROR_NONE : DHCP_PARSE_ERROR_BAD_OPTION;
		if (length == FIXED)
			error = DHCP_PARSE_ERROR_NO_TYPE;
		memcpy(cut.at, octets.at, length);
		assert_int_equal(parse_error_of(&cut), error);
	}
}
