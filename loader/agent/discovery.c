// SPDX-License-Identifier: GPL-2.0-or-later
#include "agent/discovery.h"

#include <errno.h>
#include <sys/param.h>

#include "agent/npp_session.h"
#include "agent/messages.h"
#include "base/clock.h"

enum { MORE = 300 /* ms, for further answers */ };

struct search {
	struct offers_wanted wanted;
	const struct agent_config *config;
	struct offers *offers;
	bool found;
	unsigned int passed_over;
};

/* Half of what is left is for the rest, at least: to be found too late is not to be found. */
static void expect_more(struct exchange *exchange)
{
	const int64_t now = clock_ms();

	exchange->next = INT64_MAX;
	exchange->ends = now + MIN(MORE, (exchange->ends - now) / 2);
}

static bool take(struct exchange *exchange, const struct npp_packet *heard)
{
	struct search *search = exchange->context;
	struct offer offer;

	if (!offer_read(&search->wanted, heard, &offer)) {
		search->passed_over++;
		return false;
	}
	offers_add(search->offers, &offer, search->config);
	if (!search->found && !offer_flaw(&offer, search->config)) {
		search->found = true;
		expect_more(exchange);
	}
	return offers_are_all(search->offers, search->config);
}

static struct npp_message solicitation(uint16_t transaction)
{
	return (struct npp_message){
		.transaction = transaction,
		.subtype = NPP_PROXY_SOLICITATION,
		.solicitation = { .identifier = transaction },
	};
}

static int result_of(const struct exchange *exchange, const struct offers *offers)
{
	if (offers->count)
		return 0;
	return exchange->err ? exchange->err : -ETIMEDOUT;
}

int discovery_run(int fd, const struct iface *port, struct ipv4 address,
                  const struct agent_config *config, int64_t deadline, struct offers *offers)
{
	struct search search = {
		.wanted = { .icmp_type = (uint8_t)config->icmp_type,
		            .transaction = conversation_transaction(),
		            .mac = port->mac,
		            .address = address },
		.config = config,
		.offers = offers,
	};
	struct npp_message message = solicitation(search.wanted.transaction);
	struct exchange exchange = {
		.fd = fd,
		.port = *port,
		.said = { .from = port->mac,
		          .to = MAC_BROADCAST,
		          .source = address,
		          .destination = { { 255, 255, 255, 255 } } },
		.take = take,
		.context = &search,
	};
	int err;

	offers->count = 0;
	exchange.said.length = npp_write(&message, search.wanted.icmp_type, exchange.octets);
	exchange_begin(&exchange, clock_ms(), deadline);
	err = exchange_await(&exchange, 1, deadline);
	agent_say_step(
		"%s: Proxy Solicitation: said %u times, answered by %zu proxies; passed over: %u "
		"messages",
		port->name, exchange.sent, offers->count, search.passed_over);
	return err ? err : result_of(&exchange, offers);
}
