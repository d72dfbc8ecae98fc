// SPDX-License-Identifier: GPL-2.0-or-later
#include "dhcp/dhcp_client.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/param.h>

#include "base/addr.h"

/* As dhcp_identity_write has written them. */
struct dhcp_options {
	uint16_t length;
	uint8_t octets[];
};

_Static_assert(sizeof(struct dhcp_client) <= 192, "65536 of them are kept");

struct dhcp_client *dhcp_client_new(void)
{
	return calloc(1, sizeof(struct dhcp_client));
}

void dhcp_client_free(struct dhcp_client *client)
{
	if (client)
		free(client->identity);
	free(client);
}

bool dhcp_client_is_known(const struct dhcp_client *client)
{
	return client && (client->lease.state != LEASE_NONE || client->identity);
}

struct dhcp_identity dhcp_client_identity(const struct dhcp_client *client)
{
	static const struct dhcp_identity unknown;
	const struct dhcp_options *identity = client->identity;

	return identity ? dhcp_identity_read(identity->octets, identity->length) : unknown;
}

int dhcp_client_set_identity(struct dhcp_client *client, const struct dhcp_identity *identity)
{
	uint8_t octets[DHCP_IDENTITY_MAX];
	const size_t length = dhcp_identity_write(identity, octets);
	struct dhcp_options *options = NULL;

	if (length) {
		options = malloc(sizeof(*options) + length);
		if (!options)
			return -ENOMEM;
		options->length = (uint16_t)length;
		memcpy(options->octets, octets, length);
	}
	free(client->identity);
	client->identity = options;
	return 0;
}

int dhcp_client_grant(struct dhcp_client *client, int64_t min_lease,
                      const struct lease_grant *grant, const struct dhcp_identity *identity,
                      uint32_t random)
{
	struct dhcp_identity merged = dhcp_client_identity(client);
	struct dhcp_option *to = (struct dhcp_option *)&merged; /* of which it consists */
	const struct dhcp_option *from = (const struct dhcp_option *)identity;
	int err;

	for (size_t i = 0; i < sizeof(merged) / sizeof(*to); i++)
		if (from[i].length)
			to[i] = from[i];
	err = dhcp_client_set_identity(client, &merged);
	if (!err)
		lease_grant(&client->lease, min_lease, grant, random);
	return err;
}

/* RFC 2131, 2: since the client began to renew. Some relays pass only requests that have waited. */
static uint16_t elapsed(const struct lease *lease)
{
	return (uint16_t)MIN(MAX(lease->sent_at - lease->renew_at, 0) / 1000, UINT16_MAX);
}

/*
 * RFC 2131, 4.3.2: ciaddr, and neither option 50 nor 54. The broadcast flag changes nothing for a
 * server that answers to ciaddr, as it should; one that answers to chaddr would send to the
 * sleeping host's own switch port.
 */
struct dhcp_message dhcp_client_request(const struct dhcp_client *client, const struct mac *mac)
{
	const struct lease *lease = &client->lease;

	return (struct dhcp_message){
		.type = DHCP_REQUEST,
		.xid = lease->xid,
		.secs = elapsed(lease),
		.flags = DHCP_FLAG_BROADCAST,
		.chaddr = *mac,
		.ciaddr = lease->address,
		.identity = dhcp_client_identity(client),
	};
}

/* Out of memory, an identity is not known better than before. */
static enum lease_event snoop_identity(struct dhcp_client *client,
                                       const struct dhcp_message *message)
{
	const struct dhcp_identity before = dhcp_client_identity(client);

	if (!memcmp(&before, &message->identity, sizeof(before)) ||
	    dhcp_client_set_identity(client, &message->identity))
		return LEASE_EVENT_NONE;
	return LEASE_EVENT_SNOOPED;
}

/*
 * SELECTING and INIT-REBOOT put the address into option 50, RENEWING and REBINDING into ciaddr (RFC
 * 2131, 4.3.2). If it is the one that is known, its times stay until the answer is seen.
 */
static enum lease_event snoop_request(struct dhcp_client *client, int64_t min_lease,
                                      const struct dhcp_message *message, int64_t now)
{
	struct lease *lease = &client->lease;
	struct lease_grant grant = { .server = message->server };

	grant.address = ipv4_is_set(message->requested) ? message->requested : message->ciaddr;
	client->request.pending = true;
	client->request.xid = message->xid;
	client->request.address = grant.address;
	client->request.sent_at = now;
	if (!ipv4_is_set(grant.address))
		return LEASE_EVENT_NONE;
	if (lease->state == LEASE_BOUND && ipv4_equal(lease->address, grant.address) &&
	    (!ipv4_is_set(grant.server) || ipv4_equal(lease->server, grant.server)))
		return LEASE_EVENT_NONE;
	lease_grant(lease, min_lease, &grant, 0);
	return LEASE_EVENT_SNOOPED;
}

/* A lost lease stays lost: nobody may use that address until it is granted again. */
static enum lease_event snoop_end(struct dhcp_client *client)
{
	client->request.pending = false;
	if (client->lease.state == LEASE_NONE || client->lease.state == LEASE_LOST)
		return LEASE_EVENT_NONE;
	client->lease = (struct lease){ 0 };
	return LEASE_EVENT_GONE;
}

static enum lease_event snoop_nak(struct dhcp_client *client, int64_t now)
{
	struct lease *lease = &client->lease;

	if (lease->state == LEASE_NONE || !ipv4_equal(lease->address, client->request.address))
		return snoop_end(client);
	client->request.pending = false;
	*lease = (struct lease){
		.state = LEASE_LOST,
		.address = lease->address,
		.server = lease->server,
		.result = LEASE_RESULT_NAK,
		.result_at = now,
	};
	return LEASE_EVENT_GONE;
}

/* An answer to DHCPINFORM has neither an address nor a time. */
static enum lease_event snoop_ack(struct dhcp_client *client, int64_t min_lease,
                                  const struct dhcp_message *message)
{
	const struct lease_grant grant = {
		.address = message->yiaddr,
		.server = message->server,
		.relay = message->giaddr,
		.seconds = message->lease_time,
		.t1 = message->t1,
		.t2 = message->t2,
		.since = client->request.sent_at,
	};

	if (!ipv4_equal(message->yiaddr, client->request.address) ||
	    !ipv4_is_set(message->yiaddr) || !message->lease_time)
		return LEASE_EVENT_NONE;
	client->request.pending = false;
	lease_grant(&client->lease, min_lease, &grant, 0);
	return LEASE_EVENT_SNOOPED;
}

static enum lease_event snoop(struct dhcp_client *client, int64_t min_lease,
                              const struct dhcp_message *message, int64_t now)
{
	const bool is_answer = client->request.pending && message->xid == client->request.xid;
	enum lease_event identity, request;

	switch (message->type) {
	case DHCP_DISCOVER:
		return snoop_identity(client, message);
	case DHCP_REQUEST:
		identity = snoop_identity(client, message);
		request = snoop_request(client, min_lease, message, now);
		return request == LEASE_EVENT_NONE ? identity : request;
	case DHCP_DECLINE:
	case DHCP_RELEASE:
		return snoop_end(client);
	case DHCP_ACK:
		return is_answer ? snoop_ack(client, min_lease, message) : LEASE_EVENT_NONE;
	case DHCP_NAK:
		return is_answer ? snoop_nak(client, now) : LEASE_EVENT_NONE;
	default:
		return LEASE_EVENT_NONE;
	}
}

struct lease_effects dhcp_client_receive(struct dhcp_client *client, int64_t min_lease,
                                         const struct lease_trigger *received,
                                         const struct mac *sender, enum dhcp_count *count)
{
	const struct dhcp_message *message = received->message;
	struct lease_effects effects = { 0 };

	if (dhcp_is_of_server(message) && client->lease.proxy_renews) {
		*count = lease_check(&client->lease, message);
		return *count == DHCP_COUNT_RENEWAL
		               ? lease_step(&client->lease, min_lease, received)
		               : effects;
	}
	if (!dhcp_is_of_server(message) && !mac_equal(sender, &message->chaddr)) {
		*count = DHCP_COUNT_RELAYED;
		return effects;
	}
	effects.event = snoop(client, min_lease, message, received->now);
	effects.persist = effects.event != LEASE_EVENT_NONE;
	*count = effects.persist ? DHCP_COUNT_SNOOPED : DHCP_COUNT_UNCHANGED;
	return effects;
}
