// SPDX-License-Identifier: GPL-2.0-or-later
/* Each message of the Network Proxy Protocol, octet by octet, read and written; wrong headers. */
#include "test.h"

#include <stdbool.h>
#include <string.h>

#include <netinet/in.h>

#include "support_npp.h"

#define NAS \
	{ \
		{ \
			0x52, 0x54, 0x00, 0x12, 0x34, 0x56 \
		} \
	}
#define HEADER_OF(code_, subtype_) .code = (code_), .transaction = 0x1234, .subtype = (subtype_)

/* clang-format off */
static const struct {
	const char *shows;
	size_t length;
	uint8_t octets[NPP_MESSAGE_MAX];
	struct npp_message message;
} messages[] = {
	{
		"Solicitation",
		14,
		{ 0xfd, 0x00, 0x42, 0xf2, 0x12, 0x34, 0x01, 0x06, /* type … subtype, length */
		  0x01, 0x04, 0xab, 0xcd, 0x00, 0x01 }, /* identifier, sequence number */
		{ HEADER_OF(NPP_SUCCESS, NPP_PROXY_SOLICITATION), .solicitation = { 0xabcd, 1 } },
	}, {
		"Advertisement",
		28,
		{ 0xfd, 0x00, 0x1b, 0x97, 0x12, 0x34, 0x02, 0x14,
		  0x02, 0x0c, 0x01, 0x02, 0x07, 0x08, /* one entry of two words, lifetime */
		  0xc0, 0x00, 0x02, 0x01, 0x00, 0x00, 0x00, 0x01, /* address, preference */
		  0x07, 0x04, 0x00, 0x01, 0x00, 0x02 }, /* ARP, DHCPv4 */
		{ HEADER_OF(NPP_SUCCESS, NPP_PROXY_ADVERTISEMENT),
		  .advertisement = { 1800, { { { { 192, 0, 2, 1 } }, 1 } }, 1 },
		  .services = { NPP_SERVICE_ARP, NPP_SERVICE_DHCP4 }, .service_count = 2 },
	}, {
		"Advertisement of two proxies, that ends",
		30,
		{ 0xfd, 0x00, 0x66, 0x9a, 0x12, 0x34, 0x02, 0x16,
		  0x02, 0x14, 0x02, 0x02, 0x00, 0x00,
		  0xc0, 0x00, 0x02, 0x01, 0x7f, 0xff, 0xff, 0xff,
		  0xc0, 0x00, 0x02, 0x02, 0x80, 0x00, 0x00, 0x00 },
		{ HEADER_OF(NPP_SUCCESS, NPP_PROXY_ADVERTISEMENT),
		  .advertisement = { 0, { { { { 192, 0, 2, 1 } }, INT32_MAX },
		                          { { { 192, 0, 2, 2 } }, INT32_MIN } }, 2 } },
	}, {
		"Sleep Request",
		28,
		{ 0xfd, 0x00, 0x92, 0xcd, 0x12, 0x34, 0x03, 0x14,
		  0x03, 0x12, 0x01, 0x01, 0x08, 0x00, 0x06, 0x04, 0x00, 0x01, /* one pair */
		  0x52, 0x54, 0x00, 0x12, 0x34, 0x56, 0xc0, 0x00, 0x02, 0x14 },
		{ HEADER_OF(NPP_SUCCESS, NPP_SLEEP_REQUEST),
		  .request = { .pairs = { { NAS, { { 192, 0, 2, 20 } } } }, .pair_count = 1 } },
	}, {
		"Sleep Request of two pairs and a lease",
		50,
		{ 0xfd, 0x00, 0x6d, 0xb6, 0x12, 0x34, 0x03, 0x2a,
		  0x03, 0x1c, 0x01, 0x01, 0x08, 0x00, 0x06, 0x04, 0x00, 0x02,
		  0x52, 0x54, 0x00, 0x12, 0x34, 0x56, 0xc0, 0x00, 0x02, 0x14,
		  0x52, 0x54, 0x00, 0x12, 0x34, 0x56, 0xc0, 0x00, 0x02, 0x15,
		  0x03, 0x0a, 0x02, 0x00, 0x0e, 0x10, 0x07, 0x08, 0xc0, 0x00, 0x02, 0x01 },
		{ HEADER_OF(NPP_SUCCESS, NPP_SLEEP_REQUEST),
		  .request = { .pairs = { { NAS, { { 192, 0, 2, 20 } } },
		                          { NAS, { { 192, 0, 2, 21 } } } }, .pair_count = 2,
		               .has_lease = true, .lease_total = 3600, .lease_left = 1800,
		               .lease_server = { { 192, 0, 2, 1 } } } },
	}, {
		"Sleep Request with types that the draft does not have",
		84,
		{ 0xfd, 0x00, 0xb9, 0x93, 0x12, 0x34, 0x03, 0x4c,
		  0x03, 0x05, 0x80, 0x00, 0x01, 0x51, 0x80, /* to be woken in a day */
		  0x03, 0x09, 0x81, 0x06, 0x00, 0x00, 0x16, 0x11, 0x00, 0x00, 0x00, /* tcp/22, */
		  0x03, 0x21, 0x82,
		  0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x20,
		  0xfe, 0x80, 0, 0, 0, 0, 0, 0, 0x50, 0x54, 0x00, 0xff, 0xfe, 0x12, 0x34, 0x56,
		  0x03, 0x08, 0x83, 0x01, 0x52, 0x54, 0x00, 0x12, 0x34, 0x56,
		  0x03, 0x04, 0x84, 'n', 'a', 's',
		  0x03, 0x05, 0x85, 192, 168, 1, 2 },
		{ HEADER_OF(NPP_SUCCESS, NPP_SLEEP_REQUEST),
		  .request = {
			.timer = 86400,
			.ports = { { IPPROTO_TCP, 22 }, { IPPROTO_UDP, 0 } },
			.port_count = 2, .has_ports = true,
			.addresses6 = { { { 0x20, 0x01, 0x0d, 0xb8, [15] = 0x20 } },
			                { { 0xfe, 0x80, [8] = 0x50, 0x54, 0x00, 0xff, 0xfe, 0x12,
			                    0x34, 0x56 } } },
			.address6_count = 2,
			.client_id = { 1, 0x52, 0x54, 0x00, 0x12, 0x34, 0x56 },
			.client_id_length = 7,
			.hostname = "nas",
			.backup_of = { { 192, 168, 1, 2 } } } },
	}, {
		"Sleep Confirm",
		16,
		{ 0xfd, 0x00, 0xe7, 0xba, 0x12, 0x34, 0x04, 0x08,
		  0x04, 0x06, 0x00, 0x00, 0x01, 0x02, 0x00, 0x00 }, /* success, client identifier */
		{ HEADER_OF(NPP_SUCCESS, NPP_SLEEP_CONFIRM), .client = { NPP_SUCCESS, 0x0102 } },
	}, {
		"refused Sleep Request",
		16,
		{ 0xfd, 0x01, 0xe7, 0xbb, 0x12, 0x34, 0x04, 0x08,
		  0x04, 0x06, 0x01, 0x00, 0x00, 0x00, 0x00, 0x00 },
		{ HEADER_OF(NPP_FAIL, NPP_SLEEP_CONFIRM), .client = { NPP_FAIL, 0 } },
	}, {
		"Wakeup Report",
		16,
		{ 0xfd, 0x00, 0xe5, 0xba, 0x12, 0x34, 0x05, 0x08,
		  0x05, 0x06, 0x00, 0x00, 0x01, 0x02, 0x00, 0x00 },
		{ HEADER_OF(NPP_SUCCESS, NPP_WAKEUP_REPORT), .client = { NPP_SUCCESS, 0x0102 } },
	}, {
		"Wakeup Confirm",
		16,
		{ 0xfd, 0x00, 0xe3, 0xba, 0x12, 0x34, 0x06, 0x08,
		  0x06, 0x06, 0x00, 0x00, 0x01, 0x02, 0x00, 0x00 },
		{ HEADER_OF(NPP_SUCCESS, NPP_WAKEUP_CONFIRM),
		  .client = { NPP_SUCCESS, 0x0102 } },
	}, {
		"Wakeup Confirm with a renewed lease",
		24,
		{ 0xfd, 0x00, 0xce, 0x8f, 0x12, 0x34, 0x06, 0x10,
		  0x06, 0x0e, 0x00, 0x00, 0x01, 0x02, 0x00, 0x02, /* DHCPv4 */
		  0x00, 0x01, 0x0e, 0x10, 0x07, 0x08, 0x00, 0x00 }, /* renewed, total, left */
		{ HEADER_OF(NPP_SUCCESS, NPP_WAKEUP_CONFIRM),
		  .client = { NPP_SUCCESS, 0x0102, true, NPP_LEASE_RENEWED, 3600, 1800 } },
	}, {
		"signed Wakeup Report",
		67,
		{ 0xfd, 0x00, 0x25, 0x61, 0x12, 0x34, 0x05, 0x3b,
		  0x05, 0x06, 0x00, 0x00, 0x01, 0x02, 0x00, 0x00,
		  0x80, 0x31, 0x07, /* key */
		  0x00, 0x00, 0x00, 0x00, 0x65, 0x92, 0x00, 0x80, /* 2024-01-01T00:00:00Z */
		  0x01, 0x23, 0x45, 0x67, 0x89, 0xab, 0xcd, 0xef, /* nonce */
		  0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15,
		  16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31 },
		{ HEADER_OF(NPP_SUCCESS, NPP_WAKEUP_REPORT), .client = { NPP_SUCCESS, 0x0102 },
		  .authenticated = true,
		  .authentication = { 7, 1704067200, 0x0123456789abcdef,
		                      { 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15,
		                        16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29,
		                        30, 31 } } },
	},
};
/* clang-format on */

TEST(each_message_both_ways)
{
	EACH_SHOWN(i, messages)
	{
		uint8_t written[NPP_MESSAGE_MAX];
		struct npp_message read;

		memset(written, 0xa5, sizeof(written));
		assert_int_equal(npp_message_write(&messages[i].message, NPP_ICMP_TYPE, written),
		                 messages[i].length);
		assert_memory_equal(written, messages[i].octets, messages[i].length);
		assert_int_equal(read_octets(messages[i].octets, messages[i].length, &read),
		                 NPP_PARSE_ERROR_NONE);
		assert_memory_equal(&read, &messages[i].message, sizeof(read));
	}
}

static struct octets a_report(void)
{
	struct octets octets = header_of(NPP_WAKEUP_REPORT);

	ADD(&octets, 5, 6, 0, 0, 1, 2, 0, 0);
	return *finish(&octets);
}

TEST(a_length_other_than_in_the_header)
{
	const struct octets octets = a_report();
	struct npp_message message;

	for (size_t length = 0; length <= sizeof(octets.at); length++)
		assert_int_equal(read_octets(octets.at, length, &message),
		                 length == octets.length ? NPP_PARSE_ERROR_NONE
		                                         : NPP_PARSE_ERROR_SHORT);
}

TEST(the_icmp_type)
{
	/* other ICMP has no length at that place */
	const uint8_t ping[] = { 8, 0, 0xe5, 0xca, 0x12, 0x34, 0x00, 0x01, 'a' };
	struct npp_message message;

	assert_int_equal(read_octets(ping, sizeof(ping), &message), NPP_PARSE_ERROR_OTHER_TYPE);
	for (unsigned int type = 0; type < 256; type++) {
		struct octets octets = a_report();
		uint8_t written[NPP_MESSAGE_MAX];

		octets.at[0] = (uint8_t)type;
		assert_int_equal(error_of(&octets), type == NPP_ICMP_TYPE
		                                            ? NPP_PARSE_ERROR_NONE
		                                            : NPP_PARSE_ERROR_OTHER_TYPE);
		assert_int_equal(
			npp_message_read(octets.at, octets.length, (uint8_t)type, &message),
			NPP_PARSE_ERROR_NONE);
		assert_int_equal(npp_message_write(&message, (uint8_t)type, written),
		                 octets.length);
		assert_memory_equal(written, octets.at, octets.length);
	}
}

TEST(each_flipped_bit)
{
	const struct octets octets = a_report();
	struct npp_message message;

	for (size_t bit = 0; bit < 8 * octets.length; bit++) {
		struct octets wrong = octets;
		enum npp_parse_error error = NPP_PARSE_ERROR_BAD_CHECKSUM;

		wrong.at[bit / 8] ^= (uint8_t)(1 << bit % 8);
		if (bit / 8 == 0)
			error = NPP_PARSE_ERROR_OTHER_TYPE;
		if (bit / 8 == AT_LENGTH)
			error = NPP_PARSE_ERROR_SHORT;
		assert_int_equal(read_octets(wrong.at, wrong.length, &message), error);
	}
}

TEST(codes_and_subtypes)
{
	for (unsigned int code = 0; code < 256; code++) {
		for (unsigned int subtype = 0; subtype < 256; subtype++) {
			struct octets octets = header_of((uint8_t)subtype);
			enum npp_parse_error error = NPP_PARSE_ERROR_MISSING_OPTION;

			octets.at[1] = (uint8_t)code;
			if (subtype < NPP_PROXY_SOLICITATION || subtype > NPP_WAKEUP_CONFIRM)
				error = NPP_PARSE_ERROR_BAD_SUBTYPE;
			if (code > NPP_FAIL)
				error = NPP_PARSE_ERROR_BAD_CODE;
			assert_int_equal(error_of(&octets), error);
		}
	}
}

TEST(names)
{
	static const char *const subtypes[] = {
		"invalid",       "Proxy Solicitation", "Proxy Advertisement", "Sleep Request",
		"Sleep Confirm", "Wakeup Report",      "Wakeup Confirm",      "invalid"
	};

	EACH(i, subtypes)
	assert_string_equal(npp_subtype_name((enum npp_subtype)i), subtypes[i]);
}
