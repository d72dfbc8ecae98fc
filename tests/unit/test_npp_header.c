// SPDX-License-Identifier: GPL-2.0-or-later
/* Headers of the Network Proxy Protocol, and what is wrong with them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "support_npp_message.h"

static struct octets a_report(void)
{
	struct octets octets = header_of(NPP_WAKEUP_REPORT);

	ADD(&octets, 5, 6, 0, 0, 1, 2, 0, 0);
	return *finish(&octets);
}

static void shorter_or_longer_than_its_header_says(void **state)
{
	const struct octets octets = a_report();
	struct npp_message message;

	(void)state;
	for (size_t length = 0; length <= sizeof(octets.at); length++) {
		const enum npp_parse_error flaw = read_octets(octets.at, length, &message);

		assert_int_equal(flaw, length == octets.length ? NPP_PARSE_ERROR_none
		                                               : NPP_PARSE_ERROR_short);
	}
}

static void of_another_icmp_type(void **state)
{
	(void)state;
	for (unsigned int type = 0; type < 256; type++) {
		struct octets octets = a_report();
		struct npp_message message;
		uint8_t written[NPP_MESSAGE_MAX];
		enum npp_parse_error flaw;

		octets.at[0] = (uint8_t)type;
		flaw = flaw_of(&octets);
		assert_int_equal(flaw, type == NPP_ICMP_TYPE ? NPP_PARSE_ERROR_none
		                                             : NPP_PARSE_ERROR_other_type);
		assert_int_equal(npp_read(octets.at, octets.length, (uint8_t)type, &message),
		                 NPP_PARSE_ERROR_none);
		assert_int_equal(npp_write(&message, (uint8_t)type, written), octets.length);
		assert_memory_equal(written, octets.at, octets.length);
	}
}

/* A ping's octets mean other things: what stands where the length would counts for nothing. */
static void a_ping(void **state)
{
	const uint8_t ping[] = { 8, 0, 0xe5, 0xca, 0x12, 0x34, 0x00, 0x01, 'a' };
	struct npp_message message;

	(void)state;
	assert_int_equal(read_octets(ping, sizeof(ping), &message), NPP_PARSE_ERROR_other_type);
}

static void every_wrong_bit(void **state)
{
	const struct octets octets = a_report();
	struct npp_message message;

	(void)state;
	for (size_t bit = 0; bit < 8 * octets.length; bit++) {
		struct octets wrong = octets;
		enum npp_parse_error flaw = NPP_PARSE_ERROR_bad_checksum;

		wrong.at[bit / 8] ^= (uint8_t)(1 << bit % 8);
		if (bit / 8 == 0)
			flaw = NPP_PARSE_ERROR_other_type;
		if (bit / 8 == AT_LENGTH)
			flaw = NPP_PARSE_ERROR_short;
		assert_int_equal(read_octets(wrong.at, wrong.length, &message), flaw);
	}
}

static void code_and_subtype(void **state)
{
	(void)state;
	for (unsigned int code = 0; code < 256; code++) {
		for (unsigned int subtype = 0; subtype < 256; subtype++) {
			struct octets octets = header_of((uint8_t)subtype);
			enum npp_parse_error flaw = NPP_PARSE_ERROR_no_option;

			octets.at[1] = (uint8_t)code;
			if (subtype < NPP_PROXY_SOLICITATION || subtype > NPP_WAKEUP_CONFIRM)
				flaw = NPP_PARSE_ERROR_bad_subtype;
			if (code > NPP_FAIL)
				flaw = NPP_PARSE_ERROR_bad_code;
			assert_int_equal(flaw_of(&octets), flaw);
		}
	}
}

static void names_of_subtypes(void **state)
{
	static const char *const names[] = {
		"invalid",       "Proxy Solicitation", "Proxy Advertisement", "Sleep Request",
		"Sleep Confirm", "Wakeup Report",      "Wakeup Confirm",      "invalid"
	};

	(void)state;
	EACH(i, names)
	assert_string_equal(npp_subtype_name((enum npp_subtype)i), names[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(shorter_or_longer_than_its_header_says),
		cmocka_unit_test(of_another_icmp_type),
		cmocka_unit_test(a_ping),
		cmocka_unit_test(every_wrong_bit),
		cmocka_unit_test(code_and_subtype),
		cmocka_unit_test(names_of_subtypes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
