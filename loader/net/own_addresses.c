// SPDX-License-Identifier: GPL-2.0-or-later
#include "net/own_addresses.h"

#include <arpa/inet.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/in.h>
#include <string.h>

/*
 * How well an address serves to ask from: none, another interface's, this interface's, this
 * interface's and subnet's.
 */
enum fitness { FIT_NOT, FIT_MACHINE, FIT_INTERFACE, FIT_SUBNET };

static bool same_subnet(const struct ifaddrs *entry, const struct ipv4 *peer)
{
	const struct sockaddr_in *own = (const void *)entry->ifa_addr;
	const struct sockaddr_in *mask = (const void *)entry->ifa_netmask;
	uint32_t other;

	if (!peer || !mask)
		return false;
	memcpy(&other, peer, sizeof(other));
	return (own->sin_addr.s_addr & mask->sin_addr.s_addr) == (other & mask->sin_addr.s_addr);
}

static enum fitness fitness(const struct ifaddrs *entry, uint32_t ifindex, const struct ipv4 *peer)
{
	if (!entry->ifa_addr || entry->ifa_addr->sa_family != AF_INET ||
	    (entry->ifa_flags & IFF_LOOPBACK))
		return FIT_NOT;
	if (if_nametoindex(entry->ifa_name) != ifindex)
		return FIT_MACHINE;
	return same_subnet(entry, peer) ? FIT_SUBNET : FIT_INTERFACE;
}

struct ipv4 own_ipv4_near(uint32_t ifindex, const struct ipv4 *peer)
{
	struct ipv4 best = { { 0 } };
	enum fitness best_fitness = FIT_NOT;
	struct ifaddrs *all;

	if (getifaddrs(&all))
		return best;
	for (const struct ifaddrs *entry = all; entry; entry = entry->ifa_next) {
		enum fitness fit = fitness(entry, ifindex, peer);

		if (fit <= best_fitness)
			continue;
		best_fitness = fit;
		memcpy(&best, &((const struct sockaddr_in *)entry->ifa_addr)->sin_addr,
		       sizeof(best));
	}
	freeifaddrs(all);
	return best;
}

/* False: it is of neither family. */
static bool address_of(const struct ifaddrs *entry, struct ipv6 *address)
{
	struct ipv4 address4;

	if (!entry->ifa_addr)
		return false;
	if (entry->ifa_addr->sa_family == AF_INET) {
		memcpy(&address4, &((const struct sockaddr_in *)entry->ifa_addr)->sin_addr,
		       sizeof(address4));
		*address = ipv4_mapped(address4);
		return true;
	}
	if (entry->ifa_addr->sa_family != AF_INET6)
		return false;
	memcpy(address, &((const struct sockaddr_in6 *)entry->ifa_addr)->sin6_addr,
	       sizeof(*address));
	return true;
}

void own_read(struct own *own)
{
	struct ifaddrs *all;

	own->count = 0;
	if (getifaddrs(&all))
		return;
	for (const struct ifaddrs *entry = all; entry && own->count < OWN_MAX;
	     entry = entry->ifa_next)
		own->count += address_of(entry, &own->addresses[own->count]);
	freeifaddrs(all);
}

bool own_has(const struct own *own, const struct ipv6 *address)
{
	for (size_t i = 0; i < own->count; i++)
		if (!memcmp(&own->addresses[i], address, sizeof(*address)))
			return true;
	return false;
}

/* RFC 3021: where one bit is left for hosts, both are. */
static bool is_broadcast_of(const struct ifaddrs *entry, const struct ipv4 *address)
{
	const struct sockaddr_in *mask = (const void *)entry->ifa_netmask;
	uint32_t host_bits, bits;

	if (!entry->ifa_addr || entry->ifa_addr->sa_family != AF_INET || !mask ||
	    !same_subnet(entry, address))
		return false;
	memcpy(&bits, address, sizeof(bits));
	host_bits = ~mask->sin_addr.s_addr;
	bits &= host_bits;
	return ntohl(host_bits) > 1 && (bits == 0 || bits == host_bits);
}

bool own_is_broadcast(const struct ipv4 *address)
{
	struct ifaddrs *all;
	bool found = false;

	if (getifaddrs(&all))
		return false;
	for (const struct ifaddrs *entry = all; entry && !found; entry = entry->ifa_next)
		found = is_broadcast_of(entry, address);
	freeifaddrs(all);
	return found;
}
