// SPDX-License-Identifier: GPL-2.0-or-later
/* Signed messages as they were signed, and with anything changed on the way. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "support_npp_authentication.h"

enum { CHECKSUM_OCTETS = 2, CODE_IN_OPTION = 2 + 1 + 8 + 8 };

static struct npp_keys keys;

static int make_keys(void **state)
{
	(void)state;
	keys = some_keys();
	return 0;
}

static enum npp_auth_error verdict(const struct packet *packet, const struct npp_message *message)
{
	return npp_verify(at_the_edge(packet->octets, packet->length), packet->length, message,
	                  &keys, *packet->source, *packet->destination);
}

static struct npp_message message_in(const struct packet *packet)
{
	struct npp_message message;

	assert_int_equal(read_octets(packet->octets, packet->length, &message),
	                 NPP_PARSE_ERROR_none);
	return message;
}

static void signed_messages_are_trusted(void **state)
{
	(void)state;
	EACH(i, packets)
	{
		const struct npp_message message = message_in(&packets[i]);

		assert_int_equal(verdict(&packets[i], &message), NPP_AUTH_ERROR_none);
	}
}

/* All but the checksum, which npp_read sees to. */
static void each_changed_octet(void **state)
{
	(void)state;
	EACH(i, packets)
	{
		const struct npp_message message = message_in(&packets[i]);

		for (size_t at = 0; at < packets[i].length; at++) {
			struct packet changed = packets[i];
			uint8_t octets[NPP_MESSAGE_MAX];

			if (at - AT_CHECKSUM < CHECKSUM_OCTETS)
				continue;
			changed.octets = memcpy(octets, packets[i].octets, changed.length);
			octets[at] ^= 0xff;
			assert_int_equal(verdict(&changed, &message),
			                 NPP_AUTH_ERROR_bad_authentication);
		}
	}
}

static enum npp_auth_error expected_where(size_t bit, size_t option)
{
	if (bit / 8 == option)
		return NPP_AUTH_ERROR_unsigned;
	return bit / 8 == option + 2 ? NPP_AUTH_ERROR_unknown_key
	                             : NPP_AUTH_ERROR_bad_authentication;
}

/* As somebody does it who has no key: what is read is never trusted. */
static void each_changed_bit_with_the_checksum_made_right(void **state)
{
	size_t read = 0;

	(void)state;
	EACH(i, packets)
	{
		const size_t option = message_in(&packets[i]).authentication_at - CODE_IN_OPTION;

		for (size_t bit = 0; bit < 8 * packets[i].length; bit++) {
			struct packet changed = packets[i];
			uint8_t octets[NPP_MESSAGE_MAX];
			struct npp_message message;

			if (bit / 8 - AT_CHECKSUM < CHECKSUM_OCTETS)
				continue;
			changed.octets = memcpy(octets, packets[i].octets, changed.length);
			octets[bit / 8] ^= (uint8_t)(1 << bit % 8);
			npp_set_checksum(octets, changed.length);
			if (npp_read(octets, changed.length, NPP_ICMP_TYPE, &message))
				continue;
			read++;
			assert_int_equal(verdict(&changed, &message), expected_where(bit, option));
		}
	}
	assert_true(read > sizeof(packets) / sizeof(*packets) * 8 * (NPP_MAC + 16));
}

static void each_changed_octet_of_an_address(void **state)
{
	(void)state;
	EACH(i, packets)
	{
		const struct npp_message message = message_in(&packets[i]);
		struct ipv4 ends[2] = { *packets[i].source, *packets[i].destination };
		struct packet changed = packets[i];

		changed.source = &ends[0];
		changed.destination = &ends[1];
		for (size_t at = 0; at < 8; at++) {
			ends[at / 4].octet[at % 4] ^= 1;
			assert_int_equal(verdict(&changed, &message),
			                 NPP_AUTH_ERROR_bad_authentication);
			ends[at / 4].octet[at % 4] ^= 1;
		}
		changed.source = &ends[1];
		changed.destination = &ends[0];
		assert_int_equal(verdict(&changed, &message), NPP_AUTH_ERROR_bad_authentication);
	}
}

static void each_changed_octet_of_a_secret(void **state)
{
	(void)state;
	EACH(i, packets)
	{
		const struct npp_message message = message_in(&packets[i]);
		struct npp_key *key = &keys.key[packets[i].key];

		for (size_t at = 0; at < key->length; at++) {
			key->secret[at] ^= 1;
			assert_int_equal(verdict(&packets[i], &message),
			                 NPP_AUTH_ERROR_bad_authentication);
			key->secret[at] ^= 1;
		}
		key->length--;
		assert_int_equal(verdict(&packets[i], &message), NPP_AUTH_ERROR_bad_authentication);
		key->length++;
	}
}

static void a_key_that_is_not_there(void **state)
{
	const struct npp_message message = message_in(&packets[0]);
	const struct npp_keys none = { .key = { keys.key[0] } };

	(void)state;
	assert_int_equal(npp_verify(report, sizeof(report), &message, &none, home, proxy),
	                 NPP_AUTH_ERROR_unknown_key);
}

static void a_message_without_the_option(void **state)
{
	struct npp_message message = a_message(NPP_WAKEUP_REPORT);
	uint8_t octets[NPP_MESSAGE_MAX];
	const size_t length = npp_write(&message, NPP_ICMP_TYPE, octets);

	(void)state;
	assert_int_equal(npp_verify(octets, length, &message, &keys, home, proxy),
	                 NPP_AUTH_ERROR_unsigned);
}

/* Octets that the message was not read from. */
static void of_any_other_length(void **state)
{
	const struct npp_message message = message_in(&packets[0]);
	uint8_t longer[sizeof(report) + 1] = { 0 };

	(void)state;
	memcpy(longer, report, sizeof(report));
	for (size_t length = 0; length <= sizeof(longer); length++) {
		struct packet other = packets[0];

		other.octets = longer;
		other.length = length;
		assert_int_equal(verdict(&other, &message),
		                 length == sizeof(report) ? NPP_AUTH_ERROR_none
		                                          : NPP_AUTH_ERROR_bad_authentication);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(signed_messages_are_trusted),
		cmocka_unit_test(each_changed_octet),
		cmocka_unit_test(each_changed_bit_with_the_checksum_made_right),
		cmocka_unit_test(each_changed_octet_of_an_address),
		cmocka_unit_test(each_changed_octet_of_a_secret),
		cmocka_unit_test(a_key_that_is_not_there),
		cmocka_unit_test(a_message_without_the_option),
		cmocka_unit_test(of_any_other_length),
	};

	return cmocka_run_group_tests(tests, make_keys, NULL);
}
