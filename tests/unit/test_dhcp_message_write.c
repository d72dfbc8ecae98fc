// SPDX-License-Identifier: GPL-2.0-or-later
/* Clients' messages as they are written, octet by octet, and read again. */
#include "test.h"

#include <stdbool.h>
#include <string.h>

#include "support_dhcp.h"

static struct dhcp_message a_message(enum dhcp_type type)
{
	return (struct dhcp_message){ .type = type, .xid = 0x12345678, .chaddr = nas };
}

static struct dhcp_option option_of(const char *text)
{
	struct dhcp_option option = { .length = (uint8_t)strlen(text) };

	memcpy(option.data, text, strlen(text));
	return option;
}

/* Everything that a client can say. */
static struct dhcp_message a_long_message(void)
{
	struct dhcp_message message = a_message(DHCP_REQUEST);

	message.secs = 0x0102;
	message.flags = DHCP_FLAG_BROADCAST;
	message.ciaddr = (struct ipv4){ { 192, 0, 2, 2 } };
	message.yiaddr = (struct ipv4){ { 192, 0, 2, 3 } };
	message.giaddr = (struct ipv4){ { 192, 0, 2, 4 } };
	message.requested = (struct ipv4){ { 192, 0, 2, 5 } };
	message.server = (struct ipv4){ { 192, 0, 2, 1 } };
	message.lease_time = 0x01020304;
	message.identity.client_id = (struct dhcp_option){ 5, { 0, 0, 0, 0, 0 } };
	message.identity.hostname = option_of("nas");
	message.identity.parameters = option_of("\1\3\6");
	message.identity.vendor_class = option_of("udhcp 1.35.0");
	message.identity.fqdn = (struct dhcp_option){ 7, { 5, 0, 0, 3, 'n', 'a', 's' } };
	return message;
}

static void assert_written(const struct dhcp_message *message, const uint8_t *octets, size_t length)
{
	uint8_t written[DHCP_MESSAGE_MAX];

	memset(written, 0xa5, sizeof(written));
	assert_int_equal(dhcp_message_write(message, written), length);
	assert_memory_equal(written, octets, length);
}

TEST(the_shortest)
{
	/* clang-format off */
	static const uint8_t octets[DHCP_MESSAGE_MIN] = {
		0x01, 0x01, 0x06, 0x00, 0x12, 0x34, 0x56, 0x78, /* op, htype, hlen, hops, xid */
		[28] = 0x52, 0x54, 0x00, 0x12, 0x34, 0x56, /* chaddr */
		[236] = 0x63, 0x82, 0x53, 0x63, /* cookie */
		53, 1, 1,
		255,
	};
	/* clang-format on */
	const struct dhcp_message message = a_message(DHCP_DISCOVER);

	assert_written(&message, octets, sizeof(octets));
}

TEST(all_in_order)
{
	/* clang-format off */
	static const uint8_t octets[] = {
		0x01, 0x01, 0x06, 0x00, 0x12, 0x34, 0x56, 0x78, /* op, htype, hlen, hops, xid */
		0x01, 0x02, 0x80, 0x00, /* secs, flags */
		192, 0, 2, 2, 192, 0, 2, 3, 0, 0, 0, 0, 192, 0, 2, 4,
		0x52, 0x54, 0x00, 0x12, 0x34, 0x56, /* chaddr */
		[236] = 0x63, 0x82, 0x53, 0x63,
		53, 1, 3,
		61, 5, 0, 0, 0, 0, 0,
		50, 4, 192, 0, 2, 5,
		54, 4, 192, 0, 2, 1,
		51, 4, 1, 2, 3, 4,
		12, 3, 'n', 'a', 's',
		55, 3, 1, 3, 6,
		60, 12, 'u', 'd', 'h', 'c', 'p', ' ', '1', '.', '3', '5', '.', '0',
		81, 7, 5, 0, 0, 3, 'n', 'a', 's',
		255,
	};
	/* clang-format on */
	struct dhcp_message message = a_long_message();

	assert_int_equal(sizeof(octets), 302);
	assert_written(&message, octets, sizeof(octets));
	/* a server's to say */
	message.t1 = message.t2 = 600;
	message.error = option_of("address not available");
	assert_written(&message, octets, sizeof(octets));
}

TEST(padded_to_300_octets)
{
	struct dhcp_message message = a_message(DHCP_DISCOVER);
	uint8_t octets[DHCP_MESSAGE_MAX];

	for (uint8_t length = 1; length < 100; length++) {
		const size_t end = FIXED + 3 + 2 + length;

		memset(octets, 0xa5, sizeof(octets));
		message.identity.vendor_class = (struct dhcp_option){ .length = length };
		assert_int_equal(dhcp_message_write(&message, octets), end < 300 ? 300 : end + 1);
		assert_int_equal(octets[end], 255);
		for (size_t i = end + 1; i < 300; i++)
			assert_int_equal(octets[i], 0);
	}
}

TEST(clients_messages_alone)
{
	static const uint8_t clients[] = { DHCP_DISCOVER, DHCP_REQUEST, DHCP_DECLINE, DHCP_RELEASE,
		                           DHCP_INFORM };
	uint8_t octets[DHCP_MESSAGE_MAX];

	for (unsigned int type = 0; type < 256; type++) {
		const struct dhcp_message message = a_message((enum dhcp_type)type);
		const bool is_clients = memchr(clients, (int)type, sizeof(clients));

		memset(octets, 0xa5, sizeof(octets));
		assert_int_equal(dhcp_message_write(&message, octets), is_clients ? 300 : 0);
		if (!is_clients)
			continue;
		assert_int_equal(octets[0], DHCP_BOOTREQUEST);
		assert_int_equal(octets[242], type);
	}
}

/* Four options that are as long as can be, and one that leaves room for the end, or does not. */
TEST(as_long_as_can_be)
{
	struct dhcp_message message = a_message(DHCP_DISCOVER);
	const size_t left = DHCP_MESSAGE_MAX - FIXED - 3 - 4 * 257 - 2 - 1;
	struct {
		uint8_t octets[DHCP_MESSAGE_MAX];
		uint8_t after;
	} room = { .after = 0xa5 };

	message.identity.client_id.length = 255;
	message.identity.hostname.length = 255;
	message.identity.parameters.length = 255;
	message.identity.vendor_class.length = 255;
	message.identity.fqdn.length = (uint8_t)left;
	assert_int_equal(dhcp_message_write(&message, room.octets), DHCP_MESSAGE_MAX);
	assert_int_equal(room.octets[DHCP_MESSAGE_MAX - 1], 255);
	assert_int_equal(room.after, 0xa5);
	message.identity.fqdn.length = (uint8_t)(left + 1);
	assert_int_equal(dhcp_message_write(&message, room.octets), 0);
	message.identity.fqdn.length = 255;
	assert_int_equal(dhcp_message_write(&message, room.octets), 0);
	assert_int_equal(room.after, 0xa5);
}

TEST(identity_alone)
{
	static const struct dhcp_identity identity = {
		.client_id = { 2, { 1, 0x52 } },
		.hostname = { 3, "nas" },
		.vendor_class = { 1, { 0 } },
	}, none;
	static const uint8_t expected[] = { 61, 2, 1, 0x52, 12, 3, 'n', 'a', 's', 60, 1, 0 };
	uint8_t octets[DHCP_IDENTITY_MAX];
	struct dhcp_identity longest, again;

	assert_int_equal(dhcp_identity_write(&identity, octets), sizeof(expected));
	assert_memory_equal(octets, expected, sizeof(expected));
	again = dhcp_identity_read(octets, sizeof(expected));
	assert_memory_equal(&again, &identity, sizeof(again));
	assert_int_equal(dhcp_identity_write(&none, octets), 0);
	again = dhcp_identity_read(octets, 0);
	assert_memory_equal(&again, &none, sizeof(again));
	memset(&longest, 255, sizeof(longest));
	assert_int_equal(dhcp_identity_write(&longest, octets), sizeof(octets));
	again = dhcp_identity_read(octets, sizeof(octets));
	assert_memory_equal(&again, &longest, sizeof(again));
}
