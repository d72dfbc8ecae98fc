// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The subnets of the links: of the machine's addresses and routes, given by people, or those of the
 * last time; link-local ones of IPv6 are not among them, which are of every link (RFC 4291, 2.5.6).
 */
#include <errno.h>
#include <net/if.h>
#include <stdlib.h>
#include <string.h>

#include "net/internal.h"

static int add_subnet(struct net_state *state, uint32_t ifindex, uint32_t bits,
                      const struct ipv6 *address)
{
	const struct net_address all = net_subnet_key(0, bits, address);
	const struct net_address subnet = net_subnet_key(ifindex, bits, address);

	if (ip_is_link_local(address))
		return 0;
	state->has_length[bits] = true;
	return net_table_add(&state->subnets, &all) < 0 ||
	                       net_table_add(&state->subnets, &subnet) < 0
	               ? -ENOMEM
	               : 0;
}

/* An address without a peer that has all bits is alone in its subnet. */
static bool has_others(const struct net_address *entry)
{
	return entry->bits < ADDRESS_BITS || !ip_equal(&entry->own, &entry->on_subnet);
}

static int index_address(struct net_state *state, const struct net_address *entry)
{
	const struct net_address own = net_address_key(&entry->own);
	const struct net_address broadcast = net_address_key(&entry->broadcast);

	if (net_table_add(&state->own, &own) < 0 ||
	    (ip_is_set(&entry->broadcast) && net_table_add(&state->broadcasts, &broadcast) < 0))
		return -ENOMEM;
	return has_others(entry) ? add_subnet(state, entry->ifindex, entry->bits, &entry->on_subnet)
	                         : 0;
}

static bool has_subnet_of(const struct net_address *table, uint32_t ifindex, bool is_ipv4)
{
	for (; table; table = table->hh.next)
		if (table->ifindex == ifindex && ip_is_ipv4(&table->on_subnet) == is_ipv4)
			return true;
	return false;
}

/* Those that `from` has in the table. */
static int add_subnets_of(struct net_state *state, uint32_t ifindex, uint32_t from, bool is_ipv4,
                          const struct net_address *subnets)
{
	int err = 0;

	for (; from && subnets && !err; subnets = subnets->hh.next)
		if (subnets->ifindex == from && ip_is_ipv4(&subnets->on_subnet) == is_ipv4)
			err = add_subnet(state, ifindex, subnets->bits, &subnets->on_subnet);
	return err;
}

/*
 * `before`: the subnets of the last time, which a link keeps that has none now, also where its
 * interface has come back with another number.
 */
static int index_link(struct net_state *state, struct known_link *link, bool is_ipv4,
                      const struct net_address *before)
{
	const uint32_t ifindex = link->ifindex;
	int err = 0;

	if (!has_subnet_of(state->subnets, ifindex, is_ipv4))
		err = add_subnets_of(state, ifindex,
		                     has_subnet_of(before, ifindex, is_ipv4) ? ifindex
		                                                             : link->before,
		                     is_ipv4, before);
	if (!err)
		err = add_subnets_of(state, ifindex, ifindex, is_ipv4, state->given);
	link->has_subnets[is_ipv4] = has_subnet_of(state->subnets, ifindex, is_ipv4);
	return err;
}

static int index_links(struct net_state *state, const struct net_address *before)
{
	int err = 0;

	for (size_t i = 0; i < 2 * state->link_count && !err; i++)
		if (state->links[i / 2].ifindex)
			err = index_link(state, &state->links[i / 2], i % 2, before);
	return err;
}

int net_state_index(struct net_state *state)
{
	struct net_address *before = state->subnets;
	int err = 0;

	state->subnets = NULL;
	memset(state->has_length, 0, sizeof(state->has_length));
	net_table_clear(&state->own);
	net_table_clear(&state->broadcasts);
	for (const struct net_address *entry = state->addresses; entry && !err;
	     entry = entry->hh.next)
		err = index_address(state, entry);
	for (const struct net_address *entry = state->routes; entry && !err; entry = entry->hh.next)
		if (entry->ifindex)
			err = add_subnet(state, entry->ifindex, entry->bits, &entry->on_subnet);
	if (!err)
		err = index_links(state, before);
	net_table_clear(&before);
	state->index_stale = err;
	return err;
}

static int read_given(const struct net_link *links, size_t count, struct net_address **given)
{
	for (size_t i = 0; i < count; i++)
		for (size_t j = 0; j < links[i].subnet_count; j++) {
			const struct source_prefix *prefix = &links[i].subnets[j];
			const struct net_address subnet =
				net_subnet_key(links[i].ifindex, prefix->bits, &prefix->address);

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

/* Rather than in another place of the configuration, or not in it any more. */
static bool is_gone(uint32_t ifindex)
{
	char name[IF_NAMESIZE];

	return ifindex && !if_indextoname(ifindex, name);
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
		if (is_gone(taken[i].before))
			prefixes_renumber(&state->prefixes, taken[i].before, taken[i].ifindex);
	}
	net_table_clear(&state->given);
	free(state->links);
	state->given = given;
	state->links = taken;
	state->link_count = count;
	return net_state_index(state) ? -ENOMEM : 1;
}
