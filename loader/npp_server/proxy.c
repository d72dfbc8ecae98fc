// SPDX-License-Identifier: GPL-2.0-or-later
#include "npp_server/proxy.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/addr.h"
#include "base/random.h"
#include "npp_server/internal.h"

static const struct ipv4 ALL_HOSTS = { { 255, 255, 255, 255 } };

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

static bool advertisement(const struct proxy *proxy, const struct iface *port, struct ipv4 peer,
                          struct npp_message *message)
{
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
	return ipv4_is_set(self.address);
}

void proxy_advertise(struct proxy *proxy, const struct iface *port, bool leaving)
{
	uint8_t octets[NPP_MESSAGE_MAX];
	struct npp_packet datagram = {
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

	if (!advertisement(letter->proxy, &letter->port, letter->datagram.source, &answer)) {
		proxy_count(letter, PROXY_COUNT_off_link);
		return;
	}
	proxy_count(letter, PROXY_COUNT_solicited);
	letter->trusted = false; /* an advertisement is believed without */
	proxy_answer(letter, &answer);
}

static bool is_for_proxies(enum npp_subtype subtype)
{
	return subtype == NPP_PROXY_SOLICITATION || subtype == NPP_SLEEP_REQUEST ||
	       subtype == NPP_WAKEUP_REPORT;
}

static bool is_to_us(const struct letter *letter)
{
	const struct proxy_actions *actions = &letter->proxy->actions;
	const struct ipv4 *to = &letter->datagram.destination;

	return !memcmp(to, &ALL_HOSTS, sizeof(*to))
	               ? letter->message.subtype == NPP_PROXY_SOLICITATION
	               : actions->is_own(actions->context, *to);
}

/* What wants nothing done gets no answer, nor does what is not for us. */
static void hear_flawed(struct letter *letter, enum npp_parse_error flaw)
{
	const bool asks = letter->message.subtype == NPP_SLEEP_REQUEST ||
	                  letter->message.subtype == NPP_WAKEUP_REPORT;

	if (asks && is_to_us(letter))
		proxy_refuse(letter, PROXY_COUNT_FLAWS + flaw);
	else
		proxy_count(letter, PROXY_COUNT_FLAWS + flaw);
}

/*
 * A Solicitation needs no trust; what changes something does. What has to wait is not believed
 * before its time, when it will come octet for octet.
 */
static void hear_trusted(struct letter *letter)
{
	const bool requests = letter->message.subtype == NPP_SLEEP_REQUEST;
	enum npp_auth_error mistrust;
	bool repeated;

	if (requests && request_must_wait(letter)) {
		proxy_count(letter, PROXY_COUNT_too_fast);
		return;
	}
	mistrust = trust_check(letter);
	repeated = mistrust == NPP_AUTH_ERROR_repeated;
	if (mistrust && !repeated) {
		proxy_refuse(letter, PROXY_COUNT_MISTRUSTS + mistrust);
		return;
	}
	if (requests)
		request_hear(letter, repeated);
	else
		report_hear(letter);
}

void proxy_hear(struct proxy *proxy, const struct iface *port, const struct npp_packet *datagram)
{
	struct letter letter = { .proxy = proxy, .port = *port, .datagram = *datagram };
	enum npp_parse_error flaw;

	if (!rate_take(&proxy->rate, &datagram->from, clock_ms())) {
		proxy_count(&letter, PROXY_COUNT_too_fast);
		return;
	}
	flaw = npp_read(datagram->octets, datagram->length, proxy->settings.icmp_type,
	                &letter.message);
	letter.part = session_part(datagram->octets, datagram->length);
	if (flaw)
		hear_flawed(&letter, flaw);
	else if (!is_for_proxies(letter.message.subtype))
		proxy_count(&letter, PROXY_COUNT_not_for_proxies);
	else if (!is_to_us(&letter))
		proxy_count(&letter, PROXY_COUNT_off_link);
	else if (letter.message.subtype == NPP_PROXY_SOLICITATION)
		solicited(&letter);
	else
		hear_trusted(&letter);
}

void proxy_forget(struct proxy *proxy, const struct mac *mac)
{
	struct agreement *agreement = agreement_find(proxy, mac);

	request_forget(proxy, mac);
	if (agreement)
		agreement_free(agreement);
}

const uint64_t *proxy_counts(const struct proxy *proxy)
{
	return proxy->counts;
}
