// SPDX-License-Identifier: GPL-2.0-or-later
/* A proxy with keys: whom it believes, and how it says so. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "support_proxy_keys.h"

static void is_not_signed(const struct scene *scene)
{
	assert_false(scene->sent[scene->sends - 1].message.authenticated);
}

static void is_mistrusted(struct scene *scene, enum proxy_count why)
{
	is_refused(scene, 1, why);
	nobody_claims(scene);
	assert_int_equal(scene->asks + scene->takes + scene->trusts, 0);
	assert_int_equal(counted(scene), 1);
}

static void test_a_signed_request_gets_a_signed_answer(void **state)
{
	const struct voice voice = signed_voice(0xfedcba9876543210);
	struct scene *scene = *state;

	says(scene, &voice, a_request());
	nobody_claims(scene);
	is_confirmed(scene, 1);
	is_to(scene, &voice);
	is_signed(scene, &voice);
	assert_int_equal(scene->trusts, 1);
	assert_memory_equal(&scene->trust_source, &home, sizeof(home));
}

static void test_a_report_is_signed_as_well(void **state)
{
	struct voice voice = signed_voice(1);
	struct scene *scene = *state;
	const uint16_t client = hands_over(scene, &voice);

	nas_says(scene, a_report(client));
	assert_int_equal(answer(scene, 2, NPP_WAKEUP_CONFIRM)->code, NPP_FAIL);
	is_not_signed(scene);
	assert_int_equal(count_of(scene, PROXY_COUNT_unsigned), 1);
	assert_int_equal(scene->backs, 0);
	voice.key = 200; /* any of the keys */
	voice.nonce = 2;
	says(scene, &voice, a_report(client));
	assert_int_equal(answer(scene, 3, NPP_WAKEUP_CONFIRM)->code, NPP_SUCCESS);
	is_signed(scene, &voice);
	assert_int_equal(scene->backs, 1);
}

static void test_a_refusal_is_signed_as_well(void **state)
{
	const struct voice voice = signed_voice(1);
	struct scene *scene = *state;

	scene->check = PROXY_REFUSAL_gateway_address;
	says(scene, &voice, a_request());
	is_refused(scene, 1, PROXY_COUNT_gateway_address);
	is_signed(scene, &voice);
}

static void test_unsigned(void **state)
{
	struct scene *scene = *state;

	nas_says(scene, a_request());
	is_mistrusted(scene, PROXY_COUNT_unsigned);
	is_not_signed(scene);
}

static void test_signed_with_an_unknown_key(void **state)
{
	struct voice voice = signed_voice(1);
	struct scene *scene = *state;

	voice.key = 8;
	says(scene, &voice, a_request());
	is_mistrusted(scene, PROXY_COUNT_unknown_key);
	is_not_signed(scene);
}

static void test_a_wrong_code(void **state)
{
	const struct voice voice = signed_voice(1);
	struct scene *scene = *state;

	scene->keys.key[0].secret[5] = 1; /* the host's is another */
	{
		uint8_t octets[NPP_MESSAGE_MAX];
		const size_t length = octets_of(scene, &voice, a_request(), octets);

		scene->keys.key[0].secret[5] = 0;
		says_octets(scene, &voice, octets, length);
	}
	is_mistrusted(scene, PROXY_COUNT_bad_authentication);
	is_not_signed(scene);
}

static void test_a_code_of_other_addresses(void **state)
{
	const struct voice voice = signed_voice(1);
	struct voice carried = voice;
	uint8_t octets[NPP_MESSAGE_MAX];
	struct scene *scene = *state;
	const size_t length = octets_of(scene, &voice, a_request(), octets);

	carried.destination = us_too;
	says_octets(scene, &carried, octets, length);
	carried = voice;
	carried.source = elsewhere;
	says_octets(scene, &carried, octets, length);
	assert_int_equal(count_of(scene, PROXY_COUNT_bad_authentication), 2);
	assert_int_equal(scene->asks + scene->trusts, 0);
}

static void test_stale(void **state)
{
	struct voice voice = signed_voice(1);
	struct scene *scene = *state;

	voice.time -= NPP_STALE_AFTER + 2;
	says(scene, &voice, a_request());
	is_mistrusted(scene, PROXY_COUNT_stale);
	is_signed(scene, &voice);
	voice.time = now_s() + NPP_STALE_AFTER + 2;
	says(scene, &voice, a_request());
	assert_int_equal(count_of(scene, PROXY_COUNT_stale), 2);
	assert_int_equal(scene->trusts, 0);
	voice.time = now_s() - NPP_STALE_AFTER + 2; /* its clock is right by now */
	hands_over(scene, &voice);
}

static void test_replayed(void **state)
{
	const struct voice first = signed_voice(1), second = signed_voice(2);
	struct voice earlier = signed_voice(3);
	struct scene *scene = *state;

	hands_over(scene, &first);
	says(scene, &second, a_part(22));
	is_confirmed(scene, 2);
	says(scene, &first, a_part(23)); /* the same time and nonce */
	is_refused(scene, 3, PROXY_COUNT_replayed);
	is_signed(scene, &first);
	earlier.time--;
	says(scene, &earlier, a_part(24));
	assert_int_equal(count_of(scene, PROXY_COUNT_replayed), 2);
	assert_int_equal(scene->takes, 2);
}

/* Before it is over, and after. */
static void test_the_last_one_may_come_again(void **state)
{
	const struct voice voice = signed_voice(1);
	struct scene *scene = *state;

	says(scene, &voice, a_request());
	says(scene, &voice, a_request());
	assert_int_equal(scene->sends, 0);
	nobody_claims(scene);
	says(scene, &voice, a_request());
	is_confirmed(scene, 2);
	is_signed(scene, &voice);
	assert_int_equal(count_of(scene, PROXY_COUNT_again), 2);
	assert_int_equal(count_of(scene, PROXY_COUNT_repeated), 0);
	assert_int_equal(scene->takes + scene->trusts, 2);
}

/* What was refused must not be granted to who recorded it. */
static void test_what_was_refused_is_refused_again(void **state)
{
	const struct voice voice = signed_voice(1);
	struct scene *scene = *state;

	scene->check = PROXY_REFUSAL_known_address;
	says(scene, &voice, a_request());
	is_refused(scene, 1, PROXY_COUNT_known_address);
	scene->check = PROXY_REFUSAL_none;
	says(scene, &voice, a_request());
	is_refused(scene, 2, PROXY_COUNT_repeated);
	is_signed(scene, &voice);
	assert_int_equal(scene->asks, 0);
}

static void test_a_recorded_request_does_not_put_a_host_to_sleep(void **state)
{
	const struct voice voice = signed_voice(1);
	struct scene *scene = *state;

	hands_over(scene, &voice);
	proxy_host_is_up(scene->proxy, &nas);
	says(scene, &voice, a_request());
	is_confirmed(scene, 2);
	assert_int_equal(count_of(scene, PROXY_COUNT_again), 1);
	assert_int_equal(scene->asks + scene->takes, 2);
	assert_false(session_of(scene, &nas)->open);
}

/* There is no room for it now, but a host says it again, octet for octet. */
static void test_what_has_to_wait_may_come_again(void **state)
{
	struct voice other = voice_of(1), voice = signed_voice(1);
	struct scene *scene = *state;

	scene->settings.hosts_max = DEEDS;
	proxy_set(scene->proxy, &scene->settings);
	for (unsigned i = 1; i <= 64; i++) {
		other = voice_of(i);
		other.key = 7;
		other.time = now_s();
		says(scene, &other, request_of(&other));
	}
	says(scene, &voice, a_request());
	assert_int_equal(count_of(scene, PROXY_COUNT_too_fast), 1);
	nobody_claims(scene);
	hands_over(scene, &voice);
	other = signed_voice(2); /* a part before the one before it is confirmed */
	other.source = elsewhere;
	says(scene, &other, request_of(&other));
	voice = signed_voice(3);
	says(scene, &voice, a_part(22));
	assert_int_equal(count_of(scene, PROXY_COUNT_too_fast), 2);
	nobody_claims(scene);
	says(scene, &voice, a_part(22));
	assert_int_equal(scene->takes, 67);
	assert_int_equal(count_of(scene, PROXY_COUNT_repeated), 0);
}

static void test_a_key_speaks_for_other_addresses_but_no_other_mac(void **state)
{
	struct npp_message message = a_request();
	struct voice voice = signed_voice(1);
	struct scene *scene = *state;

	message.request.pairs[1] = (struct npp_pair){ nas, elsewhere };
	message.request.pair_count = 2;
	says(scene, &voice, message);
	nobody_claims(scene);
	is_confirmed(scene, 1);
	assert_int_equal(scene->asks, 2);
	assert_memory_equal(&scene->asked[1], &elsewhere, sizeof(elsewhere));
	assert_int_equal(session_of(scene, &nas)->handover.address_count, 2);
	message.request.pairs[1].mac = tv;
	voice.nonce = 2;
	says(scene, &voice, message);
	is_refused(scene, 2, PROXY_COUNT_foreign_mac);
}

static void test_a_claim_of_any_of_its_addresses_refuses(void **state)
{
	struct npp_message message = a_request();
	const struct voice voice = signed_voice(1);
	struct scene *scene = *state;

	message.request.pairs[1] = (struct npp_pair){ nas, elsewhere };
	message.request.pair_count = 2;
	says(scene, &voice, message);
	proxy_claimed(scene->proxy, elsewhere, &tv);
	is_refused(scene, 1, PROXY_COUNT_live_address);
	is_signed(scene, &voice);
}

static void test_a_solicitation_needs_no_key(void **state)
{
	const struct voice voice = signed_voice(1);
	struct scene *scene = *state;

	nas_says(scene, a_message(NPP_PROXY_SOLICITATION));
	answer(scene, 1, NPP_PROXY_ADVERTISEMENT);
	says(scene, &voice, a_message(NPP_PROXY_SOLICITATION));
	answer(scene, 2, NPP_PROXY_ADVERTISEMENT);
	is_not_signed(scene);
	assert_int_equal(scene->trusts, 0);
}

static void test_without_keys_any_code_is_as_good_as_none(void **state)
{
	const struct voice voice = signed_voice(1);
	struct scene *scene = *state;

	scene->settings.keys = NULL;
	proxy_set(scene->proxy, &scene->settings);
	hands_over(scene, &voice);
	is_not_signed(scene);
	assert_int_equal(scene->trusts, 0);
}

static void test_a_key_that_went_while_a_request_waited(void **state)
{
	const struct voice voice = signed_voice(1);
	struct scene *scene = *state;

	says(scene, &voice, a_request());
	scene->settings.keys = NULL;
	proxy_set(scene->proxy, &scene->settings);
	nobody_claims(scene);
	is_confirmed(scene, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		KEYS_TEST(test_a_signed_request_gets_a_signed_answer),
		KEYS_TEST(test_a_report_is_signed_as_well),
		KEYS_TEST(test_a_refusal_is_signed_as_well),
		KEYS_TEST(test_unsigned),
		KEYS_TEST(test_signed_with_an_unknown_key),
		KEYS_TEST(test_a_wrong_code),
		KEYS_TEST(test_a_code_of_other_addresses),
		KEYS_TEST(test_stale),
		KEYS_TEST(test_replayed),
		KEYS_TEST(test_the_last_one_may_come_again),
		KEYS_TEST(test_what_was_refused_is_refused_again),
		KEYS_TEST(test_a_recorded_request_does_not_put_a_host_to_sleep),
		KEYS_TEST(test_what_has_to_wait_may_come_again),
		KEYS_TEST(test_a_key_speaks_for_other_addresses_but_no_other_mac),
		KEYS_TEST(test_a_claim_of_any_of_its_addresses_refuses),
		KEYS_TEST(test_a_solicitation_needs_no_key),
		KEYS_TEST(test_without_keys_any_code_is_as_good_as_none),
		KEYS_TEST(test_a_key_that_went_while_a_request_waited),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
