/* SPDX-License-Identifier: GPL-2.0-or-later */
/* DHCP messages, octet by octet. Include after cmocka.h. */
#ifndef SLEEPPROXY_TESTS_DHCP_MESSAGE_H
#define SLEEPPROXY_TESTS_DHCP_MESSAGE_H

#include "dhcp/dhcp_message.h"
#include "support_octets.h"

enum { FIXED = sizeof(struct dhcp) };

static const struct mac specimen = { { 0x52, 0x54, 0x00, 0x12, 0x34, 0x56 } };

/* A message's fixed part; options are to follow. */
static inline struct octets octets_of(uint8_t op)
{
	return (struct octets){
		/* clang-format off */
		.at = {
			op, 0x01, 0x06, 0x00, 0x12, 0x34, 0x56, 0x78, /* htype … xid */
			0x00, 0x03, 0x80, 0x00, /* secs, flags */
			[28] = 0x52, 0x54, 0x00, 0x12, 0x34, 0x56, /* chaddr */
			[236] = 0x63, 0x82, 0x53, 0x63, /* cookie */
		},
		/* clang-format on */
		.length = FIXED,
	};
}

/* An option of `length` octets that all are `value`. */
static inline void add_option(struct octets *octets, uint8_t code, uint8_t length, uint8_t value)
{
	uint8_t data[255];

	memset(data, value, sizeof(data));
	ADD(octets, code, length);
	add(octets, data, length);
}

static inline enum dhcp_parse_error read_octets(const void *octets, size_t length,
                                                struct dhcp_message *message)
{
	struct dhcp_message untouched;
	enum dhcp_parse_error error;

	memset(&untouched, 0xa5, sizeof(untouched));
	memcpy(message, &untouched, sizeof(untouched));
	error = dhcp_message_read(at_the_edge(octets, length), length, message);
	if (error != DHCP_PARSE_ERROR_NONE)
		assert_memory_equal(message, &untouched, sizeof(untouched));
	return error;
}

static inline enum dhcp_parse_error parse_error_of(const struct octets *octets)
{
	struct dhcp_message message;

	return read_octets(octets->at, octets->length, &message);
}

static inline struct dhcp_message message_of(const struct octets *octets)
{
	struct dhcp_message message;

	assert_int_equal(read_octets(octets->at, octets->length, &message), DHCP_PARSE_ERROR_NONE);
	return message;
}

static inline void assert_octets(const struct dhcp_option *option, const void *data, size_t length)
{
	assert_int_equal(option->length, length);
	assert_memory_equal(option->data, data, length);
}

#endif
