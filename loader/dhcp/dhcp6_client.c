// SPDX-License-Identifier: GPL-2.0-or-later
#include "dhcp/dhcp6_client.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/param.h>

#include "base/addr.h"

/* The client's DUID, the server's, and the options, one after another. */
struct dhcp6_names {
	uint8_t client_length, server_length;
	uint16_t options_length;
	uint8_t octets[];
};

_Static_assert(sizeof(struct dhcp6_client) <= 232, "65536 of them are kept");

struct dhcp6_client *dhcp6_client_new(void)
{
	return calloc(1, sizeof(struct dhcp6_client));
}

void dhcp6_client_free(struct dhcp6_client *client)
{
	if (client)
		free(client->names);
	free(client);
}

bool dhcp6_client_is_known(const struct dhcp6_client *client)
{
	return client && (client->lease.state != LEASE_NONE || client->names);
}

void dhcp6_client_identity(const struct dhcp6_client *client, struct dhcp6_identity *identity)
{
	const struct dhcp6_names *names = client->names;
	const uint8_t *server, *options;

	memset(identity, 0, sizeof(*identity));
	if (!names)
		return;
	server = names->octets + names->client_length;
	options = server + names->server_length;
	identity->client.length = names->client_length;
	identity->server.length = names->server_length;
	identity->options_length = names->options_length;
	memcpy(identity->client.octets, names->octets, names->client_length);
	memcpy(identity->server.octets, server, names->server_length);
	memcpy(identity->options, options, names->options_length);
}

int dhcp6_client_set_identity(struct dhcp6_client *client, const struct dhcp6_identity *identity)
{
	const struct dhcp6_duid *duid = &identity->client, *server = &identity->server;
	struct dhcp6_names *names =
		malloc(sizeof(*names) + duid->length + server->length + identity->options_length);

	if (!names)
		return -ENOMEM;
	names->client_length = duid->length;
	names->server_length = server->length;
	names->options_length = identity->options_length;
	memcpy(names->octets, duid->octets, duid->length);
	memcpy(names->octets + duid->length, server->octets, server->length);
	memcpy(names->octets + duid->length + server->length, identity->options,
	       identity->options_length);
	free(client->names);
	client->names = names;
	return 0;
}

int dhcp6_client_grant(struct dhcp6_client *client, int64_t min_lease,
                       const struct lease6_grant *grant, const struct dhcp6_identity *identity,
                       uint32_t random)
{
	struct lease6_grant granted = *grant;
	struct dhcp6_identity merged;
	int err;

	dhcp6_client_identity(client, &merged);
	if (identity->client.length)
		merged.client = identity->client;
	if (identity->server.length)
		merged.server = identity->server;
	if (!merged.client.length)
		return -EINVAL;
	err = dhcp6_client_set_identity(client, &merged);
	if (err)
		return err;
	granted.has_server = merged.server.length;
	if (!ip_is_set(&granted.source))
		granted.source = client->lease.source;
	lease6_grant(&client->lease, min_lease, &granted, random);
	return 0;
}

struct dhcp6_client *dhcp6_client_copy(const struct dhcp6_client *from)
{
	struct dhcp6_client *client = dhcp6_client_new();
	struct dhcp6_identity identity;

	if (!client || !from)
		return client;
	*client = *from;
	client->names = NULL;
	dhcp6_client_identity(from, &identity);
	if (!from->names || !dhcp6_client_set_identity(client, &identity))
		return client;
	dhcp6_client_free(client);
	return NULL;
}

/* RFC 8415, 21.9: in hundredths of a second, as many as fit. */
static uint16_t elapsed(const struct lease6 *lease, int64_t now)
{
	return (uint16_t)MIN(MAX(now - lease->began_at, 0) / 10, UINT16_MAX);
}

/* RFC 8415, 18.2.4 and 18.2.5; 21.6 on lifetimes: 0. A Rebind names no server. */
void dhcp6_client_request(const struct dhcp6_client *client, int64_t now,
                          struct dhcp6_message *message)
{
	const struct lease6 *lease = &client->lease;

	*message = (struct dhcp6_message){
		.type = lease->state == LEASE_RENEWING ? DHCP6_RENEW : DHCP6_REBIND,
		.xid = lease->xid,
		.elapsed = elapsed(lease, now),
		.has_ia = true,
		.iaid = lease->iaid,
	};
	dhcp6_client_identity(client, &message->identity);
	if (message->type == DHCP6_REBIND)
		message->identity.server.length = 0;
	for (size_t i = 0; i < lease->address_count; i++)
		if (lease6_has(lease, &lease->addresses[i].address, false))
			message->addresses[message->address_count++].address =
				lease->addresses[i].address;
}

static bool is_same_identity(const struct dhcp6_identity *a, const struct dhcp6_identity *b)
{
	return dhcp6_duid_equal(&a->client, &b->client) &&
	       dhcp6_duid_equal(&a->server, &b->server) && a->options_length == b->options_length &&
	       !memcmp(a->options, b->options, a->options_length);
}

static bool has_all_addresses(const struct lease6 *lease, const struct dhcp6_message *message)
{
	for (size_t i = 0; i < message->address_count; i++)
		if (!lease6_has(lease, &message->addresses[i].address, false))
			return false;
	return lease->address_count == message->address_count;
}

/* Its times, and the server of a Rebind or Confirm, stay until the answer is seen. */
static enum lease_event snoop_ia(struct dhcp6_client *client, int64_t min_lease,
                                 const struct dhcp6_message *message, const struct ipv6 *source)
{
	struct lease6 *lease = &client->lease;
	struct lease6_grant grant = {
		.address_count = message->address_count,
		.source = *source,
		.iaid = message->iaid,
	};
	struct dhcp6_identity known, said = message->identity;
	const bool is_known = lease->state == LEASE_BOUND && lease->iaid == message->iaid &&
	                      has_all_addresses(lease, message);

	dhcp6_client_identity(client, &known);
	if (is_known && !said.server.length)
		said.server = known.server;
	if (is_known && ip_equal(&lease->source, source) && is_same_identity(&known, &said))
		return LEASE_EVENT_NONE;
	if (dhcp6_client_set_identity(client, &said))
		return LEASE_EVENT_NONE;
	lease->source = *source;
	if (is_known && dhcp6_duid_equal(&known.client, &said.client) &&
	    dhcp6_duid_equal(&known.server, &said.server))
		return LEASE_EVENT_SNOOPED;
	for (size_t i = 0; i < message->address_count; i++)
		grant.addresses[i].address = message->addresses[i].address;
	grant.has_server = said.server.length;
	lease6_grant(lease, min_lease, &grant, 0);
	return LEASE_EVENT_SNOOPED;
}

static void remove_at(struct lease6 *lease, size_t index)
{
	lease->address_count--;
	memmove(&lease->addresses[index], &lease->addresses[index + 1],
	        (lease->address_count - index) * sizeof(*lease->addresses));
}

/* A lost lease stays lost: nobody may use its addresses until they are granted again. */
static enum lease_event snoop_end(struct dhcp6_client *client, const struct dhcp6_message *message)
{
	struct lease6 *lease = &client->lease;
	const uint8_t before = lease->address_count;

	client->request.pending = false;
	if (lease->state == LEASE_NONE || lease->state == LEASE_LOST)
		return LEASE_EVENT_NONE;
	for (size_t i = 0; i < message->address_count; i++)
		for (size_t j = lease->address_count; j-- > 0;)
			if (ip_equal(&lease->addresses[j].address, &message->addresses[i].address))
				remove_at(lease, j);
	if (!lease->address_count)
		*lease = (struct lease6){ .source = lease->source,
			                  .iaid = lease->iaid,
			                  .has_client = true };
	return lease->address_count == before ? LEASE_EVENT_NONE : LEASE_EVENT_GONE;
}

static enum lease_event snoop_refusal(struct lease6 *lease, int64_t now)
{
	if (lease->state != LEASE_BOUND)
		return LEASE_EVENT_NONE;
	lease->state = LEASE_LOST;
	lease->result = LEASE_RESULT_NAK;
	lease->result_at = now;
	return LEASE_EVENT_GONE;
}

/* Addresses that are valid for 0 s are the host's no more. */
static enum lease_event snoop_reply(struct dhcp6_client *client, int64_t min_lease,
                                    const struct dhcp6_message *message, int64_t now)
{
	struct lease6_grant grant = {
		.source = client->lease.source,
		.iaid = message->iaid,
		.t1 = message->t1,
		.t2 = message->t2,
		.since = now,
		.has_server = true,
	};
	struct dhcp6_identity known;

	dhcp6_client_identity(client, &known);
	if (!dhcp6_duid_equal(&known.client, &message->identity.client) ||
	    !message->identity.server.length)
		return LEASE_EVENT_NONE;
	client->request.pending = false;
	if (dhcp6_is_refusal(message))
		return snoop_refusal(&client->lease, now);
	for (size_t i = 0; i < message->address_count; i++)
		if (message->addresses[i].valid)
			grant.addresses[grant.address_count++] = message->addresses[i];
	known.server = message->identity.server;
	if (!grant.address_count || dhcp6_client_set_identity(client, &known))
		return LEASE_EVENT_NONE;
	lease6_grant(&client->lease, min_lease, &grant, 0);
	return LEASE_EVENT_SNOOPED;
}

/*
 * What a client says before it has addresses: enough to ask for them, where the answer that brings
 * them is not seen (rapid commit).
 */
static enum lease_event snoop_solicit(struct dhcp6_client *client,
                                      const struct dhcp6_message *message,
                                      const struct ipv6 *source)
{
	struct lease6 *lease = &client->lease;
	struct dhcp6_identity known;

	dhcp6_client_identity(client, &known);
	lease->source = *source;
	if (lease->state != LEASE_NONE ||
	    (lease->has_client && lease->iaid == message->iaid &&
	     is_same_identity(&known, &message->identity)) ||
	    dhcp6_client_set_identity(client, &message->identity))
		return LEASE_EVENT_NONE;
	lease->iaid = message->iaid;
	lease->has_client = true;
	return LEASE_EVENT_SNOOPED;
}

static enum lease_event snoop(struct dhcp6_client *client, int64_t min_lease,
                              const struct dhcp6_message *message, const struct ipv6 *source,
                              int64_t now)
{
	switch (message->type) {
	case DHCP6_SOLICIT:
	case DHCP6_REQUEST:
	case DHCP6_CONFIRM:
	case DHCP6_RENEW:
	case DHCP6_REBIND:
		if (!message->has_ia || !message->identity.client.length)
			return LEASE_EVENT_NONE;
		client->request.pending = true;
		client->request.xid = message->xid;
		return message->type == DHCP6_SOLICIT || !message->address_count
		               ? snoop_solicit(client, message, source)
		               : snoop_ia(client, min_lease, message, source);
	case DHCP6_RELEASE:
	case DHCP6_DECLINE:
		return snoop_end(client, message);
	case DHCP6_REPLY:
		return client->request.pending && message->xid == client->request.xid
		               ? snoop_reply(client, min_lease, message, now)
		               : LEASE_EVENT_NONE;
	default:
		return LEASE_EVENT_NONE;
	}
}

/* Does it say of an address of the lease how long it may be used? */
static bool is_answer(const struct lease6 *lease, const struct dhcp6_message *message)
{
	if (message->type != DHCP6_REPLY || (message->has_ia && message->iaid != lease->iaid))
		return false;
	if (message->status)
		return dhcp6_is_refusal(message);
	for (size_t i = 0; message->has_ia && i < message->address_count; i++)
		if (lease6_has(lease, &message->addresses[i].address, false))
			return true;
	return false;
}

/* As lease_check(), of the client with this identity. */
static enum dhcp_count check(const struct lease6 *lease, const struct dhcp6_identity *identity,
                             const struct dhcp6_message *message)
{
	const struct dhcp6_duid *server = &message->identity.server;

	if (!lease->request_pending)
		return DHCP_COUNT_NOT_REQUESTED;
	if (message->xid != lease->xid)
		return DHCP_COUNT_WRONG_XID;
	if (!dhcp6_duid_equal(&message->identity.client, &identity->client) ||
	    !is_answer(lease, message))
		return DHCP_COUNT_NOT_AN_ANSWER;
	if (!server->length ||
	    (lease->state == LEASE_RENEWING && !dhcp6_duid_equal(server, &identity->server)))
		return DHCP_COUNT_WRONG_SERVER;
	return DHCP_COUNT_RENEWAL;
}

/* Its server may be another than before. Without memory the next Renew is not answered. */
static struct lease_effects renewed(struct dhcp6_client *client, int64_t min_lease,
                                    const struct lease_trigger *received,
                                    struct dhcp6_identity *identity)
{
	const struct lease_effects effects = lease6_step(&client->lease, min_lease, received);
	const struct dhcp6_duid *server = &received->message6->identity.server;

	if (effects.event == LEASE_EVENT_RENEWED && !dhcp6_duid_equal(&identity->server, server)) {
		identity->server = *server;
		dhcp6_client_set_identity(client, identity);
	}
	return effects;
}

struct lease_effects dhcp6_client_receive(struct dhcp6_client *client, int64_t min_lease,
                                          const struct lease_trigger *received,
                                          const struct ipv6 *source, enum dhcp_count *count)
{
	const struct dhcp6_message *message = received->message6;
	struct lease_effects effects = { 0 };
	struct dhcp6_identity identity;

	if (dhcp6_is_of_server(message) && client->lease.proxy_renews) {
		dhcp6_client_identity(client, &identity);
		*count = check(&client->lease, &identity, message);
		return *count == DHCP_COUNT_RENEWAL
		               ? renewed(client, min_lease, received, &identity)
		               : effects;
	}
	effects.event = snoop(client, min_lease, message, source, received->now);
	effects.persist = effects.event != LEASE_EVENT_NONE;
	*count = effects.persist ? DHCP_COUNT_SNOOPED : DHCP_COUNT_UNCHANGED;
	return effects;
}
