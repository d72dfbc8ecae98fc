// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The addresses that hosts use by Neighbor Discovery while they are awake become theirs, so that
 * they are answered for while they sleep, though nobody has named them. Those that a host does not
 * use any more are found by asking it: what it uses it need not mention for days.
 */
#include <stdlib.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/text.h"
#include "daemon/neighbours.h"
#include "net/neighbour.h"

/* So many hosts with each tick: some thousand in ten seconds. */
enum { HOSTS_A_TICK = 512 };

/* A host is asked only while it speaks, as one that is silent may be asleep. s */
enum { SILENT = 60 };

static void follow(struct daemon *daemon, struct host *host)
{
	host_sync(daemon, host);
	host_persist(daemon, host);
}

/* Another host that is up had it before: it has moved. */
static void take_from_others(struct daemon *daemon, const struct host *host,
                             const struct ipv6 *address)
{
	struct host *last = NULL, *other;

	while ((other = host_table_other_claimant(daemon->hosts, address, host, last))) {
		if (other->life.state != AWAKE || !learnt_remove(&other->learnt, address)) {
			last = other;
			continue;
		}
		follow(daemon, other);
	}
}

void daemon_learn(struct daemon *daemon, struct host *host, uint32_t ifindex,
                  const struct nd_message *message)
{
	const struct ipv6 *address = &message->address;
	const uint32_t now = (uint32_t)(clock_now().boot / 1000);
	char text[TEXT_IP];

	if (host->life.state != AWAKE ||
	    (message->has_mac && !mac_equal(&message->mac, &host->mac)) ||
	    host_claim(host, address) > CLAIM_LEARNT || address_error(address) ||
	    net_address_role(daemon->net, ifindex, address) != ROLE_NONE ||
	    !learnt_add(&host->learnt, address, message->is_probe, now))
		return;
	if (learnt_has(host->learnt, address)) {
		log_debug("%s uses %s", host->name, text_from_ip(address, text));
		take_from_others(daemon, host, address);
	}
	follow(daemon, host);
}

static bool speaks(const struct daemon *daemon, const struct host *host)
{
	struct host_entry entry;

	return host->life.state == AWAKE && !hosts_get(daemon->datapath, &host->mac, &entry) &&
	       entry.state == AWAKE && clock_ms() / 1000 - entry.last_seen < SILENT;
}

static void ask(struct daemon *daemon, struct host *host)
{
	struct served_iface *served = NULL;
	struct ipv6 addresses[HOST_ADDRESSES];
	bool changed = false;
	const size_t count =
		learnt_ask(&host->learnt, (uint32_t)(clock_now().boot / 1000), addresses, &changed);

	while (count && (served = served_iface_next(daemon, host, served)))
		for (size_t i = 0; i < count; i++)
			neighbour_request(daemon->packet_fd, daemon->net, &served->iface,
			                  &host->mac, &addresses[i],
			                  host->installed ? host->installed->vlan : 0);
	if (changed)
		follow(daemon, host);
}

static void forget(struct daemon *daemon, struct host *host)
{
	free(host->learnt);
	host->learnt = NULL;
	follow(daemon, host);
}

void learning_tick(struct daemon *daemon)
{
	struct host *host = host_find_mac(daemon->hosts, &daemon->learning_next), *next;

	if (!host)
		host = daemon->hosts->by_mac;
	for (int i = 0; i < HOSTS_A_TICK && host; i++, host = next) {
		next = host->by_mac.next;
		if (host->learnt && !daemon->config.learn)
			forget(daemon, host);
		else if (host->learnt && speaks(daemon, host))
			ask(daemon, host);
	}
	daemon->learning_next = host ? host->mac : (struct mac){ { 0 } };
}
