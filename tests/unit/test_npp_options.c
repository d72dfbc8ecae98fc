// SPDX-License-Identifier: GPL-2.0-or-later
/* The structure of options: lengths, duplicates, options of other messages, unknown options. */
#include "test.h"

#include <stdbool.h>
#include <string.h>

#include "support_npp.h"

enum { HEAD = 2 }; /* type and length, before the data */

/* One of each, and the valid lengths of its data: the shortest, and in steps more. */
static const struct option {
	const char *shows;
	uint8_t subtype;
	size_t shortest, step;
	uint8_t octets[72]; /* head and data */
	const char *fixed;  /* '=': in the data, an octet with only one valid value */
} options[] = {
	/* clang-format off */
	{ "Solicitation", NPP_PROXY_SOLICITATION, 4, 0, { 1, 4, 0xab, 0xcd, 0, 1 }, "" },
	{ "Advertisement",
	  NPP_PROXY_ADVERTISEMENT, 12, 0, { 2, 12, 1, 2, 7, 8, 192, 0, 2, 1, 0, 0, 0, 1 }, "=" },
	{ "pairs of a MAC and an address", NPP_SLEEP_REQUEST, 18, 0,
	  { 3, 18, 1, 1, 8, 0, 6, 4, 0, 1, 0x52, 0x54, 0, 0x12, 0x34, 0x56, 192, 0, 2, 20 },
	  " =======" },
	{ "lease", NPP_SLEEP_REQUEST, 10, 0, { 3, 10, 2, 0, 14, 16, 7, 8, 192, 0, 2, 1 }, " =" },
	{ "sleep timer", NPP_SLEEP_REQUEST, 5, 0, { 3, 5, 0x80, 0, 1, 0x51, 0x80 }, "" },
	{ "wake ports", NPP_SLEEP_REQUEST, 1, 4, { 3, 9, 0x81, 6, 0, 0, 22, 17, 0, 0, 0 }, "  =   =" },
	{ "IPv6 addresses", NPP_SLEEP_REQUEST, 17, 16,
	  { 3, 33, 0x82, 0x20, 0x01, 0x0d, 0xb8, [20] = 0x20, 0xfe, 0x80, [36] = 1 }, "" },
	{ "client identifier",
	  NPP_SLEEP_REQUEST, 2, 1, { 3, 8, 0x83, 1, 0x52, 0x54, 0, 0x12, 0x34, 0x56 }, "" },
	{ "hostname", NPP_SLEEP_REQUEST, 2, 1, { 3, 4, 0x84, 'n', 'a', 's' }, "" },
	{ "backup of another proxy", NPP_SLEEP_REQUEST, 5, 0, { 3, 5, 0x85, 192, 168, 1, 2 }, "" },
	{ "DHCPv6 lease", NPP_SLEEP_REQUEST, 42, 24,
	  { 3, 66, 0x87, [6] = 0x20, [15] = 3, 0, 3, 1, 0, 0x20, 1, [35] = 1, [44] = 0x20, 1, [59] = 2 }, "" },
	{ "Sleep Confirm", NPP_SLEEP_CONFIRM, 6, 0, { 4, 6, 0, 0, 1, 2, 0, 0 }, " =  ==" },
	{ "Wakeup Report", NPP_WAKEUP_REPORT, 6, 0, { 5, 6, 0, 0, 1, 2, 0, 0 }, " =  ==" },
	{ "Wakeup Confirm", NPP_WAKEUP_CONFIRM, 6, 0, { 6, 6, 0, 0, 1, 2, 0, 0 }, " =  ==" },
	{ "Wakeup Confirm with a lease",
	  NPP_WAKEUP_CONFIRM, 14, 0, { 6, 14, 0, 0, 1, 2, 0, 2, 0, 1, 14, 16, 7, 8, 0, 0 },
	  " =  ====    ==" },
	{ "services", NPP_PROXY_ADVERTISEMENT, 2, 2, { 7, 4, 0, 1, 0, 2 }, "" },
	{ "authentication", NPP_WAKEUP_REPORT, 49, 0, { 128, 49, 7 }, "" },
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

static void add_authentication(struct octets *octets)
{
	ADD(octets, NPP_OPTION_AUTHENTICATION, 49);
	octets->length += 49;
}

/* After the option that this message needs, unless it is of that type. */
static enum npp_parse_error error_after(uint8_t subtype, const void *option, size_t length)
{
	struct octets octets = header_of(subtype);

	if (*(const uint8_t *)option != subtype)
		add_required(&octets, subtype);
	add(&octets, option, length);
	return error_of(&octets);
}

static bool is_valid_length(const struct option *option, size_t length)
{
	if (length <= option->shortest || !option->step)
		return length == option->shortest;
	return (length - option->shortest) % option->step == 0;
}

TEST(each_with_every_length)
{
	EACH_SHOWN(i, options)
	{
		struct option option = options[i];
		const size_t longest = option.octets[1] + 1U;

		option.octets[HEAD + longest - 1] = 'x';
		for (size_t length = 0; length <= longest; length++) {
			option.octets[1] = (uint8_t)length;
			assert_int_equal(error_after(option.subtype, option.octets, HEAD + length),
			                 is_valid_length(&option, length)
			                         ? NPP_PARSE_ERROR_NONE
			                         : NPP_PARSE_ERROR_BAD_OPTION);
		}
	}
}

TEST(each_cut_short_and_each_duplicate)
{
	EACH_SHOWN(i, options)
	{
		const size_t length = length_of(&options[i]);
		struct octets twice = { .length = 0 };

		for (size_t cut = 1; cut < length; cut++)
			assert_int_equal(error_after(options[i].subtype, options[i].octets, cut),
			                 NPP_PARSE_ERROR_BAD_OPTION);
		add(&twice, options[i].octets, length);
		add(&twice, options[i].octets, length);
		assert_int_equal(error_after(options[i].subtype, twice.at, twice.length),
		                 NPP_PARSE_ERROR_BAD_OPTION);
	}
}

TEST(each_flipped_bit_of_fixed_octets)
{
	EACH_SHOWN(i, options)
	{
		for (size_t bit = 0; bit < 8 * strlen(options[i].fixed); bit++) {
			struct option option = options[i];

			if (option.fixed[bit / 8] != '=')
				continue;
			option.octets[HEAD + bit / 8] ^= (uint8_t)(1 << bit % 8);
			assert_int_equal(
				error_after(option.subtype, option.octets, length_of(&option)),
				NPP_PARSE_ERROR_BAD_OPTION);
		}
	}
}

TEST(each_in_every_message)
{
	EACH_SHOWN(i, options)
	{
		const bool is_any = options[i].octets[0] == NPP_OPTION_AUTHENTICATION;

		for (uint8_t subtype = 1; subtype <= NPP_WAKEUP_CONFIRM; subtype++)
			assert_int_equal(
				error_after(subtype, options[i].octets, length_of(&options[i])),
				is_any || subtype == options[i].subtype
					? NPP_PARSE_ERROR_NONE
					: NPP_PARSE_ERROR_UNEXPECTED_OPTION);
	}
}

/* An option of another message is unexpected, whatever is in it. */
TEST(unexpected_before_bad)
{
	static const uint8_t unknown[] = { NPP_OPTION_SLEEP_REQUEST, 1, 77 };
	static const uint8_t empty[] = { NPP_OPTION_SLEEP_REQUEST, 0 };

	assert_int_equal(error_after(NPP_WAKEUP_REPORT, unknown, sizeof(unknown)),
	                 NPP_PARSE_ERROR_UNEXPECTED_OPTION);
	assert_int_equal(error_after(NPP_WAKEUP_REPORT, empty, sizeof(empty)),
	                 NPP_PARSE_ERROR_UNEXPECTED_OPTION);
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
		add_authentication(&octets);
		assert_int_equal(error_of(&octets), NPP_PARSE_ERROR_MISSING_OPTION);
	}
}

TEST(unknown_options_are_skipped)
{
	for (unsigned int type = 0; type < 256; type++) {
		struct octets octets = header_of(NPP_WAKEUP_REPORT);

		if ((type >= 1 && type <= NPP_OPTION_SERVICE) ||
		    type == NPP_OPTION_AUTHENTICATION || type == NPP_OPTION_WAKE_TEST)
			continue;
		ADD(&octets, (uint8_t)type, 3, 5, 6, 0);
		ADD(&octets, 5, 6, 0, 0, 1, 2, 0, 0);
		ADD(&octets, (uint8_t)type, 0);
		assert_int_equal(message_of(&octets).client.id, 0x0102);
		ADD(&octets, (uint8_t)type, 1);
		assert_int_equal(error_of(&octets), NPP_PARSE_ERROR_BAD_OPTION);
	}
}

TEST(a_wake_test_is_of_a_solicitation_alone)
{
	struct octets octets = header_of(NPP_PROXY_SOLICITATION);

	ADD(&octets, 1, 4, 0, 1, 0, 1);
	assert_false(message_of(&octets).wake_test);
	ADD(&octets, NPP_OPTION_WAKE_TEST, 0);
	assert_true(message_of(&octets).wake_test);
	octets = header_of(NPP_WAKEUP_REPORT);
	ADD(&octets, 5, 6, 0, 0, 1, 2, 0, 0);
	ADD(&octets, NPP_OPTION_WAKE_TEST, 0);
	assert_int_equal(error_of(&octets), NPP_PARSE_ERROR_UNEXPECTED_OPTION);
	octets = header_of(NPP_PROXY_SOLICITATION);
	ADD(&octets, 1, 4, 0, 1, 0, 1);
	ADD(&octets, NPP_OPTION_WAKE_TEST, 1, 0);
	assert_int_equal(error_of(&octets), NPP_PARSE_ERROR_BAD_OPTION);
}

TEST(unknown_requests)
{
	for (unsigned int request = 0; request < 256; request++) {
		struct octets octets = header_of(NPP_SLEEP_REQUEST);

		if (request == NPP_REQUEST_ARP || request == NPP_REQUEST_DHCP4 ||
		    (request >= NPP_REQUEST_TIMER && request <= NPP_REQUEST_DHCP6))
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
			add_authentication(&octets);
			add(&octets, after[i], length);
			assert_int_equal(error_of(&octets), NPP_PARSE_ERROR_BAD_OPTION);
		}
	}
}
