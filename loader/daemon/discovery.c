// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The neighbours on the served interfaces that are no hosts yet, so that people need not look for
 * what they could add: by the ARP that they send, at a rate that costs nothing; by the Neighbor
 * Discovery that is received anyway; by the kernel's own table, and by DHCP. Nobody is asked.
 */
#include "net/neighbour_memory.h"

#include <errno.h>
#include <linux/neighbour.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/clock.h"
#include "daemon/neighbours.h"
#include "host/description.h"
#include "net/arp.h"
#include "net/neighbour_table.h"

/* So many messages are read at a time, and then none for a while. */
enum { MESSAGES_MAX = 64 };
static const struct timeval PAUSE = { .tv_usec = 100000 };

enum {
	NUD_HAS_MAC = NUD_REACHABLE | NUD_STALE | NUD_DELAY | NUD_PROBE | NUD_PERMANENT,
};

/* Of one interface. */
struct arp_listener {
	struct daemon *daemon;
	uint32_t ifindex; /* 0: of none */
	struct paced_socket socket;
};

struct discovery {
	struct neighbour_memory *memory;
	struct arp_listener listeners[CONFIG_INTERFACES]; /* as the served interfaces */
};

void discovery_see(struct daemon *daemon, const struct mac *mac, uint32_t ifindex,
                   const struct ipv6 *address)
{
	if (daemon->discovery && !host_find_mac(daemon->hosts, mac))
		neighbour_memory_add(daemon->discovery->memory, mac, ifindex,
		                     address && !address_error(address) ? address : NULL,
		                     clock_now().boot);
}

static void on_arp(evutil_socket_t fd, short what, void *context)
{
	struct arp_listener *listener = context;
	struct ipv4 address4;
	struct mac mac;

	(void)what;
	for (int i = 0; i < MESSAGES_MAX; i++) {
		struct ipv6 address;

		if (arp_receive(fd, &address4, &mac))
			return;
		address = ipv4_mapped(address4);
		discovery_see(listener->daemon, &mac, listener->ifindex,
		              ipv4_is_set(address4) ? &address : NULL);
	}
	paced_socket_rest(&listener->socket, &PAUSE);
}

static void stop(struct arp_listener *listener)
{
	if (listener->ifindex)
		paced_socket_stop(&listener->socket);
	listener->ifindex = 0;
}

void discovery_follow(struct daemon *daemon)
{
	for (size_t i = 0; daemon->discovery && i < CONFIG_INTERFACES; i++) {
		struct arp_listener *listener = &daemon->discovery->listeners[i];
		const struct served_iface *served = &daemon->served[i];
		const bool wanted = i < daemon->served_count && served->state == SERVED_ATTACHED;

		if (listener->ifindex && (!wanted || listener->ifindex != served->iface.ifindex))
			stop(listener);
		if (!wanted || listener->ifindex)
			continue;
		*listener = (struct arp_listener){ daemon, .ifindex = served->iface.ifindex };
		if (paced_socket_start(&listener->socket, daemon->base,
		                       arp_listen(listener->ifindex, true), on_arp, listener))
			listener->ifindex = 0; /* the next tick tries again */
	}
}

static void add_entry(void *context, uint32_t ifindex, const struct ipv6 *address,
                      const struct neighbour_entry *entry)
{
	struct daemon *daemon = context;
	const int64_t ago = (int64_t)entry->updated * 1000 / sysconf(_SC_CLK_TCK);

	if (entry->state & NUD_HAS_MAC && daemon_serves(daemon, ifindex))
		neighbour_memory_add(daemon->discovery->memory, &entry->mac, ifindex, address,
		                     clock_now().boot - ago);
}

static void add_client(void *context, const struct mac *mac, int64_t heard,
                       const struct dhcp_client *client)
{
	const struct lease *lease = client ? &client->lease : NULL;
	struct ipv6 address;

	if (lease)
		address = ipv4_mapped(lease->address);
	neighbour_memory_add(context, mac, 0,
	                     lease && lease->state == LEASE_BOUND ? &address : NULL, heard);
}

/* This machine's; or a router's, which may not become a host. */
static bool is_of_network(const struct daemon *daemon, const struct neighbour *neighbour)
{
	for (size_t i = 0; i < daemon->served_count; i++)
		if (mac_equal(&daemon->served[i].iface.mac, &neighbour->mac))
			return true;
	for (size_t i = 0; i < neighbour->count; i++)
		if (net_is_own(daemon->net, &neighbour->addresses[i]) ||
		    net_is_gateway(daemon->net, &neighbour->addresses[i]))
			return true;
	return false;
}

void discovery_refresh(struct daemon *daemon)
{
	if (!daemon->discovery)
		return;
	neighbour_entries_each(add_entry, daemon);
	dhcp_memory_each(daemon->dhcp_memory, add_client, daemon->discovery->memory);
}

const struct neighbour *discovery_next(const struct daemon *daemon, const struct neighbour *last)
{
	const int64_t now = clock_now().boot;

	if (!daemon->discovery)
		return NULL;
	do
		last = neighbour_memory_next(daemon->discovery->memory, last, now);
	while (last && (host_find_mac(daemon->hosts, &last->mac) || is_of_network(daemon, last)));
	return last;
}

int discovery_start(struct daemon *daemon)
{
	daemon->discovery = calloc(1, sizeof(*daemon->discovery));
	if (!daemon->discovery)
		return -ENOMEM;
	daemon->discovery->memory = neighbour_memory_new();
	discovery_follow(daemon);
	return daemon->discovery->memory ? 0 : -ENOMEM;
}

void discovery_stop(struct daemon *daemon)
{
	for (size_t i = 0; daemon->discovery && i < CONFIG_INTERFACES; i++)
		stop(&daemon->discovery->listeners[i]);
	if (daemon->discovery)
		neighbour_memory_free(daemon->discovery->memory);
	free(daemon->discovery);
	daemon->discovery = NULL;
}
