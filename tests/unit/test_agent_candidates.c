// SPDX-License-Identifier: GPL-2.0-or-later
/* Proxy Advertisements: which are read, which suit, and in what order. */
#include "test.h"

#include <stdbool.h>
#include <stdio.h>

#include "agent/candidates.h"
#include "support_agent.h"

enum { TRANSACTION = 0x1234 };

static uint8_t octets[NPP_MESSAGE_MAX];

static struct npp_message advertisement(void)
{
	return (struct npp_message){
		.transaction = TRANSACTION,
		.subtype = NPP_PROXY_ADVERTISEMENT,
		.advertisement = { .lifetime = 1800,
		                   .proxies = { { .address = proxy_address, .preference = -5 } },
		                   .proxy_count = 1 },
		.services = { NPP_SERVICE_ARP, NPP_SERVICE_WAKE_ON_PACKET },
		.service_count = 2,
	};
}

static bool read_candidate(const struct npp_packet *datagram, struct candidate *candidate)
{
	struct transaction solicitation = {
		.channel = { .icmp_type = NPP_ICMP_TYPE },
		.packet = { .from = host_mac, .to = MAC_BROADCAST, .source = lan_address(20) },
		.answer_subtype = NPP_PROXY_ADVERTISEMENT,
		.id = TRANSACTION,
		.answer_mac = datagram->from,
		.answer_source = datagram->source,
	};

	return answer_check(&solicitation, datagram, &solicitation.answer) == ANSWER_MATCHES &&
	       candidate_read(&solicitation, candidate);
}

static bool is_read(struct npp_message message)
{
	const struct npp_packet datagram = datagram_of(&message, octets);
	struct candidate candidate;

	return read_candidate(&datagram, &candidate);
}

TEST(a_candidate)
{
	struct npp_message message = advertisement();
	const struct npp_packet datagram = datagram_of(&message, octets);
	struct candidate candidate;

	memset(&candidate, 0xa5, sizeof(candidate));
	assert_true(read_candidate(&datagram, &candidate));
	assert_address(candidate.address, 1);
	assert_memory_equal(&candidate.mac, &proxy_mac, sizeof(proxy_mac));
	assert_int_equal(candidate.preference, -5);
	assert_int_equal(candidate.lifetime, 1800);
	assert_int_equal(candidate.service_count, 2);
	assert_true(service_in_list(candidate.services, candidate.service_count, NPP_SERVICE_ARP));
	assert_true(service_in_list(candidate.services, candidate.service_count,
	                            NPP_SERVICE_WAKE_ON_PACKET));
	assert_false(
		service_in_list(candidate.services, candidate.service_count, NPP_SERVICE_DHCP4));
}

TEST(unsuitable_advertisements)
{
	struct npp_message message = advertisement();

	message.advertisement.lifetime = 0;
	assert_false(is_read(message));
	message = advertisement();
	message.transaction = 0; /* unsolicited */
	assert_false(is_read(message));
	message = advertisement();
	message.code = NPP_FAIL;
	assert_false(is_read(message));
	message = (struct npp_message){ .transaction = TRANSACTION,
		                        .subtype = NPP_PROXY_SOLICITATION };
	assert_false(is_read(message));
	assert_true(is_read(advertisement()));
}

TEST(wrong_addresses)
{
	struct npp_message message = advertisement();
	struct npp_packet right = datagram_of(&message, octets), wrong;
	uint8_t *const each[] = { &wrong.to.octet[5], &wrong.destination.octet[3],
		                  (uint8_t *)&wrong.vlan };
	struct candidate candidate;

	EACH(i, each)
	{
		wrong = right;
		*each[i] ^= 1;
		assert_false(read_candidate(&wrong, &candidate));
	}
	octets[right.length - 1] ^= 1;
	assert_false(read_candidate(&right, &candidate));
}

/* The source address if it is advertised, else the one with the highest preference. */
TEST(choice_of_address)
{
	static const struct {
		uint8_t addresses[3], source;
		int32_t preferences[3];
		uint8_t address;
		int32_t preference;
	} rows[] = {
		{ { 1, 2, 3 }, 1, { 0, 9, 5 }, 1, 0 },
		{ { 1, 2, 3 }, 3, { 0, 9, 5 }, 3, 5 },
		{ { 1, 2, 3 }, 7, { 0, 9, 5 }, 2, 9 },
		{ { 1, 2, 3 }, 7, { -1, -1, -1 }, 1, -1 },
	};

	EACH(i, rows)
	{
		struct npp_message message = advertisement();
		struct npp_packet datagram;
		struct candidate candidate;

		message.advertisement.proxy_count = 3;
		for (size_t j = 0; j < 3; j++)
			message.advertisement.proxies[j] =
				(struct npp_proxy){ lan_address(rows[i].addresses[j]),
				                    rows[i].preferences[j] };
		datagram = datagram_of(&message, octets);
		datagram.source = lan_address(rows[i].source);
		assert_true(read_candidate(&datagram, &candidate));
		assert_address(candidate.address, rows[i].address);
		assert_int_equal(candidate.preference, rows[i].preference);
	}
}

static struct candidate candidate_of(uint8_t last, int32_t preference)
{
	return (struct candidate){
		.address = lan_address(last),
		.mac = { { 2, 0, 0, 0, 0, last } },
		.preference = preference,
		.lifetime = 1800,
		.services = { NPP_SERVICE_ARP },
		.service_count = 1,
	};
}

static struct settings config_with(size_t count, const uint8_t *proxies)
{
	struct settings settings = some_settings();

	for (size_t i = 0; i < count; i++)
		settings.proxies[settings.proxy_count++] = lan_address(proxies[i]);
	return settings;
}

static char *order_of(const struct candidates *candidates)
{
	static char text[128];

	*text = '\0';
	for (size_t i = 0; i < candidates->count; i++)
		sprintf(text + strlen(text), "%s%u", i ? " " : "",
		        candidates->list[i].address.octet[3]);
	return text;
}

/* By preference; of equal ones the first to answer. */
TEST(order_by_preference)
{
	static const struct {
		uint8_t last;
		int32_t preference;
	} rows[] = { { 1, 0 }, { 2, 5 }, { 3, 0 }, { 4, INT32_MIN }, { 5, 5 }, { 6, INT32_MAX } };
	const struct settings settings = some_settings();
	struct candidates candidates = { .count = 0 };

	EACH(i, rows)
	{
		const struct candidate candidate = candidate_of(rows[i].last, rows[i].preference);

		candidates_add(&candidates, &candidate, &settings);
		candidates_add(&candidates, &candidate, &settings); /* it has answered twice */
	}
	assert_string_equal(order_of(&candidates), "6 2 5 1 3 4");
}

TEST(configured_proxies)
{
	const struct settings settings = config_with(3, (const uint8_t[]){ 1, 4, 9 });
	struct candidates candidates = { .count = 0 };

	for (uint8_t i = 1; i <= 5; i++) {
		const struct candidate candidate = candidate_of(i, 10 * i);

		candidates_add(&candidates, &candidate, &settings);
		assert_false(candidates_complete(&candidates, &settings));
	}
	assert_string_equal(order_of(&candidates), "1 4 5 3 2");
	assert_null(candidate_mismatch(&candidates.list[0], &settings));
	assert_null(candidate_mismatch(&candidates.list[1], &settings));
	assert_string_equal(candidate_mismatch(&candidates.list[2], &settings),
	                    "is not among the configured proxies");
}

TEST(all_configured_proxies)
{
	const struct settings settings = config_with(2, (const uint8_t[]){ 4, 1 });
	const struct settings none = some_settings();
	const struct candidate one = candidate_of(1, 0), four = candidate_of(4, 0);
	struct candidates candidates = { .count = 0 };

	assert_false(candidates_complete(&candidates, &none));
	candidates_add(&candidates, &one, &settings);
	assert_false(candidates_complete(&candidates, &settings));
	candidates_add(&candidates, &four, &settings);
	assert_true(candidates_complete(&candidates, &settings));
	assert_false(candidates_complete(&candidates, &none));
}

/* Whatever its preference. */
TEST(without_arp)
{
	const struct settings settings = some_settings();
	struct candidate good = candidate_of(1, 0), bad = candidate_of(2, 99);
	struct candidates candidates = { .count = 0 };

	bad.services[0] = NPP_SERVICE_DHCP4;
	candidates_add(&candidates, &bad, &settings);
	candidates_add(&candidates, &good, &settings);
	assert_string_equal(order_of(&candidates), "1 2");
	assert_string_equal(candidate_mismatch(&bad, &settings), "offers no ARP");
	good.service_count = 0;
	assert_string_equal(candidate_mismatch(&good, &settings), "offers no ARP");
}

/* Many advertisements do not displace a better one. */
TEST(too_many)
{
	const struct settings settings = config_with(1, (const uint8_t[]){ 200 });
	const struct candidate named = candidate_of(200, -1);
	struct candidates candidates = { .count = 0 };

	for (uint8_t i = 1; i <= 2 * CANDIDATES; i++) {
		const struct candidate candidate = candidate_of(i, i);

		candidates_add(&candidates, &candidate, &settings);
	}
	assert_int_equal(candidates.count, CANDIDATES);
	assert_int_equal(candidates.list[0].preference, 2 * CANDIDATES);
	assert_int_equal(candidates.list[CANDIDATES - 1].preference, CANDIDATES + 1);
	candidates_add(&candidates, &named, &settings);
	assert_int_equal(candidates.count, CANDIDATES);
	assert_address(candidates.list[0].address, 200);
	assert_int_equal(candidates.list[CANDIDATES - 1].preference, CANDIDATES + 2);
}

/* A forged advertisement with a proxy's address does not displace it. */
TEST(same_address_twice)
{
	const struct settings settings = some_settings();
	struct candidate first = candidate_of(1, 0), second = candidate_of(1, 0);
	struct candidates candidates = { .count = 0 };

	second.mac.octet[5] = 9;
	candidates_add(&candidates, &first, &settings);
	candidates_add(&candidates, &second, &settings);
	assert_string_equal(order_of(&candidates), "1 1");
}

TEST(services)
{
	char name[SERVICE_NAME];

	assert_string_equal(service_name(NPP_SERVICE_WAKE_ON_PACKET, name), "wake-on-packet");
	assert_string_equal(service_name(0x8004, name), "0x8004");
}
