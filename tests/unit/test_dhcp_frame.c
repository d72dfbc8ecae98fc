// SPDX-License-Identifier: GPL-2.0-or-later
/* The frame that carries a request in the name of a sleeping host. */
#include "test.h"

#include <stdbool.h>
#include <string.h>

#include "dhcp/dhcp_message.h"

enum { ETHER = 14, TAG = 4, IP = 20, UDP = 8 };

static const struct dhcp_frame_ends to_server = {
	.from = { { 0x02, 0, 0, 0, 0, 0x02 } },
	.to = { { 0x02, 0, 0, 0, 0, 0x01 } },
	.source = { { 192, 0, 2, 20 } },
	.destination = { { 192, 0, 2, 1 } },
};

static struct dhcp_message request(void)
{
	return (struct dhcp_message){
		.type = DHCP_REQUEST,
		.xid = 0x01020304,
		.chaddr = { { 0x52, 0x54, 0, 0x12, 0x34, 0x56 } },
		.ciaddr = { { 192, 0, 2, 20 } },
		.identity.client_id = { 3, { 1, 2, 3 } },
	};
}

static void check_message(const uint8_t *octets, size_t length)
{
	const struct dhcp_message expected = request();
	struct dhcp_message message;

	assert_int_equal(dhcp_message_read(octets, length, &message), DHCP_PARSE_ERROR_NONE);
	assert_memory_equal(&message, &expected, sizeof(message));
}

TEST(to_its_server)
{
	static const uint8_t head[] = {
		0x02, 0x00, 0x00, 0x00, 0x00, 0x01,             /* to */
		0x02, 0x00, 0x00, 0x00, 0x00, 0x02,             /* from */
		0x08, 0x00, 0x45, 0x00, 0x01, 0x48,             /* 20 + 8 + 300 octets */
		0x00, 0x00, 0x40, 0x00, 0x40, 0x11, 0xb5, 0x8f, /* RFC 1071 */
		0xc0, 0x00, 0x02, 0x14, 0xc0, 0x00, 0x02, 0x01, /* from the sleeper */
		0x00, 0x44, 0x00, 0x43, 0x01, 0x34,             /* port 68 to 67 */
	};
	const struct dhcp_message message = request();
	struct packet packet;

	dhcp_frame_write(&packet, &to_server, &message);
	assert_int_equal(packet.length, ETHER + IP + UDP + DHCP_MESSAGE_MIN);
	assert_memory_equal(packet.octets, head, sizeof(head));
	check_message(packet.octets + ETHER + IP + UDP, DHCP_MESSAGE_MIN);
	assert_false(packet.overflow);
}

TEST(to_everybody_in_a_vlan)
{
	const struct dhcp_message message = request();
	struct dhcp_frame_ends ends = to_server;
	struct packet packet;

	ends.to = MAC_BROADCAST;
	ends.destination = (struct ipv4){ { 255, 255, 255, 255 } };
	ends.vlan = 10;
	dhcp_frame_write(&packet, &ends, &message);
	assert_false(packet.overflow);
	assert_int_equal(packet.length, ETHER + TAG + IP + UDP + DHCP_MESSAGE_MIN);
	assert_memory_equal(packet.octets, "\xff\xff\xff\xff\xff\xff\x02\0\0\0\0\x02", 12);
	assert_memory_equal(packet.octets + 12, "\x81\0\0\x0a\x08\0\x45", 7);
	assert_memory_equal(packet.octets + ETHER + TAG + 16, "\xff\xff\xff\xff", 4);
	check_message(packet.octets + ETHER + TAG + IP + UDP, DHCP_MESSAGE_MIN);
}

/* A message of so many octets: its fixed part, its type, its end, and options in between. */
static struct dhcp_message request_of(size_t length)
{
	struct dhcp_message message = request();
	struct dhcp_option *const options[] = {
		&message.identity.client_id,  &message.identity.hostname,
		&message.identity.parameters, &message.identity.vendor_class,
		&message.identity.fqdn,
	};
	size_t left = length - sizeof(struct dhcp) - 3 - 1;

	for (size_t i = 0; i < 5; i++) {
		const size_t most = left > 257 + 3 ? 257 : left > 257 ? 257 - 3 : left;

		options[i]->length = (uint8_t)(most ? most - 2 : 0);
		memset(options[i]->data, 0x11, options[i]->length);
		left -= most;
	}
	assert_int_equal(left, 0);
	return message;
}

static void check_length(size_t length, uint16_t vlan, bool fits)
{
	const struct dhcp_message message = request_of(length);
	struct dhcp_frame_ends ends = to_server;
	struct packet packet;

	ends.vlan = vlan;
	memset(&packet, 0x5a, sizeof(packet));
	dhcp_frame_write(&packet, &ends, &message);
	assert_int_equal(packet.overflow, !fits);
	if (fits)
		assert_int_equal(packet.length, ETHER + (vlan ? TAG : 0) + IP + UDP + length);
}

TEST(as_long_as_a_frame_can_be)
{
	check_length(1000, 0, true);
	check_length(1472, 0, true);
	check_length(1473, 0, false);
	check_length(1468, 10, true);
	check_length(1469, 10, false);
	check_length(1472, 10, false);
}

TEST(a_servers_message_is_not_ours_to_send)
{
	struct dhcp_message message = request();
	struct packet packet;

	message.type = DHCP_ACK;
	dhcp_frame_write(&packet, &to_server, &message);
	assert_true(packet.overflow);
}
