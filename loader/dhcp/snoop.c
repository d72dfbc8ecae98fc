// SPDX-License-Identifier: GPL-2.0-or-later
#include "dhcp/snoop.h"

#include <string.h>

#include "base/addr.h"

static enum snooped learn_identity(struct dhcp_client *client, const struct dhcp_message *message)
{
	if (!memcmp(&client->identity, &message->identity, sizeof(client->identity)))
		return SNOOPED_NOTHING;
	client->identity = message->identity;
	return SNOOPED_IDENTITY;
}

/*
 * SELECTING and INIT-REBOOT name the address in option 50, RENEWING and REBINDING in ciaddr (RFC
 * 2131, 4.3.2). The same again says nothing new: if the answer comes by, it will.
 */
static enum snooped learn_request(struct dhcp_client *client, const struct lease_timing *timing,
                                  const struct dhcp_message *message, int64_t now)
{
	struct lease *lease = &client->lease;
	struct lease_grant grant = { .server = message->server };

	grant.address = ipv4_is_set(message->requested) ? message->requested : message->ciaddr;
	client->xid = message->xid;
	client->asked = true;
	client->asked_at = now;
	client->wanted = grant.address;
	if (!ipv4_is_set(grant.address))
		return SNOOPED_NOTHING;
	if (lease->state == LEASE_BOUND && ipv4_equal(lease->address, grant.address) &&
	    (!ipv4_is_set(grant.server) || ipv4_equal(lease->server, grant.server)))
		return SNOOPED_NOTHING;
	lease_grant(lease, timing, &grant, 0);
	return SNOOPED_REQUEST;
}

/* What is lost stays so: nobody may use that address until it is granted again. */
static enum snooped learn_end(struct dhcp_client *client)
{
	client->asked = false;
	if (client->lease.state == LEASE_NONE || client->lease.state == LEASE_LOST)
		return SNOOPED_NOTHING;
	client->lease = (struct lease){ 0 };
	return SNOOPED_LOSS;
}

static enum snooped learn_refusal(struct dhcp_client *client, int64_t now)
{
	struct lease *lease = &client->lease;

	if (lease->state == LEASE_NONE || !ipv4_equal(lease->address, client->wanted))
		return learn_end(client);
	client->asked = false;
	*lease = (struct lease){
		.state = LEASE_LOST,
		.address = lease->address,
		.server = lease->server,
		.result = RESULT_REFUSED,
		.result_at = now,
	};
	return SNOOPED_LOSS;
}

/* An answer to DHCPINFORM has neither an address nor a time. */
static enum snooped learn_grant(struct dhcp_client *client, const struct lease_timing *timing,
                                const struct dhcp_message *message)
{
	const struct lease_grant grant = {
		.address = message->yiaddr,
		.server = message->server,
		.relay = message->giaddr,
		.seconds = message->lease_time,
		.t1 = message->t1,
		.t2 = message->t2,
		.since = client->asked_at,
	};

	if (!ipv4_equal(message->yiaddr, client->wanted) || !ipv4_is_set(message->yiaddr) ||
	    !message->lease_time)
		return SNOOPED_NOTHING;
	client->asked = false;
	lease_grant(&client->lease, timing, &grant, 0);
	return SNOOPED_GRANT;
}

enum snooped learn(struct dhcp_client *client, const struct lease_timing *timing,
                   const struct dhcp_message *message, int64_t now)
{
	const bool is_answer = client->asked && message->xid == client->xid;
	enum snooped identity, request;

	switch (message->type) {
	case DHCP_DISCOVER:
		return learn_identity(client, message);
	case DHCP_REQUEST:
		identity = learn_identity(client, message);
		request = learn_request(client, timing, message, now);
		return request == SNOOPED_NOTHING ? identity : request;
	case DHCP_DECLINE:
	case DHCP_RELEASE:
		return learn_end(client);
	case DHCP_ACK:
		return is_answer ? learn_grant(client, timing, message) : SNOOPED_NOTHING;
	case DHCP_NAK:
		return is_answer ? learn_refusal(client, now) : SNOOPED_NOTHING;
	default:
		return SNOOPED_NOTHING;
	}
}
