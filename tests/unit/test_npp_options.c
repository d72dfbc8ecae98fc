// SPDX-License-Identifier: GPL-2.0-or-later
/* The structure of options: lengths, duplicates, options of other messages, unknown options. */
#include "test.h"

#include <stdbool.h>
#include <string.h>

#include "support_npp_message.h"

enum { HEAD = 2 }; /* type and length, before the data */

/* One of each, and the valid lengths of its data: the shortest, and in steps more. */
static const struct option {
	uint8_t subtype;
	size_t shortest, step;
	uint8_t octets[64]; /* head and data */
	const char *fixed;  /* '=': in the data, an octet with only one valid value */
} options[] = {
	/* clang-format off */
	{ NPP_PROXY_SOLICITATION, 4, 0, { 1, 4, 0xab, 0xcd, 0, 1 }, "" },
	{ NPP_PROXY_ADVERTISEMENT, 12, 0, { 2, 12, 1, 2, 7, 8, 192, 0, 2, 1, 0, 0, 0, 1 }, "=" },
	{ NPP_SLEEP_REQUEST, 18, 0,
	  { 3, 18, 1, 1, 8, 0, 6, 4, 0, 1, 0x52, 0x54, 0, 0x12, 0x34, 0x56, 192, 0, 2, 20 },
	  " =======" },
	{ NPP_SLEEP_REQUEST, 10, 0, { 3, 10, 2, 0, 14, 16, 7, 8, 192, 0, 2, 1 }, " =" },
	{ NPP_SLEEP_REQUEST, 5, 0, { 3, 5, 0x80, 0, 1, 0x51, 0x80 }, "" },
	{ NPP_SLEEP_REQUEST, 1, 4, { 3, 9, 0x81, 6, 0, 0, 22, 17, 0, 0, 0 }, "  =   =" },
	{ NPP_SLEEP_REQUEST, 17, 16,
	  { 3, 33, 0x82, 0x20, 0x01, 0x0d, 0xb8, [20] = 0x20, 0xfe, 0x80, [36] = 1 }, "" },
	{ NPP_SLEEP_REQUEST, 2, 1, { 3, 8, 0x83, 1, 0x52, 0x54, 0, 0x12, 0x34, 0x56 }, "" },
	{ NPP_SLEEP_REQUEST, 2, 1, { 3, 4, 0x84, 'n', 'a', 's' }, "" },
	{ NPP_SLEEP_REQUEST, 5, 0, { 3, 5, 0x85, 192, 168, 1, 2 }, "" },
	{ NPP_SLEEP_CONFIRM, 6, 0, { 4, 6, 0, 0, 1, 2, 0, 0 }, " =  ==" },
	{ NPP_WAKEUP_REPORT, 6, 0, { 5, 6, 0, 0, 1, 2, 0, 0 }, " =  ==" },
	{ NPP_WAKEUP_CONFIRM, 6, 0, { 6, 6, 0, 0, 1, 2, 0, 0 }, " =  ==" },
	{ NPP_WAKEUP_CONFIRM, 14, 0, { 6, 14, 0, 0, 1, 2, 0, 2, 0, 1, 14, 16, 7, 8, 0, 0 },
	  " =  ====    ==" },
	{ NPP_PROXY_ADVERTISEMENT, 2, 2, { 7, 4, 0, 1, 0, 2 }, "" },
	{ NPP_WAKEUP_REPORT, 49, 0, { 128, 49, 7 }, "" },
	/* clang-format on */
};

static size_t length_of(const struct option *option)
{
	return HEAD + option->octets[1];
}

static const struct option *required_option(uint8_t subtype)
{
	EACH(i, options)
	{
		if (options[i].octets[0] == subtype)
			return &options[i];
	}
	fail_msg("no option of %u", subtype);
	return NULL;
}

static void add_required(struct octets *octets, uint8_t subtype)
{
	const struct option *required = required_option(subtype);

	add(octets, required->octets, length_of(required));
}

/* A valid message but for the option. */
static struct octets header_before(const struct option *option)
{
	struct octets octets = header_of(option->subtype);

	if (option->octets[0] != option->subtype)
		add_required(&octets, option->subtype);
	return octets;
}

TEST(each_alone)
{
	EACH(i, options)
	{
		struct octets octets = header_before(&options[i]);

		add(&octets, options[i].octets, length_of(&options[i]));
		assert_int_equal(error_of(&octets), NPP_PARSE_ERROR_NONE);
	}
}

TEST(each_with_every_length)
{
	EACH(i, options)
	{
		const struct option *option = &options[i];

		for (size_t length = 0; length <= option->octets[1] + 1U; length++) {
			const size_t more = length - option->shortest;
			const bool valid = length == option->shortest ||
			                   (length > option->shortest && option->step &&
			                    more % option->step == 0);
			struct octets octets = header_before(option);

			ADD(&octets, option->octets[0], (uint8_t)length);
			add(&octets, option->octets + HEAD, length);
			if (length > option->octets[1])
				octets.at[octets.length - 1] = 'x';
			assert_int_equal(error_of(&octets),
			                 valid ? NPP_PARSE_ERROR_NONE : NPP_PARSE_ERROR_BAD_OPTION);
		}
	}
}

TEST(each_cut_short)
{
	EACH(i, options)
	{
		for (size_t length = 1; length < length_of(&options[i]); length++) {
			struct octets octets = header_before(&options[i]);

			add(&octets, options[i].octets, length);
			assert_int_equal(error_of(&octets), NPP_PARSE_ERROR_BAD_OPTION);
		}
	}
}

TEST(each_flipped_bit_of_fixed_octets)
{
	EACH(i, options)
	{
		for (size_t bit = 0; bit < 8 * strlen(options[i].fixed); bit++) {
			struct octets octets = header_before(&options[i]);
			const size_t at = octets.length + HEAD + bit / 8;

			if (options[i].fixed[bit / 8] != '=')
				continue;
			add(&octets, options[i].octets, length_of(&options[i]));
			octets.at[at] ^= (uint8_t)(1 << bit % 8);
			assert_int_equal(error_of(&octets), NPP_PARSE_ERROR_BAD_OPTION);
		}
	}
}

TEST(each_duplicate)
{
	EACH(i, options)
	{
		struct octets octets = header_before(&options[i]);

		for (int times = 0; times < 2; times++)
			add(&octets, options[i].octets, length_of(&options[i]));
		assert_int_equal(error_of(&octets), NPP_PARSE_ERROR_BAD_OPTION);
	}
}

TEST(each_in_every_message)
{
	EACH(i, options)
	{
		for (uint8_t subtype = 1; subtype <= NPP_WAKEUP_CONFIRM; subtype++) {
			const bool is_any = options[i].octets[0] == NPP_OPTION_AUTHENTICATION;
			struct octets octets = header_of(subtype);

			if (subtype == options[i].subtype)
				continue;
			add_required(&octets, subtype);
			add(&octets, options[i].octets, length_of(&options[i]));
			assert_int_equal(error_of(&octets),
			                 is_any ? NPP_PARSE_ERROR_NONE
			                        : NPP_PARSE_ERROR_UNEXPECTED_OPTION);
		}
	}
}

/* An option of another message is unexpected, whatever is in it. */
TEST(unexpected_before_bad)
{
	struct octets octets = header_of(NPP_WAKEUP_REPORT);

	ADD(&octets, NPP_OPTION_SLEEP_REQUEST, 1, 77);
	assert_int_equal(error_of(&octets), NPP_PARSE_ERROR_UNEXPECTED_OPTION);
	octets.length = HEADER;
	ADD(&octets, NPP_OPTION_SLEEP_REQUEST, 0);
	assert_int_equal(error_of(&octets), NPP_PARSE_ERROR_UNEXPECTED_OPTION);
}

TEST(missing_option)
{
	struct octets services = header_of(NPP_PROXY_ADVERTISEMENT);

	ADD(&services, NPP_OPTION_SERVICE, 2, 0, 1);
	assert_int_equal(error_of(&services), NPP_PARSE_ERROR_MISSING_OPTION);
	for (uint8_t subtype = 1; subtype <= NPP_WAKEUP_CONFIRM; subtype++) {
		struct octets octets = header_of(subtype);

		ADD(&octets, 77, 1, 0);
		assert_int_equal(error_of(&octets), NPP_PARSE_ERROR_MISSING_OPTION);
		ADD(&octets, NPP_OPTION_AUTHENTICATION, 49);
		octets.length += 49;
		assert_int_equal(error_of(&octets), NPP_PARSE_ERROR_MISSING_OPTION);
	}
}

TEST(unknrequired_options_are_skipped)
{
	struct npp_message message;

	for (unsigned int type = 0; type < 256; type++) {
		struct octets octets = header_of(NPP_WAKEUP_REPORT);

		if ((type >= 1 && type <= NPP_OPTION_SERVICE) || type == NPP_OPTION_AUTHENTICATION)
			continue;
		ADD(&octets, (uint8_t)type, 3, 5, 6, 0);
		ADD(&octets, 5, 6, 0, 0, 1, 2, 0, 0);
		ADD(&octets, (uint8_t)type, 0);
		message = message_of(&octets);
		assert_int_equal(message.client.id, 0x0102);
		ADD(&octets, (uint8_t)type, 1);
		assert_int_equal(error_of(&octets), NPP_PARSE_ERROR_BAD_OPTION);
	}
}

TEST(unknown_requests)
{
	for (unsigned int request = 0; request < 256; request++) {
		struct octets octets = header_of(NPP_SLEEP_REQUEST);

		if (request == NPP_REQUEST_ARP || request == NPP_REQUEST_DHCP4 ||
		    (request >= NPP_REQUEST_TIMER && request <= NPP_REQUEST_BACKUP))
			continue;
		ADD(&octets, 3, 5, NPP_REQUEST_TIMER, 0, 0, 0, 1);
		ADD(&octets, 3, 1, (uint8_t)request);
		assert_int_equal(error_of(&octets), NPP_PARSE_ERROR_UNKNOWN_REQUEST);
		ADD(&octets, 3, 3, (uint8_t)request, 0, 0);
		assert_int_equal(error_of(&octets), NPP_PARSE_ERROR_UNKNOWN_REQUEST);
	}
}

TEST(nothing_after_authentication)
{
	static const uint8_t after[][4] = { { 77, 2, 0, 0 }, { 5, 2, 0, 0 }, { 3, 2, 77, 0 } };

	EACH(i, after)
	{
		for (size_t length = 1; length <= sizeof(after[i]); length++) {
			struct octets octets = header_of(NPP_WAKEUP_REPORT);

			add_required(&octets, NPP_WAKEUP_REPORT);
			ADD(&octets, NPP_OPTION_AUTHENTICATION, 49);
			octets.length += 49;
			assert_int_equal(error_of(&octets), NPP_PARSE_ERROR_NONE);
			add(&octets, after[i], length);
			assert_int_equal(error_of(&octets), NPP_PARSE_ERROR_BAD_OPTION);
		}
	}
}
