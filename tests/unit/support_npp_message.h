/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Messages of the Network Proxy Protocol, octet by octet. Include after cmocka.h. */
#ifndef SLEEPPROXY_TESTS_NPP_MESSAGE_H
#define SLEEPPROXY_TESTS_NPP_MESSAGE_H

#include "npp/npp_message.h"
#include "support_octets.h"

enum { HEADER = sizeof(struct npp_header), AT_CHECKSUM = 2, AT_LENGTH = 7 };

static inline struct npp_message a_message(enum npp_subtype subtype)
{
	return (struct npp_message){ .transaction = 0x1234, .subtype = subtype };
}

/* A message's header, to which options are added. */
static inline struct octets header_of(uint8_t subtype)
{
	return (struct octets){
		.at = { NPP_ICMP_TYPE, 0, 0, 0, 0x12, 0x34, subtype, 0 },
		.length = HEADER,
	};
}

/* Sets the length and the checksum. */
static inline struct octets *finish(struct octets *octets)
{
	uint16_t sum;

	PUT(octets, AT_CHECKSUM, 0, 0);
	octets->at[AT_LENGTH] = (uint8_t)(octets->length - HEADER);
	sum = (uint16_t)~ones_sum(0, octets->at, octets->length);
	PUT(octets, AT_CHECKSUM, (uint8_t)(sum >> 8), (uint8_t)sum);
	return octets;
}

/* After an error in the options the header is left, so that a request can be refused. */
static inline void check_error(enum npp_parse_error error, const uint8_t *octets,
                               const struct npp_message *message)
{
	struct npp_message header_alone;

	memset(&header_alone, 0, sizeof(header_alone));
	if (error >= NPP_PARSE_ERROR_BAD_OPTION) {
		header_alone.code = octets[1];
		header_alone.transaction = (uint16_t)(octets[4] << 8 | octets[5]);
		header_alone.subtype = octets[6];
	}
	assert_memory_equal(message, &header_alone, sizeof(header_alone));
}

static inline enum npp_parse_error read_octets(const void *octets, size_t length,
                                               struct npp_message *message)
{
	enum npp_parse_error error;

	memset(message, 0xa5, sizeof(*message));
	error = npp_message_read(at_the_edge(octets, length), length, NPP_ICMP_TYPE, message);
	if (error != NPP_PARSE_ERROR_NONE)
		check_error(error, octets, message);
	return error;
}

static inline enum npp_parse_error error_of(struct octets *octets)
{
	struct npp_message message;

	finish(octets);
	return read_octets(octets->at, octets->length, &message);
}

static inline struct npp_message message_of(struct octets *octets)
{
	struct npp_message message;

	finish(octets);
	assert_int_equal(read_octets(octets->at, octets->length, &message), NPP_PARSE_ERROR_NONE);
	return message;
}

#endif
