// SPDX-License-Identifier: GPL-2.0-or-later
#include "agent/wake_ports.h"

#include <netinet/in.h>
#include <stdint.h>
#include <stdlib.h>

#include "agent/system_info.h"

enum { ANY = 0, PROTOCOLS = 2 };
enum { DHCP_CLIENT = 68, DHCPV6_CLIENT = 546 }; /* RFC 2131, 4.1; RFC 8415, 7.2 */

struct wishes {
	struct npp_port ports[WAKE_PORTS + FACTS_PORTS + PROTOCOLS];
	size_t count;
};

static void add(struct wishes *wishes, uint8_t protocol, uint16_t port)
{
	wishes->ports[wishes->count++] = (struct npp_port){ protocol, port };
}

static bool is_client(const struct npp_port *port)
{
	return port->protocol == IPPROTO_UDP &&
	       (port->port == DHCP_CLIENT || port->port == DHCPV6_CLIENT);
}

static void add_served(struct wishes *wishes, const struct agent_facts *facts, uint8_t protocol)
{
	for (size_t i = 0; i < facts->port_count; i++) {
		if (facts->ports[i].protocol == protocol && !is_client(&facts->ports[i]))
			add(wishes, protocol, facts->ports[i].port);
	}
	/* what did not fit into the facts is UDP's, and not known */
	if (protocol == IPPROTO_UDP && facts->port_count == FACTS_PORTS)
		add(wishes, protocol, ANY);
}

static int compare(const void *a, const void *b)
{
	const struct npp_port *left = a, *right = b;

	return left->protocol != right->protocol ? left->protocol - right->protocol
	                                         : left->port - right->port;
}

/* Each once, and none beside "any" of its protocol, which comes first. */
static void tidy(struct wishes *wishes)
{
	size_t count = 0;

	qsort(wishes->ports, wishes->count, sizeof(*wishes->ports), compare);
	for (size_t i = 0; i < wishes->count; i++) {
		const struct npp_port *port = &wishes->ports[i];
		const struct npp_port *last = count ? &wishes->ports[count - 1] : NULL;

		if (last && last->protocol == port->protocol &&
		    (last->port == port->port || last->port == ANY))
			continue;
		wishes->ports[count++] = *port;
	}
	wishes->count = count;
}

static size_t count_of(const struct wishes *wishes, uint8_t protocol)
{
	size_t count = 0;

	for (size_t i = 0; i < wishes->count; i++)
		count += wishes->ports[i].protocol == protocol;
	return count;
}

/* Those of the protocol that has more of them: "any" of the other may not be needed then. */
static void sum_up(struct wishes *wishes)
{
	const bool more_udp = count_of(wishes, IPPROTO_UDP) > count_of(wishes, IPPROTO_TCP);

	add(wishes, more_udp ? IPPROTO_UDP : IPPROTO_TCP, ANY);
	tidy(wishes);
}

void wake_ports_of(const struct wake_wish *wish, const struct agent_facts *facts,
                   struct wake_ports *ports)
{
	struct wishes wishes = { .count = 0 };

	for (size_t i = 0; i < wish->port_count; i++)
		add(&wishes, wish->ports[i].protocol, wish->ports[i].port);
	if (wish->tcp || !wish->said)
		add_served(&wishes, facts, IPPROTO_TCP);
	if (wish->udp)
		add_served(&wishes, facts, IPPROTO_UDP);
	tidy(&wishes);
	*ports = (struct wake_ports){ .summed_up = wishes.count > WAKE_PORTS };
	while (wishes.count > WAKE_PORTS)
		sum_up(&wishes);
	for (size_t i = 0; i < wishes.count; i++)
		ports->ports[ports->count++] = wishes.ports[i];
}
