// SPDX-License-Identifier: GPL-2.0-or-later
/* Which authenticated messages are new: the limits of their time, and what is repeated. */
#include "test.h"

#include <stdbool.h>
#include <string.h>

#include "npp_server/internal.h"
#include "support_npp_message.h"

#define T ((uint64_t)1704067200) /* 2024-01-01T00:00:00Z */
#define FRESH NPP_AUTH_ERROR_NONE
#define STALE NPP_AUTH_ERROR_STALE_TIME
#define REPLAY NPP_AUTH_ERROR_REPLAY
#define REPEATED NPP_AUTH_ERROR_REPEATED

static struct npp_message a_report(uint64_t time, uint64_t nonce)
{
	struct npp_message message = { .subtype = NPP_WAKEUP_REPORT, .authenticated = true };

	message.authentication =
		(struct npp_authentication){ .key = 7, .time = time, .nonce = nonce };
	return message;
}

static const struct ipv4 source = { { 192, 0, 2, 20 } };

static enum npp_auth_error receive(struct replay_cache *cache, struct npp_message message,
                                   uint64_t now)
{
	uint8_t *hmac = message.authentication.hmac;

	/* another for each message, as a real one */
	memset(hmac, 0xa5, NPP_HMAC);
	memcpy(hmac, &message.authentication.time, 8);
	memcpy(hmac + 8, &message.authentication.nonce, 8);
	memcpy(hmac + NPP_HMAC - 2, &message.client.id, 2);
	return replay_cache_check(cache, source, &message, now);
}

static const struct {
	const char *name;
	struct step {
		uint64_t time, nonce, now;
		enum npp_auth_error error;
	} steps[8]; /* up to one of zeros */
} sequences[] = {
	/* clang-format off */
	{ "five minutes late", { { T - 300, 1, T, FRESH } } },
	{ "later", { { T - 301, 1, T, STALE } } },
	{ "five minutes early", { { T + 300, 1, T, FRESH } } },
	{ "earlier", { { T + 301, 1, T, STALE } } },
	{ "the first seconds", { { 300, 1, 0, FRESH }, { 301, 1, 0, STALE }, { 0, 1, 301, STALE } } },
	{ "no wrap to the end", { { UINT64_MAX, 1, 0, STALE }, { UINT64_MAX, 1, UINT64_MAX - 300, FRESH } } },
	{ "no wrap to the start", { { 0, 1, UINT64_MAX, STALE }, { UINT64_MAX - 301, 1, UINT64_MAX, STALE } } },
	{ "later messages", { { T, 1, T, FRESH }, { T + 1, 1, T, FRESH }, { T + 2, 2, T, FRESH } } },
	{ "other nonces", { { T, 1, T, FRESH }, { T, 2, T, FRESH }, { T, 0, T, FRESH } } },
	{ "the last again", { { T, 1, T, FRESH }, { T, 1, T, REPEATED }, { T, 1, T + 7, REPEATED },
	                      { T, 2, T + 7, FRESH }, { T, 2, T + 8, REPEATED },
	                      { T + 9, 2, T + 9, FRESH }, { T + 9, 2, T + 9, REPEATED } } },
	{ "the last but one", { { T, 1, T, FRESH }, { T, 2, T, FRESH }, { T, 1, T, REPLAY },
	                        { T, 2, T, REPEATED }, { T + 1, 2, T, FRESH }, { T, 2, T, REPLAY },
	                        { T, 3, T, REPLAY } } },
	{ "repeated for ten minutes", { { T, 1, T - 300, FRESH }, { T, 1, T + 300, REPEATED },
	                                { T, 1, T + 301, STALE } } },
	{ "the host's clock is set back by 599 s", { { T + 299, 1, T, FRESH }, { T - 301, 2, T, STALE },
	  { T - 300, 2, T, REPLAY }, { T + 298, 3, T + 598, REPLAY }, { T + 299, 4, T + 599, FRESH },
	  { T + 300, 1, T + 600, FRESH } } },
	{ "the host's clock is wrong for a while", { { T, 1, T, FRESH }, { T + 86400, 2, T + 1, STALE },
	  { T + 2, 3, T + 2, FRESH }, { T - 86400, 4, T + 3, STALE }, { T + 4, 5, T + 4, FRESH } } },
	{ "the proxy's clock is wrong for a while", { { T, 1, T, FRESH }, { T + 1, 2, T + 86400, STALE },
	  { T + 2, 3, T - 86400, STALE }, { T + 3, 4, T + 3, FRESH } } },
	{ "both clocks are set back", { { T - 5, 1, T - 5, FRESH }, { T + 86400, 2, T + 86400, FRESH },
	  { T - 5, 1, T, REPLAY }, { T, 3, T, REPLAY }, { T + 86400, 3, T + 86399, FRESH } } },
	/* clang-format on */
};

TEST(sequences)
{
	EACH(i, sequences)
	{
		struct replay_cache cache = { .store = NULL };

		for (const struct step *step = sequences[i].steps; step->nonce || step->time;
		     step++)
			if (receive(&cache, a_report(step->time, step->nonce), step->now) !=
			    step->error)
				fail_msg("%s, step %td", sequences[i].name,
				         step - sequences[i].steps);
		replay_cache_done(&cache);
	}
}

TEST(another_message_with_the_same_nonce)
{
	struct replay_cache cache = { .store = NULL };
	struct npp_message message = a_report(T, 1);

	assert_int_equal(receive(&cache, message, T), FRESH);
	message.client.id++;
	assert_int_equal(receive(&cache, message, T), REPLAY);
	message.authentication.nonce++;
	assert_int_equal(receive(&cache, message, T), FRESH);
	assert_int_equal(receive(&cache, message, T), REPEATED);
	replay_cache_done(&cache);
}

TEST(more_messages_in_a_second_than_are_recorded)
{
	struct replay_cache cache = { .store = NULL };

	for (uint64_t time = T; time < T + 2; time++) {
		for (uint64_t nonce = 0; nonce < NPP_NONCES; nonce++)
			assert_int_equal(receive(&cache, a_report(time, nonce), T), FRESH);
		for (uint64_t nonce = 0; nonce < NPP_NONCES - 1; nonce++)
			assert_int_equal(receive(&cache, a_report(time, nonce), T), REPLAY);
		assert_int_equal(receive(&cache, a_report(time, NPP_NONCES - 1), T), REPEATED);
		assert_int_equal(receive(&cache, a_report(time, NPP_NONCES), T), REPLAY);
	}
	replay_cache_done(&cache);
}
