/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The proxy of support_proxy.h with two keys, and hosts that have them. Include behind cmocka.h. */
#ifndef SLEEPPROXY_TESTS_PROXY_KEYS_H
#define SLEEPPROXY_TESTS_PROXY_KEYS_H

#include "support_proxy_voice.h"

static inline uint64_t now_s(void)
{
	return (uint64_t)clock_wall_ms() / 1000;
}

static inline int set_up_with_keys(void **state)
{
	struct scene *scene;
	int err = set_up(state);

	scene = *state;
	scene->keys.count = 2;
	scene->keys.key[0] = (struct npp_key){ .id = 7, .length = 16, .secret = { 1, 2, 3 } };
	scene->keys.key[1] = (struct npp_key){ .id = 200, .length = 64, .secret = { 9 } };
	scene->settings.keys = &scene->keys;
	proxy_set(scene->proxy, &scene->settings);
	return err;
}

#define KEYS_TEST(test) cmocka_unit_test_setup_teardown(test, set_up_with_keys, tear_down)

static inline struct voice signed_voice(uint64_t nonce)
{
	struct voice voice = nas_voice();

	voice.key = 7;
	voice.time = now_s();
	voice.nonce = nonce;
	return voice;
}

/* The last answer: with the asker's key and nonce, and our time. */
static inline void is_signed(struct scene *scene, const struct voice *voice)
{
	const struct sent *sent = &scene->sent[scene->sends - 1];
	const struct npp_authentication *said = &sent->message.authentication;

	assert_true(sent->message.authenticated);
	assert_int_equal(said->key, voice->key);
	assert_true(said->nonce == voice->nonce);
	assert_in_range(said->time, now_s() - 1, now_s());
	assert_int_equal(npp_verify(sent->octets, sent->datagram.length, &sent->message,
	                            &scene->keys, us, voice->source),
	                 NPP_AUTH_ERROR_none);
}

#endif
