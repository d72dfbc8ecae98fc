// SPDX-License-Identifier: GPL-2.0-or-later
/* Who has a key, and what he said last (npp/authentication.h). */
#include <json-c/json.h>
#include <stdlib.h>

#include "base/clock.h"
#include "npp_server/internal.h"
#include "npp_server/record.h"

enum { TRUSTED_MANY = 1024 };

static struct trusted *find(const struct proxy *proxy, struct ipv4 source)
{
	struct trusted *trusted;

	HASH_FIND(hh, proxy->trusted, &source, sizeof(source), trusted);
	return trusted;
}

static void release(struct proxy *proxy, struct trusted *trusted)
{
	HASH_DEL(proxy->trusted, trusted);
	free(trusted);
}

/* What they said last is stale by now, so that nobody can say it again. */
static void forget_old(struct proxy *proxy, uint64_t now)
{
	struct trusted *trusted, *next;

	HASH_ITER (hh, proxy->trusted, trusted, next) {
		const struct ipv4 source = trusted->source;

		if (trusted->last.time + NPP_STALE_AFTER >= now)
			continue;
		release(proxy, trusted);
		proxy->actions.forget_trust(proxy->actions.context, source);
	}
}

static struct trusted *add(struct proxy *proxy, struct ipv4 source)
{
	struct trusted *trusted = calloc(1, sizeof(*trusted));

	if (!trusted)
		return NULL;
	trusted->source = source;
	HASH_ADD(hh, proxy->trusted, source, sizeof(trusted->source), trusted);
	return trusted;
}

static struct trusted *find_or_add(struct proxy *proxy, struct ipv4 source, uint64_t now)
{
	struct trusted *trusted = find(proxy, source);

	if (trusted)
		return trusted;
	if (HASH_COUNT(proxy->trusted) >= TRUSTED_MANY)
		forget_old(proxy, now);
	return add(proxy, source);
}

enum npp_auth_error trust_check(struct letter *letter)
{
	struct proxy *proxy = letter->proxy;
	const struct npp_packet *datagram = &letter->datagram;
	const uint64_t now = (uint64_t)clock_wall_ms() / 1000;
	struct json_object *record;
	struct trusted *trusted;
	enum npp_auth_error mistrust;

	if (!proxy->settings.keys)
		return NPP_AUTH_ERROR_none;
	mistrust = npp_verify(datagram->octets, datagram->length, &letter->message,
	                      proxy->settings.keys, datagram->source, datagram->destination);
	if (mistrust)
		return mistrust;
	letter->trusted = true;
	trusted = find_or_add(proxy, datagram->source, now);
	mistrust = trusted ? npp_check_replay(&trusted->last, &letter->message, now)
	                   : NPP_AUTH_ERROR_stale;
	if (mistrust)
		return mistrust;
	npp_record_nonce(&trusted->last, &letter->message);
	record = record_of_last(&trusted->last);
	proxy->actions.save_trust(proxy->actions.context, datagram->source, record);
	json_object_put(record);
	return NPP_AUTH_ERROR_none;
}

void trust_forget_all(struct proxy *proxy)
{
	struct trusted *trusted, *next;

	HASH_ITER (hh, proxy->trusted, trusted, next)
		release(proxy, trusted);
}

void proxy_restore_trust(struct proxy *proxy, struct ipv4 source, struct json_object *json)
{
	struct npp_replay last;
	struct trusted *trusted;

	if (record_to_last(json, &last))
		return;
	trusted = find_or_add(proxy, source, (uint64_t)clock_wall_ms() / 1000);
	if (trusted)
		trusted->last = last;
}
