// SPDX-License-Identifier: GPL-2.0-or-later
/* A Wakeup Report: who may give one, when, and what the host is told of its lease. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "support_proxy_voice.h"

static const struct npp_message *is_taken_back(const struct scene *scene, size_t number,
                                               uint16_t client)
{
	const struct npp_message *message = answer(scene, number, NPP_WAKEUP_CONFIRM);

	assert_int_equal(message->code, NPP_SUCCESS);
	assert_int_equal(message->wakeup_confirm.client.code, NPP_SUCCESS);
	assert_int_equal(message->wakeup_confirm.client.id, client);
	return message;
}

static void is_unknown(struct scene *scene, size_t number, uint64_t count)
{
	const struct npp_message *message = answer(scene, number, NPP_WAKEUP_CONFIRM);

	assert_int_equal(message->code, NPP_FAIL);
	assert_int_equal(message->wakeup_confirm.client.code, NPP_FAIL);
	assert_int_equal(message->wakeup_confirm.client.id, 0);
	assert_false(message->wakeup_confirm.has_lease);
	assert_int_equal(count_of(scene, PROXY_COUNT_unknown_client), count);
	assert_int_equal(count_of(scene, PROXY_COUNT_taken_back), 0);
	assert_int_equal(scene->backs, 0);
}

static void test_a_report_ends_the_session(void **state)
{
	const struct voice voice = nas_voice();
	struct scene *scene = *state;
	const uint16_t client = nas_hands_over(scene);

	nas_says(scene, a_report(client));
	is_taken_back(scene, 2, client);
	is_to(scene, &voice);
	assert_int_equal(scene->backs, 1);
	assert_memory_equal(&scene->given_back[0], &nas, sizeof(nas));
	assert_false(session_of(scene, &nas)->open);
	assert_false(scene->saved.open);
	assert_int_equal(count_of(scene, PROXY_COUNT_taken_back), 1);
	assert_int_equal(scene->wakes + scene->drops, 0);
}

static void test_the_same_again_is_confirmed_again_and_no_more(void **state)
{
	struct scene *scene = *state;
	const uint16_t client = nas_hands_over(scene);

	for (size_t i = 2; i < 5; i++) {
		nas_says(scene, a_report(client));
		is_taken_back(scene, i, client);
	}
	assert_int_equal(count_of(scene, PROXY_COUNT_taken_back), 1);
	assert_int_equal(count_of(scene, PROXY_COUNT_again), 2);
	assert_int_equal(scene->backs, 1);
	assert_int_equal(scene->saves, 2);
}

/* It was under way for long: what has begun since goes on. */
static void test_a_report_of_the_sleep_before(void **state)
{
	struct npp_message message = a_request();
	struct scene *scene = *state;
	const uint16_t client = nas_hands_over(scene);

	nas_says(scene, a_report(client));
	message.transaction++;
	nas_says(scene, message);
	nobody_claims(scene);
	nas_says(scene, a_report(client));
	assert_int_equal(count_of(scene, PROXY_COUNT_taken_back), 1);
	assert_int_equal(count_of(scene, PROXY_COUNT_former_handover), 1);
	assert_int_equal(scene->backs, 1);
	assert_true(session_of(scene, &nas)->open);
}

static void test_with_another_client_identifier(void **state)
{
	struct scene *scene = *state;
	const uint16_t client = nas_hands_over(scene);

	nas_says(scene, a_report(client ^ 1));
	is_unknown(scene, 2, 1);
	nas_says(scene, a_report(0));
	is_unknown(scene, 3, 2);
	assert_true(session_of(scene, &nas)->open);
}

static void test_from_another_mac(void **state)
{
	struct voice voice = nas_voice();
	struct scene *scene = *state;
	const uint16_t client = nas_hands_over(scene);

	voice.mac = tv;
	says(scene, &voice, a_report(client));
	is_unknown(scene, 2, 1);
	assert_true(session_of(scene, &nas)->open);
	assert_null(proxy_find(scene->proxy, &tv));
}

/* A host may have another address by now. */
static void test_from_another_address(void **state)
{
	struct voice voice = nas_voice();
	struct scene *scene = *state;
	const uint16_t client = nas_hands_over(scene);

	voice.source = elsewhere;
	says(scene, &voice, a_report(client));
	is_taken_back(scene, 2, client);
	is_to(scene, &voice);
}

static void test_of_who_never_slept(void **state)
{
	struct scene *scene = *state;

	nas_says(scene, a_report(1));
	is_unknown(scene, 1, 1);
	nas_says(scene, a_request()); /* not confirmed yet */
	nas_says(scene, a_report(1));
	is_unknown(scene, 2, 2);
}

static void test_of_who_was_seen_up_before(void **state)
{
	struct scene *scene = *state;
	const uint16_t client = nas_hands_over(scene);
	int64_t until;

	proxy_host_is_up(scene->proxy, &nas);
	until = session_of(scene, &nas)->until;
	nas_says(scene, a_report(client));
	is_taken_back(scene, 2, client);
	assert_int_equal(session_of(scene, &nas)->until, until);
	assert_int_equal(scene->backs, 1);
}

static void test_of_who_was_up_for_too_long(void **state)
{
	struct scene *scene = *state;
	const uint16_t client = nas_hands_over(scene);

	proxy_host_is_up(scene->proxy, &nas);
	proxy_drop(scene->proxy, &nas);
	nas_says(scene, a_report(client));
	is_unknown(scene, 2, 1);
}

static void test_after_a_restart(void **state)
{
	struct scene *scene = *state;
	const uint16_t client = nas_hands_over(scene);
	struct session saved;

	proxy_host_is_up(scene->proxy, &nas);
	saved = scene->saved;
	scene->heard = 0;
	proxy_free(scene->proxy);
	scene->proxy = a_proxy(scene);
	proxy_restore(scene->proxy, &saved);
	nas_says(scene, a_report(client));
	is_taken_back(scene, 2, client);
}

static void test_a_report_withdraws_a_request_that_waits(void **state)
{
	struct npp_message message = a_request();
	struct scene *scene = *state;
	const uint16_t client = nas_hands_over(scene);

	message.transaction++;
	nas_says(scene, message);
	nas_says(scene, a_report(client));
	is_taken_back(scene, 2, client);
	nobody_claims(scene);
	assert_int_equal(scene->takes, 1);
	assert_int_equal(scene->sends, 2);
	assert_int_equal(count_of(scene, PROXY_COUNT_withdrawn), 1);
	assert_false(session_of(scene, &nas)->open);
}

static void test_who_handed_no_lease_over_is_told_of_none(void **state)
{
	struct scene *scene = *state;
	const uint16_t client = nas_hands_over(scene);

	scene->lease = (struct npp_wakeup_confirm){ .has_lease = true, .lease = 1 };
	nas_says(scene, a_report(client));
	assert_false(is_taken_back(scene, 2, client)->wakeup_confirm.has_lease);
}

static void test_how_the_lease_stands(void **state)
{
	static const struct npp_wakeup_confirm leases[] = {
		{ .has_lease = true,
		  .lease = NPP_LEASE_RENEWED,
		  .lease_total = 3600,
		  .lease_left = 1799 },
		{ .has_lease = true, .lease = NPP_LEASE_FAILED },
	};
	struct npp_message message = a_request();
	struct scene *scene = *state;
	uint16_t client;

	message.request.has_lease = true;
	nas_says(scene, message);
	nobody_claims(scene);
	client = is_confirmed(scene, 1);
	for (size_t i = 0; i < 2; i++) {
		const struct npp_wakeup_confirm *told;

		scene->lease = leases[i]; /* by now: also when it is said again */
		nas_says(scene, a_report(client));
		told = &is_taken_back(scene, i + 2, client)->wakeup_confirm;
		assert_true(told->has_lease);
		assert_int_equal(told->lease, leases[i].lease);
		assert_int_equal(told->lease_total, leases[i].lease_total);
		assert_int_equal(told->lease_left, leases[i].lease_left);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		PROXY_TEST(test_a_report_ends_the_session),
		PROXY_TEST(test_the_same_again_is_confirmed_again_and_no_more),
		PROXY_TEST(test_a_report_of_the_sleep_before),
		PROXY_TEST(test_with_another_client_identifier),
		PROXY_TEST(test_from_another_mac),
		PROXY_TEST(test_from_another_address),
		PROXY_TEST(test_of_who_never_slept),
		PROXY_TEST(test_of_who_was_seen_up_before),
		PROXY_TEST(test_of_who_was_up_for_too_long),
		PROXY_TEST(test_after_a_restart),
		PROXY_TEST(test_a_report_withdraws_a_request_that_waits),
		PROXY_TEST(test_who_handed_no_lease_over_is_told_of_none),
		PROXY_TEST(test_how_the_lease_stands),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
