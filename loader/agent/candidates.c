// SPDX-License-Identifier: GPL-2.0-or-later
#include "agent/candidates.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/param.h>

#include "base/clock.h"

enum { MORE_ANSWERS = 300 /* ms */ };

static const struct {
	uint16_t service;
	const char *name;
} services[] = {
	{ NPP_SERVICE_ARP, "arp" },
	{ NPP_SERVICE_DHCP4, "dhcp4" },
	{ NPP_SERVICE_ND, "nd" },
	{ NPP_SERVICE_ECHO, "echo" },
	{ NPP_SERVICE_WAKE_ON_PACKET, "wake-on-packet" },
	{ NPP_SERVICE_DHCP6, "dhcp6" },
};

char *service_name(uint16_t service, char name[SERVICE_NAME])
{
	snprintf(name, SERVICE_NAME, "0x%04x", service);
	for (size_t i = 0; i < sizeof(services) / sizeof(*services); i++)
		if (services[i].service == service)
			snprintf(name, SERVICE_NAME, "%s", services[i].name);
	return name;
}

bool service_in_list(const uint16_t *list, size_t count, uint16_t service)
{
	for (size_t i = 0; i < count; i++)
		if (list[i] == service)
			return true;
	return false;
}

/* There is at least one. */
static const struct npp_proxy *best_address(const struct npp_advertisement *advertisement,
                                            struct ipv4 source)
{
	const struct npp_proxy *best = &advertisement->proxies[0];

	for (size_t i = 0; i < advertisement->proxy_count; i++) {
		const struct npp_proxy *proxy = &advertisement->proxies[i];

		if (ipv4_equal(proxy->address, source))
			return proxy;
		if (proxy->preference > best->preference)
			best = proxy;
	}
	return best;
}

bool candidate_read(const struct transaction *answered, struct candidate *candidate)
{
	const struct npp_message *message = &answered->answer;
	const struct npp_proxy *proxy;

	if (message->code != NPP_SUCCESS || !message->advertisement.lifetime)
		return false;
	proxy = best_address(&message->advertisement, answered->answer_source);
	*candidate = (struct candidate){
		.address = proxy->address,
		.mac = answered->answer_mac,
		.preference = proxy->preference,
		.is_proven = answered->is_proven,
		.lifetime = message->advertisement.lifetime,
		.service_count = message->service_count,
	};
	memcpy(candidate->services, message->services, sizeof(candidate->services));
	return true;
}

/* Its index among the proxies of the settings; their number: it is none of them. */
static size_t configured_index(const struct candidate *candidate, const struct settings *settings)
{
	size_t index = 0;

	while (index < settings->proxy_count &&
	       !ipv4_equal(settings->proxies[index], candidate->address))
		index++;
	return index;
}

const char *candidate_mismatch(const struct candidate *candidate, const struct settings *settings)
{
	if (!candidate->is_proven)
		return transaction_error(-EKEYREJECTED);
	if (!service_in_list(candidate->services, candidate->service_count, NPP_SERVICE_ARP))
		return "offers no ARP";
	if (settings->proxy_count && configured_index(candidate, settings) == settings->proxy_count)
		return "is not among the configured proxies";
	return NULL;
}

static bool is_better(const struct candidate *candidate, const struct candidate *other,
                      const struct settings *settings)
{
	const bool suits = !candidate_mismatch(candidate, settings);
	const size_t index = configured_index(candidate, settings);
	const size_t other_index = configured_index(other, settings);

	if (suits != !candidate_mismatch(other, settings))
		return suits;
	return index != other_index ? index < other_index
	                            : candidate->preference > other->preference;
}

/* False: it is there, and nothing better is known of it; anybody may have advertised it before. */
static bool is_news(struct candidates *candidates, const struct candidate *candidate)
{
	for (size_t i = 0; i < candidates->count; i++) {
		struct candidate *known = &candidates->list[i];

		if (!ipv4_equal(known->address, candidate->address) ||
		    !mac_equal(&known->mac, &candidate->mac))
			continue;
		if (known->is_proven || !candidate->is_proven)
			return false;
		memmove(known, known + 1, (--candidates->count - i) * sizeof(*known));
	}
	return true;
}

void candidates_add(struct candidates *candidates, const struct candidate *candidate,
                    const struct settings *settings)
{
	size_t at = candidates->count;

	if (!is_news(candidates, candidate))
		return;
	while (at && is_better(candidate, &candidates->list[at - 1], settings))
		at--;
	if (at == CANDIDATES)
		return;
	candidates->count += candidates->count < CANDIDATES;
	memmove(&candidates->list[at + 1], &candidates->list[at],
	        (candidates->count - at - 1) * sizeof(*candidates->list));
	candidates->list[at] = *candidate;
}

bool candidates_complete(const struct candidates *candidates, const struct settings *settings)
{
	bool found[AGENT_PROXIES + 1] = { false };

	for (size_t i = 0; i < candidates->count; i++)
		found[configured_index(&candidates->list[i], settings)] |=
			candidates->list[i].is_proven;
	return settings->proxy_count && !memchr(found, 0, settings->proxy_count);
}

int candidates_discover(const struct channel *channel, struct ipv4 address,
                        const struct settings *settings, int64_t deadline,
                        struct candidates *candidates)
{
	struct transaction transaction;
	struct candidate candidate;
	bool found = false;
	int err = transaction_solicit(&transaction, channel, address, NULL), result;

	candidates->count = 0;
	transaction_start(&transaction, clock_ms(), deadline);
	while (!err && !candidates_complete(candidates, settings)) {
		err = transactions_await(&transaction, 1, deadline);
		if (transaction.state != TRANSACTION_ANSWERED)
			break;
		transaction.state = TRANSACTION_OPEN;
		if (!candidate_read(&transaction, &candidate))
			continue;
		candidates_add(candidates, &candidate, settings);
		if (!found && !candidate_mismatch(&candidate, settings)) {
			const int64_t now = clock_ms();

			/* at least half of the time is for what comes after the discovery */
			found = true;
			transaction_listen(&transaction,
			                   now + MIN(MORE_ANSWERS, (transaction.ends - now) / 2));
		}
	}
	result = transaction_end(&transaction);
	return err || candidates->count ? err : result;
}
