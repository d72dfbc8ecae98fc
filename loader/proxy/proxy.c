// SPDX-License-Identifier: GPL-2.0-or-later
#include "proxy/proxy.h"

#include <stdlib.h>
#include <string.h>

#include "core/clock.h"
#include "core/log.h"
#include "core/random.h"
#include "core/text.h"
#include "proxy/internal.h"

/* The log is told of one fault of a kind, and a minute later of how many more there were. ms */
enum { SAY_INTERVAL = 60000 };

static const struct ipv4 ALL_HOSTS = { { 255, 255, 255, 255 } };

static const char *const meanings[] = {
#define MEANING(name, meaning) meaning,
	PROXY_COUNTS(MEANING)
#undef MEANING
};

struct proxy *proxy_new(struct event_base *base, const struct proxy_actions *actions)
{
	struct proxy *proxy = calloc(1, sizeof(*proxy));

	if (!proxy)
		return NULL;
	proxy->base = base;
	proxy->actions = *actions;
	proxy->rate.secret = (uint64_t)random_u32() << 32 | random_u32();
	return proxy;
}

void proxy_free(struct proxy *proxy)
{
	struct agreement *agreement, *next;

	if (!proxy)
		return;
	request_forget_all(proxy);
	trust_forget_all(proxy);
	HASH_ITER (hh, proxy->agreements, agreement, next)
		agreement_free(agreement);
	free(proxy);
}

void proxy_set(struct proxy *proxy, const struct proxy_settings *settings)
{
	proxy->settings = *settings;
}

static void say(const struct letter *letter, enum proxy_count end)
{
	struct proxy *proxy = letter->proxy;
	const struct ipv6 source = ipv4_mapped(letter->datagram.source);
	const char *what =
		letter->message.subtype ? npp_subtype_name(letter->message.subtype) : "message";
	char mac[TEXT_MAC], address[TEXT_IP];
	int64_t now = clock_ms();

	if (proxy->said_at[end] && now - proxy->said_at[end] < SAY_INTERVAL) {
		proxy->unsaid[end]++;
		return;
	}
	log_warning("%s: not taken: a %s of %s at %s: %s", letter->port.name, what,
	            text_from_ip(&source, address), text_from_mac(&letter->datagram.from, mac),
	            meanings[end]);
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

static void sign(const struct letter *letter, const struct npp_datagram *datagram, uint8_t *octets,
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
	const struct npp_datagram *to = &letter->datagram;
	struct npp_datagram datagram = {
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

static bool advertisement(const struct proxy *proxy, const struct port *port, struct ipv4 peer,
                          struct npp_message *message)
{
	static const struct ipv4 none;
	const struct npp_proxy self = {
		.address = proxy->actions.own_address(proxy->actions.context, port, peer),
		.preference = proxy->settings.preference,
	};

	*message = (struct npp_message){
		.subtype = NPP_PROXY_ADVERTISEMENT,
		.advertisement = { .lifetime = proxy->settings.lifetime,
		                   .proxies = { self },
		                   .proxy_count = 1 },
		.services = { NPP_SERVICE_ARP, NPP_SERVICE_DHCP4, NPP_SERVICE_WAKE_ON_PACKET },
		.service_count = 3,
	};
	return memcmp(&self.address, &none, sizeof(none)) != 0;
}

void proxy_advertise(struct proxy *proxy, const struct port *port, bool leaving)
{
	uint8_t octets[NPP_MESSAGE_MAX];
	struct npp_datagram datagram = {
		.from = port->mac,
		.to = MAC_BROADCAST,
		.destination = ALL_HOSTS,
		.octets = octets,
	};
	struct npp_message message;

	if (!advertisement(proxy, port, ALL_HOSTS, &message))
		return;
	if (leaving)
		message.advertisement.lifetime = 0;
	datagram.source = message.advertisement.proxies[0].address;
	datagram.length = npp_write(&message, proxy->settings.icmp_type, octets);
	proxy->actions.send(proxy->actions.context, port, &datagram);
}

static void solicited(struct letter *letter)
{
	struct npp_message answer;

	if (!advertisement(letter->proxy, &letter->port, letter->datagram.source, &answer))
		return;
	proxy_count(letter, PROXY_COUNT_solicited);
	letter->trusted = false; /* an advertisement is believed without */
	proxy_answer(letter, &answer);
}

static bool is_to_us(const struct letter *letter)
{
	const struct proxy_actions *actions = &letter->proxy->actions;
	const struct ipv4 *to = &letter->datagram.destination;

	return !memcmp(to, &ALL_HOSTS, sizeof(*to))
	               ? letter->message.subtype == NPP_PROXY_SOLICITATION
	               : actions->is_own(actions->context, *to);
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

/* What wants nothing done gets no answer, nor does what is not for us. */
static void hear_flawed(struct letter *letter, enum npp_flaw flaw)
{
	const bool asks = letter->message.subtype == NPP_SLEEP_REQUEST ||
	                  letter->message.subtype == NPP_WAKEUP_REPORT;

	if (asks && is_to_us(letter))
		proxy_refuse(letter, PROXY_COUNT_FLAWS + flaw);
	else
		proxy_count(letter, PROXY_COUNT_FLAWS + flaw);
}

/* A Solicitation needs no trust; what changes something does. */
static void hear_trusted(struct letter *letter)
{
	const enum npp_mistrust mistrust = trust_check(letter);
	const bool repeated = mistrust == NPP_MISTRUST_repeated;

	if (mistrust && !repeated) {
		proxy_refuse(letter, PROXY_COUNT_MISTRUSTS + mistrust);
		return;
	}
	if (letter->message.subtype == NPP_SLEEP_REQUEST)
		request_hear(letter, repeated);
	else
		report_hear(letter);
}

void proxy_hear(struct proxy *proxy, const struct port *port, const struct npp_datagram *datagram)
{
	struct letter letter = { .proxy = proxy, .port = *port, .datagram = *datagram };
	enum npp_flaw flaw;

	if (!rate_take(&proxy->rate, &datagram->from, clock_ms())) {
		proxy_count(&letter, PROXY_COUNT_too_fast);
		return;
	}
	flaw = npp_read(datagram->octets, datagram->length, proxy->settings.icmp_type,
	                &letter.message);
	letter.part = session_part(datagram->octets, datagram->length);
	if (flaw)
		hear_flawed(&letter, flaw);
	else if (!is_to_us(&letter))
		proxy_count(&letter, PROXY_COUNT_off_link);
	else if (letter.message.subtype == NPP_PROXY_SOLICITATION)
		solicited(&letter);
	else if (letter.message.subtype == NPP_SLEEP_REQUEST ||
	         letter.message.subtype == NPP_WAKEUP_REPORT)
		hear_trusted(&letter);
	else
		proxy_count(&letter, PROXY_COUNT_not_for_proxies);
}

const uint64_t *proxy_counts(const struct proxy *proxy)
{
	return proxy->counts;
}
