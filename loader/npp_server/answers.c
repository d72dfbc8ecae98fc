// SPDX-License-Identifier: GPL-2.0-or-later
/* What a message comes to: a count, a line in the log where it is somebody's fault, an answer. */
#include "base/clock.h"
#include "base/log.h"
#include "base/text.h"
#include "npp_server/internal.h"

/* The log is told of one fault of a kind, and a minute later of how many more there were. ms */
enum { SAY_INTERVAL = 60000 };

static const char *const meanings[] = {
#define MEANING(name, meaning) meaning,
	PROXY_COUNTS(MEANING)
#undef MEANING
};

static void say(const struct letter *letter, enum proxy_count end)
{
	struct proxy *proxy = letter->proxy;
	const char *what =
		letter->message.subtype ? npp_subtype_name(letter->message.subtype) : "message";
	char mac[TEXT_MAC], address[TEXT_IP];
	int64_t now = clock_ms();

	if (proxy->said_at[end] && now - proxy->said_at[end] < SAY_INTERVAL) {
		proxy->unsaid[end]++;
		return;
	}
	log_warning("%s: not taken: a %s of %s at %s: %s", letter->port.name, what,
	            text_from_ipv4(letter->datagram.source, address),
	            text_from_mac(&letter->datagram.from, mac), meanings[end]);
	if (proxy->unsaid[end])
		log_warning("… and %llu more like the one before it",
		            (unsigned long long)proxy->unsaid[end]);
	proxy->said_at[end] = now;
	proxy->unsaid[end] = 0;
}

void proxy_count(const struct letter *letter, enum proxy_count end)
{
	letter->proxy->counts[end]++;
	if (end >= PROXY_COUNT_too_fast && end != PROXY_COUNT_repeated)
		say(letter, end);
}

static void sign(const struct letter *letter, const struct npp_packet *datagram, uint8_t *octets,
                 struct npp_message *answer)
{
	const struct npp_keys *keys = letter->proxy->settings.keys;
	const struct npp_key *key = keys ? npp_keys_find(keys, answer->authentication.key) : NULL;

	if (key)
		npp_sign(octets, datagram->length, answer, key, datagram->source,
		         datagram->destination);
}

void proxy_answer(const struct letter *letter, struct npp_message *answer)
{
	const struct proxy *proxy = letter->proxy;
	const struct npp_packet *to = &letter->datagram;
	struct npp_packet datagram = {
		.from = letter->port.mac,
		.to = to->from,
		.vlan = to->vlan,
		.source = to->destination,
		.destination = to->source,
	};
	uint8_t octets[NPP_MESSAGE_MAX];

	if (!proxy->actions.is_own(proxy->actions.context, to->destination))
		datagram.source = proxy->actions.own_address(proxy->actions.context, &letter->port,
		                                             to->source);
	answer->transaction = letter->message.transaction;
	answer->authenticated = letter->trusted;
	answer->authentication = (struct npp_authentication){
		.key = letter->message.authentication.key,
		.time = (uint64_t)clock_wall_ms() / 1000,
		.nonce = letter->message.authentication.nonce,
	};
	datagram.octets = octets;
	datagram.length = npp_write(answer, proxy->settings.icmp_type, octets);
	if (letter->trusted)
		sign(letter, &datagram, octets, answer);
	proxy->actions.send(proxy->actions.context, &letter->port, &datagram);
}

void proxy_refuse(const struct letter *letter, enum proxy_count why)
{
	const struct npp_client refusal = { .code = NPP_FAIL };
	struct npp_message answer = { .code = NPP_FAIL };

	proxy_count(letter, why);
	if (letter->message.subtype == NPP_WAKEUP_REPORT) {
		answer.subtype = NPP_WAKEUP_CONFIRM;
		answer.wakeup_confirm.client = refusal;
	} else {
		answer.subtype = NPP_SLEEP_CONFIRM;
		answer.confirm = refusal;
	}
	proxy_answer(letter, &answer);
}
