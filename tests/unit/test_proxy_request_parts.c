// SPDX-License-Identifier: GPL-2.0-or-later
/* Sleep Requests that come again, in parts, in the place of others, or while one waits. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "support_proxy_voice.h"

static void test_the_same_again_is_confirmed_again_and_no_more(void **state)
{
	struct scene *scene = *state;
	const uint16_t client = nas_hands_over(scene);

	for (size_t i = 2; i < 5; i++) {
		nas_says(scene, a_request());
		assert_int_equal(is_confirmed(scene, i), client);
	}
	nobody_claims(scene);
	assert_int_equal(scene->asks + scene->takes + scene->saves, 3);
	assert_int_equal(count_of(scene, PROXY_COUNT_again), 3);
	assert_int_equal(count_of(scene, PROXY_COUNT_handed_over), 1);
}

static void test_the_same_again_while_it_waits(void **state)
{
	struct scene *scene = *state;

	nas_says(scene, a_request());
	nas_says(scene, a_request());
	nas_says(scene, a_request());
	assert_int_equal(count_of(scene, PROXY_COUNT_again), 2);
	assert_int_equal(scene->asks, 1);
	assert_int_equal(scene->sends, 0);
	nobody_claims(scene);
	is_confirmed(scene, 1);
	assert_int_equal(scene->takes, 1);
}

/* It has been under way for long, or somebody has recorded it. */
static void test_the_same_again_of_a_host_that_was_up_has_no_effect(void **state)
{
	struct scene *scene = *state;
	const uint16_t client = nas_hands_over(scene);

	proxy_host_is_up(scene->proxy, &nas);
	nas_says(scene, a_request());
	assert_int_equal(is_confirmed(scene, 2), client);
	nobody_claims(scene);
	assert_int_equal(scene->takes, 1);
	assert_false(session_of(scene, &nas)->open);
}

static void test_parts_of_one_transaction_add_up(void **state)
{
	struct npp_message lease = a_message(NPP_SLEEP_REQUEST), other = a_request();
	struct voice voice = nas_voice();
	const struct session *session;
	struct scene *scene = *state;
	const uint16_t client = nas_hands_over(scene);

	lease.request.has_lease = true;
	nas_says(scene, a_part(22));
	nas_says(scene, lease);
	assert_int_equal(is_confirmed(scene, 3), client);
	voice.source = other.request.pairs[0].address = elsewhere;
	says(scene, &voice, other);
	assert_memory_equal(&scene->asked[1], &elsewhere, sizeof(elsewhere));
	nobody_claims(scene);
	assert_int_equal(is_confirmed(scene, 4), client);
	session = session_of(scene, &nas);
	assert_int_equal(session->handover.address_count, 2);
	assert_int_equal(session->handover.port_count, 1);
	assert_true(session->handover.has_lease);
	assert_int_equal(session->part_count, 4);
	assert_int_equal(scene->takes, 4);
	assert_true(scene->taken[3].has_before);
	assert_int_equal(scene->taken[3].before.part_count, 3);
	assert_int_equal(scene->taken[3].session.handover.address_count, 2);
	nas_says(scene, a_part(22)); /* each of them is known again */
	nas_says(scene, a_request());
	assert_int_equal(count_of(scene, PROXY_COUNT_again), 2);
	assert_int_equal(scene->takes, 4);
}

static void test_a_part_that_cannot_be_taken_changes_nothing(void **state)
{
	struct scene *scene = *state;

	nas_hands_over(scene);
	scene->take_error = -ENOSPC;
	nas_says(scene, a_part(22));
	is_refused(scene, 2, PROXY_COUNT_no_room);
	assert_int_equal(session_of(scene, &nas)->part_count, 1);
	assert_false(session_of(scene, &nas)->handover.has_ports);
	assert_true(session_of(scene, &nas)->open);
	assert_int_equal(scene->saves, 1);
	scene->take_error = 0;
	nas_says(scene, a_part(22)); /* it was not carried out: it is not the same again */
	is_confirmed(scene, 3);
}

static void test_another_transaction_replaces(void **state)
{
	struct npp_message message = a_request();
	struct voice voice = nas_voice();
	const struct session *session;
	struct scene *scene = *state;

	message.request.timer = 3600;
	nas_says(scene, message);
	nobody_claims(scene);
	nas_says(scene, a_part(22));
	voice.source = elsewhere;
	message = request_of(&voice);
	message.transaction = 0x4321;
	says(scene, &voice, message);
	nobody_claims(scene);
	session = session_of(scene, &nas);
	assert_int_equal(session->transaction, 0x4321);
	assert_int_equal(session->part_count, 1);
	assert_int_equal(session->until, 0);
	assert_int_equal(session->handover.address_count, 1);
	assert_false(session->handover.has_ports);
	assert_true(scene->taken[2].has_before);
	assert_int_equal(scene->taken[2].before.transaction, TRANSACTION);
	message = a_part(22); /* of what is over there are no parts */
	says(scene, &voice, message);
	assert_int_equal(count_of(scene, PROXY_COUNT_no_address), 1);
}

static void test_no_parts_of_what_a_host_was_up_since(void **state)
{
	struct scene *scene = *state;

	nas_hands_over(scene);
	proxy_host_is_up(scene->proxy, &nas);
	nas_says(scene, a_part(22));
	is_refused(scene, 2, PROXY_COUNT_no_address);
	assert_false(session_of(scene, &nas)->open);
}

static void test_as_many_parts_as_there_may_be(void **state)
{
	struct scene *scene = *state;

	nas_hands_over(scene);
	for (uint16_t i = 1; i < SESSION_PARTS; i++) {
		nas_says(scene, a_part(i));
		is_confirmed(scene, i + 1);
		memset(&scene->proxy->rate, 0, sizeof(scene->proxy->rate));
	}
	nas_says(scene, a_part(SESSION_PARTS));
	is_refused(scene, SESSION_PARTS + 1, PROXY_COUNT_too_long);
	assert_int_equal(session_of(scene, &nas)->part_count, SESSION_PARTS);
	nas_says(scene, a_part(SESSION_PARTS - 1));
	assert_int_equal(count_of(scene, PROXY_COUNT_again), 1);
}

static void test_more_addresses_than_a_host_may_have(void **state)
{
	struct voice voice = nas_voice();
	struct scene *scene = *state;

	for (uint8_t i = 0; i <= HOST_ADDRESSES; i++) {
		voice.source.octet[3] = 20 + i;
		says(scene, &voice, request_of(&voice));
		nobody_claims(scene);
	}
	is_refused(scene, HOST_ADDRESSES + 1, PROXY_COUNT_too_long);
	assert_int_equal(scene->takes, HOST_ADDRESSES);
	assert_int_equal(session_of(scene, &nas)->handover.address_count, HOST_ADDRESSES);
}

static void test_a_timer_is_of_the_part_that_has_one(void **state)
{
	struct npp_message timer = a_message(NPP_SLEEP_REQUEST);
	struct scene *scene = *state;
	int64_t until;

	nas_hands_over(scene);
	timer.request.timer = UINT32_MAX;
	nas_says(scene, timer);
	until = clock_boot_ms() + (int64_t)UINT32_MAX * 1000;
	assert_in_range(session_of(scene, &nas)->until, until - 1000, until);
	until = session_of(scene, &nas)->until;
	nas_says(scene, a_part(22));
	assert_int_equal(session_of(scene, &nas)->until, until);
	wait_ms(scene, 20);
	assert_int_equal(scene->wakes, 0);
}

/* Whoever stands behind another proxy does so for all of the host's addresses. */
static void test_a_backup_asks_nobody_for_a_further_address_either(void **state)
{
	struct npp_message first = a_request(), further;
	struct voice voice = nas_voice();
	struct scene *scene = *state;

	first.request.backup_of = first_proxy;
	nas_says(scene, first);
	voice.source = elsewhere;
	further = request_of(&voice);
	says(scene, &voice, further);
	is_confirmed(scene, 2);
	assert_int_equal(scene->asks, 0);
	assert_memory_equal(&scene->taken[1].session.backup_of, &first_proxy, sizeof(first_proxy));
}

static void test_who_goes_first_may_be_said_later(void **state)
{
	struct npp_message backup = a_message(NPP_SLEEP_REQUEST);
	struct scene *scene = *state;

	nas_hands_over(scene);
	backup.request.backup_of = first_proxy;
	nas_says(scene, backup);
	is_confirmed(scene, 2);
	assert_memory_equal(&scene->taken[1].session.backup_of, &first_proxy, sizeof(first_proxy));
}

static void test_one_waits_at_a_time_of_a_host(void **state)
{
	struct npp_message another = a_request();
	struct scene *scene = *state;

	another.transaction++;
	nas_says(scene, a_request());
	nas_says(scene, another);
	assert_int_equal(count_of(scene, PROXY_COUNT_too_fast), 1);
	assert_int_equal(scene->sends, 0);
	nobody_claims(scene);
	assert_int_equal(session_of(scene, &nas)->transaction, TRANSACTION);
	nas_says(scene, another);
	nobody_claims(scene);
	assert_int_equal(session_of(scene, &nas)->transaction, TRANSACTION + 1);
	assert_int_equal(scene->takes, 2);
}

static void test_so_many_wait_at_a_time(void **state)
{
	enum { PENDING_MAX = 64 };
	struct scene *scene = *state;

	scene->settings.hosts_max = DEEDS;
	proxy_set(scene->proxy, &scene->settings);
	for (unsigned i = 1; i <= PENDING_MAX + 1; i++) {
		const struct voice voice = voice_of(i);

		says(scene, &voice, request_of(&voice));
	}
	assert_int_equal(HASH_COUNT(scene->proxy->pending), PENDING_MAX);
	assert_int_equal(count_of(scene, PROXY_COUNT_too_fast), 1);
	assert_int_equal(scene->sends, 0);
	nobody_claims(scene);
	assert_int_equal(scene->takes, PENDING_MAX);
	hands_over(scene, &(struct voice){ .mac = voice_of(65).mac,
	                                   .source = voice_of(65).source,
	                                   .destination = us });
}

static void test_a_host_that_is_forgotten_waits_no_more(void **state)
{
	struct scene *scene = *state;

	nas_says(scene, a_request());
	proxy_forget(scene->proxy, &tv);
	assert_int_equal(HASH_COUNT(scene->proxy->pending), 1);
	proxy_forget(scene->proxy, &nas);
	assert_int_equal(HASH_COUNT(scene->proxy->pending), 0);
	nobody_claims(scene);
	proxy_claimed(scene->proxy, home, &tv);
	assert_int_equal(scene->takes + scene->sends, 0);
	assert_int_equal(count_of(scene, PROXY_COUNT_withdrawn), 1);
}

/* As where its entry is written anew. */
static void test_a_host_that_is_forgotten_while_it_is_taken(void **state)
{
	struct scene *scene = *state;

	nas_hands_over(scene);
	scene->take_forgets = true;
	nas_says(scene, a_part(22));
	is_confirmed(scene, 2);
	assert_int_equal(session_of(scene, &nas)->part_count, 2);
	proxy_host_is_up(scene->proxy, &nas);
	assert_false(session_of(scene, &nas)->open);
}

static void test_a_proxy_may_go_while_requests_wait(void **state)
{
	const struct voice other = voice_of(30);
	struct scene *scene = *state;

	nas_says(scene, a_request());
	says(scene, &other, request_of(&other));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		PROXY_TEST(test_the_same_again_is_confirmed_again_and_no_more),
		PROXY_TEST(test_the_same_again_while_it_waits),
		PROXY_TEST(test_the_same_again_of_a_host_that_was_up_has_no_effect),
		PROXY_TEST(test_parts_of_one_transaction_add_up),
		PROXY_TEST(test_a_part_that_cannot_be_taken_changes_nothing),
		PROXY_TEST(test_another_transaction_replaces),
		PROXY_TEST(test_no_parts_of_what_a_host_was_up_since),
		PROXY_TEST(test_as_many_parts_as_there_may_be),
		PROXY_TEST(test_more_addresses_than_a_host_may_have),
		PROXY_TEST(test_a_timer_is_of_the_part_that_has_one),
		PROXY_TEST(test_a_backup_asks_nobody_for_a_further_address_either),
		PROXY_TEST(test_who_goes_first_may_be_said_later),
		PROXY_TEST(test_one_waits_at_a_time_of_a_host),
		PROXY_TEST(test_so_many_wait_at_a_time),
		PROXY_TEST(test_a_host_that_is_forgotten_waits_no_more),
		PROXY_TEST(test_a_host_that_is_forgotten_while_it_is_taken),
		PROXY_TEST(test_a_proxy_may_go_while_requests_wait),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
