// SPDX-License-Identifier: GPL-2.0-or-later
/* Which authenticated messages are new, what is stored of them, and when it is dropped. */
#include "test.h"

#include "npp_server/internal.h"
#include "support_store.h"

#define T ((uint64_t)1704067200) /* 2024-01-01T00:00:00Z */
#define FRESH NPP_AUTH_ERROR_NONE
#define STALE NPP_AUTH_ERROR_STALE_TIME
#define REPLAY NPP_AUTH_ERROR_REPLAY
#define REPEATED NPP_AUTH_ERROR_REPEATED

enum { ENTRIES_MAX = 1024 };

/* A message; a real one has another HMAC than others have, too. */
static enum npp_auth_error receive(struct replay_cache *cache, struct ipv4 source, uint64_t time,
                                   uint64_t nonce, uint8_t content, uint64_t now)
{
	struct npp_message message = {
		.authenticated = true, .authentication = { .key = 7, .time = time, .nonce = nonce }
	};
	uint8_t *hmac = message.authentication.hmac;

	memset(hmac, 0xa5, NPP_HMAC);
	memcpy(hmac, &time, sizeof(time));
	memcpy(hmac + 8, &nonce, sizeof(nonce));
	hmac[NPP_HMAC - 1] = content;
	return replay_cache_check(cache, source, &message, now);
}

static const struct {
	const char *shows;
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
	{ "no wrap to the end",
	  { { UINT64_MAX, 1, 0, STALE }, { UINT64_MAX, 1, UINT64_MAX - 300, FRESH } } },
	{ "no wrap to the start",
	  { { 0, 1, UINT64_MAX, STALE }, { UINT64_MAX - 301, 1, UINT64_MAX, STALE } } },
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
			if (receive(&cache, nas_address, step->time, step->nonce, 0, step->now) !=
			    step->error)
				fail_msg("%s, step %td", sequences[i].shows,
				         step - sequences[i].steps);
		replay_cache_done(&cache);
	}
}

TEST(another_message_with_the_same_nonce_and_another_source)
{
	const struct ipv4 other = { { 192, 0, 2, 21 } };
	struct replay_cache cache = { .store = NULL };

	assert_int_equal(receive(&cache, nas_address, T, 1, 0, T), FRESH);
	assert_int_equal(receive(&cache, nas_address, T, 1, 'x', T), REPLAY);
	assert_int_equal(receive(&cache, other, T, 1, 0, T), FRESH);
	assert_int_equal(receive(&cache, nas_address, T, 1, 0, T), REPEATED);
	assert_int_equal(receive(&cache, nas_address, T, 2, 'x', T), FRESH);
	assert_int_equal(receive(&cache, nas_address, T, 2, 'x', T), REPEATED);
	replay_cache_done(&cache);
}

struct found {
	struct replay_cache *cache;
	int rows;
};

static void found_replay(void *context, struct ipv4 from, struct json_object *row)
{
	struct found *found = context;

	found->rows++;
	replay_cache_restore(found->cache, from, row, T);
}

static void restart(struct replay_cache *cache, int rows)
{
	struct found found = { .cache = cache };
	const struct host_store_reader reader = { .on_replay = found_replay, .context = &found };

	reopen_store();
	replay_cache_done(cache);
	*cache = (struct replay_cache){ .store = store };
	assert_int_equal(host_store_load(store, &reader), 0);
	assert_int_equal(found.rows, rows);
}

static enum npp_auth_error check(struct replay_cache *cache, uint64_t time, uint64_t nonce)
{
	return receive(cache, nas_address, time, nonce, 0, T);
}

/* Nonces are unsigned. */
static void assert_full(struct replay_cache *cache, uint64_t time)
{
	for (uint64_t i = 0; i < NPP_NONCES - 1; i++)
		assert_int_equal(check(cache, time, UINT64_MAX - i), REPLAY);
	assert_int_equal(check(cache, time, UINT64_MAX - (NPP_NONCES - 1)), REPEATED);
	assert_int_equal(check(cache, time, 1), REPLAY); /* one too many */
	assert_int_equal(check(cache, time - 1, 1), REPLAY);
}

TEST_WITH(as_many_in_a_second_as_are_recorded_and_stored, make_store, remove_store)
{
	struct replay_cache cache = { .store = store };

	for (uint64_t time = T; time < T + 2; time++) {
		for (uint64_t i = 0; i < NPP_NONCES; i++)
			assert_int_equal(check(&cache, time, UINT64_MAX - i), FRESH);
		assert_full(&cache, time);
		restart(&cache, 1);
		assert_full(&cache, time);
	}
	replay_cache_done(&cache);
}

/* A message that is not accepted is neither recorded nor stored. */
TEST_WITH(errors_are_not_recorded, make_store, remove_store)
{
	struct replay_cache cache = { .store = store };

	assert_int_equal(check(&cache, T + NPP_STALE_AFTER + 1, 1), STALE);
	restart(&cache, 0);
	assert_int_equal(check(&cache, T, 1), FRESH);
	assert_int_equal(check(&cache, T + 1000, 2), STALE);
	assert_int_equal(check(&cache, T - 1, 2), REPLAY);
	restart(&cache, 1);
	assert_int_equal(check(&cache, T, 2), FRESH);
	replay_cache_done(&cache);
}

#define CODE_31 \
	"00:01:02:03:04:05:06:07:08:09:0a:0b:0c:0d:0e:0f:00:01:02:03:04:05:06:07:08:09:0a:0b:0c:0d:0e"
#define ROW(time, nonces, code) "{\"time\":" time ",\"nonces\":" nonces ",\"code\":" code "}"
#define CODE "\"" CODE_31 ":0f\""

static bool restores(const char *text)
{
	struct replay_cache cache = { .store = NULL };
	struct json_object *row = json_tokener_parse(text);
	bool restored;

	replay_cache_restore(&cache, nas_address, row, T);
	restored = cache.entries;
	json_object_put(row);
	replay_cache_done(&cache);
	return restored;
}

TEST(rows_that_are_wrong_are_left_out)
{
	static const char *const right[] = { ROW("1", "[]", CODE), ROW("1", "[-1,5]", CODE),
		                             ROW("1", "[1,2,3,4,5,6,7,8]", CODE) };
	static const char *const wrong[] = {
		"null",
		"[]",
		"7",
		"\"text\"",
		"{}",
		"true",
		"{\"time\":1}",
		ROW("0", "[1]", CODE),
		ROW("-1", "[1]", CODE),
		ROW("\"noon\"", "[1]", CODE),
		ROW("1", "7", CODE),
		ROW("1", "[1,2,3,4,5,6,7,8,9]", CODE),
		ROW("1", "[\"a\"]", CODE),
		ROW("1", "[1]", "\"\""),
		ROW("1", "[1]", "\"00\""),
		ROW("1", "[1]", "\"" CODE_31 "\""),
		ROW("1", "[1]", "\"" CODE_31 ":0f:10\""),
		ROW("1", "[1]", "\"" CODE_31 ":0g\""),
		ROW("1", "[1]", "[]"),
		"{\"nonces\":[1],\"code\":" CODE "}",
		"{\"time\":1,\"nonces\":[1]}",
	};

	log_init(LOG_EMERG);
	EACH(i, wrong)
	if (restores(wrong[i]))
		fail_msg("restored: %s", wrong[i]);
	EACH(i, right)
	if (!restores(right[i]))
		fail_msg("left out: %s", right[i]);
}

/* Only where they are too many, and only those who cannot be replayed any more. */
TEST(of_many_those_that_are_stale_are_dropped)
{
	static const struct {
		unsigned int entries;
		uint64_t age;
		struct ipv4 next; /* who comes then */
		int rows;         /* that are stored after it */
	} cases[] = {
		{ ENTRIES_MAX - 1, NPP_STALE_AFTER + 1, { { 10, 1 } }, ENTRIES_MAX },
		{ ENTRIES_MAX, NPP_STALE_AFTER + 1, { { 10, 1 } }, 1 },
		{ ENTRIES_MAX, NPP_STALE_AFTER, { { 10, 1 } }, ENTRIES_MAX + 1 },
		{ ENTRIES_MAX, NPP_STALE_AFTER + 1, { { 10, 0, 0, 7 } }, ENTRIES_MAX },
	};
	EACH(i, cases)
	{
		struct replay_cache cache;

		make_store(NULL);
		cache = (struct replay_cache){ .store = store };
		for (unsigned int j = 0; j < cases[i].entries; j++) {
			const uint64_t time = T - cases[i].age;
			const struct ipv4 each = { { 10, 0, (uint8_t)(j >> 8), (uint8_t)j } };

			assert_int_equal(receive(&cache, each, time, 1, 0, time), FRESH);
		}
		assert_int_equal(receive(&cache, cases[i].next, T, 2, 0, T), FRESH);
		assert_int_equal(commit(), 0);
		assert_int_equal(count("SELECT count(*) FROM replay"), cases[i].rows);
		replay_cache_done(&cache);
		remove_store(NULL);
	}
}
