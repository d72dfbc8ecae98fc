// SPDX-License-Identifier: GPL-2.0-or-later
/* Proxies that offer themselves: which are heard, which are taken, and which first. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

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

static struct npp_packet datagram_of(struct npp_message *message)
{
	struct npp_packet datagram = {
		.from = proxy_mac,
		.to = host_mac,
		.source = proxy_address,
		.destination = lan_address(20),
		.octets = octets,
	};

	datagram.length = npp_write(message, NPP_ICMP_TYPE, octets);
	assert_true(datagram.length > 0);
	return datagram;
}

static bool read_offer(const struct npp_packet *datagram, struct offer *offer)
{
	const struct offers_wanted wanted = { .icmp_type = NPP_ICMP_TYPE,
		                              .transaction = TRANSACTION,
		                              .mac = host_mac,
		                              .address = lan_address(20) };

	return offer_read(&wanted, datagram, offer);
}

static bool is_heard(struct npp_message message)
{
	const struct npp_packet datagram = datagram_of(&message);
	struct offer offer;

	return read_offer(&datagram, &offer);
}

static void an_offer(void **state)
{
	struct npp_message message = advertisement();
	const struct npp_packet datagram = datagram_of(&message);
	struct offer offer;

	(void)state;
	memset(&offer, 0xa5, sizeof(offer));
	assert_true(read_offer(&datagram, &offer));
	assert_address(offer.address, 1);
	assert_memory_equal(&offer.mac, &proxy_mac, sizeof(proxy_mac));
	assert_int_equal(offer.preference, -5);
	assert_int_equal(offer.lifetime, 1800);
	assert_int_equal(offer.service_count, 2);
	assert_true(offer_has(&offer, NPP_SERVICE_ARP));
	assert_true(offer_has(&offer, NPP_SERVICE_WAKE_ON_PACKET));
	assert_false(offer_has(&offer, NPP_SERVICE_DHCP4));
}

static void what_is_none(void **state)
{
	struct npp_message message = advertisement();

	(void)state;
	message.advertisement.lifetime = 0;
	assert_false(is_heard(message));
	message = advertisement();
	message.transaction = 0; /* what it tells all hosts now and then */
	assert_false(is_heard(message));
	message = advertisement();
	message.code = NPP_FAIL;
	assert_false(is_heard(message));
	message = (struct npp_message){ .transaction = TRANSACTION,
		                        .subtype = NPP_PROXY_SOLICITATION };
	assert_false(is_heard(message));
	assert_true(is_heard(advertisement()));
}

static void what_is_for_others(void **state)
{
	struct npp_message message = advertisement();
	struct npp_packet right = datagram_of(&message), wrong;
	uint8_t *const each[] = { &wrong.to.octet[5], &wrong.destination.octet[3],
		                  (uint8_t *)&wrong.vlan };
	struct offer offer;

	(void)state;
	EACH(i, each)
	{
		wrong = right;
		*each[i] ^= 1;
		assert_false(read_offer(&wrong, &offer));
	}
	octets[right.length - 1] ^= 1;
	assert_false(read_offer(&right, &offer));
}

/* That from which it speaks, where it names that, else the preferred one. */
static void at_which_address(void **state)
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

	(void)state;
	EACH(i, rows)
	{
		struct npp_message message = advertisement();
		struct npp_packet datagram;
		struct offer offer;

		message.advertisement.proxy_count = 3;
		for (size_t j = 0; j < 3; j++)
			message.advertisement.proxies[j] =
				(struct npp_proxy){ lan_address(rows[i].addresses[j]),
				                    rows[i].preferences[j] };
		datagram = datagram_of(&message);
		datagram.source = lan_address(rows[i].source);
		assert_true(read_offer(&datagram, &offer));
		assert_address(offer.address, rows[i].address);
		assert_int_equal(offer.preference, rows[i].preference);
	}
}

static struct offer offer_of(uint8_t last, int32_t preference)
{
	return (struct offer){
		.address = lan_address(last),
		.mac = { { 2, 0, 0, 0, 0, last } },
		.preference = preference,
		.lifetime = 1800,
		.services = { NPP_SERVICE_ARP },
		.service_count = 1,
	};
}

static struct agent_config config_with(size_t count, const uint8_t *proxies)
{
	struct agent_config config = some_config();

	for (size_t i = 0; i < count; i++)
		config.proxies[config.proxy_count++] = lan_address(proxies[i]);
	return config;
}

static char *order_of(const struct offers *offers)
{
	static char text[128];

	*text = '\0';
	for (size_t i = 0; i < offers->count; i++)
		sprintf(text + strlen(text), "%s%u", i ? " " : "",
		        offers->list[i].address.octet[3]);
	return text;
}

/* By preference, and of equal ones that which answered first. */
static void the_best_first(void **state)
{
	static const struct {
		uint8_t last;
		int32_t preference;
	} rows[] = { { 1, 0 }, { 2, 5 }, { 3, 0 }, { 4, INT32_MIN }, { 5, 5 }, { 6, INT32_MAX } };
	const struct agent_config config = some_config();
	struct offers offers = { .count = 0 };

	(void)state;
	EACH(i, rows)
	{
		const struct offer offer = offer_of(rows[i].last, rows[i].preference);

		offers_add(&offers, &offer, &config);
		offers_add(&offers, &offer, &config); /* it has answered twice */
	}
	assert_string_equal(order_of(&offers), "6 2 5 1 3 4");
}

static void those_that_are_named(void **state)
{
	const struct agent_config config = config_with(3, (const uint8_t[]){ 1, 4, 9 });
	struct offers offers = { .count = 0 };

	(void)state;
	for (uint8_t i = 1; i <= 5; i++) {
		const struct offer offer = offer_of(i, 10 * i);

		offers_add(&offers, &offer, &config);
		assert_false(offers_are_all(&offers, &config));
	}
	assert_string_equal(order_of(&offers), "1 4 5 3 2");
	assert_null(offer_flaw(&offers.list[0], &config));
	assert_null(offer_flaw(&offers.list[1], &config));
	assert_string_equal(offer_flaw(&offers.list[2], &config),
	                    "is not among the configured proxies");
}

static void all_that_are_named(void **state)
{
	const struct agent_config config = config_with(2, (const uint8_t[]){ 4, 1 });
	const struct agent_config none = some_config();
	const struct offer one = offer_of(1, 0), four = offer_of(4, 0);
	struct offers offers = { .count = 0 };

	(void)state;
	assert_false(offers_are_all(&offers, &none));
	offers_add(&offers, &one, &config);
	assert_false(offers_are_all(&offers, &config));
	offers_add(&offers, &four, &config);
	assert_true(offers_are_all(&offers, &config));
	assert_false(offers_are_all(&offers, &none));
}

/* However much it is preferred. */
static void without_arp(void **state)
{
	const struct agent_config config = some_config();
	struct offer good = offer_of(1, 0), bad = offer_of(2, 99);
	struct offers offers = { .count = 0 };

	(void)state;
	bad.services[0] = NPP_SERVICE_DHCP4;
	offers_add(&offers, &bad, &config);
	offers_add(&offers, &good, &config);
	assert_string_equal(order_of(&offers), "1 2");
	assert_string_equal(offer_flaw(&bad, &config), "offers no ARP");
	good.service_count = 0;
	assert_string_equal(offer_flaw(&good, &config), "offers no ARP");
}

/* Who crowds the LAN with offers keeps none out that is better. */
static void too_many(void **state)
{
	const struct agent_config config = config_with(1, (const uint8_t[]){ 200 });
	const struct offer named = offer_of(200, -1);
	struct offers offers = { .count = 0 };

	(void)state;
	for (uint8_t i = 1; i <= 2 * OFFERS; i++) {
		const struct offer offer = offer_of(i, i);

		offers_add(&offers, &offer, &config);
	}
	assert_int_equal(offers.count, OFFERS);
	assert_int_equal(offers.list[0].preference, 2 * OFFERS);
	assert_int_equal(offers.list[OFFERS - 1].preference, OFFERS + 1);
	offers_add(&offers, &named, &config);
	assert_int_equal(offers.count, OFFERS);
	assert_address(offers.list[0].address, 200);
	assert_int_equal(offers.list[OFFERS - 1].preference, OFFERS + 2);
}

/* Who says that he has a proxy's address, has not kept it from being asked. */
static void two_with_one_address(void **state)
{
	const struct agent_config config = some_config();
	struct offer first = offer_of(1, 0), second = offer_of(1, 0);
	struct offers offers = { .count = 0 };

	(void)state;
	second.mac.octet[5] = 9;
	offers_add(&offers, &first, &config);
	offers_add(&offers, &second, &config);
	assert_string_equal(order_of(&offers), "1 1");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_offer),           cmocka_unit_test(what_is_none),
		cmocka_unit_test(what_is_for_others), cmocka_unit_test(at_which_address),
		cmocka_unit_test(the_best_first),     cmocka_unit_test(those_that_are_named),
		cmocka_unit_test(all_that_are_named), cmocka_unit_test(without_arp),
		cmocka_unit_test(too_many),           cmocka_unit_test(two_with_one_address),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
