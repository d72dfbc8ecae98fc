// SPDX-License-Identifier: GPL-2.0-or-later
#include "dhcp/dhcp_memory.h"

#include <stdlib.h>
#include <uthash.h>

#include "base/addr.h"

struct remembered {
	struct mac mac;
	int64_t heard;
	struct dhcp_client *client; /* owned */
	UT_hash_handle hh;
};

struct dhcp_memory {
	struct remembered *clients; /* in the order in which they were heard last */
};

struct dhcp_memory *dhcp_memory_new(void)
{
	return calloc(1, sizeof(struct dhcp_memory));
}

static struct dhcp_client *forget(struct dhcp_memory *memory, struct remembered *old)
{
	struct dhcp_client *client = old->client;

	HASH_DEL(memory->clients, old);
	free(old);
	return client;
}

void dhcp_memory_free(struct dhcp_memory *memory)
{
	while (memory && memory->clients)
		dhcp_client_free(forget(memory, memory->clients));
	free(memory);
}

static struct remembered *find(struct dhcp_memory *memory, const struct mac *mac)
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
		if (known)
			known->client = dhcp_client_new();
		if (!known || !known->client) {
			free(known);
			return NULL;
		}
		known->mac = *mac;
		if (HASH_COUNT(memory->clients) == DHCP_MEMORY_CLIENTS)
			dhcp_client_free(forget(memory, memory->clients));
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
	if (known)
		dhcp_client_receive(known->client, min_lease, received, sender, &count);
}

struct dhcp_client *dhcp_memory_take(struct dhcp_memory *memory, const struct mac *mac, int64_t now)
{
	struct remembered *known = memory ? find(memory, mac) : NULL;
	const struct lease *lease = known ? &known->client->lease : NULL;
	struct dhcp_client *client;
	bool goes_on;

	if (!known)
		return NULL;
	goes_on = now - known->heard < DHCP_MEMORY_MS && lease->state == LEASE_BOUND &&
	          (!lease->expires_at || lease->expires_at > now);
	client = forget(memory, known);
	if (goes_on)
		return client;
	dhcp_client_free(client);
	return NULL;
}
