// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * DHCP of the hosts: snooped messages in, renewals in a sleeper's name out, leases as people say.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/text.h"
#include "daemon/daemon.h"
#include "daemon/dhcp6_messages.h"
#include "daemon/neighbours.h"
#include "dhcp6.h"
#include "net/arp.h"

/* A server is behind one interface, and the others know no route to it. */
static void note_nearest(int *nearest, int err)
{
	if (!err || (*nearest && (err == -EAGAIN || *nearest == -ENODEV)))
		*nearest = err;
}

/*
 * The answer goes where the next hop believes the sleeper to be: to the sleeper's own port, unless
 * it is told otherwise first.
 */
static int resolve(struct daemon *daemon, const struct served_iface *served,
                   const struct host *host, const struct dhcp_message *request, struct mac *hop)
{
	const struct mac *as =
		served->config.answer == ANSWER_HOST ? &host->mac : &served->iface.mac;
	const int err = route_next_hop(served->iface.ifindex, host->dhcp->lease.server, hop);

	return err ? err
	           : arp_announce(daemon->packet_fd, &served->iface, as, request->ciaddr,
	                          host->installed->vlan, hop);
}

static int send_on(struct daemon *daemon, const struct served_iface *served,
                   const struct host *host, const struct dhcp_message *request, enum lease_send how)
{
	struct dhcp_frame_ends ends = {
		.from = served->config.dhcp_source == DHCP_SOURCE_HOST ? host->mac
		                                                       : served->iface.mac,
		.to = MAC_BROADCAST,
		.source = request->ciaddr,
		.destination = { { 255, 255, 255, 255 } },
		.vlan = host->installed->vlan,
	};
	const struct ipv6 server = ipv4_mapped(host->dhcp->lease.server);
	const bool is_unicast = how == LEASE_SEND_UNICAST;
	const bool is_to_us = is_unicast && net_is_own(daemon->net, &server);
	struct packet packet;
	int err = 0;

	if (is_unicast)
		ends.destination = host->dhcp->lease.server;
	if (is_to_us)
		ends.to = served->iface.mac;
	else if (is_unicast)
		err = resolve(daemon, served, host, request, &ends.to);
	if (err)
		return err;
	dhcp_frame_write(&packet, &ends, request);
	if (is_to_us)
		return daemon_receive_own(daemon, &served->iface, packet.octets, packet.length);
	err = packet_send(daemon->packet_fd, &served->iface, &packet);
	if (!is_unicast) /* this machine may have a server, too */
		daemon_receive_own(daemon, &served->iface, packet.octets, packet.length);
	return err;
}

int host_send_dhcp(struct daemon *daemon, struct host *host, enum lease_send how)
{
	const struct dhcp_message request = dhcp_client_request(host->dhcp, &host->mac);
	struct served_iface *served = NULL;
	int err = -ENODEV;

	while (host->installed && (served = served_iface_next(daemon, host, served)))
		note_nearest(&err, send_on(daemon, served, host, &request, how));
	if (err && err != -EAGAIN)
		log_debug("%s: its DHCP request cannot be sent: %s", host->name, strerror(-err));
	return err;
}

/* A message may be older than the removal of its host. */
static struct host *host_of(struct daemon *daemon, const struct dhcp_message *message)
{
	struct host *host = host_find_mac(daemon->hosts, &message->chaddr);

	if (host && !host->dhcp)
		host->dhcp = dhcp_client_new();
	return host && host->dhcp ? host : NULL;
}

/* An address that was removed by hand is granted again. */
static void end_removal(struct host *host)
{
	const struct ipv6 address = ipv4_mapped(host->dhcp->lease.address);

	if (edited_removes(host->edited, &address))
		host->edited = edited_set(host->edited, &address, EDIT_KEEP);
}

static void log_refused(struct daemon *daemon, const struct host *host)
{
	const struct ipv6 address = ipv4_mapped(host->dhcp->lease.address);
	const uint32_t ifindex = host->installed ? host->installed->ifindex : 0;
	char why[DAEMON_WHY], text[TEXT_IP];

	if (host->dhcp->lease.state != LEASE_BOUND || installed_has(host->installed, &address))
		return;
	if (!address_check(daemon->net, ifindex, &address, why))
		snprintf(why, sizeof(why), "%s is another host's", text_from_ip(&address, text));
	log_warning("%s is not answered for at the address of its lease: %s", host->name, why);
}

/* While it is parsed. */
struct snooped {
	struct mac from;
	uint8_t octets[];
};

void daemon_receive_dhcp(void *context, const struct dhcp_snoop *snoop)
{
	struct daemon *daemon = context;
	struct snooped *snooped;

	if (snoop->destination_port == htons(DHCP6_CLIENT_PORT) ||
	    snoop->destination_port == htons(DHCP6_SERVER_PORT)) {
		daemon_receive_dhcp6(daemon, snoop);
		return;
	}
	snooped = malloc(sizeof(*snooped) + snoop->length);
	if (!snooped)
		return;
	snooped->from = snoop->from;
	memcpy(snooped->octets, snoop->message, snoop->length);
	if (!parser_submit(daemon->parser, PARSER_DHCP, 0, snooped->octets, snoop->length, snooped))
		free(snooped);
}

void daemon_take_dhcp(struct daemon *daemon, const struct parser_result *result)
{
	const struct snooped *snooped = result->context;

	if (result->error)
		daemon->dhcp_counts[DHCP_COUNT_SHORT + result->error - DHCP_PARSE_ERROR_SHORT]++;
	else
		daemon_follow_dhcp(daemon, &snooped->from, &result->message.dhcp);
}

void daemon_follow_dhcp(struct daemon *daemon, const struct mac *from,
                        const struct dhcp_message *message)
{
	struct lease_trigger received = { .kind = LEASE_TRIGGER_REPLY, .message = message };
	struct host *host = host_of(daemon, message);
	struct lease_effects effects;
	enum dhcp_count count;

	received.now = clock_now().boot;
	received.random = random_u32();
	if (!host) {
		dhcp_memory_receive(daemon->dhcp_memory, daemon->timing.min_lease, &received, from);
		return;
	}
	effects =
		dhcp_client_receive(host->dhcp, daemon->timing.min_lease, &received, from, &count);
	daemon->dhcp_counts[count]++;
	if (effects.event == LEASE_EVENT_SNOOPED)
		end_removal(host);
	host_lease_changed(daemon, host, &effects, message);
	if (effects.event == LEASE_EVENT_SNOOPED)
		log_refused(daemon, host);
}

struct dhcp_identity dhcp_identity_of(const uint8_t *client_id, size_t length, const char *hostname)
{
	struct dhcp_identity identity = { 0 };

	identity.client_id.length = (uint8_t)length;
	memcpy(identity.client_id.data, client_id, length);
	identity.hostname.length = (uint8_t)strlen(hostname);
	memcpy(identity.hostname.data, hostname, identity.hostname.length);
	return identity;
}

int host_grant_lease(struct daemon *daemon, struct host *host, const struct lease_grant *grant,
                     const struct dhcp_identity *identity)
{
	int err = -ENOMEM;

	if (!host->dhcp)
		host->dhcp = dhcp_client_new();
	if (host->dhcp)
		err = dhcp_client_grant(host->dhcp, daemon->timing.min_lease, grant, identity,
		                        random_u32());
	if (err)
		return err;
	end_removal(host);
	host_sync(daemon, host);
	log_refused(daemon, host);
	host_persist(daemon, host);
	host_trigger(daemon, host, TRIGGER_INPUTS_CHANGED);
	return 0;
}
