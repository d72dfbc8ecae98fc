// SPDX-License-Identifier: GPL-2.0-or-later
/* DHCP messages as they are read: those of real clients and servers, and every error. */
#include "test.h"

#include <stdbool.h>
#include <string.h>

#include "support_dhcp_message.h"

#define EACH(item, table) for (size_t item = 0; item < sizeof(table) / sizeof(*(table)); item++)

static struct octets a_discover(void)
{
	struct octets octets = octets_of(DHCP_BOOTREQUEST);

	ADD(&octets, 53, 1, DHCP_DISCOVER);
	return octets;
}

/* ISC's dhclient 4.4.3, to dnsmasq */
/* clang-format off */
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
/* clang-format on */

TEST(a_client_that_asks)
{
	struct dhcp_message message;

	assert_int_equal(read_octets(request, sizeof(request), &message), DHCP_PARSE_ERROR_NONE);
	assert_int_equal(message.type, DHCP_REQUEST);
	assert_int_equal(message.xid, 0x17d8cc2d);
	assert_int_equal(message.secs, 0);
	assert_int_equal(message.flags, 0);
	assert_memory_equal(&message.chaddr, &specimen, sizeof(specimen));
	assert_address(message.ciaddr, 0, 0, 0, 0);
	assert_address(message.requested, 192, 0, 2, 102);
	assert_address(message.server, 192, 0, 2, 1);
	assert_int_equal(message.lease_time, 0);
	assert_octets(&message.identity.client_id, "\1\x52\x54\0\x12\x34\x56", 7);
	assert_octets(&message.identity.hostname, "nas", 3);
	assert_octets(&message.identity.parameters, OCTETS(1, 28, 2, 3, 15, 6, 119, 12, 26, 42));
	assert_octets(&message.identity.fqdn, "\5\0\0\3nas\3lan\7example\0", 20);
	assert_int_equal(message.identity.vendor_class.length, 0);
	assert_int_equal(message.error.length, 0);
}

/* busybox's udhcpc 1.35, to its server's address from its own */
/* clang-format off */
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
/* clang-format on */

TEST(a_client_that_renews)
{
	struct dhcp_message message;

	assert_int_equal(read_octets(renewal, sizeof(renewal), &message), DHCP_PARSE_ERROR_NONE);
	assert_int_equal(message.type, DHCP_REQUEST);
	assert_address(message.ciaddr, 192, 0, 2, 100);
	assert_address(message.requested, 0, 0, 0, 0);
	assert_address(message.server, 0, 0, 0, 0);
	assert_octets(&message.identity.vendor_class, "udhcp 1.35.0", 12);
	assert_octets(&message.identity.client_id, "\1\x52\x54\0\x12\x34\x56", 7);
	assert_int_equal(message.identity.hostname.length, 0);
}

/* Kea 2.2, to systemd-networkd */
/* clang-format off */
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
/* clang-format on */

TEST(a_server_that_grants)
{
	struct dhcp_message message;

	assert_int_equal(read_octets(ack, sizeof(ack), &message), DHCP_PARSE_ERROR_NONE);
	assert_int_equal(message.type, DHCP_ACK);
	assert_address(message.yiaddr, 192, 0, 2, 100);
	assert_address(message.server, 192, 0, 2, 1);
	assert_int_equal(message.lease_time, 4000);
	assert_int_equal(message.t1, 1000);
	assert_int_equal(message.t2, 2000);
	assert_octets(&message.identity.hostname, "nas", 3);
	assert_octets(&message.identity.client_id, ack + sizeof(ack) - 20, 19);
}

/* dnsmasq 2.90, to a client of another network */
/* clang-format off */
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
/* clang-format on */

TEST(a_nak)
{
	struct dhcp_message message;

	assert_int_equal(read_octets(nak, sizeof(nak), &message), DHCP_PARSE_ERROR_NONE);
	assert_int_equal(message.type, DHCP_NAK);
	assert_int_equal(message.flags, DHCP_FLAG_BROADCAST);
	assert_address(message.yiaddr, 0, 0, 0, 0);
	assert_int_equal(message.lease_time, 0);
	assert_octets(&message.error, "wrong network", 13);
}

TEST(fixed_part)
{
	struct octets octets = octets_of(DHCP_BOOTREPLY);
	struct dhcp_message message;

	PUT(&octets, 12, 192, 0, 2, 1, 192, 0, 2, 2, 192, 0, 2, 3, 192, 0, 2, 4);
	ADD(&octets, 53, 1, DHCP_OFFER, 255);
	message = message_of(&octets);
	assert_int_equal(message.xid, 0x12345678);
	assert_int_equal(message.secs, 3);
	assert_int_equal(message.flags, DHCP_FLAG_BROADCAST);
	assert_address(message.ciaddr, 192, 0, 2, 1);
	assert_address(message.yiaddr, 192, 0, 2, 2); /* siaddr, after it, is where to boot from */
	assert_address(message.giaddr, 192, 0, 2, 4);
}

TEST(not_about_an_ethernet_address)
{
	static const struct {
		size_t at;
		uint8_t octet;
	} wrong[] = { { 1, 0 }, { 1, 6 }, { 1, 32 }, { 2, 0 }, { 2, 5 }, { 2, 16 }, { 28, 0x53 } };

	EACH(i, wrong)
	{
		struct octets octets = a_discover();

		octets.at[wrong[i].at] = wrong[i].octet;
		assert_int_equal(parse_error_of(&octets), DHCP_PARSE_ERROR_NOT_ETHERNET);
	}
}

TEST(about_no_address_or_all)
{
	struct octets octets = a_discover();

	PUT(&octets, 28, 0, 0, 0, 0, 0, 0);
	assert_int_equal(parse_error_of(&octets), DHCP_PARSE_ERROR_NOT_ETHERNET);
	PUT(&octets, 28, 255, 255, 255, 255, 255, 255);
	assert_int_equal(parse_error_of(&octets), DHCP_PARSE_ERROR_NOT_ETHERNET);
	PUT(&octets, 28, 0, 0, 0, 0, 0, 1);
	assert_int_equal(parse_error_of(&octets), DHCP_PARSE_ERROR_NONE);
}

TEST(no_cookie)
{
	for (size_t at = 236; at < FIXED; at++) {
		struct octets octets = a_discover();

		octets.at[at] ^= 1;
		assert_int_equal(parse_error_of(&octets), DHCP_PARSE_ERROR_NO_COOKIE);
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

TEST(no_type)
{
	struct octets octets = octets_of(DHCP_BOOTREQUEST);

	assert_int_equal(parse_error_of(&octets), DHCP_PARSE_ERROR_NO_TYPE);
	ADD(&octets, 255, 53, 1, DHCP_DISCOVER); /* after the end */
	assert_int_equal(parse_error_of(&octets), DHCP_PARSE_ERROR_NO_TYPE);
}

TEST(real_messages_cut_short)
{
	static const struct {
		const uint8_t *octets;
		size_t length;
	} messages[] = { { request, sizeof(request) },
		         { renewal, sizeof(renewal) },
		         { ack, sizeof(ack) },
		         { nak, sizeof(nak) } };
	struct dhcp_message message;

	EACH(i, messages)
	{
		for (size_t length = 0; length < messages[i].length; length++) {
			const enum dhcp_parse_error error =
				read_octets(messages[i].octets, length, &message);

			assert_true((error == DHCP_PARSE_ERROR_SHORT) == (length < FIXED));
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
