// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A Sleep Request's way: judged, held while the LAN is asked for its addresses, carried out, and
 * confirmed. Until it is carried out nothing has changed.
 */
#include <errno.h>
#include <event2/event.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/addr.h"
#include "base/random.h"
#include "npp_server/internal.h"

/* How long others may take to say that an address is theirs; so many requests wait at a time. */
static const struct timeval CLAIM_TIME = { .tv_usec = 300000 };
enum { PENDING_MAX = 64 };

static enum proxy_refusal judge_pair(const struct letter *letter, const struct npp_pair *pair)
{
	const struct proxy_actions *actions = &letter->proxy->actions;
	const struct npp_packet *datagram = &letter->datagram;
	const struct ipv6 address = ipv4_mapped(pair->address);

	if (!mac_equal(&pair->mac, &datagram->from))
		return PROXY_REFUSAL_foreign_mac;
	if (!letter->trusted && !ipv4_equal(pair->address, datagram->source))
		return PROXY_REFUSAL_foreign_address;
	if (address_error(&address))
		return PROXY_REFUSAL_bad_address;
	return actions->check(actions->context, &pair->mac, &address);
}

static enum proxy_refusal judge(const struct letter *letter)
{
	const struct npp_request *said = &letter->message.request;
	enum proxy_refusal refusal = PROXY_REFUSAL_none;

	if (said->address6_count)
		return PROXY_REFUSAL_not_offered;
	for (size_t i = 0; i < said->pair_count && !refusal; i++)
		refusal = judge_pair(letter, &said->pairs[i]);
	return refusal;
}

static struct session begin(const struct letter *letter, const struct agreement *agreement)
{
	return (struct session){
		.mac = letter->datagram.from,
		.client = agreement ? agreement->session.client
		                    : (uint16_t)(1 + random_u32() % UINT16_MAX),
		.transaction = letter->message.transaction,
		.open = true,
	};
}

/* The session as it will be, when the request is carried out. */
static enum proxy_refusal plan(const struct letter *letter, const struct agreement *agreement,
                               struct session *next)
{
	const struct npp_request *said = &letter->message.request;
	const struct ipv6 source = ipv4_mapped(letter->datagram.source);
	const bool goes_on = agreement && agreement->session.open &&
	                     agreement->session.transaction == letter->message.transaction;

	if (!goes_on && !said->pair_count)
		return PROXY_REFUSAL_no_address;
	*next = goes_on ? agreement->session : begin(letter, agreement);
	if (handover_add(&next->handover, said) || next->part_count == SESSION_PARTS)
		return PROXY_REFUSAL_too_long;
	if (said->has_lease && !handover_has(&next->handover, &source))
		return PROXY_REFUSAL_foreign_address;
	if (ipv4_is_set(said->backup_of))
		next->backup_of = said->backup_of;
	if (said->timer)
		next->until = clock_boot_ms() + (int64_t)said->timer * 1000;
	next->parts[next->part_count++] = letter->part;
	return PROXY_REFUSAL_none;
}

static struct pending *find(const struct proxy *proxy, const struct mac *mac)
{
	struct pending *pending;

	HASH_FIND(hh, proxy->pending, mac, sizeof(*mac), pending);
	return pending;
}

static void release(struct pending *pending)
{
	HASH_DEL(pending->letter.proxy->pending, pending);
	event_free(pending->timer);
	free(pending);
}

static enum proxy_refusal refusal_of(int err)
{
	switch (err) {
	case 0:
		return PROXY_REFUSAL_none;
	case -EEXIST:
		return PROXY_REFUSAL_known_address;
	case -EADDRINUSE:
		return PROXY_REFUSAL_own_address;
	default:
		return PROXY_REFUSAL_no_room;
	}
}

static enum proxy_refusal carry_out(const struct letter *letter, struct session *next)
{
	struct proxy *proxy = letter->proxy;
	const struct proxy_actions *actions = &proxy->actions;
	struct agreement *agreement = agreement_find(proxy, &next->mac);
	const struct session_request request = {
		.interface = letter->port.name,
		.vlan = letter->datagram.vlan,
		.source = letter->datagram.source,
		.said = &letter->message.request,
	};
	int err;

	if (!agreement && !agreement_has_room(proxy, &next->mac))
		return PROXY_REFUSAL_too_many_hosts;
	err = actions->take(actions->context, next, agreement ? &agreement->session : NULL,
	                    &request);
	if (err)
		return refusal_of(err);
	agreement = agreement_find(proxy, &next->mac);
	if (!agreement)
		agreement = agreement_add(proxy, next);
	if (!agreement)
		return PROXY_REFUSAL_no_room;
	agreement_set(agreement, next);
	return PROXY_REFUSAL_none;
}

static void confirm(const struct letter *letter, uint16_t client)
{
	struct npp_message answer = {
		.subtype = NPP_SLEEP_CONFIRM,
		.confirm = { .code = NPP_SUCCESS, .id = client },
	};

	proxy_answer(letter, &answer);
}

static void conclude(struct pending *pending)
{
	const struct letter letter = pending->letter;
	struct session next = pending->next;
	enum proxy_refusal refusal;

	release(pending);
	refusal = carry_out(&letter, &next);
	if (refusal) {
		proxy_refuse(&letter, PROXY_COUNT_REFUSALS + refusal);
		return;
	}
	proxy_count(&letter, PROXY_COUNT_handed_over);
	confirm(&letter, next.client);
}

static void on_timer(evutil_socket_t fd, short what, void *context)
{
	(void)fd;
	(void)what;
	conclude(context);
}

static struct pending *hold(const struct letter *letter, const struct session *next)
{
	struct pending *pending = calloc(1, sizeof(*pending));
	struct proxy *proxy = letter->proxy;

	if (!pending)
		return NULL;
	pending->letter = *letter;
	pending->letter.datagram.octets = NULL;
	pending->next = *next;
	pending->timer = evtimer_new(proxy->base, on_timer, pending);
	HASH_ADD(hh, proxy->pending, next.mac, sizeof(next->mac), pending);
	return pending;
}

/* A backup finds out later who answers: the first proxy does, if all is well. */
static bool must_ask(const struct pending *pending)
{
	return pending->letter.message.request.pair_count && !ipv4_is_set(pending->next.backup_of);
}

static void ask(struct pending *pending)
{
	const struct letter *letter = &pending->letter;
	const struct proxy_actions *actions = &letter->proxy->actions;

	for (size_t i = 0; i < letter->message.request.pair_count; i++)
		actions->ask(actions->context, &letter->port, letter->datagram.vlan,
		             letter->message.request.pairs[i].address);
	evtimer_add(pending->timer, &CLAIM_TIME);
}

/* Also of a host that is up by now: a copy that was under way for long puts nobody to sleep. */
static bool is_carried_out(const struct letter *letter, const struct agreement *agreement)
{
	return agreement && session_has_part(&agreement->session, letter->part);
}

/* The same as before: what came of it is said again, and nothing done. */
static bool is_again(const struct letter *letter, const struct agreement *agreement)
{
	const struct pending *pending = find(letter->proxy, &letter->datagram.from);

	if (!is_carried_out(letter, agreement))
		return pending && pending->letter.part == letter->part;
	confirm(letter, agreement->session.client);
	return true;
}

bool request_must_wait(const struct letter *letter)
{
	const struct proxy *proxy = letter->proxy;
	const struct mac *mac = &letter->datagram.from;
	const struct pending *pending = find(proxy, mac);

	if (is_carried_out(letter, agreement_find(proxy, mac)))
		return false;
	return pending ? pending->letter.part != letter->part
	               : HASH_COUNT(proxy->pending) >= PENDING_MAX;
}

static void take_up(const struct letter *letter, const struct session *next)
{
	struct pending *pending = hold(letter, next);

	if (!pending)
		proxy_refuse(letter, PROXY_COUNT_no_room);
	else if (must_ask(pending))
		ask(pending);
	else
		conclude(pending);
}

void request_hear(struct letter *letter, bool repeated)
{
	const struct agreement *agreement = agreement_find(letter->proxy, &letter->datagram.from);
	struct session next;
	enum proxy_refusal refusal;

	if (is_again(letter, agreement)) {
		proxy_count(letter, PROXY_COUNT_again);
		return;
	}
	if (repeated) { /* it was refused before, or its answer is too old */
		proxy_refuse(letter, PROXY_COUNT_repeated);
		return;
	}
	refusal = judge(letter);
	if (!refusal)
		refusal = plan(letter, agreement, &next);
	if (refusal)
		proxy_refuse(letter, PROXY_COUNT_REFUSALS + refusal);
	else
		take_up(letter, &next);
}

static bool is_about(const struct pending *pending, const struct ipv6 *address)
{
	const struct npp_request *said = &pending->letter.message.request;

	for (size_t i = 0; i < said->pair_count; i++) {
		const struct ipv6 pair = ipv4_mapped(said->pairs[i].address);

		if (!memcmp(&pair, address, sizeof(pair)))
			return true;
	}
	return false;
}

void proxy_claimed(struct proxy *proxy, struct ipv4 address4, const struct mac *mac)
{
	const struct ipv6 address = ipv4_mapped(address4);
	struct pending *pending, *next;

	HASH_ITER (hh, proxy->pending, pending, next) {
		const struct letter letter = pending->letter;

		if (!is_about(pending, &address) || mac_equal(&pending->next.mac, mac))
			continue;
		release(pending);
		proxy_refuse(&letter, PROXY_COUNT_live_address);
	}
}

void request_forget(struct proxy *proxy, const struct mac *mac)
{
	struct pending *pending = find(proxy, mac);

	if (!pending)
		return;
	proxy_count(&pending->letter, PROXY_COUNT_withdrawn);
	release(pending);
}

void request_forget_all(struct proxy *proxy)
{
	struct pending *pending, *next;

	HASH_ITER (hh, proxy->pending, pending, next)
		release(pending);
}
