// SPDX-License-Identifier: GPL-2.0-or-later
/* What is not written: what does not fit, does not belong, or could not be read again. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <netinet/in.h>

#include "support_npp_message.h"

/* One that can be written, of each subtype. */
static struct npp_message a_right_one(enum npp_subtype subtype)
{
	struct npp_message message = a_message(subtype);

	if (subtype == NPP_PROXY_ADVERTISEMENT)
		message.advertisement.proxy_count = 1;
	if (subtype == NPP_SLEEP_REQUEST)
		message.request.timer = 1;
	return message;
}

/* The length, of which nothing lies beyond the array; refused, a message stays as it is. */
static size_t written(const struct npp_message *message)
{
	struct npp_message given;
	struct {
		uint8_t octets[NPP_MESSAGE_MAX], behind;
	} room = { .behind = 0xa5 };
	size_t length;

	memcpy(&given, message, sizeof(given));
	length = npp_write(&given, NPP_ICMP_TYPE, room.octets);
	assert_int_equal(room.behind, 0xa5);
	if (!length)
		assert_memory_equal(&given, message, sizeof(given));
	return length;
}

static void codes_and_subtypes(void **state)
{
	(void)state;
	for (unsigned int code = 0; code < 512; code++) {
		for (unsigned int subtype = 0; subtype < 512; subtype++) {
			struct npp_message message = a_right_one((enum npp_subtype)subtype);
			const bool right = code <= NPP_FAIL && subtype >= 1 && subtype <= 6;

			message.code = (enum npp_code)code;
			assert_int_equal(written(&message) > 0, right);
		}
	}
}

/* Exactly 255 octets of options, and one more. */
static void as_long_as_can_be(void **state)
{
	struct npp_message message = a_message(NPP_SLEEP_REQUEST);
	const size_t others = 51 + 66 + 3 + 4 * 18;

	(void)state;
	message.authenticated = true;
	memset(message.request.hostname, 'n', 63);
	message.request.has_ports = true;
	message.request.port_count = 18;
	for (size_t i = 0; i < 18; i++)
		message.request.ports[i].protocol = IPPROTO_TCP;
	for (size_t length = 1; length <= NPP_CLIENT_ID; length++) {
		const size_t whole = HEADER + others + 3 + length;

		message.request.client_id_length = length;
		assert_int_equal(written(&message), whole <= NPP_MESSAGE_MAX ? whole : 0);
	}
	message.request.client_id_length = 60;
	assert_int_equal(written(&message), NPP_MESSAGE_MAX);
}

static struct npp_message with_pairs(size_t count)
{
	struct npp_message message = a_message(NPP_SLEEP_REQUEST);

	message.request.pair_count = count;
	for (size_t i = 0; i < NPP_PAIRS; i++)
		message.request.pairs[i] = (struct npp_pair){ { { 2 } }, { { 192 } } };
	return message;
}

/* Behind 250 octets there is room for few of the others. */
static void others_behind_many_pairs(void **state)
{
	struct npp_message message = with_pairs(NPP_PAIRS);
	struct npp_request *said = &message.request;

	(void)state;
	assert_int_equal(written(&message), HEADER + 250);
	said->has_ports = true;
	assert_int_equal(written(&message), HEADER + 253);
	said->port_count = 1;
	said->ports[0].protocol = IPPROTO_UDP;
	assert_int_equal(written(&message), 0);
	message = with_pairs(NPP_PAIRS);
	said->has_lease = true;
	assert_int_equal(written(&message), 0);
	message = with_pairs(NPP_PAIRS);
	said->timer = 1;
	assert_int_equal(written(&message), 0);
	message = with_pairs(NPP_PAIRS);
	said->address6_count = 1;
	said->addresses6[0].octet[0] = 0xfe;
	assert_int_equal(written(&message), 0);
	message = with_pairs(NPP_PAIRS);
	memcpy(said->hostname, "na", 2);
	assert_int_equal(written(&message), HEADER + 255);
	memcpy(said->hostname, "nas", 3);
	assert_int_equal(written(&message), 0);
	message = with_pairs(NPP_PAIRS);
	message.authenticated = true;
	assert_int_equal(written(&message), 0);
}

/* As many as the array holds, and no more, though the octets might be enough. */
static void more_than_there_is_room_for(void **state)
{
	static const struct {
		size_t field, max;
		enum npp_subtype subtype;
	} counts[] = {
		{ offsetof(struct npp_message, advertisement.proxy_count), NPP_PROXIES,
		  NPP_PROXY_ADVERTISEMENT },
		{ offsetof(struct npp_message, service_count), NPP_SERVICES,
		  NPP_PROXY_ADVERTISEMENT },
		{ offsetof(struct npp_message, request.pair_count), NPP_PAIRS, NPP_SLEEP_REQUEST },
		{ offsetof(struct npp_message, request.port_count), NPP_PORTS, NPP_SLEEP_REQUEST },
		{ offsetof(struct npp_message, request.address6_count), NPP_ADDRESSES6,
		  NPP_SLEEP_REQUEST },
		{ offsetof(struct npp_message, request.client_id_length), NPP_CLIENT_ID,
		  NPP_SLEEP_REQUEST },
	};

	(void)state;
	EACH(i, counts)
	{
		const size_t tried[] = { counts[i].max, counts[i].max + 1, 256, 257, 65536,
			                 65537,         SIZE_MAX };

		EACH(j, tried)
		{
			struct npp_message message = with_pairs(0);

			message.subtype = counts[i].subtype;
			message.advertisement.proxy_count =
				message.subtype == NPP_PROXY_ADVERTISEMENT;
			message.request.has_ports = message.subtype == NPP_SLEEP_REQUEST;
			for (size_t k = 0; k < NPP_PORTS; k++)
				message.request.ports[k].protocol = IPPROTO_TCP;
			for (size_t k = 0; k < NPP_ADDRESSES6; k++)
				message.request.addresses6[k].octet[0] = 0xfe;
			memcpy((uint8_t *)&message + counts[i].field, &tried[j], sizeof(tried[j]));
			assert_int_equal(written(&message) > 0, j == 0);
		}
	}
}

static void options_of_another_message(void **state)
{
	(void)state;
	for (unsigned int subtype = 1; subtype <= NPP_WAKEUP_CONFIRM; subtype++) {
		const bool is_request = subtype == NPP_SLEEP_REQUEST;
		const bool is_offer = subtype == NPP_PROXY_ADVERTISEMENT;
		struct npp_message message = a_right_one((enum npp_subtype)subtype);

		message.service_count = 1;
		assert_int_equal(written(&message) > 0, is_offer);
		message = a_right_one((enum npp_subtype)subtype);
		message.advertisement.proxy_count = 1;
		assert_int_equal(written(&message) > 0, is_offer);
		message = a_right_one((enum npp_subtype)subtype);
		message.request.timer = 1;
		assert_int_equal(written(&message) > 0, is_request);
		message = a_right_one((enum npp_subtype)subtype);
		message.request.hostname[0] = 'n';
		assert_int_equal(written(&message) > 0, is_request);
		message = a_right_one((enum npp_subtype)subtype);
		message.authenticated = true;
		assert_true(written(&message) > 0);
	}
}

static void without_what_it_is_about(void **state)
{
	struct npp_message request = a_message(NPP_SLEEP_REQUEST);
	struct npp_message offer = a_message(NPP_PROXY_ADVERTISEMENT);

	(void)state;
	assert_int_equal(written(&request), 0);
	request.authenticated = true;
	assert_int_equal(written(&request), 0);
	assert_int_equal(written(&offer), 0);
	offer.service_count = 1;
	assert_int_equal(written(&offer), 0);
}

static void pairs_that_are_no_hosts(void **state)
{
	struct npp_message message = with_pairs(2);
	struct npp_pair *pair = &message.request.pairs[1];

	(void)state;
	assert_true(written(&message) > 0);
	pair->mac.octet[0] = 3;
	assert_int_equal(written(&message), 0);
	pair->mac.octet[0] = 0;
	assert_int_equal(written(&message), 0);
	message = with_pairs(2);
	pair->address.octet[0] = 0;
	assert_int_equal(written(&message), 0);
}

static void requests_of_no_sense(void **state)
{
	struct npp_message message = a_message(NPP_SLEEP_REQUEST);
	struct npp_request *said = &message.request;

	(void)state;
	said->has_lease = true;
	assert_true(written(&message) > 0);
	said->lease_left = 1;
	assert_int_equal(written(&message), 0);
	message = a_right_one(NPP_SLEEP_REQUEST);
	said->has_ports = true;
	said->port_count = 1;
	assert_int_equal(written(&message), 0); /* of no protocol */
	message = a_right_one(NPP_SLEEP_REQUEST);
	said->address6_count = 1;
	assert_int_equal(written(&message), 0);
	said->addresses6[0].octet[0] = 0xff;
	assert_int_equal(written(&message), 0);
}

static void hostnames(void **state)
{
	struct npp_message message = a_message(NPP_SLEEP_REQUEST);

	(void)state;
	memcpy(message.request.hostname, "n s", 3);
	assert_int_equal(written(&message), 0);
	memset(message.request.hostname, 'n', NPP_HOSTNAME);
	assert_int_equal(written(&message), 0); /* no end */
	message.request.hostname[NPP_HOSTNAME - 1] = '\0';
	assert_int_equal(written(&message), HEADER + 3 + 63);
}

static void clients(void **state)
{
	(void)state;
	for (unsigned int code = 0; code < 256; code++) {
		struct npp_message confirm = a_message(NPP_SLEEP_CONFIRM);
		struct npp_message report = a_message(NPP_WAKEUP_REPORT);
		struct npp_message last = a_message(NPP_WAKEUP_CONFIRM);

		confirm.confirm.code = report.report.code = (uint8_t)code;
		last.wakeup_confirm.client.code = (uint8_t)code;
		assert_int_equal(written(&confirm) > 0, code <= NPP_FAIL);
		assert_int_equal(written(&report) > 0, code <= NPP_FAIL);
		assert_int_equal(written(&last) > 0, code <= NPP_FAIL);
	}
}

static void notifications(void **state)
{
	struct npp_message message = a_message(NPP_WAKEUP_CONFIRM);
	struct npp_wakeup_confirm *said = &message.wakeup_confirm;

	(void)state;
	said->lease_left = 1;
	assert_int_equal(written(&message), HEADER + 8); /* there is no lease to tell of */
	said->has_lease = true;
	said->lease_total = 1;
	for (int lease = 0; lease < 4; lease++) {
		const bool right = lease == NPP_LEASE_RENEWED || lease == NPP_LEASE_FAILED;

		said->lease = (enum npp_lease)lease;
		said->lease_left = 1;
		assert_int_equal(written(&message), right ? HEADER + 16 : 0);
		said->lease_left = 2;
		assert_int_equal(written(&message), 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(codes_and_subtypes),
		cmocka_unit_test(as_long_as_can_be),
		cmocka_unit_test(others_behind_many_pairs),
		cmocka_unit_test(more_than_there_is_room_for),
		cmocka_unit_test(options_of_another_message),
		cmocka_unit_test(without_what_it_is_about),
		cmocka_unit_test(pairs_that_are_no_hosts),
		cmocka_unit_test(requests_of_no_sense),
		cmocka_unit_test(hostnames),
		cmocka_unit_test(clients),
		cmocka_unit_test(notifications),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
