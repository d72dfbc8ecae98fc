// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * DHCPv6 of the hosts, as dhcp_messages.c: snooped messages in, renewals in a sleeper's name out.
 * They are sent from the host's link-local address, to which a server answers: Neighbor Discovery
 * brings the answer to us while the host sleeps, and the datapath leaves it to us.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "daemon/daemon.h"
#include "daemon/dhcp6_messages.h"
#include "daemon/neighbours.h"

void host_send_dhcp6(struct daemon *daemon, struct host *host)
{
	struct dhcp6_frame_ends ends = { .source = host->dhcp6->lease.source };
	struct served_iface *served = NULL;
	struct dhcp6_message request;
	int err = -ENODEV;

	dhcp6_client_request(host->dhcp6, clock_now().boot, &request);
	while (host->installed && (served = served_iface_next(daemon, host, served))) {
		struct packet packet;

		ends.vlan = host->installed->vlan;
		ends.from = served->config.dhcp_source == DHCP_SOURCE_HOST ? host->mac
		                                                           : served->iface.mac;
		dhcp6_frame_write(&packet, &ends, &request);
		err = packet_send(daemon->packet_fd, &served->iface, &packet);
		daemon_receive_own(daemon, &served->iface, packet.octets, packet.length);
	}
	if (err) /* the next one is due soon */
		log_debug("%s: its DHCPv6 message cannot be sent: %s", host->name, strerror(-err));
}

/* While it is parsed. */
struct snooped6 {
	struct mac client;
	struct ipv6 source;
	uint8_t octets[];
};

void daemon_receive_dhcp6(struct daemon *daemon, const struct dhcp_snoop *snoop)
{
	struct snooped6 *snooped = malloc(sizeof(*snooped) + snoop->length);

	if (!snooped)
		return;
	snooped->client = snoop->client;
	snooped->source = snoop->source6;
	memcpy(snooped->octets, snoop->message, snoop->length);
	if (!parser_submit(daemon->parser, PARSER_DHCP6, 0, snooped->octets, snoop->length,
	                   snooped))
		free(snooped);
}

/* Addresses that were removed by hand are granted again. */
static void end_removals(struct host *host)
{
	struct ipv6 leased[HOST_LEASED];
	const size_t count = host_lease_addresses(host, false, leased);

	for (size_t i = 0; i < count; i++)
		if (edited_removes(host->edited, &leased[i]))
			host->edited = edited_set(host->edited, &leased[i], EDIT_KEEP);
}

/* A message may be older than the removal of its host. */
static void follow(struct daemon *daemon, const struct snooped6 *snooped,
                   const struct dhcp6_message *message)
{
	struct host *host = host_find_mac(daemon->hosts, &snooped->client);
	const struct lease_trigger received = {
		.kind = LEASE_TRIGGER_REPLY,
		.now = clock_now().boot,
		.random = random_u32(),
		.message6 = message,
	};
	struct lease_effects effects;
	enum dhcp_count count;

	if (!host)
		dhcp_memory_receive6(daemon->dhcp_memory, daemon->timing.min_lease, &received,
		                     &snooped->client, &snooped->source);
	if (host && !host->dhcp6)
		host->dhcp6 = dhcp6_client_new();
	if (!host || !host->dhcp6)
		return;
	effects = dhcp6_client_receive(host->dhcp6, daemon->timing.min_lease, &received,
	                               &snooped->source, &count);
	daemon->dhcp_counts[count]++;
	if (effects.event == LEASE_EVENT_SNOOPED)
		end_removals(host);
	host_lease6_changed(daemon, host, &effects);
}

void daemon_take_dhcp6(struct daemon *daemon, const struct parser_result *result)
{
	if (result->error)
		daemon->dhcp_counts[DHCP_COUNT_SHORT + result->error - DHCP_PARSE_ERROR_SHORT]++;
	else
		follow(daemon, result->context, &result->message.dhcp6);
}

/* RFC 4291, appendix A: nobody else has this one. */
static struct ipv6 link_local_of(const struct mac *mac)
{
	const uint8_t *octet = mac->octet;

	return (struct ipv6){ { 0xfe, 0x80, [8] = octet[0] ^ 2, octet[1], octet[2], 0xff, 0xfe,
		                octet[3], octet[4], octet[5] } };
}

/* The link-local one of these addresses; else one that it is known to have, or to be able to. */
static struct ipv6 source_of(const struct host *host, const struct ipv6 *addresses, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (ip_is_link_local(&addresses[i]))
			return addresses[i];
	return host->dhcp6 && ip_is_set(&host->dhcp6->lease.source) ? host->dhcp6->lease.source
	                                                            : link_local_of(&host->mac);
}

int host_grant_lease6(struct daemon *daemon, struct host *host, const struct lease6_grant *grant,
                      const struct dhcp6_identity *identity)
{
	const struct installed *installed = host->installed;
	struct lease6_grant granted = *grant;
	int err = -ENOMEM;

	if (!host->dhcp6)
		host->dhcp6 = dhcp6_client_new();
	if (host->dhcp6 && !ip_is_set(&granted.source) && !ip_is_set(&host->dhcp6->lease.source))
		granted.source = source_of(host, installed ? installed->addresses : NULL,
		                           installed ? installed->address_count : 0);
	if (host->dhcp6)
		err = dhcp6_client_grant(host->dhcp6, daemon->timing.min_lease, &granted, identity,
		                         random_u32());
	if (err)
		return err;
	end_removals(host);
	host_sync(daemon, host);
	host_persist(daemon, host);
	host_trigger(daemon, host, TRIGGER_INPUTS_CHANGED);
	return 0;
}

struct dhcp6_client *host_lease6_of(struct daemon *daemon, const struct host *host,
                                    const struct dhcp6_lease *lease,
                                    const struct registration_draft *registration)
{
	const struct dhcp6_identity identity = { .client = lease->client, .server = lease->server };
	struct lease6_grant grant = {
		.address_count = lease->address_count,
		.source =
			source_of(host, registration->addresses, registration->head.address_count),
		.iaid = lease->iaid,
		.t1 = lease->t1,
		.t2 = lease->t2,
		.since = clock_now().boot,
	};
	struct dhcp6_client *client = dhcp6_client_copy(host->dhcp6);

	memcpy(grant.addresses, lease->addresses, sizeof(grant.addresses));
	if (client &&
	    !dhcp6_client_grant(client, daemon->timing.min_lease, &grant, &identity, random_u32()))
		return client;
	dhcp6_client_free(client);
	return NULL;
}
