// SPDX-License-Identifier: GPL-2.0-or-later
/* Which signed messages were made just now: the boundaries of time, and what comes again. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "support_npp_authentication.h"

#define T ((uint64_t)NEW_YEAR)

static struct npp_keys keys;

static int make_keys(void **state)
{
	(void)state;
	keys = some_keys();
	return 0;
}

static struct npp_message signed_with_its_code(struct npp_message message)
{
	uint8_t octets[NPP_MESSAGE_MAX];
	const size_t length = npp_write(&message, NPP_ICMP_TYPE, octets);

	assert_true(npp_sign(octets, length, &message, &keys.key[0], home, proxy));
	return message;
}

/* As a proxy does: what is fresh is accepted. */
static enum npp_auth_error hear(struct npp_replay *last, struct npp_message message, uint64_t now)
{
	const struct npp_message heard = signed_with_its_code(message);
	const enum npp_auth_error mistrust = npp_check_replay(last, &heard, now);

	if (mistrust == NPP_AUTH_ERROR_none)
		npp_record_nonce(last, &heard);
	return mistrust;
}

struct step {
	uint64_t time, nonce, now;
	enum npp_auth_error mistrust;
};

#define FRESH NPP_AUTH_ERROR_none
#define STALE NPP_AUTH_ERROR_stale
#define REPLAYED NPP_AUTH_ERROR_replayed
#define REPEATED NPP_AUTH_ERROR_repeated

static void walk(struct npp_replay *last, const struct step *steps, size_t count)
{
	for (size_t i = 0; i < count; i++)
		assert_int_equal(
			hear(last, a_report_of(steps[i].time, steps[i].nonce), steps[i].now),
			steps[i].mistrust);
}

#define WALK(...) \
	walk(&(struct npp_replay){ 0 }, (const struct step[]){ __VA_ARGS__ }, \
	     sizeof((const struct step[]){ __VA_ARGS__ }) / sizeof(struct step))

static void five_minutes_to_either_side(void **state)
{
	(void)state;
	WALK({ T, 1, T, FRESH });
	WALK({ T - 300, 1, T, FRESH });
	WALK({ T - 301, 1, T, STALE });
	WALK({ T + 300, 1, T, FRESH });
	WALK({ T + 301, 1, T, STALE });
}

static void at_the_ends_of_time(void **state)
{
	(void)state;
	WALK({ 0, 0, 0, FRESH }, { 0, 0, 0, REPEATED }, { 0, 1, 0, FRESH });
	WALK({ 300, 1, 0, FRESH });
	WALK({ 301, 1, 0, STALE });
	WALK({ 0, 1, 301, STALE });
	WALK({ UINT64_MAX, 1, 0, STALE });
	WALK({ 0, 1, UINT64_MAX, STALE });
	WALK({ UINT64_MAX, 1, UINT64_MAX - 300, FRESH });
	WALK({ UINT64_MAX - 301, 1, UINT64_MAX, STALE });
}

static void later_messages(void **state)
{
	(void)state;
	WALK({ T, 1, T, FRESH }, { T + 1, 1, T, FRESH }, { T + 2, 2, T, FRESH });
}

static void the_same_time_with_another_nonce(void **state)
{
	(void)state;
	WALK({ T, 1, T, FRESH }, { T, 2, T, FRESH }, { T, 0, T, FRESH });
}

static void the_last_one_again(void **state)
{
	(void)state;
	WALK({ T, 1, T, FRESH }, { T, 1, T, REPEATED }, { T, 1, T + 7, REPEATED },
	     { T, 2, T + 7, FRESH }, { T, 2, T + 8, REPEATED }, { T + 9, 2, T + 9, FRESH },
	     { T + 9, 2, T + 9, REPEATED });
}

static void the_last_but_one_again(void **state)
{
	(void)state;
	WALK({ T, 1, T, FRESH }, { T, 2, T, FRESH }, { T, 1, T, REPLAYED }, { T, 2, T, REPEATED },
	     { T + 1, 2, T, FRESH }, { T, 2, T, REPLAYED }, { T, 3, T, REPLAYED });
}

/* No answer has to be kept for longer. */
static void the_last_one_becomes_stale(void **state)
{
	(void)state;
	WALK({ T, 1, T - 300, FRESH }, { T, 1, T + 300, REPEATED }, { T, 1, T + 301, STALE });
}

static void another_message_with_a_nonce_that_was(void **state)
{
	struct npp_replay last = { 0 };
	struct npp_message message = a_report_of(T, 1);

	(void)state;
	assert_int_equal(hear(&last, message, T), FRESH);
	message.report.id++;
	assert_int_equal(hear(&last, message, T), REPLAYED);
	message.authentication.nonce++;
	assert_int_equal(hear(&last, message, T), FRESH);
	assert_int_equal(hear(&last, message, T), REPEATED);
}

static void more_in_a_second_than_are_remembered(void **state)
{
	struct npp_replay last = { 0 };

	(void)state;
	for (uint64_t nonce = 0; nonce < NPP_NONCES; nonce++)
		assert_int_equal(hear(&last, a_report_of(T, nonce), T), FRESH);
	for (uint64_t nonce = 0; nonce < NPP_NONCES - 1; nonce++)
		assert_int_equal(hear(&last, a_report_of(T, nonce), T), REPLAYED);
	assert_int_equal(hear(&last, a_report_of(T, NPP_NONCES - 1), T), REPEATED);
	assert_int_equal(hear(&last, a_report_of(T, NPP_NONCES), T), REPLAYED);
	for (uint64_t nonce = 0; nonce < NPP_NONCES; nonce++)
		assert_int_equal(hear(&last, a_report_of(T + 1, nonce), T), FRESH);
	assert_int_equal(hear(&last, a_report_of(T + 1, NPP_NONCES), T), REPLAYED);
}

static void what_is_refused_changes_nothing(void **state)
{
	const struct npp_message refused[] = {
		signed_with_its_code(a_report_of(T + 301, 1)),
		signed_with_its_code(a_report_of(T - 1, 1)),
		signed_with_its_code(a_report_of(T, 1)),
	};
	struct npp_replay last = { 0 }, before;

	(void)state;
	assert_int_equal(hear(&last, a_report_of(T, 1), T), FRESH);
	assert_int_equal(hear(&last, a_report_of(T, 2), T), FRESH);
	before = last;
	EACH(i, refused)
	{
		assert_int_not_equal(npp_check_replay(&last, &refused[i], T), FRESH);
		assert_memory_equal(&last, &before, sizeof(last));
	}
}

/* 599 s, from 299 ahead of the proxy to 300 behind it: ten minutes later all is well. */
static void a_hosts_clock_that_is_set_back(void **state)
{
	(void)state;
	WALK({ T + 299, 1, T, FRESH }, { T - 301, 2, T, STALE }, { T - 300, 2, T, REPLAYED },
	     { T + 298, 3, T + 598, REPLAYED }, { T + 299, 4, T + 599, FRESH },
	     { T + 300, 1, T + 600, FRESH });
}

static void a_hosts_clock_that_is_wrong_for_a_while(void **state)
{
	(void)state;
	WALK({ T, 1, T, FRESH }, { T + 86400, 2, T + 1, STALE }, { T + 2, 3, T + 2, FRESH },
	     { T - 86400, 4, T + 3, STALE }, { T + 4, 5, T + 4, FRESH });
}

static void a_proxys_clock_that_is_wrong_for_a_while(void **state)
{
	(void)state;
	WALK({ T, 1, T, FRESH }, { T + 1, 2, T + 86400, STALE }, { T + 2, 3, T - 86400, STALE },
	     { T + 3, 4, T + 3, FRESH });
}

/* Nothing that was recorded before is believed because of it, nor anything else. */
static void both_clocks_set_back(void **state)
{
	(void)state;
	WALK({ T - 5, 1, T - 5, FRESH }, { T + 86400, 2, T + 86400, FRESH },
	     { T - 5, 1, T, REPLAYED }, { T, 3, T, REPLAYED }, { T + 86400, 3, T + 86399, FRESH });
}

enum { HEARD = 20000, NONCES = 12 };

/* The same rules from all that was ever accepted. */
struct story {
	struct step accepted[HEARD];
	size_t count;
};

static enum npp_auth_error tell(const struct story *story, uint64_t time, uint64_t nonce,
                                uint64_t now)
{
	static const struct step none = { .time = UINT64_MAX };
	const struct step *last = story->count ? &story->accepted[story->count - 1] : &none;
	size_t same_time = 0;

	if (time + 300 < now || time > now + 300)
		return STALE;
	if (last->time == time && last->nonce == nonce)
		return REPEATED;
	for (size_t i = 0; i < story->count; i++) {
		const struct step *accepted = &story->accepted[i];

		if (accepted->time > time || (accepted->time == time && accepted->nonce == nonce))
			return REPLAYED;
		same_time += accepted->time == time;
	}
	return same_time < NPP_NONCES ? FRESH : REPLAYED;
}

static uint32_t below(uint32_t limit)
{
	static uint64_t seed = 1;

	seed = seed * 6364136223846793005 + 1442695040888963407;
	return (uint32_t)(seed >> 32) % limit;
}

static void thousands_of_messages(void **state)
{
	static struct story story;
	size_t counts[NPP_AUTH_ERROR_COUNT] = { 0 };
	struct npp_replay last = { 0 };
	uint64_t now = T;

	(void)state;
	for (size_t i = 0; i < HEARD; i++) {
		const uint64_t time = below(8) ? last.time + !below(12) : now - 400 + below(800);
		const uint64_t nonce = below(NONCES);
		const enum npp_auth_error expected = tell(&story, time, nonce, now);

		assert_int_equal(hear(&last, a_report_of(time, nonce), now), expected);
		counts[expected]++;
		if (expected == FRESH)
			story.accepted[story.count++] =
				(struct step){ .time = time, .nonce = nonce };
		now = below(100) ? now + !below(12) : now - 200 + below(600);
	}
	assert_true(counts[FRESH] > 1000 && counts[STALE] > 1000 && counts[REPLAYED] > 1000 &&
	            counts[REPEATED] > 100);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(five_minutes_to_either_side),
		cmocka_unit_test(at_the_ends_of_time),
		cmocka_unit_test(later_messages),
		cmocka_unit_test(the_same_time_with_another_nonce),
		cmocka_unit_test(the_last_one_again),
		cmocka_unit_test(the_last_but_one_again),
		cmocka_unit_test(the_last_one_becomes_stale),
		cmocka_unit_test(another_message_with_a_nonce_that_was),
		cmocka_unit_test(more_in_a_second_than_are_remembered),
		cmocka_unit_test(what_is_refused_changes_nothing),
		cmocka_unit_test(a_hosts_clock_that_is_set_back),
		cmocka_unit_test(a_hosts_clock_that_is_wrong_for_a_while),
		cmocka_unit_test(a_proxys_clock_that_is_wrong_for_a_while),
		cmocka_unit_test(both_clocks_set_back),
		cmocka_unit_test(thousands_of_messages),
	};

	return cmocka_run_group_tests(tests, make_keys, NULL);
}
