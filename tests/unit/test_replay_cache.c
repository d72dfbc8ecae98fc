// SPDX-License-Identifier: GPL-2.0-or-later
/* What was accepted last from each source: how it is stored and restored, when it is dropped. */

#include "test.h"

#include "npp_server/internal.h"
#include "support_host_store.h"

enum { NOW = 1704067200, ENTRIES_MAX = 1024 };

static const struct ipv4 source = { { 192, 0, 2, 20 } };

static struct npp_message message_of(uint64_t time, uint64_t nonce)
{
	struct npp_message message = {
		.authenticated = true, .authentication = { .key = 7, .time = time, .nonce = nonce }
	};

	for (uint8_t i = 0; i < NPP_HMAC; i++)
		message.authentication.hmac[i] = (uint8_t)(i * 9 + nonce);
	return message;
}

static enum npp_auth_error check(struct replay_cache *cache, uint64_t time, uint64_t nonce)
{
	const struct npp_message message = message_of(time, nonce);

	return replay_cache_check(cache, source, &message, NOW);
}

static bool restore(struct replay_cache *cache, struct ipv4 from, const char *text)
{
	struct json_object *row = json_tokener_parse(text);
	const bool had = cache->entries;

	replay_cache_restore(cache, from, row, NOW);
	json_object_put(row);
	return !had && cache->entries;
}

struct found {
	struct replay_cache *cache;
	int hosts, rows;
	char last[512];
};

static void found_host(void *context, const struct mac *mac, struct json_object *row)
{
	(void)mac, (void)row;
	((struct found *)context)->hosts++;
}

static void found_replay(void *context, struct ipv4 from, struct json_object *row)
{
	struct found *found = context;

	found->rows++;
	snprintf(found->last, sizeof(found->last), "%s", json_object_to_json_string(row));
	replay_cache_restore(found->cache, from, row, NOW);
}

static void restart(struct store_place *place, struct replay_cache *cache, int rows)
{
	struct found found = { .cache = cache };

	reopen_store(place);
	replay_cache_done(cache);
	*cache = (struct replay_cache){ .store = place->store };
	assert_int_equal(host_store_load(place->store, found_host, found_replay, &found), 0);
	assert_int_equal(found.rows, rows);
	assert_int_equal(found.hosts, 0);
}

/* With all of its nonces, which are unsigned, and the HMAC of the last message. */
TEST_WITH(it_outlives_a_restart, make_store, remove_place)
{
	struct store_place *place = *state;
	struct replay_cache cache = { .store = place->store };

	for (uint64_t i = 0; i < NPP_NONCES; i++)
		assert_int_equal(check(&cache, NOW, UINT64_MAX - i), NPP_AUTH_ERROR_NONE);
	restart(place, &cache, 1);
	for (uint64_t i = 0; i < NPP_NONCES; i++)
		assert_int_equal(check(&cache, NOW, UINT64_MAX - i),
		                 i < NPP_NONCES - 1 ? NPP_AUTH_ERROR_REPLAY
		                                    : NPP_AUTH_ERROR_REPEATED);
	assert_int_equal(check(&cache, NOW, 1), NPP_AUTH_ERROR_REPLAY); /* one too many */
	assert_int_equal(check(&cache, NOW - 1, 1), NPP_AUTH_ERROR_REPLAY);
	assert_int_equal(check(&cache, NOW + 1, 1), NPP_AUTH_ERROR_NONE);
	replay_cache_done(&cache);
}

/* A message that is not accepted is neither recorded nor stored. */
TEST_WITH(errors_are_not_recorded, make_store, remove_place)
{
	struct store_place *place = *state;
	struct replay_cache cache = { .store = place->store };

	assert_int_equal(check(&cache, NOW + NPP_STALE_AFTER + 1, 1), NPP_AUTH_ERROR_STALE_TIME);
	restart(place, &cache, 0);
	assert_int_equal(check(&cache, NOW, 1), NPP_AUTH_ERROR_NONE);
	assert_int_equal(check(&cache, NOW + 1000, 2), NPP_AUTH_ERROR_STALE_TIME);
	assert_int_equal(check(&cache, NOW - 1, 2), NPP_AUTH_ERROR_REPLAY);
	restart(place, &cache, 1);
	assert_int_equal(check(&cache, NOW, 2), NPP_AUTH_ERROR_NONE);
	replay_cache_done(&cache);
}

TEST(sources_are_apart)
{
	const struct npp_message message = message_of(NOW, 1);
	const struct ipv4 other = { { 192, 0, 2, 21 } };
	struct replay_cache cache = { .store = NULL };

	assert_int_equal(check(&cache, NOW, 1), NPP_AUTH_ERROR_NONE);
	assert_int_equal(replay_cache_check(&cache, other, &message, NOW), NPP_AUTH_ERROR_NONE);
	assert_int_equal(check(&cache, NOW, 1), NPP_AUTH_ERROR_REPEATED);
	replay_cache_done(&cache);
	(void)state;
}

#define CODE_31 \
	"00:01:02:03:04:05:06:07:08:09:0a:0b:0c:0d:0e:0f:00:01:02:03:04:05:06:07:08:09:0a:0b:0c:0d:0e"
#define ROW(time, nonces, code) "{\"time\":" time ",\"nonces\":" nonces ",\"code\":" code "}"
#define CODE "\"" CODE_31 ":0f\""

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
	struct replay_cache cache = { .store = NULL };

	log_init(LOG_EMERG);
	for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++)
		if (restore(&cache, source, wrong[i]))
			fail_msg("%s", wrong[i]);
	for (size_t i = 0; i < sizeof(right) / sizeof(*right); i++) {
		if (!restore(&cache, source, right[i]))
			fail_msg("%s", right[i]);
		replay_cache_done(&cache);
	}
	(void)state;
}

/* Of each of them a message that was accepted at its time. */
static void accept_many(struct replay_cache *cache, unsigned int count, uint64_t time)
{
	const struct npp_message message = message_of(time, 1);

	for (unsigned int i = 0; i < count; i++) {
		const struct ipv4 each = { { 10, 0, (uint8_t)(i >> 8), (uint8_t)i } };

		assert_int_equal(replay_cache_check(cache, each, &message, time),
		                 NPP_AUTH_ERROR_NONE);
	}
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
	const struct npp_message message = message_of(NOW, 2);

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct replay_cache cache;
		struct store_place *place;

		make_store((void **)&place);
		cache = (struct replay_cache){ .store = place->store };
		accept_many(&cache, cases[i].entries, NOW - cases[i].age);
		assert_int_equal(replay_cache_check(&cache, cases[i].next, &message, NOW),
		                 NPP_AUTH_ERROR_NONE);
		assert_int_equal(commit(place->store), 0);
		assert_int_equal(count(place, "SELECT count(*) FROM replay"), cases[i].rows);
		replay_cache_done(&cache);
		remove_place((void **)&place);
	}
	(void)state;
}
