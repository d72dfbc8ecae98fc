// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Requests of hosts that hand themselves over, carried out. What a message means is npp_server's,
 * who may register what is register's.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/param.h>

#include "base/addr.h"
#include "base/clock.h"
#include "base/log.h"
#include "daemon/daemon.h"
#include "daemon/dhcp6_messages.h"
#include "net/neighbour.h"
#include "npp/npp_auth.h"

/* RFC 1256, 6.1: advertisements that get lost do no harm. */
enum { LIFETIME_INTERVALS = 3, LIFETIME_WITHOUT = 1800 };

int daemon_read_keys(const struct config *config, struct npp_keys *keys, char why[CONFIG_ERROR])
{
	char error[NPP_KEYS_ERROR];
	int err;

	keys->count = 0;
	err = *config->npp.keys ? npp_keys_read_file(config->npp.keys, keys, error) : 0;
	if (err)
		snprintf(why, CONFIG_ERROR, "npp-keys: %s", error);
	return err;
}

static void set_npp_settings(struct daemon *daemon)
{
	const struct config_npp *config = &daemon->config.npp;
	const uint32_t lifetime =
		config->interval ? LIFETIME_INTERVALS * config->interval : LIFETIME_WITHOUT;

	daemon->npp_settings = (struct npp_server_settings){
		.icmp_type = (uint8_t)config->icmp_type,
		.lifetime = (uint16_t)(config->lifetime ? config->lifetime : lifetime),
		.preference = config->preference,
		.keys = daemon->keys.count ? &daemon->keys : NULL,
	};
}

/* What was snooped of the server, or is known, is better than what the host does not know. */
static struct ipv4 server_of(const struct host *host, const struct registration_request *request)
{
	const struct lease *lease = host->dhcp ? &host->dhcp->lease : NULL;

	if (!ipv4_is_set(request->lease_server) && lease && lease->state != LEASE_NONE &&
	    ipv4_equal(lease->address, request->source))
		return lease->server;
	return request->lease_server;
}

static struct dhcp_client *copy_client(const struct dhcp_client *from)
{
	struct dhcp_client *client = dhcp_client_new();
	struct dhcp_identity identity;

	if (!client || !from)
		return client;
	*client = *from;
	client->identity = NULL;
	identity = dhcp_client_identity(from);
	if (!from->identity || !dhcp_client_set_identity(client, &identity))
		return client;
	dhcp_client_free(client);
	return NULL;
}

/* A copy of what is known of the host as a client, with the lease that it hands over. */
static struct dhcp_client *lease_of(struct daemon *daemon, const struct host *host,
                                    const struct registration_request *request)
{
	const struct now now = clock_now();
	const struct lease_grant grant = {
		.address = request->source,
		.server = server_of(host, request),
		.seconds = request->lease_total,
		.since = request->lease_total
		                 ? now.boot - (request->lease_total - request->lease_left) * 1000LL
		                 : 0,
	};
	const struct dhcp_identity identity =
		dhcp_identity_of(request->client_id, request->client_id_length, request->hostname);
	struct dhcp_client *client = copy_client(host->dhcp);

	if (client &&
	    !dhcp_client_grant(client, daemon->timing.min_lease, &grant, &identity, random_u32()))
		return client;
	dhcp_client_free(client);
	return NULL;
}

static struct proposal *proposal_of(struct daemon *daemon, const struct host *host,
                                    const struct pending_registration *pending)
{
	const bool backup = ipv4_is_set(pending->registration.head.backup_of);
	struct proposal *proposal = calloc(1, sizeof(*proposal));

	if (!proposal)
		return NULL;
	proposal->sets = SETS_REGISTRATION;
	proposal->registration = registration_new(&pending->registration);
	proposal->trigger = backup ? TRIGGER_STANDBY : TRIGGER_SLEEP_REQUEST;
	if (pending->request.has_lease) {
		proposal->sets |= SETS_DHCP;
		proposal->dhcp = lease_of(daemon, host, &pending->request);
	}
	if (pending->request.has_lease6) {
		proposal->sets |= SETS_DHCP6;
		proposal->dhcp6 = host_lease6_of(daemon, host, &pending->request.lease6,
		                                 &pending->registration);
	}
	if (proposal->registration && (proposal->dhcp || !pending->request.has_lease) &&
	    (proposal->dhcp6 || !pending->request.has_lease6))
		return proposal;
	proposal_free(proposal);
	return NULL;
}

static enum reject_reason propose(struct daemon *daemon, const struct pending_registration *pending)
{
	const unsigned int max = daemon->config.npp.max_registrations;
	const char *hostname = pending->request.hostname;
	struct host *host = pending->host, *replaced;
	struct proposal *proposal;

	if (host_store_is_overfull(daemon->store))
		return REJECT_STORE_FAILED;
	if (!register_has_room(daemon->hosts, host, &pending->registration.head, max,
	                       clock_now().boot, &replaced))
		return REJECT_LIMIT_REACHED;
	if (replaced)
		daemon_remove(daemon, replaced);
	if (!host) /* the names of hosts are theirs to choose, where nobody has them */
		host = daemon_add_host(daemon, &pending->request.mac, *hostname ? hostname : NULL);
	if (!host) /* or it was added meanwhile */
		host = host_find_mac(daemon->hosts, &pending->request.mac);
	if (host && host->proposal)
		return REJECT_BUSY;
	proposal = host ? proposal_of(daemon, host, pending) : NULL;
	if (!proposal)
		return REJECT_TABLES_FULL;
	proposal->npp_requester = pending->requester;
	daemon_propose(daemon, host, proposal);
	return REJECT_NONE;
}

void registration_complete(struct daemon *daemon, struct host *host, void *requester,
                           enum reject_reason reason)
{
	if (reason || !host)
		npp_server_reject(daemon->npp, requester, reason);
	else
		npp_server_confirm(daemon->npp, requester,
		                   &(struct npp_client){ .id = host->registration->client_id },
		                   false);
	free(requester);
}

void registrations_timeout(struct daemon *daemon, const struct now *now)
{
	struct pending_registration pending;

	while (register_due(&daemon->registrar, now->mono, &pending)) {
		const enum reject_reason reason = propose(daemon, &pending);

		if (reason)
			registration_complete(daemon, NULL, pending.requester, reason);
	}
}

void registrations_cancel(struct daemon *daemon, const struct mac *mac)
{
	struct pending_registration pending;

	while (register_cancel(&daemon->registrar, mac, &pending)) {
		npp_server_cancel(daemon->npp, pending.requester);
		free(pending.requester);
	}
}

/* Is another machine at one of its addresses? It has REGISTER_CHECK_TIME to answer. */
static void check_addresses(struct daemon *daemon, const struct npp_server_request *request)
{
	const struct iface *iface = &request->requester.iface;

	for (size_t i = 0; i < request->registration.address_count; i++)
		neighbour_request(daemon->packet_fd, daemon->net, iface, &MAC_BROADCAST,
		                  &request->registration.addresses[i].address,
		                  request->registration.vlan);
}

void registration_requested(struct daemon *daemon, const struct npp_server_request *request)
{
	struct npp_requester *requester = malloc(sizeof(*requester));
	const struct now now = clock_now();
	enum reject_reason reason = REJECT_TABLES_FULL;
	bool ask = false;

	if (requester) {
		*requester = request->requester;
		reason = register_submit(&daemon->registrar, daemon->hosts, request->host,
		                         &request->registration, requester, &now, random_u32(),
		                         &ask);
	}
	if (reason) {
		npp_server_reject(daemon->npp, &request->requester, reason);
		free(requester);
		return;
	}
	if (ask)
		check_addresses(daemon, request);
	daemon_arm(daemon);
}

/* What the host has by now; its end may be unknown, or the server silent. */
static void fill_lease(const struct host *host, int64_t boot, struct npp_client *confirm)
{
	const struct lease *lease = host->dhcp ? &host->dhcp->lease : NULL;
	int64_t left;

	confirm->has_lease = true;
	confirm->lease = NPP_LEASE_FAILED;
	if (!lease || lease->state == LEASE_NONE || lease->state == LEASE_LOST)
		return;
	confirm->lease = NPP_LEASE_RENEWED;
	left = lease->expires_at ? (lease->expires_at - boot) / 1000 : 0;
	confirm->lease_total = (uint16_t)MIN(lease->seconds, NPP_LEASE_LONG);
	confirm->lease_left = (uint16_t)MIN(MAX(left, 0), confirm->lease_total);
}

void registration_reported(struct daemon *daemon, const struct npp_server_request *request)
{
	struct host *host = request->host;
	const enum reject_reason reason =
		register_check_report(host, request->client_id, request->requester.transaction);
	struct npp_client confirm = { .id = request->client_id };

	if (reason) {
		npp_server_reject(daemon->npp, &request->requester, reason);
		return;
	}
	if (host->registration->has_lease)
		fill_lease(host, clock_now().boot, &confirm);
	if (host->registration->reported == request->digest) {
		npp_server_confirm(daemon->npp, &request->requester, &confirm, true);
		return;
	}
	host->registration->reported = request->digest;
	registrations_cancel(daemon, &host->mac);
	host_trigger(daemon, host, TRIGGER_WAKEUP_REPORT);
	host_persist(daemon, host); /* even of a host that was seen up before */
	persist_wait(daemon, &(struct store_wait){ .kind = WAIT_REPORT,
	                                           .batch = STORE_BATCH_NEXT,
	                                           .requester = request->requester,
	                                           .confirm = confirm });
}

void registrations_follow_config(struct daemon *daemon, const struct npp_keys *keys)
{
	daemon->keys = *keys;
	set_npp_settings(daemon);
}

int registrations_start(struct daemon *daemon)
{
	const struct npp_server_parts parts = {
		.fd = daemon->packet_fd,
		.net = daemon->net,
		.table = daemon->hosts,
		.store = daemon->store,
		.registrar = &daemon->registrar,
		.settings = &daemon->npp_settings,
	};
	char why[CONFIG_ERROR];
	int err = daemon_read_keys(&daemon->config, &daemon->keys, why);

	if (err) {
		daemon->is_misconfigured = true;
		log_error("%s", why);
		return err;
	}
	daemon->npp = npp_server_new(&parts);
	if (!daemon->npp)
		return -ENOMEM;
	set_npp_settings(daemon);
	return 0;
}

void registrations_stop(struct daemon *daemon)
{
	struct pending_registration pending;

	while (register_due(&daemon->registrar, INT64_MAX, &pending))
		free(pending.requester);
	npp_server_free(daemon->npp);
	daemon->npp = NULL;
	explicit_bzero(&daemon->keys, sizeof(daemon->keys));
}
