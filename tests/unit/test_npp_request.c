// SPDX-License-Identifier: GPL-2.0-or-later
/* What Sleep Request Options ask for, and which values are wrong. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <netinet/in.h>

#include "support_npp_message.h"

enum { DATA_MAX = NPP_OPTIONS_MAX - 2 };

static void check(struct octets *octets, bool right)
{
	assert_int_equal(flaw_of(octets),
	                 right ? NPP_PARSE_ERROR_none : NPP_PARSE_ERROR_bad_option);
}

/* As many pairs as are there, and a number that may be another. */
static struct octets pairs_of(uint16_t number, uint8_t there)
{
	struct octets octets = header_of(NPP_SLEEP_REQUEST);

	ADD(&octets, 3, (uint8_t)(8 + 10 * there), NPP_REQUEST_ARP, 1, 8, 0, 6, 4);
	ADD(&octets, (uint8_t)(number >> 8), (uint8_t)number);
	for (uint8_t i = 0; i < there; i++)
		ADD(&octets, 0x52, 0x54, 0, 0, 0, i, 192, 0, 2, i);
	return octets;
}

static void numbers_of_pairs(void **state)
{
	(void)state;
	for (unsigned int number = 0; number < 65536; number++) {
		for (uint8_t there = 0; there <= NPP_PAIRS; there += 8) {
			struct octets octets = pairs_of((uint16_t)number, there);

			check(&octets, number && number == there);
		}
	}
}

static void pairs(void **state)
{
	(void)state;
	for (uint8_t count = 1; count <= NPP_PAIRS; count++) {
		struct octets octets = pairs_of(count, count);
		const struct npp_request said = message_of(&octets).request;

		assert_int_equal(said.pair_count, count);
		for (uint8_t i = 0; i < count; i++) {
			assert_memory_equal(&said.pairs[i].mac, "\x52\x54\0\0\0", 5);
			assert_int_equal(said.pairs[i].mac.octet[5], i);
			assert_memory_equal(&said.pairs[i].address, "\xc0\0\2", 3);
			assert_int_equal(said.pairs[i].address.octet[3], i);
		}
	}
}

/* In the last of two pairs, too. */
static void addresses_that_are_no_hosts(void **state)
{
	enum { FIRST = HEADER + 10, SECOND = FIRST + 10, ADDRESS = 6 };

	(void)state;
	for (size_t at = FIRST; at <= SECOND; at += SECOND - FIRST) {
		struct octets octets = pairs_of(2, 2);

		PUT(&octets, at, 0, 0, 0, 0, 0, 0);
		check(&octets, false);
		PUT(&octets, at, 255, 255, 255, 255, 255, 255);
		check(&octets, false);
		PUT(&octets, at, 1, 0, 0x5e, 0, 0, 1);
		check(&octets, false);
		PUT(&octets, at, 0, 0, 0, 0, 0, 1);
		check(&octets, true);
		PUT(&octets, at, 2, 0, 0, 0, 0, 0);
		check(&octets, true);
		PUT(&octets, at + ADDRESS, 0, 0, 0, 0);
		check(&octets, false);
		PUT(&octets, at + ADDRESS, 0, 0, 0, 1);
		check(&octets, true);
	}
}

static void leases(void **state)
{
	static const struct {
		uint16_t total, left;
	} times[] = { { 0, 0 },         { 0, 1 },         { 3600, 0 },      { 3600, 1800 },
		      { 3600, 3600 },   { 3600, 3601 },   { 0x0e10, 0x10 }, { 0x10, 0x0e10 },
		      { 65534, 65535 }, { 65535, 65535 }, { 65535, 0 } };

	(void)state;
	EACH(i, times)
	{
		const uint16_t total = times[i].total, left = times[i].left;
		struct octets octets = header_of(NPP_SLEEP_REQUEST);
		struct npp_request said;

		ADD(&octets, 3, 10, NPP_REQUEST_DHCP4, 0, (uint8_t)(total >> 8), (uint8_t)total);
		ADD(&octets, (uint8_t)(left >> 8), (uint8_t)left, 192, 0, 2, 1);
		check(&octets, left <= total);
		if (left > total)
			continue;
		said = message_of(&octets).request;
		assert_true(said.has_lease);
		assert_int_equal(said.lease_total, total);
		assert_int_equal(said.lease_left, left);
		assert_memory_equal(&said.lease_server, "\xc0\0\2\1", 4);
	}
}

static void timers(void **state)
{
	struct octets octets = header_of(NPP_SLEEP_REQUEST);

	(void)state;
	ADD(&octets, 3, 5, NPP_REQUEST_TIMER, 0, 0, 0, 0); /* says nothing */
	check(&octets, false);
	PUT(&octets, octets.length - 4, 0, 0, 0, 1);
	assert_int_equal(message_of(&octets).request.timer, 1);
	PUT(&octets, octets.length - 4, 0xfe, 0xdc, 0xba, 0x98);
	assert_true(message_of(&octets).request.timer == 0xfedcba98);
}

static void protocols_of_ports(void **state)
{
	(void)state;
	for (unsigned int protocol = 0; protocol < 256; protocol++) {
		const bool right = protocol == IPPROTO_TCP || protocol == IPPROTO_UDP;
		struct octets octets = header_of(NPP_SLEEP_REQUEST);
		struct octets second = header_of(NPP_SLEEP_REQUEST);

		ADD(&octets, 3, 5, NPP_REQUEST_WAKE_PORTS, (uint8_t)protocol, 0, 0, 22);
		check(&octets, right);
		ADD(&second, 3, 9, NPP_REQUEST_WAKE_PORTS, 6, 0, 0, 22, (uint8_t)protocol, 0, 0, 0);
		check(&second, right);
	}
}

static void ports(void **state)
{
	(void)state;
	for (uint8_t count = 0; 1 + 4 * count <= DATA_MAX; count++) {
		struct octets octets = header_of(NPP_SLEEP_REQUEST);
		struct npp_request said;

		ADD(&octets, 3, (uint8_t)(1 + 4 * count), NPP_REQUEST_WAKE_PORTS);
		for (uint8_t i = 0; i < count; i++)
			ADD(&octets, i % 2 ? 6 : 17, 0, 0xab, i);
		check(&octets, count <= NPP_PORTS);
		if (count > NPP_PORTS)
			continue;
		said = message_of(&octets).request;
		assert_true(said.has_ports);
		assert_int_equal(said.port_count, count);
		for (size_t i = 0; i < count; i++) {
			assert_int_equal(said.ports[i].protocol, i % 2 ? IPPROTO_TCP : IPPROTO_UDP);
			assert_int_equal(said.ports[i].port, 0xab00 + i);
		}
	}
}

static void no_ports_said(void **state)
{
	struct octets octets = pairs_of(1, 1);

	(void)state;
	assert_false(message_of(&octets).request.has_ports);
}

static struct octets addresses6_of(uint8_t count)
{
	struct octets octets = header_of(NPP_SLEEP_REQUEST);

	ADD(&octets, 3, (uint8_t)(1 + 16 * count), NPP_REQUEST_IPV6);
	for (uint8_t i = 0; i < count; i++)
		ADD(&octets, 0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, i);
	return octets;
}

static void addresses6(void **state)
{
	(void)state;
	for (uint8_t count = 1; count <= NPP_ADDRESSES6; count++) {
		struct octets octets = addresses6_of(count);
		const struct npp_request said = message_of(&octets).request;

		assert_int_equal(said.address6_count, count);
		assert_memory_equal(said.addresses6, octets.at + HEADER + 3, 16 * (size_t)count);
	}
}

static void addresses6_that_are_no_hosts(void **state)
{
	enum { FIRST = HEADER + 3, SECOND = FIRST + 16 };

	(void)state;
	for (size_t at = FIRST; at <= SECOND; at += SECOND - FIRST) {
		struct octets octets = addresses6_of(2);

		PUT(&octets, at, 0xff);
		check(&octets, false);
		PUT(&octets, at, 0xfe);
		check(&octets, true);
		memset(octets.at + at, 0, 16);
		check(&octets, false);
		PUT(&octets, at + 15, 1);
		check(&octets, true);
	}
}

static void client_ids(void **state)
{
	static const uint8_t all[NPP_CLIENT_ID] = { [0 ... NPP_CLIENT_ID - 1] = 0xc5 };

	(void)state;
	for (size_t length = 0; length < DATA_MAX; length++) {
		struct octets octets = header_of(NPP_SLEEP_REQUEST);
		struct npp_request said;

		ADD(&octets, 3, (uint8_t)(1 + length), NPP_REQUEST_CLIENT_ID);
		memset(octets.at + octets.length, 0xc5, length);
		octets.length += length;
		check(&octets, length >= 1 && length <= NPP_CLIENT_ID);
		if (length < 1 || length > NPP_CLIENT_ID)
			continue;
		said = message_of(&octets).request;
		assert_int_equal(said.client_id_length, length);
		assert_memory_equal(said.client_id, all, length);
	}
}

static struct octets hostname_of(const char *name, size_t length)
{
	struct octets octets = header_of(NPP_SLEEP_REQUEST);

	ADD(&octets, 3, (uint8_t)(1 + length), NPP_REQUEST_HOSTNAME);
	add(&octets, name, length);
	return octets;
}

static void lengths_of_hostnames(void **state)
{
	static const char name[DATA_MAX] = { [0 ... DATA_MAX - 1] = 'n' };

	(void)state;
	for (size_t length = 0; length < DATA_MAX; length++) {
		struct octets octets = hostname_of(name, length);
		struct npp_request said;

		check(&octets, length >= 1 && length <= 63);
		if (length < 1 || length > 63)
			continue;
		said = message_of(&octets).request;
		assert_int_equal(strlen(said.hostname), length);
		assert_memory_equal(said.hostname, name, length);
	}
}

/* A zero, too, would cut a name short. */
static void characters_of_hostnames(void **state)
{
	static const char right[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "0123456789-_.";

	(void)state;
	for (int character = 0; character < 256; character++) {
		const bool is_right = character && strchr(right, character);

		for (size_t at = 0; at < 3; at++) {
			struct octets octets = hostname_of("nas", 3);

			octets.at[octets.length - 3 + at] = (uint8_t)character;
			check(&octets, is_right);
		}
	}
}

/* Of as many requests each is kept, in whichever order they stand. */
static void all_in_another_order(void **state)
{
	struct octets octets = header_of(NPP_SLEEP_REQUEST);
	struct npp_request said;

	(void)state;
	ADD(&octets, 3, 4, NPP_REQUEST_HOSTNAME, 'n', 'a', 's');
	ADD(&octets, 3, 2, NPP_REQUEST_CLIENT_ID, 9);
	ADD(&octets, 3, 17, NPP_REQUEST_IPV6, 0xfe, 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1);
	ADD(&octets, 3, 1, NPP_REQUEST_WAKE_PORTS);
	ADD(&octets, 3, 5, NPP_REQUEST_TIMER, 0, 0, 0, 60);
	ADD(&octets, 3, 10, NPP_REQUEST_DHCP4, 0, 0, 9, 0, 8, 192, 0, 2, 1);
	ADD(&octets, 3, 18, NPP_REQUEST_ARP, 1, 8, 0, 6, 4, 0, 1, 2, 0, 0, 0, 0, 5, 192, 0, 2, 2);
	said = message_of(&octets).request;
	assert_string_equal(said.hostname, "nas");
	assert_int_equal(said.client_id_length, 1);
	assert_int_equal(said.client_id[0], 9);
	assert_int_equal(said.address6_count, 1);
	assert_true(said.has_ports);
	assert_int_equal(said.port_count, 0);
	assert_int_equal(said.timer, 60);
	assert_int_equal(said.lease_total, 9);
	assert_int_equal(said.lease_left, 8);
	assert_int_equal(said.pair_count, 1);
	assert_int_equal(said.pairs[0].mac.octet[5], 5);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(numbers_of_pairs),
		cmocka_unit_test(pairs),
		cmocka_unit_test(addresses_that_are_no_hosts),
		cmocka_unit_test(leases),
		cmocka_unit_test(timers),
		cmocka_unit_test(protocols_of_ports),
		cmocka_unit_test(ports),
		cmocka_unit_test(no_ports_said),
		cmocka_unit_test(addresses6),
		cmocka_unit_test(addresses6_that_are_no_hosts),
		cmocka_unit_test(client_ids),
		cmocka_unit_test(lengths_of_hostnames),
		cmocka_unit_test(characters_of_hostnames),
		cmocka_unit_test(all_in_another_order),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
