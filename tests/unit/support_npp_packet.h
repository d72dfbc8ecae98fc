/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A frame with a message of the Network Proxy Protocol, octet by octet. Include after cmocka.h. */
#ifndef SLEEPPROXY_TESTS_NPP_PACKET_H
#define SLEEPPROXY_TESTS_NPP_PACKET_H

#include "npp/npp_message.h"
#include "support_npp_message.h"

enum { ETHER = 14, TAG = 4, IP = 20, MESSAGE = 16 };
enum { TYPE_AT = 12, TOTAL_AT = 16, ID_AT = 18, FRAGMENT_AT = 20, PROTOCOL_AT = 23, SUM_AT = 24 };

static const struct mac proxy = { { 0x02, 0, 0, 0, 0, 0x20 } };
static const struct mac host = { { 0x02, 0, 0, 0, 0, 0x21 } };
static const struct ipv4 proxy4 = { { 192, 0, 2, 20 } };
static const struct ipv4 host4 = { { 192, 0, 2, 21 } };

/* clang-format off */
static const uint8_t good[] = {
	0x02, 0x00, 0x00, 0x00, 0x00, 0x20, /* to */
	0x02, 0x00, 0x00, 0x00, 0x00, 0x21, /* from */
	0x08, 0x00,
	0x45, 0x00, 0x00, 0x24, /* 20 + 16 octets */
	0x00, 0x00, 0x40, 0x00, 0x40, 0x01, /* whole, TTL 64, ICMP */
	0xb6, 0xaf, /* RFC 1071 */
	0xc0, 0x00, 0x02, 0x15, /* source */
	0xc0, 0x00, 0x02, 0x14, /* destination */
	0xfd, 0x00, 0xe5, 0xba, 0x12, 0x34, 0x05, 0x08,
	0x05, 0x06, 0x00, 0x00, 0x01, 0x02, 0x00, 0x00,
};
/* clang-format on */

static inline struct octets a_frame(void)
{
	struct octets frame = { .length = 0 };

	add(&frame, good, sizeof(good));
	return frame;
}

static inline void put16(struct octets *frame, size_t at, unsigned value)
{
	PUT(frame, at, (uint8_t)(value >> 8), (uint8_t)value);
}

/* Over as many octets as the header's length says, even if that is wrong. */
static inline struct octets *sum_header(struct octets *frame)
{
	put16(frame, SUM_AT, 0);
	put16(frame, SUM_AT,
	      0xffffu ^ ones_sum(0, frame->at + ETHER, (frame->at[ETHER] & 0xf) * 4u));
	return frame;
}

#endif
