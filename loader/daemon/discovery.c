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

void discovery_see(struct daemon *daemon, const struct mac *mac, uint32_t ifindex,
                   const struct ipv6 *address)
{
	if (!host_find_mac(daemon->hosts, mac))
		neighbour_memory_add(daemon->neighbour_memory, mac, ifindex,
		                     address && !address_error(address) ? address : NULL,
		                     clock_now().boot);
}

static void on_arp(evutil_socket_t fd, short what, void *context)
{
	struct listener *listener = context;
	struct ipv4 address4;
	struct mac mac;

	(void)what;
	for (int i = 0; i < MESSAGES_MAX; i++) {
		const int err = arp_receive(fd, &address4, &mac);
		struct ipv6 address;

		if (err == -EBADMSG)
			continue;
		if (err)
			return;
		address = ipv4_mapped(address4);
		discovery_see(listener->daemon, &mac, listener->iface.ifindex,
		              ipv4_is_set(address4) ? &address : NULL);
	}
	paced_socket_rest(&listener->socket, &PAUSE);
}

static int start(struct listener *listener)
{
	return paced_socket_start(&listener->socket, listener->daemon->base,
	                          arp_listen(listener->iface.ifindex, true), on_arp, listener);
}

const struct listener_kind arp_listener_kind = {
	.size = sizeof(struct listener),
	.start = start,
	.error = "%s: cannot hear the ARP of neighbours: %s",
};

static void add_entry(void *context, uint32_t ifindex, const struct ipv6 *address,
                      const struct neighbour_entry *entry)
{
	struct daemon *daemon = context;
	const int64_t ago = (int64_t)entry->updated * 1000 / sysconf(_SC_CLK_TCK);

	if (entry->state & NUD_HAS_MAC && daemon_serves(daemon, ifindex))
		neighbour_memory_add(daemon->neighbour_memory, &entry->mac, ifindex, address,
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
	neighbour_entries_each(add_entry, daemon);
	dhcp_memory_each(daemon->dhcp_memory, add_client, daemon->neighbour_memory);
}

const struct neighbour *discovery_next(const struct daemon *daemon, const struct neighbour *last)
{
	const int64_t now = clock_now().boot;

	do
		last = neighbour_memory_next(daemon->neighbour_memory, last, now);
	while (last && (host_find_mac(daemon->hosts, &last->mac) || is_of_network(daemon, last)));
	return last;
}

int discovery_start(struct daemon *daemon)
{
	daemon->neighbour_memory = neighbour_memory_new();
	return daemon->neighbour_memory ? 0 : -ENOMEM;
}

void discovery_stop(struct daemon *daemon)
{
	neighbour_memory_free(daemon->neighbour_memory);
	daemon->neighbour_memory = NULL;
}
