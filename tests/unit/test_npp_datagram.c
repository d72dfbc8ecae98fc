// SPDX-License-Identifier: GPL-2.0-or-later
/* Frames that carry messages of the Network Proxy Protocol, octet by octet, and what is none. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <netinet/in.h>

#include "support_npp_datagram.h"

static bool read_frame(const struct octets *frame, struct npp_packet *datagram)
{
	struct npp_packet untouched;
	bool whole;

	memset(&untouched, 0xa5, sizeof(untouched));
	memcpy(datagram, &untouched, sizeof(*datagram));
	whole = npp_packet_read(at_the_edge(frame->at, frame->length), frame->length, datagram);
	if (!whole)
		assert_memory_equal(datagram, &untouched, sizeof(untouched));
	return whole;
}

static void refused(const struct octets *frame)
{
	struct npp_packet datagram;

	assert_false(read_frame(frame, &datagram));
}

/* The message of so many octets, behind a header of so many. */
static void accepted(const struct octets *frame, size_t header, size_t length)
{
	struct npp_packet datagram;

	assert_true(read_frame(frame, &datagram));
	assert_memory_equal(&datagram.from, &host, sizeof(host));
	assert_memory_equal(&datagram.to, &proxy, sizeof(proxy));
	assert_int_equal(datagram.vlan, 0);
	assert_memory_equal(&datagram.source, &host4, sizeof(host4));
	assert_memory_equal(&datagram.destination, &proxy4, sizeof(proxy4));
	assert_int_equal(datagram.length, length);
	assert_memory_equal(datagram.octets, frame->at + ETHER + header, length);
}

static struct npp_packet a_datagram(const void *octets, size_t length)
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

static void octet_by_octet(void **state)
{
	const struct npp_packet datagram = a_datagram(good + ETHER + IP, MESSAGE);
	const struct octets frame = a_frame();
	struct packet packet;

	(void)state;
	accepted(&frame, IP, MESSAGE);
	memset(&packet, 0xa5, sizeof(packet));
	npp_packet_write(&datagram, &packet);
	assert_int_equal(packet.length, sizeof(good));
	assert_memory_equal(packet.octets, good, sizeof(good));
	assert_false(packet.overflow);
}

static void in_a_vlan(void **state)
{
	struct npp_packet datagram = a_datagram(good + ETHER + IP, MESSAGE);
	struct packet packet;

	(void)state;
	datagram.vlan = 0xffe;
	npp_packet_write(&datagram, &packet);
	assert_int_equal(packet.length, sizeof(good) + TAG);
	assert_memory_equal(packet.octets, good, TYPE_AT);
	assert_memory_equal(packet.octets + TYPE_AT, "\x81\x00\x0f\xfe", TAG);
	assert_memory_equal(packet.octets + TYPE_AT + TAG, good + TYPE_AT, sizeof(good) - TYPE_AT);
	/* whoever reads it takes the tag off first */
	assert_false(npp_packet_read(packet.octets, packet.length, &datagram));
}

static void every_length(void **state)
{
	uint8_t message[PACKET_MAX - ETHER - IP];
	struct npp_packet again;

	(void)state;
	for (size_t length = 0; length <= sizeof(message); length++) {
		const struct npp_packet datagram = a_datagram(message, length);
		struct packet packet;

		memset(message, (int)length, sizeof(message));
		npp_packet_write(&datagram, &packet);
		assert_false(packet.overflow);
		assert_int_equal(packet.length, ETHER + IP + length);
		assert_true(npp_packet_read(packet.octets, packet.length, &again));
		assert_ptr_equal(again.octets, packet.octets + ETHER + IP);
		assert_int_equal(again.length, length);
		assert_memory_equal(again.octets, message, length);
	}
}

static void check_room(size_t length, uint16_t vlan, bool fits)
{
	static const uint8_t message[0x10000];
	const struct iface nowhere = { .ifindex = 0 };
	struct npp_packet datagram = a_datagram(message, length);
	struct packet packet;

	datagram.vlan = vlan;
	npp_packet_write(&datagram, &packet);
	assert_int_equal(packet_send(-1, &nowhere, &packet), fits ? -EBADF : -EMSGSIZE);
}

static void what_does_not_fit_is_told(void **state)
{
	(void)state;
	check_room(1480, 0, true);
	check_room(1481, 0, false);
	check_room(1476, 10, true);
	check_room(1477, 10, false);
	/* with these, IPv4's total length begins anew */
	check_room(0xffff - IP, 0, false);
	check_room(0x10000 - IP, 0, false);
	check_room(0x10000, 0, false);
}

static void wherever_it_begins(void **state)
{
	uint8_t place[sizeof(good) + 8];
	struct npp_packet datagram;

	(void)state;
	for (size_t at = 0; at < 8; at++) {
		memcpy(place + at, good, sizeof(good));
		assert_true(npp_packet_read(place + at, sizeof(good), &datagram));
		assert_ptr_equal(datagram.octets, place + at + ETHER + IP);
		assert_memory_equal(&datagram.destination, &proxy4, sizeof(proxy4));
	}
}

static void cut_anywhere(void **state)
{
	struct octets frame = a_frame();

	(void)state;
	for (frame.length = 0; frame.length < sizeof(good); frame.length++)
		refused(&frame);
}

/* As Ethernet has no frames of less than 60 octets. */
static void padding_is_no_part_of_it(void **state)
{
	struct octets frame = a_frame();

	(void)state;
	memset(frame.at + frame.length, 0xa5, 60 - frame.length);
	frame.length = 60;
	accepted(&frame, IP, MESSAGE);
	PUT(&frame, TOTAL_AT, 0, IP);
	accepted(sum_header(&frame), IP, 0);
}

static void another_ethertype(void **state)
{
	static const uint16_t types[] = { 0x0000, 0x0024, 0x0801, 0x0008, 0x0806,
		                          0x8100, 0x86dd, 0x88a8, 0x0900, 0xffff };
	struct octets frame = a_frame();

	(void)state;
	EACH(i, types)
	{
		put16(&frame, TYPE_AT, types[i]);
		refused(&frame);
	}
}

static void another_version(void **state)
{
	struct octets frame = a_frame();

	(void)state;
	for (unsigned version = 0; version < 16; version++) {
		PUT(&frame, ETHER, (uint8_t)(version << 4 | IP / 4));
		sum_header(&frame);
		if (version == 4)
			accepted(&frame, IP, MESSAGE);
		else
			refused(&frame);
	}
}

static void another_protocol(void **state)
{
	struct octets frame = a_frame();

	(void)state;
	for (unsigned protocol = 0; protocol < 256; protocol++) {
		PUT(&frame, PROTOCOL_AT, (uint8_t)protocol);
		sum_header(&frame);
		if (protocol == IPPROTO_ICMP)
			accepted(&frame, IP, MESSAGE);
		else
			refused(&frame);
	}
}

static void a_header_that_is_too_short(void **state)
{
	struct octets frame = a_frame();

	(void)state;
	for (uint8_t words = 0; words < IP / 4; words++) {
		PUT(&frame, ETHER, 0x40 | words);
		refused(sum_header(&frame));
	}
}

/* Behind 20 octets of a header that has more, and what was the message. */
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

static void options(void **state)
{
	struct octets frame;

	(void)state;
	for (uint8_t words = IP / 4; words < 16; words++) {
		frame = with_options(words);
		accepted(&frame, words * 4u, MESSAGE);
		frame.at[ETHER + words * 4 - 1] ^= 1; /* the last octet of them, or of an address */
		refused(&frame);
	}
	frame = with_options(15);
	while (frame.length) {
		frame.length--;
		refused(&frame);
	}
}

static void a_header_longer_than_the_datagram(void **state)
{
	struct octets frame = with_options(6);

	(void)state;
	PUT(&frame, TOTAL_AT, 0, 24);
	accepted(sum_header(&frame), 24, 0);
	for (uint8_t total = 0; total < 24; total++) {
		PUT(&frame, TOTAL_AT, 0, total);
		refused(sum_header(&frame));
	}
}

static void a_datagram_longer_than_the_frame(void **state)
{
	static const uint16_t totals[] = { IP + MESSAGE + 1, ETHER + IP + MESSAGE, 0x2400, 0xffff };
	struct octets frame = a_frame();

	(void)state;
	EACH(i, totals)
	{
		put16(&frame, TOTAL_AT, totals[i]);
		refused(sum_header(&frame));
	}
}

static void fragments(void **state)
{
	static const uint16_t whole[] = { 0x0000, 0x4000, 0x8000 }; /* RFC 791: reserved, zero */
	static const uint16_t parts[] = { 0x2000, 0x6000, 0x2001, 0x2100, 0x0001,
		                          0x0002, 0x0100, 0x1000, 0x1fff, 0x5000 };
	struct octets frame = a_frame();

	(void)state;
	EACH(i, whole)
	{
		put16(&frame, FRAGMENT_AT, whole[i]);
		accepted(sum_header(&frame), IP, MESSAGE);
	}
	EACH(i, parts)
	{
		put16(&frame, FRAGMENT_AT, parts[i]);
		refused(sum_header(&frame));
	}
}

static void a_wrong_checksum(void **state)
{
	(void)state;
	for (size_t bit = 0; bit < IP * 8; bit++) {
		struct octets frame = a_frame();

		frame.at[ETHER + bit / 8] ^= (uint8_t)(1 << bit % 8);
		refused(&frame);
	}
}

/* RFC 1071 has two zeros: a sum may come out as either. */
static void a_checksum_of_zero(void **state)
{
	struct octets frame = a_frame();

	(void)state;
	PUT(&frame, ID_AT, good[SUM_AT], good[SUM_AT + 1]);
	sum_header(&frame);
	assert_memory_equal(frame.at + SUM_AT, "\0\0", 2);
	accepted(&frame, IP, MESSAGE);
	PUT(&frame, SUM_AT, 0xff, 0xff);
	accepted(&frame, IP, MESSAGE);
}

/* That is for who reads the message. */
static void the_message_is_not_looked_at(void **state)
{
	struct octets frame = a_frame();

	(void)state;
	memset(frame.at + ETHER + IP, 0xa5, MESSAGE);
	accepted(&frame, IP, MESSAGE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(octet_by_octet),
		cmocka_unit_test(in_a_vlan),
		cmocka_unit_test(every_length),
		cmocka_unit_test(what_does_not_fit_is_told),
		cmocka_unit_test(wherever_it_begins),
		cmocka_unit_test(cut_anywhere),
		cmocka_unit_test(padding_is_no_part_of_it),
		cmocka_unit_test(another_ethertype),
		cmocka_unit_test(another_version),
		cmocka_unit_test(another_protocol),
		cmocka_unit_test(a_header_that_is_too_short),
		cmocka_unit_test(options),
		cmocka_unit_test(a_header_longer_than_the_datagram),
		cmocka_unit_test(a_datagram_longer_than_the_frame),
		cmocka_unit_test(fragments),
		cmocka_unit_test(a_wrong_checksum),
		cmocka_unit_test(a_checksum_of_zero),
		cmocka_unit_test(the_message_is_not_looked_at),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
