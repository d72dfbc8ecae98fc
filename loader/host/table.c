// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <utlist.h>

#include "host/host.h"

static void place(struct host_table *table, size_t at, struct host *host)
{
	table->heap[at] = host;
	host->timer = (uint32_t)at;
}

static void move_up(struct host_table *table, struct host *host)
{
	size_t at = host->timer;

	while (at && host->deadline < table->heap[(at - 1) / 2]->deadline) {
		place(table, at, table->heap[(at - 1) / 2]);
		at = (at - 1) / 2;
	}
	place(table, at, host);
}

static void move_down(struct host_table *table, struct host *host)
{
	size_t at = host->timer, child;

	while ((child = 2 * at + 1) < table->heap_count) {
		if (child + 1 < table->heap_count &&
		    table->heap[child + 1]->deadline < table->heap[child]->deadline)
			child++;
		if (host->deadline <= table->heap[child]->deadline)
			break;
		place(table, at, table->heap[child]);
		at = child;
	}
	place(table, at, host);
}

/* The host has none yet. */
static int add_deadline(struct host_table *table, struct host *host)
{
	if (table->heap_count == table->heap_room) {
		const size_t room = table->heap_room ? 2 * table->heap_room : 16;
		struct host **heap = reallocarray(table->heap, room, sizeof(*heap));

		if (!heap)
			return -ENOMEM;
		table->heap = heap;
		table->heap_room = room;
	}
	place(table, table->heap_count++, host);
	return 0;
}

static void update_deadline(struct host_table *table, struct host *host)
{
	move_up(table, host);
	move_down(table, host);
}

static void remove_deadline(struct host_table *table, struct host *host)
{
	struct host *last = table->heap[--table->heap_count];

	if (last == host)
		return;
	place(table, host->timer, last);
	update_deadline(table, last);
}

struct host_table *host_table_new(void)
{
	return calloc(1, sizeof(struct host_table));
}

void host_table_free(struct host_table *table)
{
	struct host *host, *next;

	if (!table)
		return;
	HASH_ITER (by_mac, table->by_mac, host, next)
		host_table_remove(table, host);
	free(table->claims.places);
	free(table->heap);
	free(table);
}

struct host *host_find_mac(const struct host_table *table, const struct mac *mac)
{
	struct host *host;

	HASH_FIND(by_mac, table->by_mac, mac, sizeof(*mac), host);
	return host;
}

struct host *host_find_name(const struct host_table *table, const char *name)
{
	struct host *host;

	HASH_FIND(by_name, table->by_name, name, strlen(name), host);
	return host;
}

struct host *host_table_add(struct host_table *table, const struct mac *mac, const char *name)
{
	struct host *host;

	if (host_find_mac(table, mac) || host_find_name(table, name))
		return NULL;
	host = calloc(1, sizeof(*host));
	if (!host)
		return NULL;
	host->mac = *mac;
	host->deadline = INT64_MAX;
	host->order = ++table->order;
	host->name = strdup(name);
	if (!host->name || add_deadline(table, host)) {
		free(host->name);
		free(host);
		return NULL;
	}
	HASH_ADD(by_mac, table->by_mac, mac, sizeof(host->mac), host);
	table->states[AWAKE]++;
	HASH_ADD_KEYPTR(by_name, table->by_name, host->name, strlen(host->name), host);
	return host;
}

static void count_registered_only(struct host_table *table, struct host *host,
                                  bool is_registered_only)
{
	if (is_registered_only == host->is_registered_only)
		return;
	host->is_registered_only = is_registered_only;
	if (is_registered_only) {
		DL_APPEND2(table->first_registered_only, host, prev_registered, next_registered);
		table->registered_only++;
	} else {
		DL_DELETE2(table->first_registered_only, host, prev_registered, next_registered);
		table->registered_only--;
	}
}

static void drop_claims(struct host_table *table, struct host *host, const struct wanted *kept)
{
	const struct address_list *list = host->claims.list;

	for (size_t i = 0; list && i < list->count; i++)
		if (address_index(kept->addresses, kept->address_count, &list->addresses[i]) < 0)
			claim_drop(&table->claims, host, &list->addresses[i]);
}

static void add_claims(struct host_table *table, const struct host *host,
                       const struct wanted *wanted)
{
	const struct address_list *list = host->claims.list;

	for (size_t i = 0; i < wanted->address_count; i++)
		if (!list || address_index(list->addresses, list->count, &wanted->addresses[i]) < 0)
			claim_add(&table->claims, host, &wanted->addresses[i]);
}

/* Without memory it claims what it did before, until the next change. */
void host_table_claim(struct host_table *table, struct host *host)
{
	struct address_list *before = host->claims.list, *after = NULL;
	struct wanted wanted;

	count_registered_only(table, host, host_is_registered_only(host));
	host_merge(host, &wanted);
	if (address_list_is(before, wanted.addresses, wanted.address_count))
		return;
	if (!address_list_new(wanted.addresses, wanted.address_count, &after) ||
	    !claims_reserve(table, wanted.address_count)) {
		address_list_put(after);
		return;
	}
	drop_claims(table, host, &wanted);
	add_claims(table, host, &wanted);
	host->claims = (struct claims){ .list = after };
	address_list_put(before);
}

void host_table_remove(struct host_table *table, struct host *host)
{
	drop_claims(table, host, &(struct wanted){ .address_count = 0 });
	remove_deadline(table, host);
	HASH_DELETE(by_mac, table->by_mac, host);
	HASH_DELETE(by_name, table->by_name, host);
	table->states[host->life.state]--;
	count_registered_only(table, host, false);
	host_free(host);
}

int host_table_rename(struct host_table *table, struct host *host, const char *name)
{
	const struct host *other = host_find_name(table, name);
	char *copy;

	if (other)
		return other == host ? 0 : -EEXIST;
	copy = strdup(name);
	if (!copy)
		return -ENOMEM;
	HASH_DELETE(by_name, table->by_name, host);
	free(host->name);
	host->name = copy;
	HASH_ADD_KEYPTR(by_name, table->by_name, host->name, strlen(host->name), host);
	return 0;
}

static int name_order(const struct host *a, const struct host *b)
{
	return strcmp(a->name, b->name);
}

void host_table_sort(struct host_table *table)
{
	HASH_SRT(by_name, table->by_name, name_order);
}

static struct claimant claimant_of(const struct host *host, const struct ipv6 *address)
{
	const enum claim_kind claim = host_claim(host, address);
	const struct address_list *list = host->claims.list;
	const int index = address_index(list->addresses, list->count, address);

	return (struct claimant){
		.claim = claim,
		.role = host->claims.refused >> index & 1 ? ROLE_OFF_LINK
		                                          : ROLE_NONE, /* or another */
		.state = host->life.state,
		.installed = installed_has(host->installed, address),
		.order = claim == CLAIM_DESCRIBED ? host->described->order : host->order,
	};
}

/* Of those who claim the address, and of `host`, which does so as `best`; or NULL. */
static struct host *strongest(const struct host_table *table, const struct ipv6 *address,
                              struct host *host, struct claimant best)
{
	struct host *owner = host, *next;
	size_t step = 0;

	while ((next = claim_next(&table->claims, address, &step))) {
		/* two by two, as there may be any number of claims */
		const struct claimant pair[] = { best, claimant_of(next, address) };

		if (next == host || address_owner(pair, 2) != 1)
			continue;
		best = pair[1];
		owner = next;
	}
	return owner;
}

struct host *host_table_owner(const struct host_table *table, const struct ipv6 *address)
{
	return strongest(table, address, NULL, (struct claimant){ .claim = CLAIM_NONE });
}

bool host_table_may_register(const struct host_table *table, const struct ipv6 *address,
                             const struct host *host)
{
	const struct claimant claimant = {
		.claim = CLAIM_REGISTERED,
		.state = host->life.state,
		.installed = installed_has(host->installed, address),
		.order = UINT64_MAX,
	};

	return strongest(table, address, (struct host *)host, claimant) == host;
}

struct host *host_table_other_claimant(const struct host_table *table, const struct ipv6 *address,
                                       const struct host *host, const struct host *last)
{
	struct host *next;
	bool past = !last;
	size_t step = 0;

	while ((next = claim_next(&table->claims, address, &step))) {
		if (past && next != host)
			return next;
		past |= next == last;
	}
	return NULL;
}

void host_table_arm(struct host_table *table, struct host *host, int64_t deadline)
{
	host->deadline = deadline;
	update_deadline(table, host);
}

int64_t host_table_deadline(const struct host_table *table)
{
	return table->heap_count ? table->heap[0]->deadline : INT64_MAX;
}

struct host *host_table_due(const struct host_table *table, int64_t now)
{
	return table->heap_count && table->heap[0]->deadline <= now ? table->heap[0] : NULL;
}
