// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Any octets, read as a message of the Network Proxy Protocol: nothing is read beyond their end,
 * after an error only the header is left, and a message that was read is written as it was on the
 * wire.
 *
 * test_fuzz.py gives it a few seconds. For longer, with what it finds kept in /tmp/found:
 *
 *     make build/tests/fuzz/fuzz_npp_message && mkdir -p /tmp/found
 *     build/tests/fuzz/fuzz_npp_message -max_len=300 /tmp/found tests/fuzz/corpus/npp_message
 *
 * It starts from corpus/npp_message, made by hand, as no other implementation exists.
 */
#undef NDEBUG
#include <assert.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "npp/npp_message.h"

int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t length);

enum { HEADER = sizeof(struct npp_header), HEAD = 2, AT_LENGTH = 7 };

static bool is_known(uint8_t type)
{
	return (type >= NPP_OPTION_SOLICITATION && type <= NPP_OPTION_SERVICE) ||
	       type == NPP_OPTION_AUTHENTICATION;
}

/* The order in which options are written */
static int rank(const uint8_t *option)
{
	return option[0] * 256 + (option[0] == NPP_OPTION_SLEEP_REQUEST ? option[HEAD] : 0);
}

/* Whether npp_message_write would write the same octets. */
static bool is_as_written(const uint8_t *octets, size_t length)
{
	int last = 0;

	for (size_t at = HEADER; at < length; at += HEAD + (size_t)octets[at + 1]) {
		const uint8_t *option = octets + at;

		if (!is_known(option[0]) || rank(option) <= last)
			return false;
		if (option[0] == NPP_OPTION_ADVERTISEMENT && option[HEAD + 1] != 2)
			return false;
		last = rank(option);
	}
	return true;
}

static void assert_same(const struct npp_message *a, const struct npp_message *b)
{
	uint8_t octets_a[NPP_MESSAGE_MAX], octets_b[NPP_MESSAGE_MAX];
	struct npp_message copy_a = *a, copy_b = *b;
	const size_t length = npp_message_write(&copy_a, NPP_ICMP_TYPE, octets_a);

	assert(npp_message_write(&copy_b, NPP_ICMP_TYPE, octets_b) == length);
	assert(memcmp(octets_a, octets_b, length) == 0);
}

static void check_message(const struct npp_message *message, const uint8_t *octets, size_t length)
{
	struct npp_message copy = *message, again;
	uint8_t summed[NPP_MESSAGE_MAX], written[NPP_MESSAGE_MAX];
	const size_t written_length = npp_message_write(&copy, NPP_ICMP_TYPE, written);

	assert(written_length > HEADER && written_length <= length);
	/* RFC 1071 has two representations of zero, and accepts either */
	memcpy(summed, octets, length);
	npp_set_checksum(summed, length);
	if (is_as_written(octets, length))
		assert(written_length == length && memcmp(written, summed, length) == 0);
	assert(npp_message_read(written, written_length, NPP_ICMP_TYPE, &again) ==
	       NPP_PARSE_ERROR_NONE);
	assert_same(message, &again);
}

static void check_error(enum npp_parse_error error, const uint8_t *octets,
                        const struct npp_message *message)
{
	struct npp_message header_alone;

	memset(&header_alone, 0, sizeof(header_alone));
	if (error >= NPP_PARSE_ERROR_BAD_OPTION) {
		header_alone.code = octets[1];
		header_alone.transaction = (uint16_t)(octets[4] << 8 | octets[5]);
		header_alone.subtype = octets[6];
	}
	assert(memcmp(message, &header_alone, sizeof(header_alone)) == 0);
}

static void check(const uint8_t *octets, size_t length)
{
	struct npp_message message;
	enum npp_parse_error error;

	memset(&message, 0xa5, sizeof(message));
	error = npp_message_read(octets, length, NPP_ICMP_TYPE, &message);
	assert(npp_message_check(error, &message));
	if (error == NPP_PARSE_ERROR_NONE)
		check_message(&message, octets, length);
	else
		check_error(error, octets, &message);
}

int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t length)
{
	/* at an odd address, up to the end of the allocation */
	uint8_t *odd = malloc(length + 1);

	assert(odd);
	if (length)
		memcpy(odd + 1, octets, length);
	check(odd + 1, length);
	/* a right header leads to the options */
	if (length >= HEADER && length <= NPP_MESSAGE_MAX) {
		odd[1] = NPP_ICMP_TYPE;
		odd[1 + AT_LENGTH] = (uint8_t)(length - HEADER);
		npp_set_checksum(odd + 1, length);
		check(odd + 1, length);
	}
	free(odd);
	return 0;
}
