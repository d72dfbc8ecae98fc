// SPDX-License-Identifier: GPL-2.0-or-later
/* Magic Packets, octet by octet. */
#include "test.h"

#include <string.h>

#include "net/magic.h"

static const struct mac proxy = { { 0x02, 0, 0, 0, 0, 0x02 } };
static const struct ipv4 ours = { { 192, 0, 2, 2 } };
static const struct magic_target nas = { .mac = { { 0x52, 0x54, 0x00, 0x12, 0x34, 0x56 } } };

enum { ETHER = 14, IP_UDP = 28, PAYLOAD = 102 };

static void assert_payload(const uint8_t *payload)
{
	for (int i = 0; i < 6; i++)
		assert_int_equal(payload[i], 0xff);
	for (int repeat = 0; repeat < 16; repeat++)
		assert_memory_equal(payload + 6 + 6 * repeat, &nas.mac, 6);
}

TEST(udp)
{
	static const uint8_t
		head[ETHER + IP_UDP] = {
			0xff, 0xff, 0xff, 0xff, 0xff, 0xff, /* to everybody */
			0x02, 0x00, 0x00, 0x00, 0x00, 0x02, 0x08, 0x00,
			0x45, 0x00, 0x00, 0x82,             /* 20 + 8 + 102 octets */
			0x00, 0x00, 0x40, 0x00, 0x40, 0x11, /* whole, TTL 64, UDP */
			0x78, 0x69,                         /* RFC 1071 */
			0xc0, 0x00, 0x02, 0x02, 0xff, 0xff, 0xff, 0xff,
			0x9c, 0x40, 0x00, 0x09, 0x00, 0x6e, 0x34, 0xfe, /* port 40000 to 9 */
		};
	struct packet packet;

	magic_write(&packet, MAGIC_UDP, &nas, &proxy, ours);
	assert_int_equal(packet.length, ETHER + IP_UDP + PAYLOAD);
	assert_memory_equal(packet.octets, head, sizeof(head));
	assert_payload(packet.octets + sizeof(head));
}

TEST(ether_to_everybody_and_to_the_host)
{
	struct packet packet;

	magic_write(&packet, MAGIC_TO_ALL, &nas, &proxy, ours);
	assert_int_equal(packet.length, ETHER + PAYLOAD);
	assert_memory_equal(packet.octets, "\xff\xff\xff\xff\xff\xff\x02\0\0\0\0\x02\x08\x42",
	                    ETHER);
	assert_payload(packet.octets + ETHER);
	magic_write(&packet, MAGIC_TO_HOST, &nas, &proxy, ours);
	assert_memory_equal(packet.octets, &nas.mac, 6);
	assert_payload(packet.octets + ETHER);
}

TEST(secureon_follows_the_macs)
{
	struct magic_target secured = nas;
	struct packet packet;

	memcpy(secured.secureon, "\1\2\3\4\5\6", 6);
	secured.secureon_length = 6;
	magic_write(&packet, MAGIC_TO_ALL, &secured, &proxy, ours);
	assert_int_equal(packet.length, ETHER + PAYLOAD + 6);
	assert_memory_equal(packet.octets + ETHER + PAYLOAD, "\1\2\3\4\5\6", 6);
	secured.secureon_length = 4;
	magic_write(&packet, MAGIC_UDP, &secured, &proxy, ours);
	assert_int_equal(packet.length, ETHER + IP_UDP + PAYLOAD + 4);
	assert_memory_equal(packet.octets + ETHER + 2, "\0\x86", 2);  /* the IP length knows it */
	assert_memory_equal(packet.octets + ETHER + 24, "\0\x72", 2); /* and the UDP length */
}

TEST(vlan)
{
	struct magic_target tagged = nas;
	struct packet packet;

	tagged.vlan = 10;
	magic_write(&packet, MAGIC_TO_ALL, &tagged, &proxy, ours);
	assert_int_equal(packet.length, ETHER + 4 + PAYLOAD);
	assert_memory_equal(packet.octets + 12, "\x81\0\0\x0a\x08\x42", 6);
	assert_payload(packet.octets + ETHER + 4);
}
