// SPDX-License-Identifier: GPL-2.0-or-later
/* The authentication option: signing, and the verification of changed messages. */
#include "test.h"

#include <stdbool.h>
#include <string.h>

#include "npp/npp_auth.h"
#include "support_npp.h"

enum { CHECKSUM_OCTETS = 2 };

static const struct ipv4 home = { { 192, 0, 2, 20 } };

static struct npp_keys keys;

/* Different secrets, the shortest and the longest among them. */
static int make_keys(void **state)
{
	(void)state;
	keys = (struct npp_keys){
		.key = { { .id = 7, .length = 32 },
		         { .id = 1, .length = NPP_SECRET_MIN },
		         { .id = 255, .length = NPP_SECRET_MAX } },
		.count = 3,
	};
	for (uint8_t i = 0; i < NPP_SECRET_MAX; i++) {
		keys.key[0].secret[i] = i < 32 ? i : 0;
		keys.key[1].secret[i] = i < NPP_SECRET_MIN ? (uint8_t)(0xf0 + i) : 0;
		keys.key[2].secret[i] = (uint8_t)(7 * i + 3);
	}
	return 0;
}

/* HMACs as Python's hmac computes them. */
/* clang-format off */
static const uint8_t report[] = {
	0xfd, 0x00, 0x3b, 0x3a, 0x12, 0x34, 0x05, 0x3b,
	0x05, 0x06, 0x00, 0x00, 0x01, 0x02, 0x00, 0x00,
	0x80, 0x31, 0x07, /* key */
	0x00, 0x00, 0x00, 0x00, 0x65, 0x92, 0x00, 0x80, /* time */
	0x01, 0x23, 0x45, 0x67, 0x89, 0xab, 0xcd, 0xef, /* nonce */
	0x7f, 0x9e, 0x16, 0x93, 0x37, 0x82, 0x63, 0x4b, 0x5a, 0xa7, 0x70, 0x43, 0x70, 0x36, 0xf8, 0x20,
	0x54, 0xef, 0xe8, 0xc5, 0x9e, 0x6c, 0x16, 0xc2, 0xc0, 0x9f, 0x31, 0xd1, 0x26, 0x78, 0xa7, 0xdc,
};

static const uint8_t refusal[] = {
	0xfd, 0x01, 0xac, 0x44, 0x12, 0x34, 0x04, 0x3b,
	0x04, 0x06, 0x01, 0x00, 0x00, 0x00, 0x00, 0x00,
	0x80, 0x31, 0x01,
	0x00, 0x00, 0x00, 0x00, 0x65, 0x92, 0x00, 0x82,
	0xfe, 0xdc, 0xba, 0x98, 0x76, 0x54, 0x32, 0x10,
	0x1d, 0xa6, 0x7b, 0x94, 0x3a, 0x84, 0xec, 0x81, 0xee, 0x24, 0xba, 0x5e, 0x4b, 0xc0, 0x72, 0x99,
	0x8c, 0x20, 0xff, 0x1c, 0x5e, 0x10, 0x9f, 0x4d, 0xac, 0x4f, 0x3f, 0x2b, 0x83, 0xd1, 0x2b, 0xc5,
};

static const uint8_t request[] = {
	0xfd, 0x00, 0x8f, 0x9e, 0x12, 0x34, 0x03, 0x47,
	0x03, 0x12, 0x01, 0x01, 0x08, 0x00, 0x06, 0x04, 0x00, 0x01,
	0x52, 0x54, 0x00, 0x12, 0x34, 0x56, 0xc0, 0x00, 0x02, 0x14,
	0x80, 0x31, 0xff,
	0x00, 0x00, 0x00, 0x00, 0x65, 0x92, 0x00, 0x80,
	0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
	0x29, 0xf7, 0xa0, 0x13, 0x6f, 0x33, 0x0c, 0x4a, 0x02, 0xaa, 0x73, 0x9d, 0x8b, 0xfe, 0x5a, 0x22,
	0xc3, 0x54, 0x67, 0x74, 0x06, 0x23, 0xf0, 0x6a, 0xce, 0x4a, 0x02, 0xf9, 0x6e, 0x04, 0x60, 0xe1,
};
/* clang-format on */

struct sample {
	const uint8_t *octets;
	size_t length;
	struct ipv4 source, destination;
	size_t key; /* index */
};

static const struct sample samples[] = {
	{ report, sizeof(report), { { 192, 0, 2, 20 } }, { { 192, 0, 2, 1 } }, 0 },
	{ refusal, sizeof(refusal), { { 192, 0, 2, 1 } }, { { 192, 0, 2, 20 } }, 1 },
	{ request, sizeof(request), { { 192, 0, 2, 20 } }, { { 192, 0, 2, 1 } }, 2 },
};

static struct npp_message message_in(const struct sample *sample)
{
	struct npp_message message;

	assert_int_equal(read_octets(sample->octets, sample->length, &message),
	                 NPP_PARSE_ERROR_NONE);
	return message;
}

static struct npp_packet packet_of(const struct sample *sample)
{
	return (struct npp_packet){ .source = sample->source,
		                    .destination = sample->destination,
		                    .octets = at_the_edge(sample->octets, sample->length),
		                    .length = sample->length };
}

static enum npp_auth_error verify(const struct sample *sample, const struct npp_message *message)
{
	const struct npp_packet packet = packet_of(sample);

	return npp_verify(&packet, message, &keys);
}

static void assert_changed(const struct sample *sample, const struct npp_message *message)
{
	assert_int_equal(verify(sample, message), NPP_AUTH_ERROR_BAD_HMAC);
}

BEFORE_ALL(make_keys)

/* The previous HMAC and checksum have no influence. */
TEST(signing)
{
	EACH(i, samples)
	{
		const struct sample *sample = &samples[i];
		const struct npp_packet packet = packet_of(sample);
		struct npp_message message = message_in(sample), expected = message;
		uint8_t octets[NPP_MESSAGE_MAX];

		memset(message.authentication.hmac, 0xa5, NPP_HMAC);
		assert_int_equal(npp_message_write(&message, NPP_ICMP_TYPE, octets),
		                 sample->length);
		for (int times = 0; times < 2; times++) {
			octets[AT_CHECKSUM] ^= 0xff;
			assert_true(npp_sign(octets, &packet, &message, &keys.key[sample->key]));
			assert_memory_equal(octets, sample->octets, sample->length);
			assert_memory_equal(&message, &expected, sizeof(message));
		}
		assert_int_equal(verify(sample, &expected), NPP_AUTH_ERROR_NONE);
	}
}

static void assert_not_signed(struct npp_message message, const struct npp_key *key)
{
	uint8_t octets[NPP_MESSAGE_MAX], unchanged[NPP_MESSAGE_MAX];
	const size_t length = npp_message_write(&message, NPP_ICMP_TYPE, octets);
	const struct npp_packet packet = { .source = home,
		                           .destination = proxy_address,
		                           .length = length };
	struct npp_message copy = message;

	memcpy(unchanged, octets, length);
	assert_false(npp_sign(octets, &packet, &copy, key));
	assert_memory_equal(octets, unchanged, length);
	assert_memory_equal(&copy, &message, sizeof(message));
}

TEST(what_cannot_be_signed)
{
	struct npp_message of_another_key = message_in(&samples[0]), without = of_another_key;
	struct npp_message services = a_message(NPP_PROXY_ADVERTISEMENT);

	assert_not_signed(of_another_key, &keys.key[1]);
	without.authenticated = false;
	assert_not_signed(without, &keys.key[0]);
	/* as long as an HMAC */
	services.advertisement.proxy_count = 1;
	services.service_count = 4;
	assert_not_signed(services, &keys.key[0]);
}

/* All but the checksum, which npp_message_read verifies. */
TEST(each_changed_octet)
{
	EACH(i, samples)
	{
		const struct npp_message message = message_in(&samples[i]);

		for (size_t at = 0; at < samples[i].length; at++) {
			struct sample changed = samples[i];
			uint8_t octets[NPP_MESSAGE_MAX];

			if (at - AT_CHECKSUM < CHECKSUM_OCTETS)
				continue;
			changed.octets = memcpy(octets, samples[i].octets, changed.length);
			octets[at] ^= 0xff;
			assert_changed(&changed, &message);
		}
	}
}

TEST(changed_addresses_and_secrets)
{
	EACH(i, samples)
	{
		const struct npp_message message = message_in(&samples[i]);
		struct npp_key *key = &keys.key[samples[i].key];
		struct sample swapped = samples[i];

		for (size_t at = 0; at < 8; at++) {
			struct sample changed = samples[i];

			(at < 4 ? &changed.source : &changed.destination)->octet[at % 4] ^= 1;
			assert_changed(&changed, &message);
		}
		swapped.source = samples[i].destination;
		swapped.destination = samples[i].source;
		assert_changed(&swapped, &message);
		for (size_t at = 0; at < key->length; at++) {
			key->secret[at] ^= 1;
			assert_changed(&samples[i], &message);
			key->secret[at] ^= 1;
		}
		key->length--;
		assert_changed(&samples[i], &message);
		key->length++;
	}
}

TEST(no_option_no_key_and_other_lengths)
{
	struct npp_message message = message_in(&samples[0]);
	const struct npp_packet packet = packet_of(&samples[0]);
	const struct npp_keys none = { .key = { keys.key[0] } };
	uint8_t longer[sizeof(report) + 1] = { 0 };

	assert_int_equal(npp_verify(&packet, &message, &none), NPP_AUTH_ERROR_UNKNOWN_KEY);
	memcpy(longer, report, sizeof(report));
	for (size_t length = 0; length <= sizeof(longer); length++) {
		const struct sample other = { longer, length, home, proxy_address, 0 };

		if (length != sizeof(report))
			assert_changed(&other, &message);
	}
	message.authenticated = false;
	assert_int_equal(verify(&samples[0], &message), NPP_AUTH_ERROR_NOT_SIGNED);
}
