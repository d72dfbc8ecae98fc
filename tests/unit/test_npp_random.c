// SPDX-License-Identifier: GPL-2.0-or-later
/* Thousands of messages, always the same ones: written, read, and written again. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <netinet/in.h>

#include "support_npp_message.h"

enum { MESSAGES = 50000 };

static uint64_t seed;

static uint32_t any(void)
{
	seed = seed * 6364136223846793005 + 1442695040888963407;
	return (uint32_t)(seed >> 32);
}

static uint32_t below(uint32_t limit)
{
	return any() % limit;
}

static void any_octets(void *data, size_t length)
{
	uint8_t *octets = data;

	for (size_t i = 0; i < length; i++)
		octets[i] = (uint8_t)any();
}

/* Small numbers more often, so that many fit. */
static size_t any_count(size_t max)
{
	return 1 + below(1 + below((uint32_t)max));
}

static void any_lease(uint16_t *total, uint16_t *left)
{
	*total = (uint16_t)(below(8) ? any() : NPP_LEASE_LONG);
	*left = (uint16_t)below(*total + 1U);
}

static void any_advertisement(struct npp_message *message)
{
	struct npp_advertisement *said = &message->advertisement;

	said->lifetime = (uint16_t)any();
	said->proxy_count = any_count(NPP_PROXIES);
	any_octets(said->proxies, said->proxy_count * sizeof(*said->proxies));
	message->service_count = below(2) ? any_count(NPP_SERVICES) : 0;
	any_octets(message->services, message->service_count * sizeof(*message->services));
}

static void any_pairs(struct npp_request *said)
{
	said->pair_count = any_count(NPP_PAIRS);
	any_octets(said->pairs, said->pair_count * sizeof(*said->pairs));
	for (size_t i = 0; i < said->pair_count; i++) {
		said->pairs[i].mac.octet[0] = 2;
		said->pairs[i].address.octet[0] |= 1;
	}
}

static void any_ports(struct npp_request *said)
{
	said->has_ports = true;
	said->port_count = any_count(NPP_PORTS) - 1;
	for (size_t i = 0; i < said->port_count; i++) {
		said->ports[i].protocol = below(2) ? IPPROTO_TCP : IPPROTO_UDP;
		said->ports[i].port = (uint16_t)any();
	}
}

static void any_addresses6(struct npp_request *said)
{
	said->address6_count = any_count(NPP_ADDRESSES6);
	any_octets(said->addresses6, said->address6_count * sizeof(*said->addresses6));
	for (size_t i = 0; i < said->address6_count; i++)
		said->addresses6[i].octet[0] = 0xfd;
}

static void any_names(struct npp_request *said)
{
	static const char characters[] = "abcxyzABCXYZ0189-_.";

	if (below(2)) {
		said->client_id_length = any_count(NPP_CLIENT_ID);
		any_octets(said->client_id, said->client_id_length);
	}
	if (below(2)) {
		const size_t length = any_count(NPP_HOSTNAME - 1);

		for (size_t i = 0; i < length; i++)
			said->hostname[i] = characters[below(sizeof(characters) - 1)];
	}
	if (below(2))
		any_octets(said->backup_of.octet, sizeof(said->backup_of));
}

static void any_request(struct npp_request *said)
{
	if (below(2))
		any_pairs(said);
	if (below(2)) {
		said->has_lease = true;
		any_lease(&said->lease_total, &said->lease_left);
		any_octets(&said->lease_server, sizeof(said->lease_server));
	}
	if (below(2))
		said->timer = any();
	if (below(2))
		any_ports(said);
	if (below(2))
		any_addresses6(said);
	any_names(said);
}

static struct npp_client any_client(void)
{
	return (struct npp_client){ .code = (uint8_t)below(2), .id = (uint16_t)any() };
}

static void any_wakeup_confirm(struct npp_wakeup_confirm *said)
{
	said->client = any_client();
	if (!below(2))
		return;
	said->has_lease = true;
	said->lease = below(2) ? NPP_LEASE_RENEWED : NPP_LEASE_FAILED;
	any_lease(&said->lease_total, &said->lease_left);
}

static void any_authentication(struct npp_message *message)
{
	message->authenticated = true;
	message->authentication.key = (uint8_t)any();
	any_octets(&message->authentication.time, sizeof(message->authentication.time));
	any_octets(&message->authentication.nonce, sizeof(message->authentication.nonce));
	any_octets(message->authentication.mac, NPP_MAC);
}

static void any_message(struct npp_message *message)
{
	memset(message, 0, sizeof(*message));
	message->code = below(2) ? NPP_SUCCESS : NPP_FAIL;
	message->transaction = (uint16_t)any();
	message->subtype = 1 + below(NPP_WAKEUP_CONFIRM);
	if (message->subtype == NPP_PROXY_SOLICITATION)
		any_octets(&message->solicitation, sizeof(message->solicitation));
	if (message->subtype == NPP_PROXY_ADVERTISEMENT)
		any_advertisement(message);
	if (message->subtype == NPP_SLEEP_REQUEST)
		any_request(&message->request);
	if (message->subtype == NPP_SLEEP_CONFIRM)
		message->confirm = any_client();
	if (message->subtype == NPP_WAKEUP_REPORT)
		message->report = any_client();
	if (message->subtype == NPP_WAKEUP_CONFIRM)
		any_wakeup_confirm(&message->wakeup_confirm);
	if (below(2))
		any_authentication(message);
}

static size_t length_of_request(const struct npp_request *said)
{
	static const struct ipv4 none;
	const bool backup = memcmp(&said->backup_of, &none, sizeof(none)) != 0;
	const size_t name = strlen(said->hostname);

	return (said->pair_count ? 10 + 10 * said->pair_count : 0) + (said->has_lease ? 12 : 0) +
	       (said->timer ? 7 : 0) + (said->has_ports ? 3 + 4 * said->port_count : 0) +
	       (said->address6_count ? 3 + 16 * said->address6_count : 0) +
	       (said->client_id_length ? 3 + said->client_id_length : 0) + (name ? 3 + name : 0) +
	       (backup ? 7 : 0);
}

/* Of the options, were there room for any number. */
static size_t length_of(const struct npp_message *message)
{
	static const size_t fixed[] = { [NPP_PROXY_SOLICITATION] = 6,
		                        [NPP_PROXY_ADVERTISEMENT] = 6,
		                        [NPP_SLEEP_CONFIRM] = 8,
		                        [NPP_WAKEUP_REPORT] = 8,
		                        [NPP_WAKEUP_CONFIRM] = 8 };

	return fixed[message->subtype] + 8 * message->advertisement.proxy_count +
	       (message->service_count ? 2 + 2 * message->service_count : 0) +
	       length_of_request(&message->request) + (message->wakeup_confirm.has_lease ? 8 : 0) +
	       (message->authenticated ? 51 : 0);
}

static bool fits(const struct npp_message *message)
{
	const size_t length = length_of(message);

	if (message->subtype == NPP_SLEEP_REQUEST && !length_of_request(&message->request))
		return false;
	return length <= NPP_OPTIONS_MAX;
}

static void write_and_read(struct npp_message *message)
{
	uint8_t octets[NPP_MESSAGE_MAX], again[NPP_MESSAGE_MAX];
	const size_t length = npp_write(message, NPP_ICMP_TYPE, octets);
	struct npp_message read;

	assert_int_equal(length, HEADER + length_of(message));
	assert_int_equal(ones_sum(octets, length), 0xffff);
	assert_int_equal(read_octets(octets, length, &read), NPP_PARSE_ERROR_none);
	assert_same(&read, message);
	assert_int_equal(npp_write(&read, NPP_ICMP_TYPE, again), length);
	assert_memory_equal(again, octets, length);
}

static void written_and_read(void **state)
{
	size_t of_subtype[NPP_WAKEUP_CONFIRM + 1] = { 0 }, too_long = 0;
	struct npp_message message;

	(void)state;
	for (uint64_t number = 1; number <= MESSAGES; number++) {
		uint8_t octets[NPP_MESSAGE_MAX];

		seed = number;
		any_message(&message);
		if (fits(&message)) {
			write_and_read(&message);
			of_subtype[message.subtype]++;
		} else {
			assert_int_equal(npp_write(&message, NPP_ICMP_TYPE, octets), 0);
			too_long++;
		}
	}
	for (int i = 1; i <= NPP_WAKEUP_CONFIRM; i++)
		assert_true(of_subtype[i] > MESSAGES / 20);
	assert_true(too_long > MESSAGES / 100);
}

/* Octets gone wrong, most of them with a right checksum: each flaw of a message is met. */
static void gone_wrong(void **state)
{
	size_t flaws[NPP_PARSE_ERROR_COUNT] = { 0 };
	struct npp_message message;

	(void)state;
	for (uint64_t number = 1; number <= MESSAGES; number++) {
		struct octets octets = { .length = 0 };

		seed = number;
		any_message(&message);
		octets.length = npp_write(&message, NPP_ICMP_TYPE, octets.at);
		if (octets.length) {
			for (uint32_t wrong = below(3); wrong < 3; wrong++)
				octets.at[1 + below((uint32_t)octets.length - 1)] =
					(uint8_t)below(8);
			if (below(8))
				sum_up(&octets);
			flaws[read_octets(octets.at, octets.length, &message)]++;
		}
	}
	for (int flaw = 0; flaw < NPP_PARSE_ERROR_COUNT; flaw++)
		assert_int_equal(flaws[flaw] > 0, flaw != NPP_PARSE_ERROR_other_type);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(written_and_read),
		cmocka_unit_test(gone_wrong),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
