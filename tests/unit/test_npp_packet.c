// SPDX-License-Identifier: GPL-2.0-or-later
/* Frames that carry messages of the Network Proxy Protocol, octet by octet, and invalid ones. */
#include "test.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include <netinet/in.h>

#include "net/iface.h"
#include "support_npp.h"

static bool read_frame(const struct octets *frame, struct npp_packet *packet)
{
	struct npp_packet unchanged;
	bool valid;

	memset(&unchanged, 0xa5, sizeof(unchanged));
	memcpy(packet, &unchanged, sizeof(*packet));
	valid = npp_packet_read(at_the_edge(frame->at, frame->length), frame->length, packet);
	if (!valid)
		assert_memory_equal(packet, &unchanged, sizeof(unchanged));
	return valid;
}

static void assert_refused(const struct octets *frame)
{
	struct npp_packet packet;

	assert_false(read_frame(frame, &packet));
}

/* With a message of `length` octets after an IPv4 header of `header`. */
static void assert_accepted(const struct octets *frame, size_t header, size_t length)
{
	struct npp_packet packet;

	assert_true(read_frame(frame, &packet));
	assert_memory_equal(&packet.from, &host, sizeof(host));
	assert_memory_equal(&packet.to, &proxy, sizeof(proxy));
	assert_int_equal(packet.vlan, 0);
	assert_memory_equal(&packet.source, &host4, sizeof(host4));
	assert_memory_equal(&packet.destination, &proxy4, sizeof(proxy4));
	assert_int_equal(packet.length, length);
	assert_memory_equal(packet.octets, frame->at + ETHER + header, length);
}

static struct npp_packet a_packet(const void *octets, size_t length)
{
	return (struct npp_packet){
		.from = host,
		.to = proxy,
		.source = host4,
		.destination = proxy4,
		.octets = octets,
		.length = length,
	};
}

TEST(both_ways)
{
	struct npp_packet packet = a_packet(good + ETHER + IP, MESSAGE);
	const struct octets frame = a_frame();
	struct packet written;

	assert_accepted(&frame, IP, MESSAGE);
	npp_packet_write(&packet, &written);
	assert_int_equal(written.length, sizeof(good));
	assert_memory_equal(written.octets, good, sizeof(good));
	packet.vlan = 0xffe;
	npp_packet_write(&packet, &written);
	assert_int_equal(written.length, sizeof(good) + TAG);
	assert_memory_equal(written.octets, good, TYPE_AT);
	assert_memory_equal(written.octets + TYPE_AT, "\x81\x00\x0f\xfe", TAG);
	assert_memory_equal(written.octets + TYPE_AT + TAG, good + TYPE_AT, sizeof(good) - TYPE_AT);
	/* the kernel removes the tag before a frame is read */
	assert_false(npp_packet_read(written.octets, written.length, &packet));
}

TEST(every_length)
{
	uint8_t message[PACKET_MAX - ETHER - IP];
	struct npp_packet again;

	for (size_t length = 0; length <= sizeof(message); length++) {
		const struct npp_packet packet = a_packet(message, length);
		struct packet written;

		memset(message, (int)length, sizeof(message));
		npp_packet_write(&packet, &written);
		assert_int_equal(written.length, ETHER + IP + length);
		assert_true(npp_packet_read(written.octets, written.length, &again));
		assert_ptr_equal(again.octets, written.octets + ETHER + IP);
		assert_int_equal(again.length, length);
		assert_memory_equal(again.octets, message, length);
	}
}

TEST(too_long_to_send)
{
	static const struct {
		const char *shows;
		size_t length;
		uint16_t vlan;
		int err;
	} cases[] = {
		{ "the longest", 1480, 0, -EBADF },
		{ "one octet more", 1481, 0, -EMSGSIZE },
		{ "the longest with a tag", 1476, 10, -EBADF },
		{ "one octet more with a tag", 1477, 10, -EMSGSIZE },
		{ "the longest that IPv4 can have", 65515, 0, -EMSGSIZE },
		{ "its total length would overflow", 65516, 0, -EMSGSIZE },
		{ "its length modulo 65536 is 0", 65536, 0, -EMSGSIZE },
	};
	static const uint8_t message[0x10000];
	const struct iface nowhere = { .ifindex = 0 };

	EACH_SHOWN(i, cases)
	{
		struct npp_packet packet = a_packet(message, cases[i].length);
		struct packet written;

		packet.vlan = cases[i].vlan;
		npp_packet_write(&packet, &written);
		assert_int_equal(packet_send(-1, &nowhere, &written), cases[i].err);
	}
}

TEST(cut_short_and_padded)
{
	struct octets frame = a_frame();

	memset(frame.at + frame.length, 0xa5, 60 - frame.length);
	for (frame.length = 0; frame.length < sizeof(good); frame.length++)
		assert_refused(&frame);
	for (; frame.length <= 60; frame.length++)
		assert_accepted(&frame, IP, MESSAGE);
}

/* A change of the frame, whose header has a right checksum all the same. */
static const struct {
	const char *shows;
	size_t at;
	uint16_t value;
	bool valid;
} changes[] = {
	{ "another EtherType", TYPE_AT, 0x0801, false },
	{ "EtherType with its octets swapped", TYPE_AT, 0x0008, false },
	{ "ARP", TYPE_AT, 0x0806, false },
	{ "a VLAN tag alone", TYPE_AT, 0x8100, false },
	{ "IPv6", TYPE_AT, 0x86dd, false },
	{ "a length (IEEE 802.3) for the EtherType", TYPE_AT, 0x0024, false },
	{ "another type of service", ETHER, 0x4500, true },
	{ "version 0", ETHER, 0x0500, false },
	{ "version 5", ETHER, 0x5500, false },
	{ "version 6", ETHER, 0x6500, false },
	{ "version 12", ETHER, 0xc500, false },
	{ "a header of 16 octets", ETHER, 0x4400, false },
	{ "a header of no octets", ETHER, 0x4000, false },
	{ "one octet more than there is", TOTAL_AT, IP + MESSAGE + 1, false },
	{ "the length with that of the Ethernet header", TOTAL_AT, ETHER + IP + MESSAGE, false },
	{ "the length with its octets swapped", TOTAL_AT, 0x2400, false },
	{ "the longest length", TOTAL_AT, 0xffff, false },
	{ "less than its header", TOTAL_AT, IP - 1, false },
	{ "no length", TOTAL_AT, 0, false },
	{ "it may be fragmented", FRAGMENT_AT, 0x0000, true },
	{ "the reserved flag (RFC 791)", FRAGMENT_AT, 0x8000, true },
	{ "more fragments", FRAGMENT_AT, 0x2000, false },
	{ "more fragments, though there may be none", FRAGMENT_AT, 0x6000, false },
	{ "fragment offset 1", FRAGMENT_AT, 0x0001, false },
	{ "fragment offset 256", FRAGMENT_AT, 0x0100, false },
	{ "fragment offset 4096", FRAGMENT_AT, 0x1000, false },
	{ "the last fragment offset", FRAGMENT_AT, 0x1fff, false },
	{ "TTL 1", PROTOCOL_AT - 1, 0x0101, true },
	{ "protocol 0", PROTOCOL_AT - 1, 0x4000, false },
	{ "IGMP", PROTOCOL_AT - 1, 0x4002, false },
	{ "UDP", PROTOCOL_AT - 1, 0x4011, false },
	{ "ICMPv6", PROTOCOL_AT - 1, 0x403a, false },
	{ "the message is not parsed", ETHER + IP, 0xa5a5, true },
};

TEST(changed_headers)
{
	EACH_SHOWN(i, changes)
	{
		struct octets frame = a_frame();

		put16(&frame, changes[i].at, changes[i].value);
		sum_header(&frame);
		if (changes[i].valid)
			assert_accepted(&frame, IP, MESSAGE);
		else
			assert_refused(&frame);
	}
}

/* The same message after a header of so many words. */
static struct octets with_options(uint8_t words)
{
	const size_t more = words * 4u - IP;
	struct octets frame = { .length = 0 };

	add(&frame, good, ETHER + IP);
	memset(frame.at + frame.length, 1, more); /* no operation (RFC 791) */
	frame.length += more;
	add(&frame, good + ETHER + IP, MESSAGE);
	PUT(&frame, ETHER, 0x40 | words);
	PUT(&frame, TOTAL_AT, 0, (uint8_t)(frame.length - ETHER));
	return *sum_header(&frame);
}

TEST(ip_options)
{
	struct octets frame;

	for (uint8_t words = IP / 4; words < 16; words++) {
		frame = with_options(words);
		assert_accepted(&frame, words * 4u, MESSAGE);
		frame.at[ETHER + words * 4 - 1] ^= 1;
		assert_refused(&frame);
	}
	for (frame = with_options(15); frame.length;) {
		frame.length--;
		assert_refused(&frame);
	}
	frame = with_options(6);
	PUT(&frame, TOTAL_AT, 0, 24);
	assert_accepted(sum_header(&frame), 24, 0);
	PUT(&frame, TOTAL_AT, 0, 23); /* shorter than the header */
	assert_refused(sum_header(&frame));
}

TEST(wrong_checksums)
{
	struct octets frame = a_frame();

	for (size_t bit = 0; bit < IP * 8; bit++) {
		struct octets wrong = frame;

		wrong.at[ETHER + bit / 8] ^= (uint8_t)(1 << bit % 8);
		assert_refused(&wrong);
	}
	/* RFC 1071 has two representations of zero */
	PUT(&frame, ID_AT, good[SUM_AT], good[SUM_AT + 1]);
	sum_header(&frame);
	assert_memory_equal(frame.at + SUM_AT, "\0\0", 2);
	assert_accepted(&frame, IP, MESSAGE);
	PUT(&frame, SUM_AT, 0xff, 0xff);
	assert_accepted(&frame, IP, MESSAGE);
}
