// SPDX-License-Identifier: GPL-2.0-or-later
/* IPv4 and UDP headers, octet by octet, and their checksums against ones that are counted anew. */
#include "test.h"

#include <string.h>

#include <netinet/in.h>

#include "base/packet.h"
#include "support_octets.h"

enum { IP = 20, UDP = 8 };

static const struct udp_ends ends = {
	.source = { { 192, 0, 2, 20 } },
	.destination = { { 192, 0, 2, 1 } },
	.source_port = 68,
	.destination_port = 67,
};

TEST(octet_by_octet_after_what_is_there)
{
	static const uint8_t whole[] = {
		'e',  't',  'h',  'e',  'r',  0x45, 0x00, 0x00, 0x1f, /* 20 + 8 + 3 octets */
		0x00, 0x00, 0x40, 0x00, 0x40, 0x11,                   /* whole, TTL 64, UDP */
		0xb6, 0xb8,                                           /* RFC 1071 */
		0xc0, 0x00, 0x02, 0x14,                               /* from */
		0xc0, 0x00, 0x02, 0x01,                               /* to */
		0x00, 0x44, 0x00, 0x43, 0x00, 0x0b,                   /* ports, 8 + 3 octets */
		0xb6, 0xd8, /* over the pseudo header too */
		'a',  'b',  'c',
	};
	struct packet packet = { .length = 0 };

	packet_add(&packet, "ether", 5);
	packet_add_udp(&packet, &ends, "abc", 3);
	assert_int_equal(packet.length, sizeof(whole));
	assert_memory_equal(packet.octets, whole, sizeof(whole));
	assert_false(packet.overflow);
}

static void check_sums(const uint8_t *ip, size_t length)
{
	const uint8_t pseudo[] = { 0, IPPROTO_UDP, ip[IP + 4], ip[IP + 5] };
	uint16_t sum = ones_sum(0, ip + 12, 8);

	assert_int_equal(ones_sum(0, ip, IP), 0xffff);
	sum = ones_sum(sum, pseudo, sizeof(pseudo));
	assert_int_equal(ones_sum(sum, ip + IP, UDP + length), 0xffff);
	assert_false(ip[IP + 6] == 0 && ip[IP + 7] == 0); /* RFC 768: that would be none */
}

TEST(every_length_sums_up)
{
	uint8_t payload[1472];

	for (size_t length = 0; length <= sizeof(payload); length++) {
		struct packet packet = { .length = 0 };

		memset(payload, 0xff, sizeof(payload));
		if (length)
			payload[length - 1] = (uint8_t)length;
		packet_add_udp(&packet, &ends, payload, length);
		assert_int_equal(packet.length, IP + UDP + length);
		assert_int_equal(packet.octets[2] * 256 + packet.octets[3], packet.length);
		assert_int_equal(packet.octets[IP + 4] * 256 + packet.octets[IP + 5], UDP + length);
		assert_memory_equal(packet.octets + IP + UDP, payload, length);
		check_sums(packet.octets, length);
	}
}

/* Among all payloads of two octets there is one whose sum is zero. */
TEST(a_sum_of_zero_is_sent_as_its_other_form)
{
	int zeros = 0;

	for (unsigned value = 0; value < 65536; value++) {
		const uint8_t payload[] = { (uint8_t)(value >> 8), (uint8_t)value };
		struct packet packet = { .length = 0 };

		packet_add_udp(&packet, &ends, payload, sizeof(payload));
		check_sums(packet.octets, sizeof(payload));
		zeros += packet.octets[IP + 6] == 0xff && packet.octets[IP + 7] == 0xff;
	}
	assert_true(zeros >= 1);
}

TEST(what_has_no_room_is_told)
{
	static const struct {
		const char *shows;
		size_t before, length;
		bool is_udp, overflow;
	} cases[] = {
		{ "UDP fills the packet", 0, PACKET_MAX - IP - UDP, true, false },
		{ "UDP has one octet too many", 1, PACKET_MAX - IP - UDP, true, true },
		{ "ICMP fills the packet", 0, PACKET_MAX - IP, false, false },
		{ "ICMP has one octet too many", 0, PACKET_MAX - IP + 1, false, true },
		{ "its header has one octet too many", PACKET_MAX - IP + 1, 0, false, true },
		{ "IPv4's length would overflow to 0", 0, 0x10000 - IP, false, true },
		{ "IPv4's length would overflow to 20", 0, 0x10000, false, true },
	};
	static const uint8_t payload[0x10000];

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct packet packet = { .length = cases[i].before };

		if (cases[i].is_udp)
			packet_add_udp(&packet, &ends, payload, cases[i].length);
		else
			packet_add_icmp(&packet, ends.source, ends.destination, payload,
			                cases[i].length);
		if (packet.overflow != cases[i].overflow || packet.length > PACKET_MAX)
			fail_msg("%s: %zu octets of it in the packet", cases[i].shows,
			         packet.length);
	}
}

/* As a sender leaves it to its card, it is what packet_add_udp makes; one that is right stays. */
TEST(a_checksum_that_was_left_to_a_card_is_completed)
{
	const struct ipv6 source = ipv4_mapped(ends.source);
	const struct ipv6 destination = ipv4_mapped(ends.destination);

	for (size_t length = 0; length < 64; length++) {
		const uint8_t payload[64] = { 1, 2, [63] = (uint8_t)length };
		struct packet packet = { .length = 0 };
		uint8_t whole[PACKET_MAX], *udp = packet.octets + IP;
		uint32_t pseudo = IPPROTO_UDP + UDP + (uint32_t)length;

		packet_add_udp(&packet, &ends, payload, length);
		memcpy(whole, packet.octets, packet.length);
		for (size_t i = 12; i < IP; i += 2)
			pseudo += (uint32_t)whole[i] << 8 | whole[i + 1];
		pseudo = (pseudo & 0xffff) + (pseudo >> 16);
		pseudo = (pseudo & 0xffff) + (pseudo >> 16);
		for (int again = 0; again < 2; again++) {
			checksum_complete(&source, &destination, IPPROTO_UDP, udp, UDP + length);
			assert_memory_equal(packet.octets, whole, packet.length);
			udp[6] = (uint8_t)(pseudo >> 8);
			udp[7] = (uint8_t)pseudo;
		}
	}
}
