// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What an address is: own, a gateway's, on a link … A subnet is found by its interface, its prefix
 * length and its network, so that a lookup takes one look for each length that there is, however
 * many subnets have it. Interface 0 stands for all of the machine's, of which only broadcast
 * addresses are asked.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "net/internal.h"

enum { LOOPBACK = 1 }; /* the kernel gives this index to the loopback of each namespace */
enum { IPV4_BITS = 32 };

static uint32_t to_number(struct ipv4 address)
{
	uint32_t number;

	memcpy(&number, &address, sizeof(number));
	return ntohl(number);
}

/* Of the bits of an IPv4 address those that count hosts. */
static uint32_t host_mask(uint32_t bits)
{
	return bits ? (uint32_t)(((uint64_t)1 << (IPV4_BITS - bits)) - 1) : UINT32_MAX;
}

static struct net_address address_key(const struct ipv6 *address)
{
	return (struct net_address){ .own = *address };
}

static struct net_address subnet_key(uint32_t ifindex, uint32_t bits, struct ipv4 address)
{
	const uint32_t network = htonl(to_number(address) & ~host_mask(bits));
	struct ipv4 first;

	memcpy(&first, &network, sizeof(first));
	return (struct net_address){ .ifindex = ifindex,
		                     .bits = bits,
		                     .on_subnet = ipv4_mapped(first) };
}

static int add_subnet(struct net_state *state, uint32_t ifindex, uint32_t bits, struct ipv4 address)
{
	const struct net_address all = subnet_key(0, bits, address);
	const struct net_address subnet = subnet_key(ifindex, bits, address);

	state->lengths |= (uint64_t)1 << bits;
	return net_table_add(&state->subnets, &all) < 0 ||
	                       net_table_add(&state->subnets, &subnet) < 0
	               ? -ENOMEM
	               : 0;
}

/* An address without a peer that has all bits is alone in its subnet. */
static bool has_others(const struct net_address *entry)
{
	return ip_is_ipv4(&entry->own) &&
	       (entry->bits < IPV4_BITS || !ip_equal(&entry->own, &entry->on_subnet));
}

static int index_address(struct net_state *state, const struct net_address *entry)
{
	const struct net_address own = address_key(&entry->own);
	const struct net_address broadcast = address_key(&entry->broadcast);

	if (net_table_add(&state->own, &own) < 0 ||
	    (ip_is_set(&entry->broadcast) && net_table_add(&state->broadcasts, &broadcast) < 0))
		return -ENOMEM;
	return has_others(entry) ? add_subnet(state, entry->ifindex, entry->bits,
	                                      ip_to_ipv4(&entry->on_subnet))
	                         : 0;
}

static bool has_subnet_of(const struct net_address *table, uint32_t ifindex)
{
	for (; table; table = table->hh.next)
		if (table->ifindex == ifindex)
			return true;
	return false;
}

/* Those that `from` has in the table. */
static int add_subnets_of(struct net_state *state, uint32_t ifindex, uint32_t from,
                          const struct net_address *subnets)
{
	int err = 0;

	for (; from && subnets && !err; subnets = subnets->hh.next)
		if (subnets->ifindex == from)
			err = add_subnet(state, ifindex, subnets->bits,
			                 ip_to_ipv4(&subnets->on_subnet));
	return err;
}

/*
 * `before`: the subnets of the last time, which a link keeps that has none now, also where its
 * interface has come back with another number.
 */
static int index_links(struct net_state *state, const struct net_address *before)
{
	int err = 0;

	for (size_t i = 0; i < state->link_count && !err; i++) {
		const uint32_t ifindex = state->links[i].ifindex;

		if (!ifindex)
			continue;
		if (!has_subnet_of(state->subnets, ifindex))
			err = add_subnets_of(
				state, ifindex,
				has_subnet_of(before, ifindex) ? ifindex : state->links[i].before,
				before);
		if (!err)
			err = add_subnets_of(state, ifindex, ifindex, state->given);
		state->links[i].has_subnets = has_subnet_of(state->subnets, ifindex);
	}
	return err;
}

int net_state_index(struct net_state *state)
{
	struct net_address *before = state->subnets;
	int err = 0;

	state->subnets = NULL;
	state->lengths = 0;
	net_table_clear(&state->own);
	net_table_clear(&state->broadcasts);
	for (const struct net_address *entry = state->addresses; entry && !err;
	     entry = entry->hh.next)
		err = index_address(state, entry);
	if (!err)
		err = index_links(state, before);
	net_table_clear(&before);
	return err;
}

static int read_given(const struct net_link *links, size_t count, struct net_address **given)
{
	for (size_t i = 0; i < count; i++)
		for (size_t j = 0; j < links[i].subnet_count; j++) {
			const struct source_prefix *prefix = &links[i].subnets[j];
			const struct net_address subnet =
				subnet_key(links[i].ifindex, prefix->bits - IPV4_MAPPED_BITS,
			                   ip_to_ipv4(&prefix->address));

			if (net_table_add(given, &subnet) < 0)
				return -ENOMEM;
		}
	return 0;
}

static bool are_links(const struct net_state *state, const struct net_link *links, size_t count)
{
	bool are = count == state->link_count;

	for (size_t i = 0; i < count && are; i++)
		are = !links[i].ifindex || state->links[i].ifindex == links[i].ifindex;
	return are;
}

static uint32_t ifindex_at(const struct net_state *state, size_t place)
{
	return place < state->link_count ? state->links[place].ifindex : 0;
}

int net_state_set_links(struct net_state *state, const struct net_link *links, size_t count)
{
	struct net_address *given = NULL;
	struct known_link *taken = calloc(count + 1, sizeof(*taken));

	if (!taken || read_given(links, count, &given)) {
		net_table_clear(&given);
		free(taken);
		return -ENOMEM;
	}
	if (are_links(state, links, count) && net_table_is_same(state->given, given)) {
		net_table_clear(&given);
		free(taken);
		return 0;
	}
	for (size_t i = 0; i < count; i++) {
		taken[i].before = ifindex_at(state, i);
		taken[i].ifindex = links[i].ifindex ? links[i].ifindex : taken[i].before;
	}
	net_table_clear(&state->given);
	free(state->links);
	state->given = given;
	state->links = taken;
	state->link_count = count;
	return net_state_index(state) ? -ENOMEM : 1;
}

bool net_is_own(const struct net_state *state, const struct ipv6 *address)
{
	const struct net_address key = address_key(address);

	return net_table_has(state->own, &key);
}

bool net_is_gateway(const struct net_state *state, struct ipv4 address4)
{
	const struct ipv6 address = ipv4_mapped(address4);
	const struct net_address key = address_key(&address);

	return net_table_has(state->gateways, &key);
}

static bool is_in_subnet(const struct net_state *state, uint32_t ifindex, int bits,
                         struct ipv4 address)
{
	const struct net_address key = subnet_key(ifindex, (uint32_t)bits, address);

	return net_table_has(state->subnets, &key);
}

/* The length of the subnet's prefix, the next one from `bits` on; -1: it is in no further one. */
static int find_subnet(const struct net_state *state, uint32_t ifindex, struct ipv4 address,
                       int bits)
{
	for (; bits <= IPV4_BITS; bits++)
		if (state->lengths >> bits & 1 && is_in_subnet(state, ifindex, bits, address))
			return bits;
	return -1;
}

bool net_is_broadcast(const struct net_state *state, struct ipv4 address4)
{
	const struct ipv6 address = ipv4_mapped(address4);
	const struct net_address key = address_key(&address);
	int bits = 0;

	if (net_table_has(state->broadcasts, &key))
		return true;
	while ((bits = find_subnet(state, 0, address4, bits)) >= 0 && bits <= IPV4_BITS - 2) {
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
		const uint32_t last = htonl(first | host_mask(subnet->bits));

		if (subnet->ifindex || subnet->bits > IPV4_BITS - 2)
			continue;
		if (count < size)
			memcpy(&list[count], &last, sizeof(last));
		count++;
	}
	return count;
}

/* RFC 1918, and link-local: RFC 3927. */
static bool is_private(struct ipv4 address)
{
	static const struct {
		uint32_t network, bits;
	} blocks[] = {
		{ 0x0a000000, 8 }, { 0xac100000, 12 }, { 0xc0a80000, 16 }, { 0xa9fe0000, 16 }
	};

	for (size_t i = 0; i < sizeof(blocks) / sizeof(*blocks); i++)
		if ((to_number(address) & ~host_mask(blocks[i].bits)) == blocks[i].network)
			return true;
	return false;
}

static bool is_on_link(const struct net_state *state, uint32_t ifindex, struct ipv4 address)
{
	bool is_known = false;

	for (size_t i = 0; i < state->link_count; i++) {
		if (ifindex && state->links[i].ifindex != ifindex)
			continue;
		is_known = true;
		if (state->links[i].has_subnets
		            ? find_subnet(state, state->links[i].ifindex, address, 0) >= 0
		            : is_private(address))
			return true;
	}
	return !is_known && is_private(address);
}

enum address_role net_address_role(const struct net_state *state, uint32_t ifindex,
                                   const struct ipv6 *address)
{
	const struct ipv4 address4 = ip_to_ipv4(address);

	if (net_is_own(state, address))
		return ROLE_OWN;
	if (net_is_broadcast(state, address4))
		return ROLE_BROADCAST;
	if (net_is_gateway(state, address4))
		return ROLE_GATEWAY;
	return is_on_link(state, ifindex, address4) ? ROLE_NONE : ROLE_OFF_LINK;
}

bool net_has_subnets(const struct net_state *state, uint32_t ifindex)
{
	bool is_known = false;

	for (size_t i = 0; i < state->link_count; i++) {
		if (ifindex && state->links[i].ifindex != ifindex)
			continue;
		if (!state->links[i].has_subnets)
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

const char *net_subnets_text(const struct net_state *state, uint32_t ifindex,
                             char text[NET_SUBNETS_TEXT])
{
	size_t length = 0;

	*text = 0;
	for (const struct net_address *subnet = state->subnets; subnet; subnet = subnet->hh.next) {
		char prefix[TEXT_PREFIX];

		if (!subnet->ifindex || !is_link(state, subnet->ifindex) ||
		    (ifindex && subnet->ifindex != ifindex))
			continue;
		text_from_prefix(&subnet->on_subnet, (uint8_t)(IPV4_MAPPED_BITS + subnet->bits),
		                 prefix);
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
	uint32_t subnet;

	if (!ip_is_ipv4(&own->own) || own->ifindex == LOOPBACK)
		return NO;
	if (own->ifindex != ifindex)
		return OTHER_INTERFACE;
	subnet = to_number(ip_to_ipv4(&own->on_subnet));
	/* of several subnets the longest prefix */
	return peer && !((subnet ^ to_number(*peer)) & ~host_mask(own->bits)) ? SUBNET + own->bits
	                                                                      : INTERFACE;
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
