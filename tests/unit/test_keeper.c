// SPDX-License-Identifier: GPL-2.0-or-later
/* The keeper of leases, in as little real time as can be: what it asks, when, and what it tells. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "support_keeper.h"

static void test_it_asks_as_the_host_would(void **state)
{
	const struct dhcp_identity itself = {
		.client_id = { 3, { 1, 2, 3 } },
		.hostname = { 3, "nas" },
		.parameters = { 2, { 1, 3 } },
		.vendor_class = { 5, "udhcp" },
		.fqdn = { 4, { 0, 0, 0, 'n' } },
	};
	const struct lease_grant grant = {
		.address = home, .server = router, .seconds = 3600, .since = clock_boot_ms()
	};
	struct scene *scene = *state;
	const struct dhcp_message *request = &scene->sent->request;

	keeper_grant(scene->keeper, &nas, &grant, &itself);
	keeper_follow(scene->keeper, &nas, ASLEEP);
	assert_int_equal(scene->sends, 0); /* the loop's to do */
	wait_ms(scene, 10);
	assert_int_equal(scene->sends, 1);
	assert_memory_equal(&scene->sent->host, &nas, sizeof(nas));
	assert_memory_equal(&scene->sent->server, &router, sizeof(router));
	assert_false(scene->sent->to_all);
	assert_int_equal(request->type, DHCP_REQUEST);
	assert_int_equal(request->xid, lease_of(scene)->xid);
	assert_int_equal(request->secs, 0);
	assert_memory_equal(&request->chaddr, &nas, sizeof(nas));
	assert_memory_equal(&request->ciaddr, &home, sizeof(home));
	assert_memory_equal(&request->requested, &nowhere, sizeof(nowhere));
	assert_memory_equal(&request->server, &nowhere, sizeof(nowhere));
	assert_memory_equal(&request->identity, &itself, sizeof(itself));
	assert_int_equal(request->lease_time, 0);
}

static void test_an_answer_renews(void **state)
{
	struct scene *scene = *state;

	falls_asleep(scene, 0);
	wait_ms(scene, 10);
	assert_int_equal(scene->tales, 1);
	assert_int_equal(scene->told[0].event, KEEPER_LEARNT);
	hears_server(scene, DHCP_ACK, scene->sent->request.xid, 3600);
	assert_int_equal(scene->tales, 2);
	assert_int_equal(scene->told[1].event, KEEPER_RENEWED);
	assert_int_equal(scene->told[1].state, LEASE_BOUND);
	assert_true(scene->told[1].has_answer);
	assert_int_equal(count_of(scene, DHCP_COUNT_renewal), 1);
	hears_server(scene, DHCP_ACK, scene->sent->request.xid, 3600);
	assert_int_equal(count_of(scene, DHCP_COUNT_unasked), 1);
	wait_ms(scene, 50);
	assert_int_equal(scene->sends, 1);
	assert_int_equal(scene->tales, 2);
}

static void nothing(evutil_socket_t fd, short what, void *context)
{
	(void)fd;
	(void)what;
	(void)context;
}

/*
 * The rest of a second's lease without an answer, from 600 ms on: T2 is at 875 ms, so its server is
 * asked at 600, 738 and 838 ms, everybody at 875 and 975, and it is lost at 1000: once each. Where
 * libevent has other things to do, a timer that was set late in a callback ends early.
 */
static void test_a_lease_without_an_answer(void **state)
{
	static const int at[] = { 600, 738, 838, 875, 975 };
	static const struct timeval often = { .tv_usec = 2000 };
	struct scene *scene = *state;
	struct event *other = event_new(scene->base, -1, EV_PERSIST, nothing, NULL);
	int64_t begin;

	event_add(other, &often);
	scene->delay_us = 15000;
	falls_asleep(scene, at[0]);
	begin = lease_of(scene)->since;
	wait_ms(scene, 440);
	event_free(other);
	assert_int_equal(scene->sends, sizeof(at) / sizeof(*at));
	for (size_t i = 0; i < scene->sends; i++) {
		assert_int_equal(scene->sent[i].to_all, i >= 3);
		assert_in_range(scene->sent[i].at - begin, at[i] - 1, at[i] + 30);
		assert_true(!i || scene->sent[i].request.xid != scene->sent[i - 1].request.xid);
	}
	assert_int_equal(scene->tales, 3);
	assert_int_equal(scene->told[1].event, KEEPER_SILENCE);
	assert_int_equal(scene->told[2].event, KEEPER_LOST);
	assert_int_equal(scene->told[2].state, LEASE_LOST);
	assert_false(scene->told[2].has_answer);
}

static void test_a_refusal_loses(void **state)
{
	struct scene *scene = *state;

	falls_asleep(scene, 700);
	wait_ms(scene, 10);
	hears_server(scene, DHCP_NAK, scene->sent->request.xid, 0);
	assert_int_equal(scene->told[1].event, KEEPER_LOST);
	assert_true(scene->told[1].has_answer);
	wait_ms(scene, 120); /* in which it would be asked for again */
	assert_int_equal(scene->sends, 1);
	assert_int_equal(scene->tales, 2);
}

static void test_nothing_is_sent_while_the_datapath_says_it_is_up(void **state)
{
	struct scene *scene = *state;

	scene->asleep = false;
	falls_asleep(scene, 800);
	wait_ms(scene, 30); /* note_request would fail */
	assert_int_equal(lease_of(scene)->state, LEASE_RENEWING);
	scene->asleep = true;
	wait_ms(scene, 70); /* T2 is in between */
	assert_int_equal(scene->sends, 1);
	assert_true(scene->sent->to_all);
}

static void test_who_wakes_is_left_alone(void **state)
{
	static const enum host_state up[] = { AWAKE, DROWSY };
	struct scene *scene = *state;

	for (size_t i = 0; i < 2; i++) {
		falls_asleep(scene, 700);
		wait_ms(scene, 10);
		assert_int_equal(scene->sends, i + 1);
		keeper_follow(scene->keeper, &nas, up[i]);
		assert_false(lease_of(scene)->kept);
		assert_int_equal(lease_of(scene)->deadline, 0);
		hears_server(scene, DHCP_ACK, scene->sent[i].request.xid, 3600);
		assert_int_equal(lease_of(scene)->seconds, 1);
	}
	wait_ms(scene, 120); /* in which it would be asked for again */
	assert_int_equal(scene->sends, 2);
}

/* Whoever is being woken is answered for still. */
static void test_who_is_being_woken_is_kept(void **state)
{
	struct scene *scene = *state;

	falls_asleep(scene, 950);
	wait_ms(scene, 10);
	keeper_follow(scene->keeper, &nas, WAKING);
	assert_true(lease_of(scene)->kept);
	scene->asleep = false;
	wait_ms(scene, 70);
	assert_int_equal(lease_of(scene)->state, LEASE_LOST);
	keeper_follow(scene->keeper, &nas, ASLEEP); /* it did not wake */
	wait_ms(scene, 10);
	assert_int_equal(lease_of(scene)->state, LEASE_LOST);
	assert_int_equal(scene->sends, 1);
}

static void test_while_the_way_is_found_it_is_tried_again(void **state)
{
	struct scene *scene = *state;

	scene->results[0] = -EAGAIN;
	falls_asleep(scene, 300);
	wait_ms(scene, 10);
	assert_int_equal(scene->sends, 1);
	keeper_resume(scene->keeper); /* that does not put it off */
	wait_ms(scene, 220);
	assert_int_equal(scene->sends, 2);
	assert_false(scene->sent[1].to_all);
	assert_memory_equal(&scene->sent[1].request, &scene->sent[0].request,
	                    sizeof(struct dhcp_message));
	assert_in_range(scene->sent[1].at - scene->sent[0].at, 190, 230);
	wait_ms(scene, 70); /* and once more, as if it had gone out at once */
	assert_int_equal(scene->sends, 3);
	assert_in_range(scene->sent[2].at - lease_of(scene)->since, 585, 610);
	hears_server(scene, DHCP_ACK, scene->sent[2].request.xid, 3600);
	assert_int_equal(lease_of(scene)->state, LEASE_BOUND);
}

static void test_who_may_be_up_while_the_way_is_found_is_not_spoken_for(void **state)
{
	struct scene *scene = *state;

	scene->results[0] = -EAGAIN;
	falls_asleep(scene, 0);
	wait_ms(scene, 10);
	scene->asleep = false;
	wait_ms(scene, 220); /* note_request would fail */
	assert_int_equal(scene->sends, 1);
	assert_in_range(lease_of(scene)->deadline - clock_boot_ms(), 0, 1000);
}

/* A way that is not found makes no lease last longer. */
static void test_it_expires_while_the_way_is_found(void **state)
{
	struct scene *scene = *state;

	for (size_t i = 0; i < 4; i++)
		scene->results[i] = -EAGAIN;
	falls_asleep(scene, 850);
	wait_ms(scene, 230);
	assert_int_equal(lease_of(scene)->state, LEASE_LOST);
	for (size_t i = 0; i < scene->sends; i++)
		assert_true(scene->sent[i].at < lease_of(scene)->expires_at);
}

static void test_without_a_way_everybody_is_asked(void **state)
{
	struct scene *scene = *state;

	scene->results[0] = -ENETUNREACH;
	falls_asleep(scene, 0);
	wait_ms(scene, 10);
	assert_int_equal(scene->sends, 2);
	assert_false(scene->sent[0].to_all);
	assert_true(scene->sent[1].to_all);
	assert_memory_equal(&scene->sent[0].request, &scene->sent[1].request,
	                    sizeof(struct dhcp_message));
	hears_server(scene, DHCP_ACK, scene->sent[1].request.xid, 3600);
	assert_int_equal(scene->told[1].event, KEEPER_RENEWED);
}

/* A full queue, say: there is no way to be found, least of all to a server that nobody asks. */
static void test_a_broadcast_that_fails_is_not_sent_to_the_server(void **state)
{
	struct scene *scene = *state;

	scene->results[1] = -EAGAIN;
	falls_asleep(scene, 880); /* so that everybody is asked in half of the rest */
	wait_ms(scene, 160);
	assert_int_equal(scene->sends, 2);
	assert_true(scene->sent[1].to_all);
	assert_int_equal(lease_of(scene)->state, LEASE_LOST);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_it_asks_as_the_host_would),
		TEST(test_an_answer_renews),
		TEST(test_a_lease_without_an_answer),
		TEST(test_a_refusal_loses),
		TEST(test_nothing_is_sent_while_the_datapath_says_it_is_up),
		TEST(test_who_wakes_is_left_alone),
		TEST(test_who_is_being_woken_is_kept),
		TEST(test_while_the_way_is_found_it_is_tried_again),
		TEST(test_who_may_be_up_while_the_way_is_found_is_not_spoken_for),
		TEST(test_it_expires_while_the_way_is_found),
		TEST(test_without_a_way_everybody_is_asked),
		TEST(test_a_broadcast_that_fails_is_not_sent_to_the_server),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
