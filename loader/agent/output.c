// SPDX-License-Identifier: GPL-2.0-or-later
#include "agent/output.h"

#include "agent/services.h"
#include "base/addr.h"
#include "base/text.h"

enum { SHOWN = 8 }; /* of ports or addresses: the rest is counted */

static size_t shown_of(size_t count)
{
	return count > SHOWN ? SHOWN - 1 : count;
}

/* "…, … and 12 more" */
static void add_rest(size_t count, struct words *words)
{
	if (shown_of(count) < count)
		words_add(words, " and %zu more", count - shown_of(count));
}

static void join(size_t index, size_t count, struct words *words)
{
	/* the last word is then "more" */
	words_join(words, index, shown_of(count) < count ? count : shown_of(count));
}

static void add_addresses(const struct presence *presence, struct words *words)
{
	const size_t count = presence->address_count + presence->address6_count;
	char text[TEXT_IP];

	for (size_t i = 0; i < shown_of(count); i++) {
		join(i, count, words);
		words_add(words, "%s",
		          i < presence->address_count
		                  ? text_from_ipv4(presence->addresses[i], text)
		                  : text_from_ip(&presence->addresses6[i - presence->address_count],
		                                 text));
	}
	add_rest(count, words);
}

static bool is_one(const struct presence *presence)
{
	return presence->address_count + presence->address6_count == 1;
}

static void add_ports(const struct wake_ports *wake, struct words *words)
{
	char text[TEXT_PORT];

	if (!wake->count)
		words_add(words, "nothing");
	for (size_t i = 0; i < shown_of(wake->count); i++) {
		join(i, wake->count, words);
		words_add(words, "%s",
		          text_from_port(wake->ports[i].protocol, wake->ports[i].port, text));
	}
	add_rest(wake->count, words);
	words_add(words, "%s %s it", wake->summed_up ? " (for more than 64 ports)" : "",
	          wake->count > 1 ? "wake" : "wakes");
}

static void add_wakers(const struct presence *presence, struct words *words)
{
	char span[WORDS_SPAN];

	if (presence->has_ports) {
		words_add(words, "; ");
		add_ports(&presence->wake, words);
	}
	if (presence->timer)
		words_add(words, "; it is woken after %s", words_span(presence->timer, span));
}

static void add_missed(const struct presence *presence, struct words *words)
{
	for (size_t i = 0; i < presence->missed_count; i++) {
		const char *missed = service_missed(presence->missed[i]);

		if (missed)
			words_add(words, "; %s", missed);
	}
	if (presence->lease_unsayable)
		words_add(words, "; its lease is not handed over, as its DHCP client's identifier "
		                 "is longer than 64 octets");
}

static void add_own_lease(const struct presence_lease *lease, struct words *words)
{
	const bool is_known = ipv4_is_set(lease->server);
	char server[TEXT_IP];

	words_add(words, "; its lease ");
	if (is_known)
		words_add(words, "from %s ", text_from_ipv4(lease->server, server));
	if (lease->left == DHCP_INFINITE)
		words_add(words, "has no end");
	else
		words_add(words, "lasts for %u s", lease->left);
	if (is_known && lease->total != DHCP_INFINITE)
		words_add(words, " more, of %u s", lease->total);
}

void sentence_presence(const char *interface, const struct presence *presence, struct words *words)
{
	words_add(words, "%s: ", interface);
	add_addresses(presence, words);
	words_add(words, " would be handed over");
	if (*presence->hostname)
		words_add(words, ", as %s", presence->hostname);
	add_wakers(presence, words);
	if (presence->has_lease)
		add_own_lease(&presence->lease, words);
	add_missed(presence, words);
}

static void add_proxies(const struct handover *handover, const struct handover *backup,
                        struct words *words)
{
	const struct ipv4 first = handover->presence.backup_of;
	char text[TEXT_IP];

	words_add(words, "%s (client %u)", text_from_ipv4(handover->proxy, text), handover->client);
	if (backup)
		words_add(words, ", backup %s", text_from_ipv4(backup->proxy, text));
	else if (ipv4_is_set(first))
		words_add(words, ", as backup of %s", text_from_ipv4(first, text));
}

void sentence_handover(const struct handover *handover, const struct handover *backup,
                       struct words *words)
{
	const struct presence *presence = &handover->presence;

	words_add(words, "%s: ", handover->interface);
	add_addresses(presence, words);
	words_add(words, " %s handed over to ", is_one(presence) ? "is" : "are");
	add_proxies(handover, backup, words);
	add_wakers(presence, words);
	if (presence->has_lease)
		words_add(words, "; its lease is renewed there");
	add_missed(presence, words);
}

static void add_lease(const struct npp_wakeup_confirm *confirm, struct words *words)
{
	const char *total_more = confirm->lease_total == NPP_LEASE_LONG ? " or more" : "";
	const char *left_more = confirm->lease_left == NPP_LEASE_LONG ? " or more" : "";

	if (!confirm->has_lease)
		return;
	if (confirm->lease == NPP_LEASE_FAILED)
		words_add(words, "; lease lost: the address must not be used");
	else if (!confirm->lease_total)
		words_add(words, "; lease kept, for how long is not known yet");
	else
		words_add(words, "; lease renewed, %u s%s, %u s%s left", confirm->lease_total,
		          total_more, confirm->lease_left, left_more);
}

void sentence_report(const struct handover *handover, const struct npp_wakeup_confirm *confirm,
                     struct words *words)
{
	char text[TEXT_IP];

	words_add(words, "%s: ", handover->interface);
	add_addresses(&handover->presence, words);
	words_add(words, " %s back from %s", is_one(&handover->presence) ? "is" : "are",
	          text_from_ipv4(handover->proxy, text));
	add_lease(confirm, words);
}
