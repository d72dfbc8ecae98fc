// SPDX-License-Identifier: GPL-2.0-or-later
/* What a proxy with keys remembers of what it was told, through restarts, and for how long. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "npp_server/record.h"
#include "support_proxy_keys.h"

enum { TRUSTED_MANY = 1024 };

static void restart(struct scene *scene)
{
	scene->heard = 0;
	proxy_free(scene->proxy);
	scene->proxy = a_proxy(scene);
	scene->sends = 0;
}

static void test_a_restart_forgets_nothing(void **state)
{
	struct voice first = signed_voice(1), second = signed_voice(2);
	struct scene *scene = *state;

	hands_over(scene, &first);
	says(scene, &second, a_part(22));
	restart(scene);
	proxy_restore_trust(scene->proxy, scene->trust_source, scene->trust);
	says(scene, &second, a_part(22));
	is_refused(scene, 1, PROXY_COUNT_repeated);
	says(scene, &first, a_request());
	is_refused(scene, 2, PROXY_COUNT_replayed);
	first.nonce = 3;
	says(scene, &first, a_request());
	nobody_claims(scene);
	is_confirmed(scene, 3);
}

static void test_a_record_that_makes_no_sense_is_passed_over(void **state)
{
	struct json_object *nonsense = json_tokener_parse("{\"time\": 1}");
	const struct voice voice = signed_voice(1);
	struct scene *scene = *state;

	proxy_restore_trust(scene->proxy, home, NULL);
	proxy_restore_trust(scene->proxy, home, nonsense);
	json_object_put(nonsense);
	assert_int_equal(HASH_COUNT(scene->proxy->trusted), 0);
	hands_over(scene, &voice);
}

static void restore_many(struct scene *scene, unsigned count, uint64_t time)
{
	const struct npp_replay last = { .time = time, .nonces = { 1 }, .nonce_count = 1 };
	struct json_object *record = record_of_last(&last);

	for (unsigned i = 0; i < count; i++) {
		const struct ipv4 source = { { 10, (uint8_t)(time & 1), (uint8_t)(i >> 8),
			                       (uint8_t)i } };

		proxy_restore_trust(scene->proxy, source, record);
	}
	json_object_put(record);
}

static void test_of_many_those_that_are_stale_are_forgotten(void **state)
{
	const struct voice voice = signed_voice(1);
	struct scene *scene = *state;
	const uint64_t old = (now_s() - 2 * NPP_STALE_AFTER) & ~1ULL, young = now_s() | 1;

	restore_many(scene, 24, young);
	restore_many(scene, TRUSTED_MANY - 25, old);
	assert_int_equal(HASH_COUNT(scene->proxy->trusted), TRUSTED_MANY - 1);
	hands_over(scene, &voice); /* there is room for one more */
	assert_int_equal(scene->distrusts, 0);
	restore_many(scene, 25, young);
	assert_int_equal(scene->distrusts, TRUSTED_MANY - 25);
	assert_int_equal(scene->trust_forgotten.octet[0], 10);
	assert_int_equal(scene->trust_forgotten.octet[1], 0);
	assert_int_equal(HASH_COUNT(scene->proxy->trusted), 26);
}

static void test_nobody_is_forgotten_who_could_be_replayed(void **state)
{
	const struct voice voice = signed_voice(1);
	struct scene *scene = *state;

	restore_many(scene, TRUSTED_MANY, (now_s() - NPP_STALE_AFTER + 5) & ~1ULL);
	hands_over(scene, &voice);
	assert_int_equal(scene->distrusts, 0);
	assert_int_equal(HASH_COUNT(scene->proxy->trusted), TRUSTED_MANY + 1);
}

/* Of a host that is known nobody is asked to make room. */
static void test_many_that_are_known(void **state)
{
	const struct voice voice = signed_voice(1);
	struct voice later = signed_voice(2);
	struct scene *scene = *state;

	hands_over(scene, &voice);
	restore_many(scene, TRUSTED_MANY - 1, (now_s() - 2 * NPP_STALE_AFTER) & ~1ULL);
	says(scene, &later, a_part(22));
	assert_int_equal(scene->distrusts, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		KEYS_TEST(test_a_restart_forgets_nothing),
		KEYS_TEST(test_a_record_that_makes_no_sense_is_passed_over),
		KEYS_TEST(test_of_many_those_that_are_stale_are_forgotten),
		KEYS_TEST(test_nobody_is_forgotten_who_could_be_replayed),
		KEYS_TEST(test_many_that_are_known),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
