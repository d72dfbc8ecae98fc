// SPDX-License-Identifier: GPL-2.0-or-later
/* What becomes of sessions in time: when hosts are woken, and how long they may report. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "support_proxy_voice.h"

enum { DAY = 24 * 3600 };

static struct session kept(const struct mac *mac, bool open, int64_t until)
{
	return (struct session){ .mac = *mac,
		                 .client = 77,
		                 .transaction = TRANSACTION,
		                 .open = open,
		                 .until = until,
		                 .handover = { .address_count = 1, .has_lease = true },
		                 .parts = { 5 },
		                 .part_count = 1 };
}

/* As an earlier daemon saved it. */
static void restore(struct scene *scene, struct session session)
{
	proxy_restore(scene->proxy, &session);
}

static struct agreement *agreement_of(struct scene *scene, const struct mac *mac)
{
	struct agreement *agreement = agreement_find(scene->proxy, mac);

	assert_non_null(agreement);
	return agreement;
}

static int64_t timer_of(struct scene *scene, const struct mac *mac)
{
	struct timeval due, now;

	if (!event_pending(agreement_of(scene, mac)->timer, EV_TIMEOUT, &due))
		return -1;
	evutil_gettimeofday(&now, NULL);
	return due.tv_sec - now.tv_sec;
}

static void test_the_sleep_timer_wakes_once(void **state)
{
	struct scene *scene = *state;
	const int64_t due = clock_boot_ms() + 100;

	restore(scene, kept(&nas, true, due));
	assert_int_equal(scene->wakes, 0);
	while (!scene->wakes && clock_boot_ms() < due + 10000)
		event_base_loop(scene->base, EVLOOP_ONCE);
	assert_in_range(clock_boot_ms(), due, due + 5000);
	assert_int_equal(scene->wakes, 1);
	assert_memory_equal(&scene->woken[0], &nas, sizeof(nas));
	assert_int_equal(session_of(scene, &nas)->until, 0);
	assert_true(session_of(scene, &nas)->open);
	assert_int_equal(scene->saves, 1);
	assert_int_equal(scene->saved.until, 0);
	assert_int_equal(timer_of(scene, &nas), -1);
	wait_ms(scene, 50);
	assert_int_equal(scene->wakes, 1);
	assert_int_equal(scene->drops, 0);
}

static void test_a_timer_that_was_over_before_the_start(void **state)
{
	struct scene *scene = *state;

	restore(scene, kept(&nas, true, 1));
	restore(scene, kept(&tv, true, 0));
	assert_int_equal(timer_of(scene, &tv), -1);
	wait_ms(scene, 20);
	assert_int_equal(scene->wakes, 1);
	assert_memory_equal(&scene->woken[0], &nas, sizeof(nas));
}

static void test_a_far_timer_is_reached_by_naps(void **state)
{
	struct scene *scene = *state;
	struct agreement *agreement;
	int64_t until = clock_boot_ms() + 40 * DAY * INT64_C(1000);

	restore(scene, kept(&nas, true, until));
	agreement = agreement_of(scene, &nas);
	assert_in_range(timer_of(scene, &nas), DAY - 2, DAY);
	event_del(agreement->timer);
	event_active(agreement->timer, EV_TIMEOUT, 1);
	wait_ms(scene, 10);
	assert_int_equal(scene->wakes + scene->saves, 0);
	assert_int_equal(agreement->session.until, until);
	assert_in_range(timer_of(scene, &nas), DAY - 2, DAY);
}

static void test_a_timer_of_an_hour(void **state)
{
	struct npp_message message = a_request();
	struct scene *scene = *state;

	message.request.timer = 3600;
	nas_says(scene, message);
	nobody_claims(scene);
	assert_in_range(timer_of(scene, &nas), 3598, 3600);
	message = a_request();
	message.transaction++;
	nas_says(scene, message);
	nobody_claims(scene);
	assert_int_equal(timer_of(scene, &nas), -1);
}

/* The loop's clock stood still, that of sessions did not. */
static void test_what_was_due_while_the_machine_was_suspended(void **state)
{
	struct scene *scene = *state;

	restore(scene, kept(&nas, true, clock_boot_ms() + 3600000));
	restore(scene, kept(&tv, true, clock_boot_ms() + 3600000));
	agreement_of(scene, &nas)->session.until = clock_boot_ms() - 1;
	wait_ms(scene, 20);
	assert_int_equal(scene->wakes, 0);
	proxy_resume(scene->proxy);
	wait_ms(scene, 20);
	assert_int_equal(scene->wakes, 1);
	assert_memory_equal(&scene->woken[0], &nas, sizeof(nas));
}

static void test_a_host_that_is_up_has_an_hour_to_report(void **state)
{
	struct npp_message message = a_request();
	struct scene *scene = *state;
	int64_t until;

	message.request.timer = 60;
	nas_says(scene, message);
	nobody_claims(scene);
	proxy_host_is_up(scene->proxy, &tv);
	assert_int_equal(scene->saves, 1);
	proxy_host_is_up(scene->proxy, &nas);
	until = session_of(scene, &nas)->until;
	assert_false(session_of(scene, &nas)->open);
	assert_in_range(until, clock_boot_ms() + SESSION_AFTERMATH - 1000,
	                clock_boot_ms() + SESSION_AFTERMATH);
	assert_in_range(timer_of(scene, &nas), 3598, 3600);
	assert_int_equal(scene->saves, 2);
	assert_false(scene->saved.open);
	assert_int_equal(session_of(scene, &nas)->handover.address_count, 1);
	wait_ms(scene, 10);
	proxy_host_is_up(scene->proxy, &nas);
	assert_int_equal(session_of(scene, &nas)->until, until);
	assert_int_equal(scene->saves + scene->drops, 2);
}

static void is_dropped(struct scene *scene, const struct mac *mac)
{
	const struct session *session = session_of(scene, mac);

	assert_int_equal(scene->drops, 1);
	assert_false(scene->dropped[0].forget);
	assert_memory_equal(&scene->dropped[0].session.mac, mac, sizeof(*mac));
	assert_int_equal(scene->dropped[0].session.handover.address_count, 1);
	assert_int_equal(session->until, 0);
	assert_int_equal(session->handover.address_count, 0);
	assert_false(session->handover.has_lease);
	assert_int_equal(session->part_count, 0);
	assert_int_equal(session->client, 77); /* for as long as its MAC is known */
	assert_int_equal(scene->saves, 1);
	assert_int_equal(scene->saved.handover.address_count, 0);
	assert_int_equal(timer_of(scene, mac), -1);
}

static void test_after_the_hour_what_it_said_counts_no_more(void **state)
{
	struct scene *scene = *state;
	const int64_t due = clock_boot_ms() + 50;

	restore(scene, kept(&nas, false, due));
	while (!scene->drops && clock_boot_ms() < due + 10000)
		event_base_loop(scene->base, EVLOOP_ONCE);
	assert_in_range(clock_boot_ms(), due, due + 5000);
	is_dropped(scene, &nas);
	wait_ms(scene, 20);
	assert_int_equal(scene->drops, 1);
	assert_int_equal(scene->wakes, 0);
}

static void test_what_another_claims_counts_no_more_at_once(void **state)
{
	struct scene *scene = *state;

	restore(scene, kept(&nas, false, clock_boot_ms() + 3600000));
	restore(scene, kept(&tv, true, 0));
	proxy_drop(scene->proxy, &(struct mac){ { 2 } });
	proxy_drop(scene->proxy, &tv); /* who sleeps keeps his own */
	assert_int_equal(scene->drops + scene->saves, 0);
	proxy_drop(scene->proxy, &nas);
	is_dropped(scene, &nas);
	assert_int_equal(session_of(scene, &tv)->handover.address_count, 1);
}

static void test_a_forgotten_host_is_unknown(void **state)
{
	struct scene *scene = *state;

	restore(scene, kept(&nas, true, clock_boot_ms() + 20));
	restore(scene, kept(&tv, true, clock_boot_ms() + 20));
	proxy_forget(scene->proxy, &nas);
	assert_null(proxy_find(scene->proxy, &nas));
	wait_ms(scene, 50);
	assert_int_equal(scene->wakes, 1);
	assert_memory_equal(&scene->woken[0], &tv, sizeof(tv));
	assert_int_equal(scene->drops, 0);
	proxy_forget(scene->proxy, &nas);
}

static void test_a_restored_session_goes_on(void **state)
{
	struct session session = kept(&nas, true, 0);
	struct scene *scene = *state;
	uint8_t octets[NPP_MESSAGE_MAX];
	const struct voice voice = nas_voice();

	session.parts[0] = session_part(octets, octets_of(scene, &voice, a_request(), octets));
	restore(scene, session);
	assert_int_equal(scene->saves, 0);
	nas_says(scene, a_request());
	assert_int_equal(is_confirmed(scene, 1), 77);
	session.client = 78; /* what the proxy knows itself is newer */
	restore(scene, session);
	assert_int_equal(session_of(scene, &nas)->client, 77);
}

static void count_one(void *context, struct session *session)
{
	unsigned *clients = context;

	*clients += session->client;
}

static void test_each_session(void **state)
{
	struct scene *scene = *state;
	unsigned clients = 0;

	proxy_each(scene->proxy, count_one, &clients);
	assert_int_equal(clients, 0);
	restore(scene, kept(&nas, true, 0));
	restore(scene, kept(&tv, false, 0));
	proxy_each(scene->proxy, count_one, &clients);
	assert_int_equal(clients, 2 * 77);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		PROXY_TEST(test_the_sleep_timer_wakes_once),
		PROXY_TEST(test_a_timer_that_was_over_before_the_start),
		PROXY_TEST(test_a_far_timer_is_reached_by_naps),
		PROXY_TEST(test_a_timer_of_an_hour),
		PROXY_TEST(test_what_was_due_while_the_machine_was_suspended),
		PROXY_TEST(test_a_host_that_is_up_has_an_hour_to_report),
		PROXY_TEST(test_after_the_hour_what_it_said_counts_no_more),
		PROXY_TEST(test_what_another_claims_counts_no_more_at_once),
		PROXY_TEST(test_a_forgotten_host_is_unknown),
		PROXY_TEST(test_a_restored_session_goes_on),
		PROXY_TEST(test_each_session),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
