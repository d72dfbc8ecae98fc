// SPDX-License-Identifier: GPL-2.0-or-later
/* A message's options as they are read: their lengths, in pieces, and in the fields of others. */
#include "test.h"

#include <stdbool.h>
#include <string.h>

#include "support_dhcp_message.h"

#define EACH(item, table) for (size_t item = 0; item < sizeof(table) / sizeof(*(table)); item++)

static const struct {
	uint8_t code;
	uint8_t length;
} of_fixed_length[] = { { 53, 1 }, { 50, 4 }, { 54, 4 }, { 51, 4 }, { 58, 4 }, { 59, 4 } };

static const struct {
	uint8_t code;
	size_t field;
} of_any_length[] = {
	{ 61, offsetof(struct dhcp_message, identity.client_id) },
	{ 12, offsetof(struct dhcp_message, identity.hostname) },
	{ 55, offsetof(struct dhcp_message, identity.parameters) },
	{ 60, offsetof(struct dhcp_message, identity.vendor_class) },
	{ 81, offsetof(struct dhcp_message, identity.fqdn) },
	{ 56, offsetof(struct dhcp_message, error) },
};

static const struct dhcp_option *option_in(const struct dhcp_message *message, size_t field)
{
	return (const struct dhcp_option *)((const uint8_t *)message + field);
}

/* An ACK, since all options may stand in one. */
static struct octets an_ack(void)
{
	struct octets octets = octets_of(DHCP_BOOTREPLY);

	ADD(&octets, 53, 1, DHCP_ACK);
	return octets;
}

TEST(fixed_lengths)
{
	EACH(i, of_fixed_length)
	{
		for (unsigned int length = 0; length < 256; length++) {
			struct octets octets = octets_of(DHCP_BOOTREPLY);
			const bool right = length == of_fixed_length[i].length;

			if (of_fixed_length[i].code != 53)
				ADD(&octets, 53, 1, DHCP_ACK);
			add_option(&octets, of_fixed_length[i].code, (uint8_t)length, DHCP_ACK);
			assert_int_equal(parse_error_of(&octets),
			                 right ? DHCP_PARSE_ERROR_NONE
			                       : DHCP_PARSE_ERROR_BAD_OPTION);
		}
	}
}

TEST(fixed_lengths_twice)
{
	EACH(i, of_fixed_length)
	{
		struct octets octets = octets_of(DHCP_BOOTREPLY);

		if (of_fixed_length[i].code != 53)
			ADD(&octets, 53, 1, DHCP_ACK);
		for (int times = 0; times < 2; times++)
			add_option(&octets, of_fixed_length[i].code, of_fixed_length[i].length,
			           DHCP_ACK);
		assert_int_equal(parse_error_of(&octets), DHCP_PARSE_ERROR_BAD_OPTION);
	}
}

TEST(addresses_and_times)
{
	struct octets octets = an_ack();
	struct dhcp_message message;

	ADD(&octets, 50, 4, 192, 0, 2, 7, 54, 4, 192, 0, 2, 1);
	ADD(&octets, 51, 4, 255, 255, 255, 255, 58, 4, 1, 2, 3, 4, 59, 4, 0x80, 0, 0, 1, 255);
	message = message_of(&octets);
	assert_address(message.requested, 192, 0, 2, 7);
	assert_address(message.server, 192, 0, 2, 1);
	assert_true(message.lease_time == DHCP_INFINITE);
	assert_true(message.t1 == 0x01020304);
	assert_true(message.t2 == 0x80000001);
}

TEST(what_is_not_said_is_zero)
{
	struct octets octets = an_ack();
	struct dhcp_message message = message_of(&octets);
	static const struct dhcp_option none;

	assert_address(message.requested, 0, 0, 0, 0);
	assert_address(message.server, 0, 0, 0, 0);
	assert_int_equal(message.lease_time, 0);
	assert_int_equal(message.t1, 0);
	assert_int_equal(message.t2, 0);
	EACH(i, of_any_length)
	assert_memory_equal(option_in(&message, of_any_length[i].field), &none, sizeof(none));
}

TEST(any_length)
{
	static const uint8_t all[255] = { [0 ... 254] = 'x' };

	EACH(i, of_any_length)
	{
		for (unsigned int length = 0; length < 256; length++) {
			struct octets octets = an_ack();
			struct dhcp_message message;

			add_option(&octets, of_any_length[i].code, (uint8_t)length, 'x');
			message = message_of(&octets);
			assert_octets(option_in(&message, of_any_length[i].field), all, length);
		}
	}
}

TEST(in_pieces)
{
	EACH(i, of_any_length)
	{
		const uint8_t code = of_any_length[i].code;
		struct octets octets = an_ack();
		struct dhcp_message message;

		ADD(&octets, code, 2, 'a', 'b', 77, 1, 'x', code, 0, code, 1, 'c', 255);
		message = message_of(&octets);
		assert_octets(option_in(&message, of_any_length[i].field), "abc", 3);
	}
}

TEST(pieces_of_255_octets_and_more)
{
	EACH(i, of_any_length)
	{
		struct octets octets = an_ack();
		struct dhcp_message message;

		add_option(&octets, of_any_length[i].code, 200, 'x');
		add_option(&octets, of_any_length[i].code, 55, 'y');
		message = message_of(&octets);
		assert_int_equal(option_in(&message, of_any_length[i].field)->length, 255);
		assert_int_equal(option_in(&message, of_any_length[i].field)->data[254], 'y');
		add_option(&octets, of_any_length[i].code, 0, 'z');
		assert_int_equal(parse_error_of(&octets), DHCP_PARSE_ERROR_NONE);
		add_option(&octets, of_any_length[i].code, 1, 'z');
		assert_int_equal(parse_error_of(&octets), DHCP_PARSE_ERROR_BAD_OPTION);
	}
}

/* RFC 3396 knows no option that may not be split: the whole alone is measured. */
TEST(an_address_in_pieces)
{
	struct octets octets = an_ack();
	struct dhcp_message message;

	ADD(&octets, 54, 3, 192, 0, 2, 54, 1, 1, 255);
	message = message_of(&octets);
	assert_address(message.server, 192, 0, 2, 1);
}

TEST(pads_and_the_end)
{
	struct octets octets = octets_of(DHCP_BOOTREQUEST);
	struct dhcp_message message;

	ADD(&octets, 0, 12, 1, 'n', 0, 0, 0, 53, 1, DHCP_DISCOVER, 0);
	message = message_of(&octets);
	assert_octets(&message.identity.hostname, "n", 1);
	ADD(&octets, 255, 12, 200, 'x'); /* what is no option, after the end */
	message = message_of(&octets);
	assert_octets(&message.identity.hostname, "n", 1);
}

TEST(others_options_are_passed_over)
{
	for (unsigned int code = 1; code < 255; code++) {
		struct octets octets = octets_of(DHCP_BOOTREQUEST);
		struct dhcp_message message;

		if (code >= 50 && code <= 61)
			continue;
		ADD(&octets, (uint8_t)code, 4, 53, 1, DHCP_RELEASE, 255, 53, 1, DHCP_INFORM, 255);
		message = message_of(&octets);
		assert_int_equal(message.type, DHCP_INFORM);
	}
}

/* Overload (52): the file name and the server's name may hold options as well. */
enum { SNAME = offsetof(struct dhcp, sname), BOOT_FILE = offsetof(struct dhcp, file) };
enum { IN_FILE = 1, IN_SNAME = 2 };

static struct octets overloaded(uint8_t overload)
{
	struct octets octets = octets_of(DHCP_BOOTREQUEST);

	PUT(&octets, SNAME, 12, 1, 's', 255, 12, 9);
	PUT(&octets, BOOT_FILE, 0, 12, 1, 'f', 255, 12, 200);
	ADD(&octets, 12, 1, 'o', 53, 1, DHCP_DISCOVER, 52, 1, overload, 12, 1, 'p', 255);
	return octets;
}

TEST(overload)
{
	static const char *const hostnames[] = { NULL, "opf", "ops", "opfs" };

	for (uint8_t fields = IN_FILE; fields <= (IN_FILE | IN_SNAME); fields++) {
		struct octets octets = overloaded(fields);
		struct dhcp_message message = message_of(&octets);

		assert_octets(&message.identity.hostname, hostnames[fields],
		              strlen(hostnames[fields]));
	}
}

TEST(overload_of_no_field)
{
	struct octets octets = overloaded(0);
	struct octets twice = overloaded(IN_FILE);

	assert_int_equal(parse_error_of(&octets), DHCP_PARSE_ERROR_BAD_OPTION);
	for (unsigned int fields = 4; fields < 256; fields++) {
		octets = overloaded((uint8_t)fields);
		assert_int_equal(parse_error_of(&octets), DHCP_PARSE_ERROR_BAD_OPTION);
	}
	twice.length--;
	ADD(&twice, 52, 1, IN_FILE, 255);
	assert_int_equal(parse_error_of(&twice), DHCP_PARSE_ERROR_BAD_OPTION);
}

TEST(overload_of_no_length)
{
	for (unsigned int length = 0; length < 256; length++) {
		struct octets octets = an_ack();

		add_option(&octets, 52, (uint8_t)length, IN_FILE);
		assert_int_equal(parse_error_of(&octets),
		                 length == 1 ? DHCP_PARSE_ERROR_NONE : DHCP_PARSE_ERROR_BAD_OPTION);
	}
}

TEST(without_overload_a_name_is_a_name)
{
	struct octets octets = octets_of(DHCP_BOOTREQUEST);
	struct dhcp_message message;

	PUT(&octets, SNAME, 12, 1, 's', 12, 200);
	PUT(&octets, BOOT_FILE, 12, 1, 'f', 12, 200);
	ADD(&octets, 53, 1, DHCP_DISCOVER, 255);
	message = message_of(&octets);
	assert_int_equal(message.identity.hostname.length, 0);
}

TEST(overload_within_a_field)
{
	struct octets octets = octets_of(DHCP_BOOTREQUEST);
	struct dhcp_message message;

	PUT(&octets, SNAME, 12, 1, 's', 255);
	PUT(&octets, BOOT_FILE, 52, 1, IN_SNAME, 52, 0, 52, 2, 0, 0, 12, 1, 'f', 255);
	ADD(&octets, 53, 1, DHCP_DISCOVER, 52, 1, IN_FILE, 255);
	message = message_of(&octets);
	assert_octets(&message.identity.hostname, "f", 1);
}

TEST(the_type_in_a_field)
{
	struct octets octets = octets_of(DHCP_BOOTREQUEST);

	PUT(&octets, SNAME, 53, 1, DHCP_INFORM, 255);
	ADD(&octets, 52, 1, IN_SNAME, 255);
	assert_int_equal(message_of(&octets).type, DHCP_INFORM);
	ADD(&octets, 53, 1, DHCP_INFORM); /* after the end */
	assert_int_equal(message_of(&octets).type, DHCP_INFORM);
}

/* Each field bounds its own options, though the next one follows at once. */
TEST(a_field_ends_where_it_ends)
{
	static const struct {
		uint8_t overload;
		size_t end;
	} fields[] = { { IN_SNAME, BOOT_FILE }, { IN_FILE, offsetof(struct dhcp, cookie) } };

	EACH(i, fields)
	{
		struct octets octets = octets_of(DHCP_BOOTREQUEST);

		ADD(&octets, 53, 1, DHCP_DISCOVER, 52, 1, fields[i].overload);
		PUT(&octets, fields[i].end - 3, 12, 1, 'x');
		assert_int_equal(parse_error_of(&octets), DHCP_PARSE_ERROR_NONE);
		PUT(&octets, fields[i].end - 3, 12, 2, 'x');
		assert_int_equal(parse_error_of(&octets), DHCP_PARSE_ERROR_BAD_OPTION);
		PUT(&octets, fields[i].end - 3, 0, 0, 12);
		assert_int_equal(parse_error_of(&octets), DHCP_PARSE_ERROR_BAD_OPTION);
	}
}
