// SPDX-License-Identifier: GPL-2.0-or-later
#include "npp_server/internal.h"

#include <json-c/json.h>
#include <stdlib.h>
#include <string.h>
#include <uthash.h>

#include "base/fields.h"
#include "base/log.h"

enum { ENTRIES_MAX = 1024 };

struct replay_entry {
	struct ipv4 source;
	uint64_t time;               /* s since 1970 */
	uint64_t nonces[NPP_NONCES]; /* of all messages of that time; signed numbers in JSON */
	size_t nonce_count;          /* NPP_NONCES at most */
	uint8_t hmac[NPP_HMAC];      /* of the last message; identifies all its octets */
	size_t hmac_length;          /* NPP_HMAC */
	UT_hash_handle hh;
};

static const struct field row_fields[] = {
	{ "time", FIELD_NUMBER, FIELD_AT(struct replay_entry, time), .min = 1,
	  .flags = FIELD_REQUIRED },
	{ "nonces", FIELD_NUMBER, FIELD_LIST(struct replay_entry, nonces, nonce_count),
	  .min = INT64_MIN },
	{ "code", FIELD_OCTETS, FIELD_COUNTED(struct replay_entry, hmac, hmac_length),
	  .flags = FIELD_REQUIRED },
	{ 0 },
};

/* The time of their last message is stale by now, so that it needs no remembering. */
static void drop_stale(struct replay_cache *cache, uint64_t wall)
{
	struct replay_entry *entry, *next;

	HASH_ITER (hh, cache->entries, entry, next) {
		if (entry->time + NPP_STALE_AFTER >= wall)
			continue;
		host_store_put_replay(cache->store, entry->source, NULL);
		HASH_DEL(cache->entries, entry);
		free(entry);
	}
}

static struct replay_entry *find_or_add(struct replay_cache *cache, struct ipv4 source,
                                        uint64_t wall)
{
	struct replay_entry *entry;

	HASH_FIND(hh, cache->entries, &source, sizeof(source), entry);
	if (entry)
		return entry;
	if (HASH_COUNT(cache->entries) >= ENTRIES_MAX)
		drop_stale(cache, wall);
	entry = calloc(1, sizeof(*entry));
	if (!entry)
		return NULL;
	entry->source = source;
	HASH_ADD(hh, cache->entries, source, sizeof(entry->source), entry);
	return entry;
}

static bool is_stale(uint64_t time, uint64_t now)
{
	return (time > now ? time - now : now - time) > NPP_STALE_AFTER;
}

static bool is_replay(const struct replay_entry *entry, const struct npp_authentication *received)
{
	if (received->time != entry->time)
		return received->time < entry->time;
	for (size_t i = 0; i < entry->nonce_count; i++)
		if (entry->nonces[i] == received->nonce)
			return true;
	return entry->nonce_count == NPP_NONCES;
}

static void record(struct replay_entry *entry, const struct npp_authentication *received)
{
	if (received->time != entry->time)
		entry->nonce_count = 0;
	entry->time = received->time;
	entry->nonces[entry->nonce_count++] = received->nonce;
	entry->hmac_length = sizeof(entry->hmac);
	memcpy(entry->hmac, received->hmac, sizeof(entry->hmac));
}

enum npp_auth_error replay_cache_check(struct replay_cache *cache, struct ipv4 source,
                                       const struct npp_message *message, uint64_t wall)
{
	const struct npp_authentication *received = &message->authentication;
	struct replay_entry *entry = find_or_add(cache, source, wall);
	struct json_object *json;

	if (!entry || is_stale(received->time, wall))
		return NPP_AUTH_ERROR_STALE_TIME;
	if (!memcmp(entry->hmac, received->hmac, sizeof(entry->hmac)))
		return NPP_AUTH_ERROR_REPEATED;
	if (is_replay(entry, received))
		return NPP_AUTH_ERROR_REPLAY;
	record(entry, received);
	json = fields_to_json(row_fields, entry);
	host_store_put_replay(cache->store, source, json_object_to_json_string(json));
	json_object_put(json);
	return NPP_AUTH_ERROR_NONE;
}

void replay_cache_restore(struct replay_cache *cache, struct ipv4 source, struct json_object *json,
                          uint64_t wall)
{
	struct replay_entry row = { .time = 0 }, *entry;
	char why[256] = "its code has another length";

	if (fields_from_json(row_fields, json, &row, why, sizeof(why)) ||
	    row.hmac_length != sizeof(row.hmac)) {
		log_warning("the store: replay data is left out: %s", why);
		return;
	}
	entry = find_or_add(cache, source, wall);
	if (!entry)
		return;
	row.source = source;
	row.hh = entry->hh;
	*entry = row;
}

void replay_cache_done(struct replay_cache *cache)
{
	struct replay_entry *entry, *next;

	HASH_ITER (hh, cache->entries, entry, next) {
		HASH_DEL(cache->entries, entry);
		free(entry);
	}
}
