// SPDX-License-Identifier: GPL-2.0-or-later
/* A Sleep Request: what is refused, and what happens until it is confirmed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "support_proxy_voice.h"

static void test_it_is_confirmed_and_carried_out(void **state)
{
	struct scene *scene = *state;
	struct voice voice = nas_voice();
	uint16_t client;

	voice.vlan = 7;
	says(scene, &voice, a_request());
	assert_int_equal(scene->asks, 1);
	assert_memory_equal(&scene->asked[0], &home, sizeof(home));
	assert_int_equal(scene->asked_vlan, 7);
	assert_int_equal(scene->checks, 1);
	assert_int_equal(scene->sends + scene->takes + counted(scene), 0);
	nobody_claims(scene);
	client = is_confirmed(scene, 1);
	is_to(scene, &voice);
	assert_int_equal(scene->takes, 1);
	assert_false(scene->taken[0].has_before);
	assert_string_equal(scene->taken[0].interface, "lan");
	assert_int_equal(scene->taken[0].vlan, 7);
	assert_memory_equal(&scene->taken[0].source, &home, sizeof(home));
	assert_int_equal(scene->taken[0].said.pair_count, 1);
	assert_int_equal(scene->taken[0].session.client, client);
	assert_int_equal(count_of(scene, PROXY_COUNT_handed_over), 1);
}

static void test_the_session_is_kept_as_it_was_taken(void **state)
{
	const struct ipv6 address = ipv4_mapped(home);
	struct scene *scene = *state;
	const uint16_t client = nas_hands_over(scene);
	const struct session *session = session_of(scene, &nas);

	assert_int_equal(session->client, client);
	assert_memory_equal(&session->mac, &nas, sizeof(nas));
	assert_int_equal(session->transaction, TRANSACTION);
	assert_true(session->open);
	assert_int_equal(session->until, 0);
	assert_true(handover_has(&session->handover, &address));
	assert_int_equal(session->handover.added, 1); /* what taking it has found out */
	assert_int_equal(session->part_count, 1);
	assert_int_equal(scene->saves, 1);
	assert_int_equal(scene->saved.client, client);
	assert_int_equal(scene->saved.handover.added, 1);
	assert_null(proxy_find(scene->proxy, &tv));
}

/* In real time: whoever has the address must be able to say so. */
static void test_nothing_is_taken_before_others_had_their_time(void **state)
{
	struct scene *scene = *state;
	const int64_t began = clock_ms();

	nas_says(scene, a_request());
	assert_int_equal(scene->takes + scene->sends + scene->saves, 0);
	assert_null(proxy_find(scene->proxy, &nas));
	while (!scene->takes && clock_ms() < began + 10000)
		event_base_loop(scene->base, EVLOOP_ONCE);
	assert_in_range(clock_ms() - began, 295, 5000);
	is_confirmed(scene, 1);
}

static void test_a_claim_refuses(void **state)
{
	struct scene *scene = *state;
	const struct voice voice = nas_voice();

	nas_says(scene, a_request());
	proxy_claimed(scene->proxy, home, &tv);
	is_refused(scene, 1, PROXY_COUNT_live_address);
	is_to(scene, &voice);
	nobody_claims(scene);
	proxy_claimed(scene->proxy, home, &tv);
	assert_int_equal(scene->takes + scene->saves, 0);
	assert_null(proxy_find(scene->proxy, &nas));
	assert_int_equal(scene->sends, 1);
	nas_says(scene, a_request()); /* and again, when the other is gone */
	nobody_claims(scene);
	is_confirmed(scene, 2);
}

static void test_a_claim_of_ones_own_or_of_another_address_does_not(void **state)
{
	struct scene *scene = *state;

	proxy_claimed(scene->proxy, home, &tv); /* before anybody asked */
	nas_says(scene, a_request());
	proxy_claimed(scene->proxy, home, &nas);
	proxy_claimed(scene->proxy, elsewhere, &tv);
	proxy_claimed(scene->proxy, nowhere, &tv);
	assert_int_equal(scene->sends, 0);
	nobody_claims(scene);
	is_confirmed(scene, 1);
	proxy_claimed(scene->proxy, home, &tv); /* too late */
	assert_int_equal(scene->sends, 1);
}

static void test_a_claim_refuses_whom_it_is_about(void **state)
{
	struct voice other = voice_of(30), third = voice_of(31);
	struct scene *scene = *state;

	nas_says(scene, a_request());
	says(scene, &other, request_of(&other));
	says(scene, &third, request_of(&third));
	proxy_claimed(scene->proxy, other.source, &tv);
	is_refused(scene, 1, PROXY_COUNT_live_address);
	is_to(scene, &other);
	nobody_claims(scene);
	assert_int_equal(scene->takes, 2);
	assert_null(proxy_find(scene->proxy, &other.mac));
	assert_true(session_of(scene, &nas)->open && session_of(scene, &third.mac)->open);
}

/* The proxy that goes first answers, if all is well. */
static void test_a_backup_asks_nobody(void **state)
{
	struct npp_message message = a_request();
	struct scene *scene = *state;

	message.request.backup_of = first_proxy;
	nas_says(scene, message);
	assert_int_equal(scene->asks, 0);
	is_confirmed(scene, 1);
	assert_memory_equal(&scene->taken[0].session.backup_of, &first_proxy, sizeof(first_proxy));
	assert_memory_equal(&session_of(scene, &nas)->backup_of, &first_proxy, sizeof(first_proxy));
}

/* Nothing was asked of others, or changed. */
static void is_refused_at_once(struct scene *scene, enum proxy_count why)
{
	is_refused(scene, 1, why);
	nobody_claims(scene);
	assert_int_equal(scene->asks + scene->takes + scene->saves, 0);
	assert_int_equal(scene->sends, 1);
	assert_null(proxy_find(scene->proxy, &nas));
}

static void test_for_another_mac(void **state)
{
	struct npp_message message = a_request();
	struct scene *scene = *state;

	message.request.pairs[0].mac = tv;
	nas_says(scene, message);
	is_refused_at_once(scene, PROXY_COUNT_foreign_mac);
}

static void test_for_another_address(void **state)
{
	struct npp_message message = a_request();
	struct scene *scene = *state;

	message.request.pairs[0].address = elsewhere;
	nas_says(scene, message);
	is_refused_at_once(scene, PROXY_COUNT_foreign_address);
}

static void test_for_one_of_many_that_is_anothers(void **state)
{
	struct npp_message message = a_request();
	struct scene *scene = *state;

	message.request.pairs[1] = (struct npp_pair){ nas, home };
	message.request.pairs[2] = (struct npp_pair){ tv, home };
	message.request.pair_count = 3;
	nas_says(scene, message);
	is_refused_at_once(scene, PROXY_COUNT_foreign_mac);
}

static void test_for_an_address_of_no_host(void **state)
{
	struct voice voice = nas_voice();
	struct scene *scene = *state;

	voice.source = (struct ipv4){ { 224, 0, 0, 1 } };
	says(scene, &voice, request_of(&voice));
	is_refused_at_once(scene, PROXY_COUNT_bad_address);
	assert_int_equal(scene->checks, 0);
}

static void test_for_an_address_that_the_daemon_refuses(void **state)
{
	static const enum proxy_refusal refusals[] = { PROXY_REFUSAL_own_address,
		                                       PROXY_REFUSAL_gateway_address,
		                                       PROXY_REFUSAL_known_address,
		                                       PROXY_REFUSAL_bad_address };
	struct scene *scene = *state;

	for (size_t i = 0; i < 4; i++) {
		scene->check = refusals[i];
		nas_says(scene, a_request());
		is_refused(scene, i + 1, PROXY_COUNT_REFUSALS + refusals[i]);
	}
	nobody_claims(scene);
	assert_int_equal(scene->asks + scene->takes, 0);
}

static void test_for_no_address(void **state)
{
	struct scene *scene = *state;

	nas_says(scene, a_part(22));
	is_refused_at_once(scene, PROXY_COUNT_no_address);
}

static void test_for_ipv6(void **state)
{
	struct npp_message message = a_request();
	struct scene *scene = *state;

	message.request.addresses6[0] = (struct ipv6){ { 0x20, 0x01, 0x0d, 0xb8 } };
	message.request.address6_count = 1;
	nas_says(scene, message);
	is_refused_at_once(scene, PROXY_COUNT_not_offered);
}

/* A lease is of the packet's source, which has to be an address that was judged. */
static void test_the_lease_of_another_address(void **state)
{
	struct npp_message lease = a_message(NPP_SLEEP_REQUEST);
	struct voice voice = nas_voice();
	struct scene *scene = *state;

	lease.request.has_lease = true;
	nas_hands_over(scene);
	voice.source = elsewhere;
	says(scene, &voice, lease);
	is_refused(scene, 2, PROXY_COUNT_foreign_address);
	assert_int_equal(scene->takes, 1);
	nas_says(scene, lease);
	is_confirmed(scene, 3);
	assert_memory_equal(&scene->taken[1].source, &home, sizeof(home));
}

static void test_what_cannot_be_taken(void **state)
{
	static const struct {
		int err;
		enum proxy_count why;
	} errors[] = {
		{ -EEXIST, PROXY_COUNT_known_address }, { -EADDRINUSE, PROXY_COUNT_own_address },
		{ -ENOSPC, PROXY_COUNT_no_room },       { -ENOMEM, PROXY_COUNT_no_room },
		{ -E2BIG, PROXY_COUNT_no_room },        { -EINVAL, PROXY_COUNT_no_room },
	};
	struct scene *scene = *state;
	uint64_t refused = 0;

	for (size_t i = 0; i < sizeof(errors) / sizeof(*errors); i++) {
		const uint64_t before = count_of(scene, errors[i].why);

		scene->take_error = errors[i].err;
		nas_says(scene, a_request());
		nobody_claims(scene);
		assert_int_equal(scene->takes, i + 1);
		assert_int_equal(answer(scene, i + 1, NPP_SLEEP_CONFIRM)->code, NPP_FAIL);
		assert_int_equal(count_of(scene, errors[i].why), before + 1);
		refused += count_of(scene, errors[i].why) - before;
		assert_null(proxy_find(scene->proxy, &nas));
	}
	assert_int_equal(counted(scene), refused);
	assert_int_equal(scene->saves, 0);
	scene->take_error = 0;
	nas_hands_over(scene);
}

static void test_of_a_host_more_than_may_hand_themselves_over(void **state)
{
	struct scene *scene = *state;
	const struct voice voice = voice_of(99);

	scene->known[0] = tv;
	for (unsigned i = 0; i < scene->settings.hosts_max; i++) {
		const struct voice guest = voice_of(i + 1);

		hands_over(scene, &guest);
	}
	says(scene, &voice, request_of(&voice));
	nobody_claims(scene);
	is_refused(scene, 5, PROXY_COUNT_too_many_hosts);
	assert_int_equal(scene->takes, 4);
	hands_over(scene, &(struct voice){ .mac = tv, .source = home, .destination = us });
	hands_over(scene, &(struct voice){ .mac = voice_of(1).mac,
	                                   .source = elsewhere,
	                                   .destination = us }); /* who is there stays */
	assert_int_equal(scene->drops, 0);
}

static void test_the_client_identifier_stays_the_hosts(void **state)
{
	const struct voice other = voice_of(30);
	struct scene *scene = *state;
	struct npp_message message = a_request();
	const uint16_t client = nas_hands_over(scene);
	unsigned same = 0;

	for (unsigned i = 1; i < 10; i++) {
		message.transaction++;
		nas_says(scene, message);
		nobody_claims(scene);
		assert_int_equal(session_of(scene, &nas)->client, client);
	}
	same += hands_over(scene, &other) == client;
	same += hands_over(scene,
	                   &(struct voice){ .mac = tv, .source = elsewhere, .destination = us }) ==
	        client;
	assert_in_range(same, 0, 1); /* they are drawn by lot */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		PROXY_TEST(test_it_is_confirmed_and_carried_out),
		PROXY_TEST(test_the_session_is_kept_as_it_was_taken),
		PROXY_TEST(test_nothing_is_taken_before_others_had_their_time),
		PROXY_TEST(test_a_claim_refuses),
		PROXY_TEST(test_a_claim_of_ones_own_or_of_another_address_does_not),
		PROXY_TEST(test_a_claim_refuses_whom_it_is_about),
		PROXY_TEST(test_a_backup_asks_nobody),
		PROXY_TEST(test_for_another_mac),
		PROXY_TEST(test_for_another_address),
		PROXY_TEST(test_for_one_of_many_that_is_anothers),
		PROXY_TEST(test_for_an_address_of_no_host),
		PROXY_TEST(test_for_an_address_that_the_daemon_refuses),
		PROXY_TEST(test_for_no_address),
		PROXY_TEST(test_for_ipv6),
		PROXY_TEST(test_the_lease_of_another_address),
		PROXY_TEST(test_what_cannot_be_taken),
		PROXY_TEST(test_of_a_host_more_than_may_hand_themselves_over),
		PROXY_TEST(test_the_client_identifier_stays_the_hosts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
