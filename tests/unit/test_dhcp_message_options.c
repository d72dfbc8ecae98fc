// SPDX-License-Identifier: GPL-2.0-or-later
/* A message's options as they are read: their lengths, in pieces, and in the fields of others. */
#include "test.h"

#include <stdbool.h>
#include <string.h>

#include "support_dhcp.h"

/* Overload (52): the file name and the server's name may hold options as well. */
enum { SNAME = offsetof(struct dhcp, sname), BOOT_FILE = offsetof(struct dhcp, file) };
enum { COOKIE = offsetof(struct dhcp, cookie) };
enum { IN_FILE = 1, IN_SNAME = 2 };

static const struct {
	uint8_t code, length;
} of_fixed_length[] = {
	{ 53, 1 }, { 50, 4 }, { 54, 4 }, { 51, 4 }, { 58, 4 }, { 59, 4 }, { 52, 1 },
};

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

/* An option of `length` octets that all are `value`. */
static void add_option(struct octets *octets, uint8_t code, uint8_t length, uint8_t value)
{
	uint8_t data[255];

	memset(data, value, sizeof(data));
	ADD(octets, code, length);
	add(octets, data, length);
}

static void assert_octets(const struct dhcp_option *option, const void *data, size_t length)
{
	assert_int_equal(option->length, length);
	assert_memory_equal(option->data, data, length);
}

/* An ACK, since all options may stand in one. */
static struct octets an_ack(void)
{
	struct octets octets = octets_of(DHCP_BOOTREPLY);

	ADD(&octets, 53, 1, DHCP_ACK);
	return octets;
}

/* The whole alone is measured: RFC 3396 knows no option that may not be split. */
TEST(fixed_lengths)
{
	EACH(i, of_fixed_length)
	for (unsigned int length = 0; length < 256; length++)
		for (int times = 1; times <= 2; times++) {
			struct octets octets = octets_of(DHCP_BOOTREPLY);
			const bool right = length * times == of_fixed_length[i].length;

			if (of_fixed_length[i].code != 53)
				ADD(&octets, 53, 1, DHCP_ACK);
			for (int j = 0; j < times; j++)
				add_option(&octets, of_fixed_length[i].code, (uint8_t)length,
				           of_fixed_length[i].code == 52 ? IN_FILE : DHCP_ACK);
			assert_int_equal(parse_error_of(&octets),
			                 right ? DHCP_PARSE_ERROR_NONE
			                       : DHCP_PARSE_ERROR_BAD_OPTION);
		}
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

/* Octets of options: a host name has its length before it. */
#define PAD "\0"
#define END "\377"
#define NAME "\14"
#define DISCOVER "\65\1\1"
#define INFORM "\65\1\10"
#define OVERLOAD "\64"
#define FILE_ALONE OVERLOAD "\1\1"
#define SNAME_ALONE OVERLOAD "\1\2"
#define BOTH OVERLOAD "\1\3"
#define CUT_SHORT NAME "\310x"

struct text {
	const char *octets;
	size_t length;
};

/* clang-format off */
#define TEXT(text) { text, sizeof(text) - 1 }
/* clang-format on */

static void check_message(const char *shows, const struct octets *octets, const char *hostname)
{
	struct dhcp_message message;
	const enum dhcp_parse_error error = read_octets(octets->at, octets->length, &message);

	if (!hostname && error != DHCP_PARSE_ERROR_BAD_OPTION)
		fail_msg("%s: read", shows);
	if (hostname && (error || message.identity.hostname.length != strlen(hostname) ||
	                 memcmp(message.identity.hostname.data, hostname, strlen(hostname))))
		fail_msg("%s: error %d", shows, error);
}

TEST(where_options_are)
{
	static const struct {
		const char *shows;
		struct text options, sname, file;
		const char *hostname; /* NULL: a bad option */
	} rows[] = {
		{ "pads", TEXT(PAD NAME "\1n" PAD PAD PAD DISCOVER PAD), TEXT(""), TEXT(""), "n" },
		{ "what is no option, after the end", TEXT(DISCOVER NAME "\1n" END CUT_SHORT),
		  TEXT(""), TEXT(""), "n" },
		{ "no overload: names are names", TEXT(DISCOVER), TEXT(NAME "\1s" CUT_SHORT),
		  TEXT(NAME "\1f" CUT_SHORT), "" },
		{ "in the file", TEXT(NAME "\1o" DISCOVER FILE_ALONE NAME "\1p" END),
		  TEXT(NAME "\1s" END NAME "\11"), TEXT(PAD NAME "\1f" END CUT_SHORT), "opf" },
		{ "in the server's name", TEXT(NAME "\1o" DISCOVER SNAME_ALONE NAME "\1p" END),
		  TEXT(NAME "\1s" END NAME "\11"), TEXT(PAD NAME "\1f" END CUT_SHORT), "ops" },
		{ "in both, the file first", TEXT(NAME "\1o" DISCOVER BOTH NAME "\1p" END),
		  TEXT(NAME "\1s" END NAME "\11"), TEXT(PAD NAME "\1f" END CUT_SHORT), "opfs" },
		{ "the type is in a field", TEXT(SNAME_ALONE END), TEXT(INFORM END), TEXT(""), "" },
		{ "a type after the end is none", TEXT(SNAME_ALONE END INFORM), TEXT(INFORM END),
		  TEXT(""), "" },
		{ "overload within a field has no effect", TEXT(DISCOVER FILE_ALONE END),
		  TEXT(NAME "\1s" END),
		  TEXT(SNAME_ALONE OVERLOAD PAD OVERLOAD "\2\0\0" NAME "\1f" END), "f" },
		{ "overload of no field", TEXT(DISCOVER OVERLOAD "\1\0"), TEXT(""), TEXT(""),
		  NULL },
		{ "overload of a third field", TEXT(DISCOVER OVERLOAD "\1\4"), TEXT(""), TEXT(""),
		  NULL },
		{ "overload of 255 fields", TEXT(DISCOVER OVERLOAD "\1\377"), TEXT(""), TEXT(""),
		  NULL },
	};

	EACH(i, rows)
	{
		struct octets octets = octets_of(DHCP_BOOTREQUEST);

		memcpy(octets.at + SNAME, rows[i].sname.octets, rows[i].sname.length);
		memcpy(octets.at + BOOT_FILE, rows[i].file.octets, rows[i].file.length);
		add(&octets, rows[i].options.octets, rows[i].options.length);
		check_message(rows[i].shows, &octets, rows[i].hostname);
	}
}

/* Each field bounds its own options, though the next one follows at once. */
TEST(a_field_ends_where_it_ends)
{
	static const struct {
		const char *shows;
		struct text fields;
		size_t end;
		char octets[4]; /* the last three */
		const char *hostname;
	} rows[] = {
		{ "a name up to the file", TEXT(SNAME_ALONE), BOOT_FILE, NAME "\1x", "x" },
		{ "a name into the file", TEXT(SNAME_ALONE), BOOT_FILE, NAME "\2x", NULL },
		{ "a length in the file", TEXT(SNAME_ALONE), BOOT_FILE, PAD PAD NAME, NULL },
		{ "a name up to the cookie", TEXT(FILE_ALONE), COOKIE, NAME "\1x", "x" },
		{ "a name into the cookie", TEXT(FILE_ALONE), COOKIE, NAME "\2x", NULL },
		{ "a length in the cookie", TEXT(FILE_ALONE), COOKIE, PAD PAD NAME, NULL },
	};

	EACH(i, rows)
	{
		struct octets octets = octets_of(DHCP_BOOTREQUEST);

		ADD(&octets, 53, 1, DHCP_DISCOVER);
		add(&octets, rows[i].fields.octets, rows[i].fields.length);
		memcpy(octets.at + rows[i].end - 3, rows[i].octets, 3);
		check_message(rows[i].shows, &octets, rows[i].hostname);
	}
}
