// SPDX-License-Identifier: GPL-2.0-or-later
/* What the options say that are no Sleep Request's, and which values are wrong. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "support_npp_message.h"

enum { DATA_MAX = NPP_OPTIONS_MAX - 2 };

/* The option's head and fixed part; `octets` may be more than what fits. */
static struct octets advertisement_of(uint8_t count, uint8_t words, size_t octets)
{
	struct octets message = header_of(NPP_PROXY_ADVERTISEMENT);

	ADD(&message, 2, (uint8_t)(4 + octets), count, words, 7, 8);
	for (size_t i = 0; i < octets; i++)
		ADD(&message, (uint8_t)i);
	return message;
}

static void numbers_of_proxies(void **state)
{
	(void)state;
	for (unsigned int count = 0; count < 256; count++) {
		for (size_t there = 0; 4 + 8 * there <= DATA_MAX; there++) {
			struct octets octets = advertisement_of((uint8_t)count, 2, 8 * there);
			const bool right = count == there && count >= 1 && count <= NPP_PROXIES;

			assert_int_equal(flaw_of(&octets),
			                 right ? NPP_PARSE_ERROR_none : NPP_PARSE_ERROR_bad_option);
		}
	}
}

static void sizes_of_entries(void **state)
{
	(void)state;
	for (size_t words = 0; 4 + 4 * words <= DATA_MAX; words++) {
		struct octets octets = advertisement_of(1, (uint8_t)words, 4 * words);
		struct npp_message message;

		if (words < 2) {
			assert_int_equal(flaw_of(&octets), NPP_PARSE_ERROR_bad_option);
			continue;
		}
		message = message_of(&octets);
		assert_int_equal(message.advertisement.proxy_count, 1);
		assert_memory_equal(&message.advertisement.proxies[0].address, "\0\1\2\3", 4);
		assert_int_equal(message.advertisement.proxies[0].preference, 0x04050607);
	}
}

/* As in RFC 1256: what an entry has more is skipped. */
static void entries_that_grew(void **state)
{
	struct octets octets = advertisement_of(3, 3, 36);
	const struct npp_advertisement said = message_of(&octets).advertisement;

	(void)state;
	assert_int_equal(said.proxy_count, 3);
	for (int i = 0; i < 3; i++) {
		const uint8_t *entry = octets.at + HEADER + 6 + 12 * i;

		assert_memory_equal(&said.proxies[i].address, entry, 4);
		assert_int_equal(said.proxies[i].preference, 0x04050607 + i * 0x0c0c0c0c);
	}
}

static void no_end_of_an_entry_that_grew(void **state)
{
	(void)state;
	for (size_t octets = 0; octets < 24; octets++) {
		struct octets message = advertisement_of(2, 3, octets);

		assert_int_equal(flaw_of(&message), NPP_PARSE_ERROR_bad_option);
	}
}

static void services(void **state)
{
	(void)state;
	for (uint8_t count = 0; 2 * count <= DATA_MAX - 14; count++) {
		struct octets octets = advertisement_of(1, 2, 8);
		struct npp_message message;

		ADD(&octets, NPP_OPTION_SERVICE, (uint8_t)(2 * count));
		for (uint8_t i = 0; i < count; i++)
			ADD(&octets, 0x80, i);
		if (count == 0 || count > NPP_SERVICES) {
			assert_int_equal(flaw_of(&octets), NPP_PARSE_ERROR_bad_option);
			continue;
		}
		message = message_of(&octets);
		assert_int_equal(message.service_count, count);
		for (size_t i = 0; i < count; i++)
			assert_int_equal(message.services[i], 0x8000 + i);
	}
}

static void services_in_front_of_the_proxies(void **state)
{
	struct octets octets = header_of(NPP_PROXY_ADVERTISEMENT);
	struct npp_message message;

	(void)state;
	ADD(&octets, 7, 2, 0x80, 3, 2, 12, 1, 2, 0, 0, 192, 0, 2, 1, 0, 0, 0, 0);
	message = message_of(&octets);
	assert_int_equal(message.services[0], NPP_SERVICE_WAKE_ON_PACKET);
	assert_int_equal(message.advertisement.proxy_count, 1);
}

static const struct npp_client *client_in(const struct npp_message *message)
{
	switch (message->subtype) {
	case NPP_SLEEP_CONFIRM:
		return &message->confirm;
	case NPP_WAKEUP_REPORT:
		return &message->report;
	default:
		return &message->wakeup_confirm.client;
	}
}

static void codes_of_clients(void **state)
{
	(void)state;
	for (uint8_t subtype = NPP_SLEEP_CONFIRM; subtype <= NPP_WAKEUP_CONFIRM; subtype++) {
		for (unsigned int code = 0; code < 256; code++) {
			struct octets octets = header_of(subtype);
			struct npp_message message;

			ADD(&octets, subtype, 6, (uint8_t)code, 0, 0xfe, 0xdc, 0, 0);
			if (code > NPP_FAIL) {
				assert_int_equal(flaw_of(&octets), NPP_PARSE_ERROR_bad_option);
				continue;
			}
			message = message_of(&octets);
			assert_int_equal(message.code, NPP_SUCCESS);
			assert_int_equal(client_in(&message)->code, code);
			assert_int_equal(client_in(&message)->id, 0xfedc);
		}
	}
}

static struct octets notification_of(uint16_t about, uint16_t code, uint16_t total, uint16_t left)
{
	const uint16_t fields[] = { about, code, total, left, 0 };
	struct octets octets = header_of(NPP_WAKEUP_CONFIRM);

	ADD(&octets, 6, 14, 0, 0, 0, 1);
	EACH(i, fields)
	ADD(&octets, (uint8_t)(fields[i] >> 8), (uint8_t)fields[i]);
	return octets;
}

static void notifications(void **state)
{
	(void)state;
	for (unsigned int number = 0; number < 65536; number++) {
		struct octets code = notification_of(2, (uint16_t)number, 0, 0);
		struct octets about = notification_of((uint16_t)number, 1, 0, 0);

		assert_int_equal(flaw_of(&about),
		                 number == 2 ? NPP_PARSE_ERROR_none : NPP_PARSE_ERROR_bad_option);
		if (number == 0 || number > 2)
			assert_int_equal(flaw_of(&code), NPP_PARSE_ERROR_bad_option);
		else
			assert_int_equal(message_of(&code).wakeup_confirm.lease, number);
	}
}

static void a_notification_must_follow_where_it_is_said(void **state)
{
	(void)state;
	for (unsigned int about = 0; about < 65536; about++) {
		struct octets octets = header_of(NPP_WAKEUP_CONFIRM);

		ADD(&octets, 6, 6, 0, 0, 0, 1, (uint8_t)(about >> 8), (uint8_t)about);
		assert_int_equal(flaw_of(&octets),
		                 about ? NPP_PARSE_ERROR_bad_option : NPP_PARSE_ERROR_none);
	}
}

static void what_is_left_of_a_lease_in_a_notification(void **state)
{
	struct octets none = notification_of(2, NPP_LEASE_FAILED, 3600, 0);
	struct octets all = notification_of(2, NPP_LEASE_RENEWED, 65535, 65535);
	struct octets more = notification_of(2, NPP_LEASE_RENEWED, 65534, 65535);
	struct npp_message message = message_of(&none);

	(void)state;
	assert_true(message.wakeup_confirm.has_lease);
	assert_int_equal(message.wakeup_confirm.lease, NPP_LEASE_FAILED);
	assert_int_equal(message.wakeup_confirm.lease_total, 3600);
	assert_int_equal(message.wakeup_confirm.lease_left, 0);
	message = message_of(&all);
	assert_int_equal(message.wakeup_confirm.lease_total, NPP_LEASE_LONG);
	assert_int_equal(message.wakeup_confirm.lease_left, NPP_LEASE_LONG);
	assert_int_equal(flaw_of(&more), NPP_PARSE_ERROR_bad_option);
}

/* Its place depends on what stands in front of it. */
static void where_the_authentication_code_stands(void **state)
{
	struct npp_message message;

	(void)state;
	for (uint8_t length = 0; length < 100; length++) {
		struct octets octets = header_of(NPP_PROXY_SOLICITATION);

		ADD(&octets, 1, 4, 0, 0, 0, 0, 77, length);
		octets.length += length;
		ADD(&octets, NPP_OPTION_AUTHENTICATION, 49);
		octets.length += 49;
		memset(octets.at + octets.length - NPP_MAC, length, NPP_MAC);
		message = message_of(&octets);
		assert_true(message.authenticated);
		assert_int_equal(message.authentication_at, octets.length - NPP_MAC);
		assert_memory_equal(message.authentication.mac,
		                    octets.at + message.authentication_at, NPP_MAC);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(numbers_of_proxies),
		cmocka_unit_test(sizes_of_entries),
		cmocka_unit_test(entries_that_grew),
		cmocka_unit_test(no_end_of_an_entry_that_grew),
		cmocka_unit_test(services),
		cmocka_unit_test(services_in_front_of_the_proxies),
		cmocka_unit_test(codes_of_clients),
		cmocka_unit_test(notifications),
		cmocka_unit_test(a_notification_must_follow_where_it_is_said),
		cmocka_unit_test(what_is_left_of_a_lease_in_a_notification),
		cmocka_unit_test(where_the_authentication_code_stands),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
