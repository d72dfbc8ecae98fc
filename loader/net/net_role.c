// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What an address is: own, a router's, on a link … A subnet is found by its interface, its prefix
 * length and its network, so that a lookup takes one look for each length that there is, however
 * many subnets have it. Interface 0 stands for all of the machine's, of which only broadcast
 * addresses are asked.
 */
#include <arpa/inet.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>
#include <sys/param.h>

#include "base/text.h"
#include "net/internal.h"

enum { LOOPBACK = 1 }; /* the kernel gives this index to the loopback of each namespace */
enum { BROADCAST_BITS = ADDRESS_BITS - 2 }; /* of the longest that has any */

static uint32_t to_number(struct ipv4 address)
{
	uint32_t number;

	memcpy(&number, &address, sizeof(number));
	return ntohl(number);
}

/* Of the bits of an IPv4 address, in a subnet of that length, those that count hosts. */
static uint32_t host_mask(uint32_t bits)
{
	return (uint32_t)(((uint64_t)1 << (ADDRESS_BITS - bits)) - 1);
}

static bool is_in(const struct ipv6 *address, const struct ipv6 *network, uint32_t bits)
{
	const struct ipv6 own = ip_network(address, bits);

	return ip_equal(&own, network);
}

bool net_is_own(const struct net_state *state, const struct ipv6 *address)
{
	const struct net_address key = net_address_key(address);

	return net_table_has(state->own, &key);
}

bool net_is_gateway(const struct net_state *state, const struct ipv6 *address)
{
	const struct net_address key = net_address_key(address);

	return net_table_has(state->routes, &key) || net_table_has(state->routers, &key) ||
	       prefixes_is_router(&state->prefixes, address);
}

static bool is_in_subnet(const struct net_state *state, uint32_t ifindex, int bits,
                         const struct ipv6 *address)
{
	const struct net_address key = net_subnet_key(ifindex, (uint32_t)bits, address);

	return net_table_has(state->subnets, &key);
}

/* The length of the subnet's prefix, the next one from `bits` on; -1: it is in no further one. */
static int find_subnet(const struct net_state *state, uint32_t ifindex, const struct ipv6 *address,
                       int bits)
{
	for (bits = MAX(bits, ip_is_ipv4(address) ? IPV4_MAPPED_BITS : 0); bits <= ADDRESS_BITS;
	     bits++)
		if (state->has_length[bits] && is_in_subnet(state, ifindex, bits, address))
			return bits;
	return -1;
}

bool net_is_broadcast(const struct net_state *state, struct ipv4 address4)
{
	const struct ipv6 address = ipv4_mapped(address4);
	const struct net_address key = net_address_key(&address);
	int bits = 0;

	if (net_table_has(state->broadcasts, &key))
		return true;
	while ((bits = find_subnet(state, 0, &address, bits)) >= 0 && bits <= BROADCAST_BITS) {
		const uint32_t mask = host_mask((uint32_t)bits);
		const uint32_t host = to_number(address4) & mask;

		if (host == mask || !host)
			return true;
		bits++;
	}
	return false;
}

size_t net_broadcasts(const struct net_state *state, struct ipv4 *list, size_t size)
{
	size_t count = 0;

	for (const struct net_address *subnet = state->subnets; subnet; subnet = subnet->hh.next) {
		const uint32_t first = to_number(ip_to_ipv4(&subnet->on_subnet));
		uint32_t last;

		if (subnet->ifindex || subnet->bits > BROADCAST_BITS ||
		    !ip_is_ipv4(&subnet->on_subnet))
			continue;
		last = htonl(first | host_mask(subnet->bits));
		if (count < size)
			memcpy(&list[count], &last, sizeof(last));
		count++;
	}
	return count;
}

/* RFC 1918, and link-local: RFC 3927; unique local: RFC 4193. */
static bool is_private(const struct ipv6 *address)
{
	static const struct {
		struct ipv6 network;
		uint32_t bits;
	} blocks[] = {
		{ { { [10] = 0xff, 0xff, 10 } }, IPV4_MAPPED_BITS + 8 },
		{ { { [10] = 0xff, 0xff, 172, 16 } }, IPV4_MAPPED_BITS + 12 },
		{ { { [10] = 0xff, 0xff, 192, 168 } }, IPV4_MAPPED_BITS + 16 },
		{ { { [10] = 0xff, 0xff, 169, 254 } }, IPV4_MAPPED_BITS + 16 },
		{ { { 0xfc } }, 7 },
	};

	for (size_t i = 0; i < sizeof(blocks) / sizeof(*blocks); i++)
		if (is_in(address, &blocks[i].network, blocks[i].bits))
			return true;
	return false;
}

static bool is_on_link(const struct net_state *state, uint32_t ifindex, const struct ipv6 *address)
{
	const bool is_ipv4 = ip_is_ipv4(address);
	bool is_known = false;

	if (ip_is_link_local(address))
		return true;

	for (size_t i = 0; i < state->link_count; i++) {
		if (ifindex && state->links[i].ifindex != ifindex)
			continue;
		is_known = true;
		if (state->links[i].has_subnets[is_ipv4]
		            ? find_subnet(state, state->links[i].ifindex, address, 0) >= 0
		            : is_private(address))
			return true;
	}
	return !is_known && is_private(address);
}

void net_state_advertise(struct net_state *state, uint32_t ifindex, const struct ipv6 *router,
                         const struct router_advert *advert, int64_t now)
{
	if (prefixes_advertise(&state->prefixes, ifindex, router, advert, now))
		state->changed |= NET_ROUTES_CHANGED;
}

void net_state_expire(struct net_state *state, int64_t now)
{
	if (prefixes_expire(&state->prefixes, now))
		state->changed |= NET_ROUTES_CHANGED;
}

/* By what routers advertise, if they say anything of it. */
static enum address_role role_in_prefix(const struct net_state *state, uint32_t ifindex,
                                        const struct ipv6 *address)
{
	const enum prefix_state prefix =
		ip_is_ipv4(address) ? PREFIX_UNKNOWN
				    : prefixes_find(&state->prefixes, ifindex, address);

	if (prefix == PREFIX_OVER)
		return ROLE_PREFIX_OVER;
	return prefix == PREFIX_ON_LINK || is_on_link(state, ifindex, address) ? ROLE_NONE
	                                                                       : ROLE_OFF_LINK;
}

enum address_role net_address_role(const struct net_state *state, uint32_t ifindex,
                                   const struct ipv6 *address)
{
	if (net_is_own(state, address))
		return ROLE_OWN;
	if (ip_is_ipv4(address) && net_is_broadcast(state, ip_to_ipv4(address)))
		return ROLE_BROADCAST;
	if (net_is_gateway(state, address))
		return ROLE_GATEWAY;
	return role_in_prefix(state, ifindex, address);
}

bool net_has_subnets(const struct net_state *state, uint32_t ifindex, bool is_ipv4)
{
	bool is_known = false;

	for (size_t i = 0; i < state->link_count; i++) {
		if (ifindex && state->links[i].ifindex != ifindex)
			continue;
		if (!state->links[i].has_subnets[is_ipv4])
			return false;
		is_known = true;
	}
	return is_known;
}

static bool is_link(const struct net_state *state, uint32_t ifindex)
{
	for (size_t i = 0; i < state->link_count; i++)
		if (state->links[i].ifindex == ifindex)
			return true;
	return false;
}

const char *net_subnets_text(const struct net_state *state, uint32_t ifindex, bool is_ipv4,
                             char text[NET_SUBNETS_TEXT])
{
	size_t length = 0;

	*text = 0;
	for (const struct net_address *subnet = state->subnets; subnet; subnet = subnet->hh.next) {
		char prefix[TEXT_PREFIX];

		if (!subnet->ifindex || !is_link(state, subnet->ifindex) ||
		    (ifindex && subnet->ifindex != ifindex) ||
		    ip_is_ipv4(&subnet->on_subnet) != is_ipv4)
			continue;
		text_from_prefix(&subnet->on_subnet, (uint8_t)subnet->bits, prefix);
		if (length + strlen(prefix) + sizeof(", …") > NET_SUBNETS_TEXT) {
			snprintf(text + length, NET_SUBNETS_TEXT - length, ", …");
			break;
		}
		length += (size_t)snprintf(text + length, NET_SUBNETS_TEXT - length, "%s%s",
		                           length ? ", " : "", prefix);
	}
	return text;
}

/* How well an own address serves to reach `peer`: 0 not at all. */
static unsigned rank(const struct net_address *own, uint32_t ifindex, const struct ipv4 *peer)
{
	enum { NO, OTHER_INTERFACE, INTERFACE, SUBNET };
	struct ipv6 mapped, subnet;

	if (!ip_is_ipv4(&own->own) || own->ifindex == LOOPBACK)
		return NO;
	if (own->ifindex != ifindex)
		return OTHER_INTERFACE;
	if (!peer)
		return INTERFACE;
	mapped = ipv4_mapped(*peer);
	subnet = ip_network(&own->on_subnet, own->bits);
	/* of several subnets the longest prefix */
	return is_in(&mapped, &subnet, own->bits) ? SUBNET + own->bits : INTERFACE;
}

struct ipv4 net_source_address(const struct net_state *state, uint32_t ifindex,
                               const struct ipv4 *peer)
{
	struct ipv4 source = { { 0 } };
	unsigned best = 0;

	for (const struct net_address *entry = state->addresses; entry; entry = entry->hh.next) {
		const unsigned this = rank(entry, ifindex, peer);

		if (this > best) {
			best = this;
			source = ip_to_ipv4(&entry->own);
		}
	}
	return source;
}

bool net_link_local(const struct net_state *state, uint32_t ifindex, struct ipv6 *address)
{
	for (const struct net_address *entry = state->addresses; entry; entry = entry->hh.next)
		if (entry->ifindex == ifindex && ip_is_link_local(&entry->own) &&
		    !entry->is_tentative) {
			*address = entry->own;
			return true;
		}
	return false;
}
