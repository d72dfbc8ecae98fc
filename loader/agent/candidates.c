// SPDX-License-Identifier: GPL-2.0-or-later
#include "agent/candidates.h"

#include <string.h>

#include "agent/services.h"
#include "base/addr.h"

bool offer_has(const struct offer *offer, uint16_t service)
{
	return service_is_among(offer->services, offer->service_count, service);
}

/* There is at least one. */
static const struct npp_proxy *entry_of(const struct npp_advertisement *said, struct ipv4 source)
{
	const struct npp_proxy *best = &said->proxies[0];

	for (size_t i = 0; i < said->proxy_count; i++) {
		if (ipv4_equal(said->proxies[i].address, source))
			return &said->proxies[i];
		if (said->proxies[i].preference > best->preference)
			best = &said->proxies[i];
	}
	return best;
}

bool offer_read(const struct offers_wanted *wanted, const struct npp_packet *heard,
                struct offer *offer)
{
	const struct npp_proxy *entry;
	struct npp_message message;

	if (heard->vlan || memcmp(&heard->to, &wanted->mac, sizeof(heard->to)) ||
	    !ipv4_equal(heard->destination, wanted->address) ||
	    npp_read(heard->octets, heard->length, wanted->icmp_type, &message) !=
	            NPP_PARSE_ERROR_none ||
	    message.subtype != NPP_PROXY_ADVERTISEMENT || message.code != NPP_SUCCESS ||
	    message.transaction != wanted->transaction || !message.advertisement.lifetime)
		return false;
	entry = entry_of(&message.advertisement, heard->source);
	*offer = (struct offer){
		.address = entry->address,
		.mac = heard->from,
		.preference = entry->preference,
		.lifetime = message.advertisement.lifetime,
		.service_count = message.service_count,
	};
	memcpy(offer->services, message.services, sizeof(offer->services));
	return true;
}

/* Its place among those that are named; their number: it is none of them. */
static size_t place_of(const struct offer *offer, const struct agent_config *config)
{
	size_t place = 0;

	while (place < config->proxy_count && !ipv4_equal(config->proxies[place], offer->address))
		place++;
	return place;
}

const char *offer_flaw(const struct offer *offer, const struct agent_config *config)
{
	if (!offer_has(offer, NPP_SERVICE_ARP))
		return "offers no ARP";
	if (config->proxy_count && place_of(offer, config) == config->proxy_count)
		return "is not among the configured proxies";
	return NULL;
}

static bool is_better(const struct offer *offer, const struct offer *other,
                      const struct agent_config *config)
{
	const bool is_flawed = offer_flaw(offer, config), others_is = offer_flaw(other, config);
	const size_t place = place_of(offer, config), others = place_of(other, config);

	if (is_flawed != others_is)
		return others_is;
	return place != others ? place < others : offer->preference > other->preference;
}

void offers_add(struct offers *offers, const struct offer *offer, const struct agent_config *config)
{
	size_t at = offers->count;

	for (size_t i = 0; i < offers->count; i++) {
		if (ipv4_equal(offers->list[i].address, offer->address) &&
		    memcmp(&offers->list[i].mac, &offer->mac, sizeof(offer->mac)) == 0)
			return;
	}
	while (at && is_better(offer, &offers->list[at - 1], config))
		at--;
	if (at == OFFERS)
		return;
	offers->count += offers->count < OFFERS;
	memmove(&offers->list[at + 1], &offers->list[at],
	        (offers->count - at - 1) * sizeof(*offers->list));
	offers->list[at] = *offer;
}

bool offers_are_all(const struct offers *offers, const struct agent_config *config)
{
	size_t named = 0;

	for (size_t i = 0; i < config->proxy_count; i++) {
		bool is_there = false;

		for (size_t j = 0; j < offers->count; j++)
			is_there |= ipv4_equal(offers->list[j].address, config->proxies[i]);
		named += is_there;
	}
	return config->proxy_count && named == config->proxy_count;
}
