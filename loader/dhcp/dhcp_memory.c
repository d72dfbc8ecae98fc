// SPDX-License-Identifier: GPL-2.0-or-later
#include "dhcp/dhcp_memory.h"

#include <stdlib.h>
#include <uthash.h>

#include "base/addr.h"

/* Both are owned; NULL: it was not heard so. */
struct remembered {
	struct mac mac;
	int64_t heard;
	struct dhcp_client *client;
	struct dhcp6_client *client6;
	UT_hash_handle hh;
};

struct dhcp_memory {
	struct remembered *clients; /* in the order in which they were heard last */
};

struct dhcp_memory *dhcp_memory_new(void)
{
	return calloc(1, sizeof(struct dhcp_memory));
}

static void forget(struct dhcp_memory *memory, struct remembered *old)
{
	HASH_DEL(memory->clients, old);
	dhcp_client_free(old->client);
	dhcp6_client_free(old->client6);
	free(old);
}

void dhcp_memory_free(struct dhcp_memory *memory)
{
	while (memory && memory->clients)
		forget(memory, memory->clients);
	free(memory);
}

static struct remembered *find(const struct dhcp_memory *memory, const struct mac *mac)
{
	struct remembered *found;

	HASH_FIND(hh, memory->clients, mac, sizeof(*mac), found);
	return found;
}

/* It becomes the last one. NULL: out of memory. */
static struct remembered *hear(struct dhcp_memory *memory, const struct mac *mac, int64_t now)
{
	struct remembered *known = find(memory, mac);

	if (known) {
		HASH_DEL(memory->clients, known);
	} else {
		known = calloc(1, sizeof(*known));
		if (!known)
			return NULL;
		known->mac = *mac;
		if (HASH_COUNT(memory->clients) == DHCP_MEMORY_CLIENTS)
			forget(memory, memory->clients);
	}
	known->heard = now;
	HASH_ADD(hh, memory->clients, mac, sizeof(known->mac), known);
	return known;
}

void dhcp_memory_receive(struct dhcp_memory *memory, int64_t min_lease,
                         const struct lease_trigger *received, const struct mac *sender)
{
	const struct dhcp_message *message = received->message;
	struct remembered *known = NULL;
	enum dhcp_count count;

	if (!memory)
		return;
	if (dhcp_is_of_server(message))
		known = find(memory, &message->chaddr);
	else if (mac_equal(sender, &message->chaddr))
		known = hear(memory, &message->chaddr, received->now);
	if (known && !known->client)
		known->client = dhcp_client_new();
	if (known && known->client)
		dhcp_client_receive(known->client, min_lease, received, sender, &count);
}

void dhcp_memory_receive6(struct dhcp_memory *memory, int64_t min_lease,
                          const struct lease_trigger *received, const struct mac *sender,
                          const struct ipv6 *source)
{
	struct remembered *known;
	enum dhcp_count count;

	if (!memory || dhcp6_is_of_server(received->message6))
		return;
	known = hear(memory, sender, received->now);
	if (known && !known->client6)
		known->client6 = dhcp6_client_new();
	if (known && known->client6)
		dhcp6_client_receive(known->client6, min_lease, received, source, &count);
}

static bool is_fresh(const struct remembered *known, int64_t now)
{
	return now - known->heard < DHCP_MEMORY_MS;
}

struct dhcp_client *dhcp_memory_take(struct dhcp_memory *memory, const struct mac *mac, int64_t now)
{
	struct remembered *known = memory ? find(memory, mac) : NULL;
	struct dhcp_client *client = known ? known->client : NULL;
	const struct lease *lease = client ? &client->lease : NULL;

	if (!client)
		return NULL;
	known->client = NULL;
	if (is_fresh(known, now) && lease->state == LEASE_BOUND &&
	    (!lease->expires_at || lease->expires_at > now))
		return client;
	dhcp_client_free(client);
	return NULL;
}

struct dhcp6_client *dhcp_memory_take6(struct dhcp_memory *memory, const struct mac *mac,
                                       int64_t now)
{
	struct remembered *known = memory ? find(memory, mac) : NULL;
	struct dhcp6_client *client = known ? known->client6 : NULL;

	if (!client)
		return NULL;
	known->client6 = NULL;
	if (is_fresh(known, now) && dhcp6_client_is_known(client))
		return client;
	dhcp6_client_free(client);
	return NULL;
}

void dhcp_memory_each(const struct dhcp_memory *memory, dhcp_memory_each_fn *each, void *context)
{
	const struct remembered *known = memory ? memory->clients : NULL;

	for (; known; known = known->hh.next)
		each(context, &known->mac, known->heard, known->client);
}

const struct dhcp_client *dhcp_memory_find(const struct dhcp_memory *memory, const struct mac *mac)
{
	const struct remembered *known = memory ? find(memory, mac) : NULL;

	return known ? known->client : NULL;
}
