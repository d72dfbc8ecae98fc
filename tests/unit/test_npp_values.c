// SPDX-License-Identifier: GPL-2.0-or-later
/* The contents of options: which values are read, and which are refused. */
#include "test.h"

#include <stdbool.h>
#include <string.h>

#include <netinet/in.h>

#include "support_npp.h"

enum { DATA_MAX = NPP_OPTIONS_MAX - 2 };

#define ZEROS_7 0, 0, 0, 0, 0, 0, 0
#define ZEROS_15 ZEROS_7, 0, ZEROS_7
#define ADVERTISEMENT(...) \
	{ \
		"an Advertisement's option: " #__VA_ARGS__, NPP_PROXY_ADVERTISEMENT, \
			OCTETS(2, __VA_ARGS__) \
	}
#define REQUEST(...) \
	{ \
		"a Sleep Request's option: " #__VA_ARGS__, NPP_SLEEP_REQUEST, \
			OCTETS(3, __VA_ARGS__) \
	}
#define CLIENT(subtype, ...) \
	{ \
		"option " #subtype ", on a client: " #__VA_ARGS__, subtype, \
			OCTETS(subtype, __VA_ARGS__) \
	}
#define PAIR(...) REQUEST(18, 1, 1, 8, 0, 6, 4, 0, 1, __VA_ARGS__)
#define TWO_PAIRS(...) \
	REQUEST(28, 1, 1, 8, 0, 6, 4, 0, 2, 2, 0, 0, 0, 0, 0, 192, 0, 2, 1, __VA_ARGS__)
#define LEASE(...) REQUEST(10, 2, 0, __VA_ARGS__, 192, 0, 2, 1)
#define NOTIFICATION(...) CLIENT(6, 14, 0, 0, 0, 1, __VA_ARGS__, 0, 0)

struct value {
	const char *shows;
	uint8_t subtype;
	const uint8_t *octets;
	size_t length;
};

/* clang-format off */
static const struct value valid[] = {
	ADVERTISEMENT(12, 1, 2, 0, 0, 192, 0, 2, 1, 0, 0, 0, 0),
	PAIR(0, 0, 0, 0, 0, 1, 0, 0, 0, 1),
	PAIR(2, 0, 0, 0, 0, 0, 255, 255, 255, 255),
	TWO_PAIRS(2, 0, 0, 0, 0, 1, 192, 0, 2, 2),
	LEASE(0, 0, 0, 0), LEASE(0x0e, 0x10, 0, 0), LEASE(0x0e, 0x10, 0x0e, 0x10),
	LEASE(0x0e, 0x10, 0, 0x10), LEASE(0xff, 0xff, 0, 0), LEASE(0xff, 0xff, 0xff, 0xff),
	REQUEST(5, 0x80, 0, 0, 0, 1), REQUEST(5, 0x80, 0xff, 0xff, 0xff, 0xff),
	REQUEST(1, 0x81),
	REQUEST(5, 0x81, 6, 0, 0, 0), REQUEST(9, 0x81, 6, 0, 0, 22, 17, 0, 0xff, 0xff),
	REQUEST(17, 0x82, 0xfe, ZEROS_15), REQUEST(17, 0x82, ZEROS_15, 1),
	REQUEST(5, 0x85, 0, 0, 0, 1),
	CLIENT(4, 6, 1, 0, 0xff, 0xff, 0, 0), CLIENT(5, 6, 1, 0, 0xff, 0xff, 0, 0),
	CLIENT(6, 6, 1, 0, 0xff, 0xff, 0, 0),
	NOTIFICATION(0, 2, 0, 1, 0, 0, 0, 0), NOTIFICATION(0, 2, 0, 2, 0x0e, 0x10, 0, 0),
	NOTIFICATION(0, 2, 0, 1, 0xff, 0xff, 0xff, 0xff),
};

static const struct value invalid[] = {
	ADVERTISEMENT(4, 0, 2, 0, 0), /* no proxy */
	ADVERTISEMENT(12, 0, 2, 0, 0, 192, 0, 2, 1, 0, 0, 0, 0),
	ADVERTISEMENT(12, 2, 2, 0, 0, 192, 0, 2, 1, 0, 0, 0, 0),
	ADVERTISEMENT(12, 255, 2, 0, 0, 192, 0, 2, 1, 0, 0, 0, 0),
	ADVERTISEMENT(12, 2, 1, 0, 0, 192, 0, 2, 1, 0, 0, 0, 0), /* too small entries */
	ADVERTISEMENT(4, 1, 0, 0, 0),
	ADVERTISEMENT(12, 1, 3, 0, 0, 192, 0, 2, 1, 0, 0, 0, 0), /* the last entry cut short */
	PAIR(ZEROS_7, 0, 0, 1), PAIR(255, 255, 255, 255, 255, 255, 192, 0, 2, 1),
	PAIR(1, 0, 0x5e, 0, 0, 1, 192, 0, 2, 1), PAIR(2, 0, 0, 0, 0, 0, 0, 0, 0, 0),
	TWO_PAIRS(ZEROS_7, 0, 0, 1), TWO_PAIRS(1, 0, 0x5e, 0, 0, 1, 192, 0, 2, 1),
	TWO_PAIRS(2, 0, 0, 0, 0, 1, 0, 0, 0, 0),
	LEASE(0, 0, 0, 1), LEASE(0x0e, 0x10, 0x0e, 0x11), LEASE(0, 0x10, 0x0e, 0x10),
	LEASE(0xff, 0xfe, 0xff, 0xff),
	REQUEST(5, 0x80, 0, 0, 0, 0),
	REQUEST(5, 0x81, 0, 0, 0, 0), REQUEST(5, 0x81, 5, 0, 0, 22), REQUEST(5, 0x81, 255, 0, 0, 22),
	REQUEST(9, 0x81, 6, 0, 0, 22, 1, 0, 0, 0),
	REQUEST(17, 0x82, 0xff, ZEROS_15), REQUEST(17, 0x82, ZEROS_15, 0),
	REQUEST(33, 0x82, 0xfe, ZEROS_15, 0xff, ZEROS_15),
	REQUEST(33, 0x82, 0xfe, ZEROS_15, ZEROS_15, 0),
	REQUEST(5, 0x85, 0, 0, 0, 0),
	CLIENT(4, 6, 2, 0, 0, 1, 0, 0), CLIENT(5, 6, 2, 0, 0, 1, 0, 0),
	CLIENT(6, 6, 255, 0, 0, 1, 0, 0), CLIENT(6, 6, 0, 0, 0, 1, 0, 1),
	CLIENT(6, 6, 0, 0, 0, 1, 0, 2), /* a notification is announced and missing */
	NOTIFICATION(0, 0, 0, 1, 0, 0, 0, 0), NOTIFICATION(0, 1, 0, 1, 0, 0, 0, 0),
	NOTIFICATION(2, 2, 0, 1, 0, 0, 0, 0), NOTIFICATION(0, 2, 0, 0, 0, 0, 0, 0),
	NOTIFICATION(0, 2, 0, 3, 0, 0, 0, 0), NOTIFICATION(0, 2, 1, 1, 0, 0, 0, 0),
	NOTIFICATION(0, 2, 0, 1, 0xff, 0xfe, 0xff, 0xff),
};
/* clang-format on */

static enum npp_parse_error error_with(const struct value *value)
{
	struct octets octets = header_of(value->subtype);

	add(&octets, value->octets, value->length);
	return error_of(&octets);
}

TEST(values)
{
	EACH_SHOWN(i, valid)
	assert_int_equal(error_with(&valid[i]), NPP_PARSE_ERROR_NONE);
	EACH_SHOWN(i, invalid)
	assert_int_equal(error_with(&invalid[i]), NPP_PARSE_ERROR_BAD_OPTION);
}

/* Options that are a list of entries: how many may be in one, and that all are read. */
static const struct list {
	uint8_t subtype, before[14]; /* before the option, if anything */
	uint8_t type, request;       /* request 0: none */
	size_t size, min, max;
	size_t count; /* where the message has their number */
} lists[] = {
	/* clang-format off */
	{ NPP_PROXY_ADVERTISEMENT, { 2, 12, 1, 2, 0, 0, 192, 0, 2, 1 }, 7, 0, 2, 1, NPP_SERVICES,
	  offsetof(struct npp_message, service_count) },
	{ NPP_SLEEP_REQUEST, { 0 }, 3, NPP_REQUEST_WAKE_PORTS, 4, 0, NPP_PORTS,
	  offsetof(struct npp_message, request.port_count) },
	{ NPP_SLEEP_REQUEST, { 0 }, 3, NPP_REQUEST_IPV6, 16, 1, NPP_ADDRESSES6,
	  offsetof(struct npp_message, request.address6_count) },
	{ NPP_SLEEP_REQUEST, { 0 }, 3, NPP_REQUEST_CLIENT_ID, 1, 1, NPP_CLIENT_ID,
	  offsetof(struct npp_message, request.client_id_length) },
	/* clang-format on */
};

static struct octets list_of(const struct list *list, size_t count)
{
	struct octets octets = header_of(list->subtype);
	const size_t data = (list->request ? 1 : 0) + count * list->size;

	if (list->before[0])
		add(&octets, list->before, sizeof(list->before));
	ADD(&octets, list->type, (uint8_t)data);
	if (list->request)
		ADD(&octets, list->request);
	for (size_t i = 0; i < count; i++) {
		memset(octets.at + octets.length, 0, list->size);
		octets.at[octets.length] = IPPROTO_TCP;
		octets.at[octets.length + list->size - 1] = (uint8_t)(i + 1);
		octets.length += list->size;
	}
	return octets;
}

/* What is read of them all is written again. */
TEST(lengths_of_lists)
{
	EACH(i, lists)
	{
		const struct list *list = &lists[i];

		for (size_t count = 0; 17 + count * list->size <= DATA_MAX; count++) {
			struct octets octets = list_of(list, count);
			uint8_t written[NPP_MESSAGE_MAX];
			struct npp_message message;
			size_t read;

			if (count < list->min || count > list->max) {
				assert_int_equal(error_of(&octets), NPP_PARSE_ERROR_BAD_OPTION);
				continue;
			}
			message = message_of(&octets);
			memcpy(&read, (const uint8_t *)&message + list->count, sizeof(read));
			assert_int_equal(read, count);
			assert_int_equal(message.request.has_ports,
			                 list->request == NPP_REQUEST_WAKE_PORTS);
			assert_int_equal(npp_message_write(&message, NPP_ICMP_TYPE, written),
			                 octets.length);
			assert_memory_equal(written, octets.at, octets.length);
		}
	}
}

/* `number` in the option, and how many are there */
static struct octets pairs_of(size_t number, uint8_t there)
{
	struct octets octets = header_of(NPP_SLEEP_REQUEST);

	ADD(&octets, 3, (uint8_t)(8 + 10 * there), NPP_REQUEST_ARP, 1, 8, 0, 6, 4);
	ADD(&octets, (uint8_t)(number >> 8), (uint8_t)number);
	for (uint8_t i = 0; i < there; i++)
		ADD(&octets, 0x52, 0x54, 0, 0, 0, i, 192, 0, 2, i);
	return octets;
}

TEST(numbers_of_pairs)
{
	for (uint8_t there = 0; there <= NPP_PAIRS; there++) {
		const size_t wrong[] = { 0, there - 1u, there + 1u, there + 256u, 65535 };
		struct octets octets = pairs_of(there, there);
		struct npp_request request;

		EACH(i, wrong)
		{
			struct octets other = pairs_of(wrong[i], there);

			assert_int_equal(error_of(&other), NPP_PARSE_ERROR_BAD_OPTION);
		}
		if (!there)
			continue;
		request = message_of(&octets).request;
		assert_int_equal(request.pair_count, there);
		assert_memory_equal(&request.pairs[there - 1].mac, octets.at + octets.length - 10,
		                    6);
		assert_memory_equal(&request.pairs[there - 1].address,
		                    octets.at + octets.length - 4, 4);
	}
}

/* As in RFC 1256, what follows in an entry is skipped. */
TEST(larger_entries_of_an_advertisement)
{
	struct octets octets = header_of(NPP_PROXY_ADVERTISEMENT);
	struct npp_advertisement advertisement;

	ADD(&octets, 2, 4 + 36, 3, 3, 7, 8);
	for (uint8_t i = 0; i < 36; i++)
		ADD(&octets, i);
	advertisement = message_of(&octets).advertisement;
	assert_int_equal(advertisement.proxy_count, 3);
	for (int i = 0; i < 3; i++) {
		assert_memory_equal(&advertisement.proxies[i].address,
		                    octets.at + HEADER + 6 + 12 * i, 4);
		assert_int_equal(advertisement.proxies[i].preference, 0x04050607 + i * 0x0c0c0c0c);
	}
}

static struct octets hostname_of(const char *name, size_t length)
{
	struct octets octets = header_of(NPP_SLEEP_REQUEST);

	ADD(&octets, 3, (uint8_t)(1 + length), NPP_REQUEST_HOSTNAME);
	add(&octets, name, length);
	return octets;
}

TEST(lengths_of_hostnames)
{
	static const char name[DATA_MAX] = { [0 ... DATA_MAX - 1] = 'n' };

	for (size_t length = 0; length < DATA_MAX; length++) {
		struct octets octets = hostname_of(name, length);
		const bool is_valid = length >= 1 && length <= 63;

		assert_int_equal(error_of(&octets),
		                 is_valid ? NPP_PARSE_ERROR_NONE : NPP_PARSE_ERROR_BAD_OPTION);
		if (is_valid)
			assert_int_equal(strlen(message_of(&octets).request.hostname), length);
	}
}

/* A zero would hide what follows it. */
TEST(characters_of_hostnames)
{
	static const char characters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
					 "0123456789-_.";

	for (int character = 0; character < 256; character++) {
		const bool is_known = character && strchr(characters, character);

		for (size_t at = 0; at < 3; at++) {
			/* an option of a command line, or a hidden file */
			const bool is_valid =
				is_known && (at || (character != '-' && character != '.'));
			struct octets octets = hostname_of("nas", 3);

			octets.at[octets.length - 3 + at] = (uint8_t)character;
			assert_int_equal(error_of(&octets), is_valid ? NPP_PARSE_ERROR_NONE
			                                             : NPP_PARSE_ERROR_BAD_OPTION);
		}
	}
}

TEST(options_in_another_order)
{
	struct octets octets = header_of(NPP_SLEEP_REQUEST);
	struct octets services = header_of(NPP_PROXY_ADVERTISEMENT);
	struct npp_request request;

	ADD(&octets, 3, 4, NPP_REQUEST_HOSTNAME, 'n', 'a', 's');
	ADD(&octets, 3, 2, NPP_REQUEST_CLIENT_ID, 9);
	ADD(&octets, 3, 1, NPP_REQUEST_WAKE_PORTS);
	ADD(&octets, 3, 5, NPP_REQUEST_TIMER, 0, 0, 0, 60);
	ADD(&octets, 3, 18, NPP_REQUEST_ARP, 1, 8, 0, 6, 4, 0, 1, 2, 0, 0, 0, 0, 5, 192, 0, 2, 2);
	request = message_of(&octets).request;
	assert_string_equal(request.hostname, "nas");
	assert_int_equal(request.client_id_length, 1);
	assert_true(request.has_ports);
	assert_int_equal(request.timer, 60);
	assert_int_equal(request.pair_count, 1);
	ADD(&services, 7, 2, 0x80, 3, 2, 12, 1, 2, 0, 0, 192, 0, 2, 1, 0, 0, 0, 0);
	assert_int_equal(message_of(&services).services[0], NPP_SERVICE_WAKE_ON_PACKET);
}
