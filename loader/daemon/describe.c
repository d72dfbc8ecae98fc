// SPDX-License-Identifier: GPL-2.0-or-later
/* Hosts that people describe, by command or in the configuration, and take back. */
#include <errno.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/addr.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/text.h"
#include "daemon/daemon.h"

struct host *daemon_add_host(struct daemon *daemon, const struct mac *mac, const char *name)
{
	const bool may_have = name && text_is_name(name) && host_name_is_for(name, mac);
	struct host *host = may_have ? host_table_add(daemon->hosts, mac, name) : NULL;
	char made_up[HOST_NAME_MAX_SIZE];

	host_name_from_mac(mac, made_up);
	if (!host)
		host = host_table_add(daemon->hosts, mac, made_up);
	if (host && !host->dhcp) /* it may have taken its lease before */
		host->dhcp = dhcp_memory_take(daemon->dhcp_memory, mac, clock_now().boot);
	if (host && !host->dhcp6)
		host->dhcp6 = dhcp_memory_take6(daemon->dhcp_memory, mac, clock_now().boot);
	return host;
}

/*
 * Another host that people gave the address. Hosts of a file that is being read are all described
 * anew by it, which has each address once: what it said of them before does not count.
 */
static const struct host *find_rival(const struct daemon *daemon, const struct host *host,
                                     const struct ipv6 *address, enum described_by by)
{
	const struct host *other = NULL;

	while ((other = host_table_other_claimant(daemon->hosts, address, host, other)))
		if (host_claim(other, address) >= CLAIM_DESCRIBED &&
		    (by == DESCRIBED_BY_COMMAND || !config_has_host(&daemon->config, &other->mac)))
			return other;
	return NULL;
}

static int check_rival(const struct daemon *daemon, const struct host *host,
                       const struct ipv6 *address, enum described_by by, char why[DAEMON_WHY])
{
	const struct host *rival = find_rival(daemon, host, address, by);
	char text[TEXT_IP];

	if (!rival)
		return 0;
	snprintf(why, DAEMON_WHY, "%s has the address %s already", rival->name,
	         text_from_ip(address, text));
	return -EEXIST;
}

/* An address of the file that is off the link is kept, as its subnet may come; the log tells it. */
static int check_addresses(const struct daemon *daemon, const struct host *host,
                           const char *interface, const struct ipv6 *addresses, size_t count,
                           enum described_by by, char why[DAEMON_WHY])
{
	const uint32_t ifindex = address_ifindex(interface);
	int err = 0;

	for (size_t i = 0; i < count && !err; i++) {
		if (by == DESCRIBED_BY_COMMAND)
			err = address_check(daemon->net, ifindex, &addresses[i], why);
		if (!err)
			err = check_rival(daemon, host, &addresses[i], by, why);
	}
	return err;
}

static int check(const struct daemon *daemon, const struct host *host,
                 const struct host_description *description, enum described_by by,
                 char why[DAEMON_WHY])
{
	int err = mac_check(daemon, &description->mac, why);

	return err ? err
	           : check_addresses(daemon, host, description->attributes.interface,
	                             description->addresses, description->address_count, by, why);
}

/* By command, a MAC that is known under another name is a mistake; unless that was made up. */
static int check_name(const struct host *host, const struct host_description *description,
                      char why[DAEMON_WHY])
{
	if (!host || !strcmp(host->name, description->name) ||
	    (!host->described && !host->registration))
		return 0;
	snprintf(why, DAEMON_WHY, "%s has this MAC already", host->name);
	return -EEXIST;
}

int daemon_check_described(struct daemon *daemon, const struct host *host,
                           const struct proposal *proposal)
{
	const struct described *described = proposal->described;
	char why[DAEMON_WHY];
	/* by now: while this was stored */
	const bool is_in_file = host_is_in_file(host) ||
	                        host_is_in_file(host_find_name(daemon->hosts, proposal->name));

	return is_in_file ? -EEXIST
	                  : check_addresses(daemon, host, described->attributes.interface,
	                                    described->addresses, described->address_count,
	                                    DESCRIBED_BY_COMMAND, why);
}

static struct proposal *proposal_of(struct daemon *daemon,
                                    const struct host_description *description, uint64_t token)
{
	struct proposal *proposal = calloc(1, sizeof(*proposal));

	if (!proposal)
		return NULL;
	proposal->sets = SETS_DESCRIBED;
	proposal->control_token = token;
	proposal->name = strdup(description->name);
	proposal->described =
		described_new(description, DESCRIBED_BY_COMMAND, ++daemon->descriptions);
	if (proposal->name && proposal->described)
		return proposal;
	proposal_free(proposal);
	return NULL;
}

int daemon_describe(struct daemon *daemon, const struct host_description *description,
                    uint64_t token, char why[DAEMON_WHY])
{
	struct host *host = host_find_mac(daemon->hosts, &description->mac);
	struct proposal *proposal;
	int err = check_name(host, description, why);

	if (!err)
		err = check(daemon, host, description, DESCRIBED_BY_COMMAND, why);
	if (!err && host && host->proposal) {
		snprintf(why, DAEMON_WHY, "another change of it is being stored: try again");
		err = -EBUSY;
	}
	if (err)
		return err;
	snprintf(why, DAEMON_WHY, "out of memory");
	proposal = proposal_of(daemon, description, token);
	if (proposal && !host)
		host = daemon_add_host(daemon, &description->mac, NULL);
	if (!proposal || !host) {
		proposal_free(proposal);
		return -ENOMEM;
	}
	daemon_propose(daemon, host, proposal);
	return 0;
}

void daemon_remove(struct daemon *daemon, struct host *host)
{
	const bool was_known = host->installed;

	registrations_cancel(daemon, &host->mac);
	persist_forget(daemon, host);
	if (was_known)
		host_emit(daemon, host, HOST_EVENT_REMOVED);
	host_release(daemon, host);
}

/* Nobody describes it any more; it stays known while it is registered. */
static void undescribe(struct daemon *daemon, struct host *host)
{
	described_free(host->described);
	host->described = NULL;
	if (!host_is_wanted(host)) {
		daemon_remove(daemon, host);
		return;
	}
	host_sync(daemon, host);
	host_persist(daemon, host);
}

static void grant_described_lease(struct daemon *daemon, struct host *host,
                                  const struct lease_description *lease)
{
	const struct lease_grant grant = { .address = lease->address, .server = lease->server };
	const struct dhcp_identity identity =
		dhcp_identity_of(lease->client_id, lease->client_id_length, lease->hostname);

	/* what was snooped, or kept through a restart, is newer than a file */
	if (ipv4_is_set(lease->address) && (!host->dhcp || host->dhcp->lease.state == LEASE_NONE))
		host_grant_lease(daemon, host, &grant, &identity);
}

/*
 * Whoever has the name so far gets another one. Where it was described by command it is not any
 * more; a host of the file is described anew, too.
 */
void host_take_name(struct daemon *daemon, struct host *host, const char *name)
{
	struct host *other = host_find_name(daemon->hosts, name);
	char free_name[HOST_NAME_MAX_SIZE];

	if (other && other != host) {
		host_name_from_mac(&other->mac, free_name);
		host_table_rename(daemon->hosts, other, free_name);
		host_persist(daemon, other);
		if (other->described && other->described->by == DESCRIBED_BY_COMMAND)
			undescribe(daemon, other);
	}
	host_table_rename(daemon->hosts, host, name);
}

/* At once, without waiting for the store: the file is what outlives a restart. */
static int take_description(struct daemon *daemon, struct host *host,
                            const struct host_description *description)
{
	struct described *described =
		described_new(description, DESCRIBED_BY_CONFIG, ++daemon->descriptions);

	if (!described)
		return -ENOMEM;
	described_free(host->described);
	host->described = described;
	host_end_edits(host);
	return host_sync(daemon, host);
}

static int describe_configured(struct daemon *daemon, const struct host_description *description,
                               char why[DAEMON_WHY])
{
	struct host *host = host_find_mac(daemon->hosts, &description->mac);
	const bool is_new = !host || (host->proposal && !host->installed);
	int err = check(daemon, host, description, DESCRIBED_BY_CONFIG, why);

	if (err)
		return err;
	if (!host)
		host = daemon_add_host(daemon, &description->mac, NULL);
	err = host ? take_description(daemon, host, description) : -ENOMEM;
	if (err)
		snprintf(why, DAEMON_WHY, "%s",
		         err == -E2BIG || err == -ENOSPC || err == -ENOMEM
		                 ? "the maps are full (max-hosts)"
		                 : strerror(-err));
	if (err && host && is_new)
		daemon_remove(daemon, host);
	if (err && (!host || is_new))
		return err;
	host_take_name(daemon, host, description->name);
	grant_described_lease(daemon, host, &description->lease);
	if (is_new)
		host_start(daemon, host, AWAKE);
	host_trigger(daemon, host, TRIGGER_INPUTS_CHANGED);
	host_persist(daemon, host);
	return err;
}

static void undescribe_others(struct daemon *daemon)
{
	struct host *next;

	host_table_each_safe (daemon->hosts, host, next) {
		if (host_is_in_file(host) && !config_has_host(&daemon->config, &host->mac))
			undescribe(daemon, host);
		daemon_beat(daemon);
	}
}

/* So many are named. */
enum { UNANSWERED_NAMED = 8 };

static void warn_unanswered(const struct daemon *daemon)
{
	size_t count = 0;
	char why[DAEMON_WHY];

	for (size_t i = 0; i < daemon->config.host_count; i++) {
		const struct host_description *host = &daemon->config.hosts[i];
		const uint32_t ifindex = address_ifindex(host->attributes.interface);

		for (size_t j = 0; j < host->address_count; j++)
			if (address_check(daemon->net, ifindex, &host->addresses[j], why) &&
			    ++count <= UNANSWERED_NAMED)
				log_warning("host %s: %s: not answered for there", host->name, why);
	}
	if (count > UNANSWERED_NAMED)
		log_warning("%zu addresses of the configuration are not answered for", count);
}

void daemon_describe_configured(struct daemon *daemon)
{
	char why[DAEMON_WHY];

	wake_rules_index(daemon->datapath, true);
	undescribe_others(daemon);
	warn_unanswered(daemon);
	for (size_t i = 0; i < daemon->config.host_count; i++) {
		if (describe_configured(daemon, &daemon->config.hosts[i], why))
			log_error("host %s: %s", daemon->config.hosts[i].name, why);
		daemon_beat(daemon);
		if (daemon->tick_event) /* wakes do not wait for the end of a reload */
			daemon_read_ring(daemon);
	}
	wake_rules_index(daemon->datapath, false);
	config_drop_hosts(&daemon->config);
	malloc_trim(0);
}
