// SPDX-License-Identifier: GPL-2.0-or-later
/* Messages that are signed, octet by octet. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <nettle/hmac.h>

#include "support_npp_authentication.h"

static const struct mac nas = { { 0x52, 0x54, 0x00, 0x12, 0x34, 0x56 } };

static struct npp_keys keys;

static int make_keys(void **state)
{
	(void)state;
	keys = some_keys();
	return 0;
}

struct vector {
	size_t key_length;
	uint8_t key[131];
	const char *data;
	uint8_t code[NPP_MAC];
};

#define TIMES_20(octet) \
	octet, octet, octet, octet, octet, octet, octet, octet, octet, octet, octet, octet, octet, \
		octet, octet, octet, octet, octet, octet, octet
#define TIMES_131(octet) \
	TIMES_20(octet), TIMES_20(octet), TIMES_20(octet), TIMES_20(octet), TIMES_20(octet), \
		TIMES_20(octet), octet, octet, octet, octet, octet, octet, octet, octet, octet, \
		octet, octet
#define DD_10 "\xdd\xdd\xdd\xdd\xdd\xdd\xdd\xdd\xdd\xdd"
#define CD_10 "\xcd\xcd\xcd\xcd\xcd\xcd\xcd\xcd\xcd\xcd"

/* clang-format off */
static const struct vector vectors[] = {
	{ 20, { TIMES_20(0x0b) }, "Hi There",
	  { 0xb0, 0x34, 0x4c, 0x61, 0xd8, 0xdb, 0x38, 0x53, 0x5c, 0xa8, 0xaf, 0xce, 0xaf, 0x0b,
	    0xf1, 0x2b, 0x88, 0x1d, 0xc2, 0x00, 0xc9, 0x83, 0x3d, 0xa7, 0x26, 0xe9, 0x37, 0x6c,
	    0x2e, 0x32, 0xcf, 0xf7 } },
	{ 4, "Jefe", "what do ya want for nothing?",
	  { 0x5b, 0xdc, 0xc1, 0x46, 0xbf, 0x60, 0x75, 0x4e, 0x6a, 0x04, 0x24, 0x26, 0x08, 0x95,
	    0x75, 0xc7, 0x5a, 0x00, 0x3f, 0x08, 0x9d, 0x27, 0x39, 0x83, 0x9d, 0xec, 0x58, 0xb9,
	    0x64, 0xec, 0x38, 0x43 } },
	{ 20, { TIMES_20(0xaa) }, DD_10 DD_10 DD_10 DD_10 DD_10,
	  { 0x77, 0x3e, 0xa9, 0x1e, 0x36, 0x80, 0x0e, 0x46, 0x85, 0x4d, 0xb8, 0xeb, 0xd0, 0x91,
	    0x81, 0xa7, 0x29, 0x59, 0x09, 0x8b, 0x3e, 0xf8, 0xc1, 0x22, 0xd9, 0x63, 0x55, 0x14,
	    0xce, 0xd5, 0x65, 0xfe } },
	{ 25, { 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23,
	        24, 25 }, CD_10 CD_10 CD_10 CD_10 CD_10,
	  { 0x82, 0x55, 0x8a, 0x38, 0x9a, 0x44, 0x3c, 0x0e, 0xa4, 0xcc, 0x81, 0x98, 0x99, 0xf2,
	    0x08, 0x3a, 0x85, 0xf0, 0xfa, 0xa3, 0xe5, 0x78, 0xf8, 0x07, 0x7a, 0x2e, 0x3f, 0xf4,
	    0x67, 0x29, 0x66, 0x5b } },
	{ 131, { TIMES_131(0xaa) }, "Test Using Larger Than Block-Size Key - Hash Key First",
	  { 0x60, 0xe4, 0x31, 0x59, 0x1e, 0xe0, 0xb6, 0x7f, 0x0d, 0x8a, 0x26, 0xaa, 0xcb, 0xf5,
	    0xb7, 0x7f, 0x8e, 0x0b, 0xc6, 0x21, 0x37, 0x28, 0xc5, 0x14, 0x05, 0x46, 0x04, 0x0f,
	    0x0e, 0xe3, 0x7f, 0x54 } },
	{ 131, { TIMES_131(0xaa) },
	  "This is a test using a larger than block-size key and a larger than block-size data. "
	  "The key needs to be hashed before being used by the HMAC algorithm.",
	  { 0x9b, 0x09, 0xff, 0xa7, 0x1b, 0x94, 0x2f, 0xcb, 0x27, 0x63, 0x5f, 0xbc, 0xd5, 0xb0,
	    0xe9, 0x44, 0xbf, 0xdc, 0x63, 0x64, 0x4f, 0x07, 0x13, 0x93, 0x8a, 0x7f, 0x51, 0x53,
	    0x5c, 0x3a, 0x35, 0xe2 } },
};
/* clang-format on */

/* RFC 4231, 4.2 to 4.8, but for 4.6, which is cut short */
static void the_library_makes_hmac_sha_256(void **state)
{
	(void)state;
	EACH(i, vectors)
	{
		const struct vector *vector = &vectors[i];
		struct hmac_sha256_ctx hmac;
		uint8_t code[NPP_MAC];

		hmac_sha256_set_key(&hmac, vector->key_length, vector->key);
		hmac_sha256_update(&hmac, strlen(vector->data), (const uint8_t *)vector->data);
		hmac_sha256_digest(&hmac, sizeof(code), code);
		assert_memory_equal(code, vector->code, sizeof(code));
	}
}

static void signs(const struct packet *packet, struct npp_message message)
{
	const struct npp_key *key = npp_keys_find(&keys, message.authentication.key);
	uint8_t octets[NPP_MESSAGE_MAX];
	struct npp_message read;

	assert_int_equal(npp_write(&message, NPP_ICMP_TYPE, octets), packet->length);
	assert_true(npp_sign(octets, packet->length, &message, key, *packet->source,
	                     *packet->destination));
	assert_memory_equal(octets, packet->octets, packet->length);
	assert_int_equal(read_octets(packet->octets, packet->length, &read), NPP_PARSE_ERROR_none);
	assert_same(&message, &read);
}

static void a_report(void **state)
{
	(void)state;
	signs(&packets[0], a_report_of(NEW_YEAR, 0x0123456789abcdef));
}

static void a_refusal(void **state)
{
	struct npp_message message = a_message(NPP_SLEEP_CONFIRM);

	(void)state;
	message.code = NPP_FAIL;
	message.confirm.code = NPP_FAIL;
	signs(&packets[1], with_option_128(message, 1, NEW_YEAR + 2, 0xfedcba9876543210));
}

static void a_request(void **state)
{
	struct npp_message message = a_message(NPP_SLEEP_REQUEST);

	(void)state;
	message.request.pairs[0] = (struct npp_pair){ .mac = nas, .address = home };
	message.request.pair_count = 1;
	signs(&packets[2], with_option_128(message, 255, NEW_YEAR, 0));
}

static void an_advertisement(void **state)
{
	struct npp_message message = a_message(NPP_PROXY_ADVERTISEMENT);

	(void)state;
	message.transaction = 0;
	message.advertisement.lifetime = 1800;
	message.advertisement.proxies[0].address = proxy;
	message.advertisement.proxy_count = 1;
	signs(&packets[3], with_option_128(message, 7, UINT64_MAX, UINT64_MAX));
}

/* What stood where the code will stand, and in the checksum, counts for nothing. */
static void it_is_signed_again(void **state)
{
	struct npp_message message = a_report_of(NEW_YEAR, 0x0123456789abcdef);
	uint8_t octets[NPP_MESSAGE_MAX];

	(void)state;
	memset(message.authentication.mac, 0xa5, NPP_MAC);
	npp_write(&message, NPP_ICMP_TYPE, octets);
	for (int i = 0; i < 2; i++) {
		octets[AT_CHECKSUM] ^= 0xff;
		assert_true(npp_sign(octets, sizeof(report), &message, &keys.key[0], home, proxy));
		assert_memory_equal(octets, report, sizeof(report));
	}
}

static void cannot_be_signed(struct npp_message message, const struct npp_key *key)
{
	uint8_t octets[NPP_MESSAGE_MAX], untouched[NPP_MESSAGE_MAX];
	const size_t length = npp_write(&message, NPP_ICMP_TYPE, octets);
	struct npp_message signs = message;

	memcpy(untouched, octets, length);
	assert_false(npp_sign(octets, length, &signs, key, home, proxy));
	assert_memory_equal(octets, untouched, length);
	assert_same(&signs, &message);
}

static void with_another_key_it_cannot_be_signed(void **state)
{
	(void)state;
	cannot_be_signed(a_report_of(NEW_YEAR, 1), &keys.key[1]);
}

/* The other one is as long as a code. */
static void without_the_option_it_cannot_be_signed(void **state)
{
	struct npp_message message = a_report_of(NEW_YEAR, 1), other = message;

	(void)state;
	message.authenticated = false;
	cannot_be_signed(message, &keys.key[0]);
	other.authenticated = false;
	other.subtype = NPP_PROXY_ADVERTISEMENT;
	other.advertisement.proxy_count = 1;
	other.service_count = 4;
	cannot_be_signed(other, &keys.key[0]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_library_makes_hmac_sha_256),
		cmocka_unit_test(a_report),
		cmocka_unit_test(a_refusal),
		cmocka_unit_test(a_request),
		cmocka_unit_test(an_advertisement),
		cmocka_unit_test(it_is_signed_again),
		cmocka_unit_test(with_another_key_it_cannot_be_signed),
		cmocka_unit_test(without_the_option_it_cannot_be_signed),
	};

	return cmocka_run_group_tests(tests, make_keys, NULL);
}
