// SPDX-License-Identifier: GPL-2.0-or-later
/* What the proxy says to all, what it hears and passes over, and what it counts. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "support_proxy_voice.h"

static void is_our_advertisement(const struct npp_message *message, uint16_t lifetime)
{
	const struct npp_advertisement *said = &message->advertisement;

	assert_int_equal(message->code, NPP_SUCCESS);
	assert_int_equal(said->lifetime, lifetime);
	assert_int_equal(said->proxy_count, 1);
	assert_memory_equal(&said->proxies[0].address, &us, sizeof(us));
	assert_int_equal(said->proxies[0].preference, -5);
	assert_int_equal(message->service_count, 3);
	assert_int_equal(message->services[0], 1);
	assert_int_equal(message->services[1], 2);
	assert_int_equal(message->services[2], 0x8003);
	assert_false(message->authenticated);
}

static void test_who_asks_all_is_answered_alone(void **state)
{
	struct voice voice = nas_voice();
	struct scene *scene = *state;

	voice.destination = everybody;
	voice.vlan = 9;
	says(scene, &voice, a_message(NPP_PROXY_SOLICITATION));
	is_our_advertisement(answer(scene, 1, NPP_PROXY_ADVERTISEMENT), 1800);
	is_to(scene, &voice);
	assert_int_equal(count_of(scene, PROXY_COUNT_solicited), 1);
}

/* From the address that was asked, which is advertised only where it is the one towards him. */
static void test_who_asks_us(void **state)
{
	struct voice voice = nas_voice();
	struct scene *scene = *state;

	says(scene, &voice, a_message(NPP_PROXY_SOLICITATION));
	answer(scene, 1, NPP_PROXY_ADVERTISEMENT);
	is_to(scene, &voice);
	voice.destination = us_too;
	says(scene, &voice, a_message(NPP_PROXY_SOLICITATION));
	is_our_advertisement(answer(scene, 2, NPP_PROXY_ADVERTISEMENT), 1800);
	is_to(scene, &voice);
}

static void test_a_proxy_without_an_address_has_nothing_to_say(void **state)
{
	struct voice voice = nas_voice();
	struct scene *scene = *state;

	scene->own = nowhere;
	voice.destination = everybody;
	says(scene, &voice, a_message(NPP_PROXY_SOLICITATION));
	proxy_advertise(scene->proxy, &lan, false);
	assert_int_equal(scene->sends, 0);
	assert_int_equal(count_of(scene, PROXY_COUNT_off_link), 1);
}

static void test_advertisements_are_for_all(void **state)
{
	struct scene *scene = *state;
	const struct sent *sent = &scene->sent[0];

	proxy_advertise(scene->proxy, &lan, false);
	assert_int_equal(scene->sends, 1);
	assert_int_equal(sent->message.subtype, NPP_PROXY_ADVERTISEMENT);
	assert_int_equal(sent->message.transaction, 0);
	is_our_advertisement(&sent->message, 1800);
	assert_memory_equal(&sent->port, &lan, sizeof(lan));
	assert_memory_equal(&sent->datagram.from, &lan.mac, sizeof(lan.mac));
	assert_memory_equal(&sent->datagram.to, &MAC_BROADCAST, sizeof(MAC_BROADCAST));
	assert_int_equal(sent->datagram.vlan, 0);
	assert_memory_equal(&sent->datagram.source, &us, sizeof(us));
	assert_memory_equal(&sent->datagram.destination, &everybody, sizeof(everybody));
	proxy_advertise(scene->proxy, &lan, true);
	is_our_advertisement(&scene->sent[1].message, 0);
}

static void test_settings_may_change(void **state)
{
	struct scene *scene = *state;
	const struct npp_message *message;

	scene->settings.icmp_type = 200;
	scene->settings.lifetime = 65535;
	scene->settings.preference = INT32_MAX;
	proxy_set(scene->proxy, &scene->settings);
	nas_says(scene, a_message(NPP_PROXY_SOLICITATION));
	message = answer(scene, 1, NPP_PROXY_ADVERTISEMENT);
	assert_int_equal(scene->sent[0].octets[0], 200);
	assert_int_equal(message->advertisement.lifetime, 65535);
	assert_int_equal(message->advertisement.proxies[0].preference, INT32_MAX);
}

static void test_what_is_not_to_us(void **state)
{
	static const enum npp_subtype subtypes[] = { NPP_PROXY_SOLICITATION, NPP_SLEEP_REQUEST,
		                                     NPP_WAKEUP_REPORT };
	struct voice voice = nas_voice();
	struct scene *scene = *state;

	voice.destination = first_proxy;
	for (size_t i = 0; i < 3; i++) {
		struct npp_message message = a_request();

		message.subtype = subtypes[i];
		if (message.subtype != NPP_SLEEP_REQUEST)
			message = a_message(subtypes[i]);
		says(scene, &voice, message);
	}
	assert_int_equal(count_of(scene, PROXY_COUNT_off_link), 3);
	nobody_claims(scene);
	assert_int_equal(scene->sends + scene->asks + scene->takes, 0);
}

/* Only a Solicitation may be to all: two proxies would take one host over. */
static void test_a_request_to_all_is_nobodys(void **state)
{
	struct voice voice = nas_voice();
	struct scene *scene = *state;
	const uint16_t client = nas_hands_over(scene);

	voice.destination = everybody;
	says(scene, &voice, a_request());
	says(scene, &voice, a_report(client));
	assert_int_equal(count_of(scene, PROXY_COUNT_off_link), 2);
	assert_int_equal(scene->sends, 1);
	assert_true(session_of(scene, &nas)->open);
}

static void test_what_is_for_hosts(void **state)
{
	struct npp_message messages[] = { a_message(NPP_PROXY_ADVERTISEMENT),
		                          a_message(NPP_SLEEP_CONFIRM),
		                          a_message(NPP_WAKEUP_CONFIRM) };
	struct voice voice = nas_voice();
	struct scene *scene = *state;

	messages[0].advertisement.proxies[0].address = first_proxy;
	messages[0].advertisement.proxy_count = 1;
	for (size_t i = 0; i < 3; i++)
		says(scene, &voice, messages[i]);
	voice.destination = everybody; /* as another proxy tells all hosts */
	says(scene, &voice, messages[0]);
	assert_int_equal(count_of(scene, PROXY_COUNT_not_for_proxies), 4);
	assert_int_equal(scene->sends, 0);
}

static void hears_flaw(struct scene *scene, const struct voice *voice, size_t at, uint8_t octet)
{
	uint8_t octets[NPP_MESSAGE_MAX];
	const size_t length = octets_of(scene, voice, a_request(), octets);

	octets[at] = octet;
	if (at != 2)
		npp_set_checksum(octets, length);
	says_octets(scene, voice, octets, length);
}

/* So much is known of it: that somebody wants something of us. */
static void test_a_flawed_request_is_refused(void **state)
{
	static const struct {
		size_t at;
		uint8_t octet;
		enum proxy_count flaw;
	} flaws[] = {
		{ 10, 99, PROXY_COUNT_unknown_request },
		{ 11, 2, PROXY_COUNT_bad_option },
		{ 8, 99, PROXY_COUNT_no_option },
		{ 8, 4, PROXY_COUNT_foreign_option },
	};
	const struct voice voice = nas_voice();
	struct scene *scene = *state;

	for (size_t i = 0; i < sizeof(flaws) / sizeof(*flaws); i++) {
		hears_flaw(scene, &voice, flaws[i].at, flaws[i].octet);
		is_refused(scene, i + 1, flaws[i].flaw);
		is_to(scene, &voice);
	}
	assert_int_equal(scene->asks, 0);
}

static void test_a_flawed_report_is_refused(void **state)
{
	const struct voice voice = nas_voice();
	struct scene *scene = *state;
	uint8_t octets[NPP_MESSAGE_MAX];
	const size_t length = octets_of(scene, &voice, a_report(1), octets);
	const struct npp_message *message;

	octets[8] = NPP_OPTION_SLEEP_REQUEST;
	npp_set_checksum(octets, length);
	says_octets(scene, &voice, octets, length);
	message = answer(scene, 1, NPP_WAKEUP_CONFIRM);
	assert_int_equal(message->code, NPP_FAIL);
	assert_int_equal(message->wakeup_confirm.client.code, NPP_FAIL);
	assert_int_equal(counted(scene), 1);
	assert_int_equal(count_of(scene, PROXY_COUNT_unknown_client), 0);
}

static void test_flawed_but_not_to_us(void **state)
{
	struct voice voice = nas_voice();
	struct scene *scene = *state;

	voice.destination = everybody;
	hears_flaw(scene, &voice, 10, 99);
	voice.destination = first_proxy;
	hears_flaw(scene, &voice, 10, 99);
	assert_int_equal(count_of(scene, PROXY_COUNT_unknown_request), 2);
	assert_int_equal(scene->sends, 0);
}

static void test_what_is_no_message_gets_no_answer(void **state)
{
	const struct voice voice = nas_voice();
	uint8_t octets[NPP_MESSAGE_MAX];
	struct scene *scene = *state;
	size_t length = octets_of(scene, &voice, a_request(), octets);

	says_octets(scene, &voice, octets, length - 1);
	says_octets(scene, &voice, octets, 0);
	assert_int_equal(count_of(scene, PROXY_COUNT_short), 2);
	hears_flaw(scene, &voice, 0, 8);
	assert_int_equal(count_of(scene, PROXY_COUNT_other_type), 1);
	hears_flaw(scene, &voice, 2, (uint8_t)~octets[2]);
	assert_int_equal(count_of(scene, PROXY_COUNT_bad_checksum), 1);
	hears_flaw(scene, &voice, 1, 2);
	assert_int_equal(count_of(scene, PROXY_COUNT_bad_code), 1);
	hears_flaw(scene, &voice, 6, 7);
	assert_int_equal(count_of(scene, PROXY_COUNT_bad_subtype), 1);
	length = octets_of(scene, &voice, a_message(NPP_PROXY_SOLICITATION), octets);
	octets[8] = NPP_OPTION_SLEEP_REQUEST;
	npp_set_checksum(octets, length);
	says_octets(scene, &voice, octets, length);
	assert_int_equal(counted(scene), 7);
	assert_int_equal(scene->sends, 0);
}

static void test_one_of_too_many(void **state)
{
	const struct voice other = voice_of(30);
	struct scene *scene = *state;

	memset(&scene->proxy->rate, 0, sizeof(scene->proxy->rate));
	for (int i = 0; i < RATE_BURST + 10; i++)
		nas_says(scene, a_message(NPP_PROXY_SOLICITATION));
	assert_in_range(scene->sends, RATE_BURST, RATE_BURST + 2);
	assert_int_equal(scene->sends + count_of(scene, PROXY_COUNT_too_fast), RATE_BURST + 10);
	scene->sends = 0;
	says(scene, &other, a_message(NPP_PROXY_SOLICITATION));
	assert_int_equal(scene->sends, 1);
}

static void test_each_start_has_its_own_secret(void **state)
{
	struct scene *scene = *state;
	struct proxy *another = a_proxy(scene);

	assert_true(another->rate.secret != scene->proxy->rate.secret);
	assert_true(another->rate.secret >> 32 && (uint32_t)another->rate.secret);
	proxy_free(another);
	proxy_free(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		PROXY_TEST(test_who_asks_all_is_answered_alone),
		PROXY_TEST(test_who_asks_us),
		PROXY_TEST(test_a_proxy_without_an_address_has_nothing_to_say),
		PROXY_TEST(test_advertisements_are_for_all),
		PROXY_TEST(test_settings_may_change),
		PROXY_TEST(test_what_is_not_to_us),
		PROXY_TEST(test_a_request_to_all_is_nobodys),
		PROXY_TEST(test_what_is_for_hosts),
		PROXY_TEST(test_a_flawed_request_is_refused),
		PROXY_TEST(test_a_flawed_report_is_refused),
		PROXY_TEST(test_flawed_but_not_to_us),
		PROXY_TEST(test_what_is_no_message_gets_no_answer),
		PROXY_TEST(test_one_of_too_many),
		PROXY_TEST(test_each_start_has_its_own_secret),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
