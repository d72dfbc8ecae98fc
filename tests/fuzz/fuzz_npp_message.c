// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Any octets, read as a message of the Network Proxy Protocol: nothing is read beyond their end, a
 * flaw leaves no more than it takes to refuse a request, and a message that was read is written as
 * it stood on the wire.
 *
 * test_fuzz.py gives it a few seconds. For longer, with what it finds kept in /tmp/found:
 *
 *     make build/tests/fuzz/fuzz_npp_message && mkdir -p /tmp/found
 *     build/tests/fuzz/fuzz_npp_message -max_len=300 /tmp/found tests/fuzz/corpus/npp_message
 *
 * It starts from corpus/npp_message, made by hand: nobody else speaks the protocol.
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

/* Sleep Request Options by what they ask for */
static int rank(const uint8_t *option)
{
	return option[0] * 256 + (option[0] == NPP_OPTION_SLEEP_REQUEST ? option[HEAD] : 0);
}

/* Whether the octets of a message without flaw are as npp_write makes them. */
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
	const size_t length = npp_write(&copy_a, NPP_ICMP_TYPE, octets_a);

	assert(npp_write(&copy_b, NPP_ICMP_TYPE, octets_b) == length);
	assert(memcmp(octets_a, octets_b, length) == 0);
}

static void check_message(const struct npp_message *message, const uint8_t *octets, size_t length)
{
	struct npp_message copy = *message, again;
	uint8_t sealed[NPP_MESSAGE_MAX], written[NPP_MESSAGE_MAX];
	const size_t written_length = npp_write(&copy, NPP_ICMP_TYPE, written);

	assert(written_length > HEADER && written_length <= length);
	/* RFC 1071 has two zeros, of which a right checksum may be either */
	memcpy(sealed, octets, length);
	npp_set_checksum(sealed, length);
	if (is_as_written(octets, length)) {
		assert(written_length == length && memcmp(written, sealed, length) == 0);
		assert(copy.authentication_at == message->authentication_at);
	}
	assert(npp_read(written, written_length, NPP_ICMP_TYPE, &again) == NPP_PARSE_ERROR_none);
	assert_same(message, &again);
}

static void check_remains(enum npp_parse_error flaw, const uint8_t *octets,
                          const struct npp_message *message)
{
	struct npp_message remains;

	memset(&remains, 0, sizeof(remains));
	if (flaw >= NPP_PARSE_ERROR_bad_option) {
		remains.code = octets[1];
		remains.transaction = (uint16_t)(octets[4] << 8 | octets[5]);
		remains.subtype = octets[6];
	}
	assert(memcmp(message, &remains, sizeof(remains)) == 0);
}

static void check(const uint8_t *octets, size_t length)
{
	struct npp_message message;
	enum npp_parse_error flaw;

	memset(&message, 0xa5, sizeof(message));
	flaw = npp_read(octets, length, NPP_ICMP_TYPE, &message);
	if (flaw == NPP_PARSE_ERROR_none)
		check_message(&message, octets, length);
	else
		check_remains(flaw, octets, &message);
}

int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t length)
{
	/* at an odd address, and up to the very end of what is allocated */
	uint8_t *odd = malloc(length + 1);

	assert(odd);
	if (length)
		memcpy(odd + 1, octets, length);
	check(odd + 1, length);
	/* with a right header it gets to the options */
	if (length >= HEADER && length <= NPP_MESSAGE_MAX) {
		odd[1] = NPP_ICMP_TYPE;
		odd[1 + AT_LENGTH] = (uint8_t)(length - HEADER);
		npp_set_checksum(odd + 1, length);
		check(odd + 1, length);
	}
	free(odd);
	return 0;
}
