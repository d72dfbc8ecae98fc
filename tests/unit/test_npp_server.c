// SPDX-License-Identifier: GPL-2.0-or-later
/* Advertisements, messages not for this proxy or malformed, the rate limit, the counters. */

#include "test.h"

#include "support_npp_server.h"

static void is_our_advertisement(const struct npp_message *message, uint16_t lifetime)
{
	const struct npp_advertisement *advertisement = &message->advertisement;
	static const uint16_t services[] = { 1, 2, 0x8001, 0x8002, 0x8003, 0x8004 };

	assert_int_equal(message->subtype, NPP_PROXY_ADVERTISEMENT);
	assert_int_equal(message->code, NPP_SUCCESS);
	assert_int_equal(advertisement->lifetime, lifetime);
	assert_int_equal(advertisement->proxy_count, 1);
	assert_true(ipv4_equal(advertisement->proxies[0].address, us));
	assert_int_equal(advertisement->proxies[0].preference, -5);
	assert_int_equal(message->service_count, 6);
	assert_memory_equal(message->services, services, sizeof(services));
	assert_false(message->authenticated);
}

BEFORE_EACH(start_npp_test)
AFTER_EACH(stop_npp_test)

/* By unicast, from the address that was asked; what is advertised is the one towards the host. */
TEST(a_solicitation_is_answered)
{
	const struct ipv4 destinations[] = { everybody, us, us_too };
	struct npp_test *test = *state;
	struct sender sender = the_nas();

	EACH(i, destinations)
	{
		struct npp_message answer;

		sender.destination = destinations[i];
		sender.vlan = i ? 0 : 9;
		assert_int_equal(receive(test, &sender, a_message(NPP_PROXY_SOLICITATION)),
		                 NPP_REQUEST_NONE);
		answer = answered(test, &sender, NPP_PROXY_ADVERTISEMENT);
		is_our_advertisement(&answer, 1800);
		assert_int_equal(count_of(test, "solicitation"), i + 1);
	}
}

static void advertises(struct npp_test *test, bool leaving, uint16_t lifetime)
{
	struct sent sent;

	npp_server_advertise(test->server, &lan, leaving);
	assert_true(next_sent(test, &sent));
	is_our_advertisement(&sent.message, lifetime);
	assert_int_equal(sent.message.transaction, 0);
	assert_memory_equal(&sent.packet.from, &lan.mac, sizeof(lan.mac));
	assert_memory_equal(&sent.packet.to, &MAC_BROADCAST, sizeof(MAC_BROADCAST));
	assert_int_equal(sent.packet.vlan, 0);
	assert_true(ipv4_equal(sent.packet.source, us));
	assert_true(ipv4_equal(sent.packet.destination, everybody));
}

TEST(advertisements_are_for_all)
{
	advertises(*state, false, 1800);
	advertises(*state, true, 0);
}

TEST(without_an_address_there_is_nothing_to_advertise)
{
	struct npp_test *test = *state;
	struct sender sender = the_nas();

	HERE("ip addr flush dev lan");
	assert_true(net_state_read(net) >= 0);
	sender.destination = everybody;
	receive(test, &sender, a_message(NPP_PROXY_SOLICITATION));
	npp_server_advertise(test->server, &lan, false);
	HERE("ip addr add 192.0.2.2/24 dev lan && ip addr add 198.51.100.2/24 dev lan");
	HERE("ip route add default via 192.0.2.1");
	assert_true(net_state_read(net) >= 0);
	assert_int_equal(count_of(test, "no_address"), 1);
}

TEST(settings_may_change)
{
	struct npp_test *test = *state;
	const struct sender sender = the_nas();
	struct npp_message answer;

	test->settings.icmp_type = 200;
	test->settings.lifetime = 65535;
	test->settings.preference = INT32_MAX;
	receive(test, &sender, a_message(NPP_PROXY_SOLICITATION));
	answer = answered(test, &sender, NPP_PROXY_ADVERTISEMENT);
	assert_int_equal(answer.advertisement.lifetime, 65535);
	assert_int_equal(answer.advertisement.proxies[0].preference, INT32_MAX);
}

/* Only a Solicitation may be to all: else two proxies would take over one host. */
TEST(what_is_not_to_this_proxy)
{
	const struct sender sender = the_nas();
	const struct {
		const char *shows;
		struct npp_message message;
		struct ipv4 destination;
	} cases[] = {
		{ "a Solicitation to another proxy", a_message(NPP_PROXY_SOLICITATION),
		  first_proxy },
		{ "a report to a subnet's broadcast address", a_report(1), subnet_broadcast },
		{ "a request to another proxy", a_request(&sender), first_proxy },
		{ "a request to all", a_request(&sender), everybody },
		{ "a report to another proxy", a_report(1), first_proxy },
		{ "a report to all", a_report(1), everybody },
	};
	struct npp_test *test = *state;

	EACH_SHOWN(i, cases)
	{
		struct sender to = sender;

		to.destination = cases[i].destination;
		assert_int_equal(receive(test, &to, cases[i].message), NPP_REQUEST_NONE);
		sends_nothing(test);
		assert_int_equal(count_of(test, "wrong_destination"), i + 1);
	}
}

TEST(what_is_for_hosts)
{
	struct npp_message messages[] = { a_message(NPP_PROXY_ADVERTISEMENT),
		                          a_message(NPP_SLEEP_CONFIRM),
		                          a_message(NPP_WAKEUP_CONFIRM) };
	struct npp_test *test = *state;
	struct sender sender = the_nas();

	messages[0].advertisement.proxies[0].address = first_proxy;
	messages[0].advertisement.proxy_count = 1;
	for (int i = 0; i < 6; i++) {
		sender.destination = i < 3 ? us : everybody; /* as another proxy tells all hosts */
		assert_int_equal(receive(test, &sender, messages[i % 3]), NPP_REQUEST_NONE);
		sends_nothing(test);
	}
	assert_int_equal(count_of(test, "not_for_proxy"), 6);
}

static void receive_changed(struct npp_test *test, const struct sender *sender,
                            struct npp_message message, size_t at, uint8_t octet)
{
	uint8_t octets[NPP_MESSAGE_MAX];
	const size_t length = write_message(test, sender, message, octets);

	octets[at] = octet;
	if (at != 2)
		npp_set_checksum(octets, length);
	receive_octets(test, sender, octets, length);
	assert_int_equal(test->request.kind, NPP_REQUEST_NONE);
}

/* A sender that wants something done, by a valid header, is told that it is not. */
TEST(malformed_messages)
{
	const struct sender sender = the_nas();
	const struct npp_message request = a_request(&sender);
	const struct npp_message solicitation = a_message(NPP_PROXY_SOLICITATION);
	const struct {
		const char *shows;
		struct npp_message message;
		size_t at;
		uint8_t octet;
		const char *count;
		bool is_answered;
	} cases[] = {
		{ "another ICMP type", request, 0, 8, "other_type", false },
		{ "a wrong checksum", request, 2, 99, "bad_checksum", false },
		{ "an unknown code", request, 1, 2, "bad_code", false },
		{ "an unknown subtype", request, 6, 7, "bad_subtype", false },
		{ "a length that is too small", request, 7, 1, "short", false },
		{ "a wrong hardware type", request, 11, 2, "bad_option", true },
		{ "no request option", request, 8, 99, "missing_option", true },
		{ "an option of a confirmation", request, 8, 4, "unexpected_option", true },
		{ "a request option of an unknown type", request, 10, 99, "unknown_request", true },
		{ "a report with a request's option", a_report(1), 8, 3, "unexpected_option",
		  true },
		{ "a Solicitation with a request's option", solicitation, 8, 3, "unexpected_option",
		  false },
	};
	const struct ipv4 destinations[] = { us, everybody, first_proxy };
	struct npp_test *test = *state;

	EACH_SHOWN(i, cases)
	{
		const bool is_report = cases[i].message.subtype == NPP_WAKEUP_REPORT;

		EACH(j, destinations)
		{
			const uint64_t before = count_of(test, cases[i].count);
			struct sender to = sender;

			to.destination = destinations[j];
			pass(INTERVAL);
			receive_changed(test, &to, cases[i].message, cases[i].at, cases[i].octet);
			assert_int_equal(count_of(test, cases[i].count), before + 1);
			if (cases[i].is_answered && j == 0)
				is_rejected(test, &to, is_report);
			else
				sends_nothing(test);
		}
	}
}

/* Whatever it is: also one that would be malformed, and before anything else is looked at. */
TEST(too_many_messages_of_one_source)
{
	struct npp_test *test = *state;
	const struct sender sender = the_nas();
	const uint8_t octets[] = { 8 };
	unsigned int others = 0;

	for (int i = 0; i < BURST + 10; i++)
		receive_octets(test, &sender, octets, 1);
	assert_int_equal(count_of(test, "rate_limited"), 10);
	assert_int_equal(count_of(test, "short"), BURST);
	for (uint8_t i = 1; i <= 8; i++) { /* one by chance shares its burst with it, not all */
		const struct sender other = sender_of(mac_of(i), other_address);

		pass(-INTERVAL);
		others += receive(test, &other, a_request(&other)) == NPP_REQUEST_SLEEP;
	}
	assert_in_range(others, 1, 8);
	assert_int_equal(receive(test, &sender, a_request(&sender)), NPP_REQUEST_SLEEP);
}

/* That each is its own, the other tests show. */
TEST(each_counter_has_a_name_and_a_meaning)
{
	static const char names[] =
		"solicitation registered reported duplicate not_for_proxy canceled "
		"wrong_destination no_address rate_limited mac_mismatch source_mismatch "
		"invalid_address own_address gateway_address off_link address_taken address_in_use "
		"missing_address too_many limit_reached tables_full store_failed busy "
		"unknown_client stale_transaction short other_type bad_checksum bad_code "
		"bad_subtype bad_option missing_option unexpected_option unknown_request "
		"not_signed unknown_key bad_hmac stale_time replay repeated ";
	struct npp_test *test = *state;
	const char *name, *meaning;
	char found[1024] = "";
	uint64_t count;

	for (size_t i = 0; npp_server_counter(test->server, i, &name, &meaning, &count); i++) {
		strcat(strcat(found, name), " ");
		assert_true(strlen(meaning) > 5);
		assert_int_equal(count, 0);
	}
	assert_string_equal(found, names);
}
