// SPDX-License-Identifier: GPL-2.0-or-later
/* Hosts that are known for their handover alone: how many, and which gives way to another. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "support_proxy_voice.h"

enum { REPORT_TIME = 300000 };

/* Is there room for one host more, of `hosts_max` that are there? */
static bool has_room(struct scene *scene)
{
	const struct voice voice = voice_of(99);
	const size_t takes = scene->takes;

	says(scene, &voice, request_of(&voice));
	nobody_claims(scene);
	assert_int_equal(answer(scene, scene->sends, NPP_SLEEP_CONFIRM)->code,
	                 scene->takes > takes ? NPP_SUCCESS : NPP_FAIL);
	return scene->takes > takes;
}

static void guests(struct scene *scene)
{
	for (unsigned i = 1; i <= scene->settings.hosts_max; i++) {
		const struct voice voice = voice_of(i);

		hands_over(scene, &voice);
	}
}

static void was_up(struct scene *scene, unsigned guest, int64_t ms_ago)
{
	const struct mac mac = voice_of(guest).mac;

	proxy_host_is_up(scene->proxy, &mac);
	agreement_find(scene->proxy, &mac)->session.until =
		clock_boot_ms() + SESSION_AFTERMATH - ms_ago;
}

static void reports(struct scene *scene, unsigned guest)
{
	const struct voice voice = voice_of(guest);
	const struct session *session = session_of(scene, &voice.mac);
	struct npp_message report = a_report(session->client);

	report.transaction = session->transaction;
	says(scene, &voice, report);
	assert_int_equal(scene->sent[scene->sends - 1].message.subtype, NPP_WAKEUP_CONFIRM);
	assert_int_equal(scene->sent[scene->sends - 1].message.code, NPP_SUCCESS);
}

static void gave_way(struct scene *scene, unsigned guest)
{
	const struct mac mac = voice_of(guest).mac;
	const struct dropped *dropped = &scene->dropped[scene->drops - 1];

	assert_int_equal(scene->drops, 1);
	assert_true(dropped->forget);
	assert_memory_equal(&dropped->session.mac, &mac, sizeof(mac));
	assert_null(proxy_find(scene->proxy, &mac));
	assert_int_equal(HASH_COUNT(scene->proxy->agreements), scene->settings.hosts_max);
}

static void test_no_sleeper_gives_way(void **state)
{
	struct scene *scene = *state;

	guests(scene);
	assert_false(has_room(scene));
	assert_int_equal(scene->drops, 0);
}

static void test_who_reported_gives_way(void **state)
{
	struct scene *scene = *state;

	guests(scene);
	reports(scene, 3);
	assert_true(has_room(scene));
	gave_way(scene, 3);
}

static void test_who_gives_way_is_gone_though_nobody_says_so(void **state)
{
	struct scene *scene = *state;

	scene->forgets_in_silence = true;
	guests(scene);
	reports(scene, 1);
	assert_true(has_room(scene));
	gave_way(scene, 1);
}

static void test_who_may_still_report_does_not(void **state)
{
	struct scene *scene = *state;

	guests(scene);
	was_up(scene, 2, 0);
	assert_false(has_room(scene));
	was_up(scene, 2, REPORT_TIME - 5000);
	assert_false(has_room(scene));
	was_up(scene, 2, REPORT_TIME + 1);
	assert_true(has_room(scene));
	gave_way(scene, 2);
}

/* That it reported from an earlier sleep is no sign that it has from this. */
static void test_a_report_counts_for_its_own_sleep(void **state)
{
	const struct voice voice = voice_of(1);
	struct npp_message message = request_of(&voice);
	struct scene *scene = *state;

	guests(scene);
	reports(scene, 1);
	message.transaction++;
	says(scene, &voice, message);
	nobody_claims(scene);
	proxy_host_is_up(scene->proxy, &voice.mac);
	assert_false(has_room(scene));
	reports(scene, 1);
	assert_true(has_room(scene));
	gave_way(scene, 1);
}

static void test_who_was_up_for_the_longest_gives_way(void **state)
{
	struct scene *scene = *state;

	guests(scene);
	was_up(scene, 4, 2 * REPORT_TIME);
	was_up(scene, 2, 4 * REPORT_TIME);
	was_up(scene, 1, 3 * REPORT_TIME);
	assert_true(has_room(scene));
	gave_way(scene, 2);
}

static void test_whose_aftermath_is_over_gives_way_first(void **state)
{
	const struct mac third = voice_of(3).mac;
	struct scene *scene = *state;

	guests(scene);
	was_up(scene, 1, SESSION_AFTERMATH - 1000);
	was_up(scene, 3, 0);
	proxy_drop(scene->proxy, &third);
	scene->drops = 0;
	assert_true(has_room(scene));
	gave_way(scene, 3);
}

static void test_hosts_that_people_know_take_no_room_and_give_none(void **state)
{
	struct scene *scene = *state;

	scene->known[0] = nas;
	nas_hands_over(scene);
	proxy_host_is_up(scene->proxy, &nas);
	agreement_find(scene->proxy, &nas)->session.until = 1;
	guests(scene);
	assert_false(has_room(scene));
	assert_int_equal(scene->drops, 0);
	assert_non_null(proxy_find(scene->proxy, &nas));
}

/* `host add` says of a guest that it is one no more. */
static void test_a_guest_that_people_come_to_know(void **state)
{
	struct scene *scene = *state;

	guests(scene);
	was_up(scene, 1, SESSION_AFTERMATH);
	scene->known[0] = voice_of(1).mac;
	assert_true(has_room(scene));
	assert_int_equal(scene->drops, 0);
	assert_non_null(proxy_find(scene->proxy, &scene->known[0]));
	says(scene, &(struct voice){ .mac = tv, .source = elsewhere, .destination = us },
	     request_of(&(struct voice){ .mac = tv, .source = elsewhere }));
	nobody_claims(scene);
	assert_int_equal(count_of(scene, PROXY_COUNT_too_many_hosts), 1);
	assert_int_equal(scene->drops, 0);
}

static void test_restored_guests_are_guests(void **state)
{
	struct scene *scene = *state;

	for (unsigned i = 1; i <= scene->settings.hosts_max; i++) {
		const struct mac mac = voice_of(i).mac;

		proxy_restore(scene->proxy,
		              &(struct session){ .mac = mac, .client = 1, .open = true });
	}
	proxy_restore(scene->proxy,
	              &(struct session){ .mac = nas,
	                                 .client = 1,
	                                 .open = true }); /* more than may be now: nobody is lost */
	assert_false(has_room(scene));
	assert_int_equal(scene->drops, 0);
	assert_int_equal(HASH_COUNT(scene->proxy->agreements), scene->settings.hosts_max + 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		PROXY_TEST(test_no_sleeper_gives_way),
		PROXY_TEST(test_who_reported_gives_way),
		PROXY_TEST(test_who_gives_way_is_gone_though_nobody_says_so),
		PROXY_TEST(test_who_may_still_report_does_not),
		PROXY_TEST(test_a_report_counts_for_its_own_sleep),
		PROXY_TEST(test_who_was_up_for_the_longest_gives_way),
		PROXY_TEST(test_whose_aftermath_is_over_gives_way_first),
		PROXY_TEST(test_hosts_that_people_know_take_no_room_and_give_none),
		PROXY_TEST(test_a_guest_that_people_come_to_know),
		PROXY_TEST(test_restored_guests_are_guests),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
