// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The maps as they are, where people edit them too (bpftool): what differs from what was installed
 * is an edit, and becomes an input of the host. A host whose row was deleted is removed; a row that
 * says what nobody may say is deleted.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/text.h"
#include "daemon/daemon.h"

/* Most looks find what the last one found: a digest costs a tenth of following each row. */
static bool have_maps_changed(struct daemon *daemon)
{
	const uint64_t before = daemon->followed_digest;

	daemon->followed_digest = daemon->maps.digest;
	return daemon->maps.digest != before;
}

/* A row that makes no sense is left to whoever wrote it; the datapath passes its frames. */
static bool is_valid(const struct mac *mac, const struct host_entry *entry)
{
	char text[TEXT_MAC];

	if (entry->state <= WAKING)
		return true;
	log_debug("hosts: the entry %s has the invalid state %u", text_from_mac(mac, text),
	          entry->state);
	return false;
}

/* So many are named in one look. */
enum { REFUSED_NAMED = 8 };

static void log_refused_row(struct daemon *daemon, const char *map, const char *key,
                            const char *why)
{
	daemon->edits_refused++;
	if (++daemon->refused_found <= REFUSED_NAMED)
		log_error("%s: the row %s is removed: %s", map, key, why);
}

/* The datapath ignores where both flags are set. */
static enum echo_policy echo_of(const struct host_entry *entry)
{
	return entry->flags & HOST_ECHO_IGNORE ? ECHO_IGNORE
	       : entry->flags & HOST_ECHO_WAKE ? ECHO_WAKE
	                                       : ECHO_ANSWER;
}

void host_set_fields(struct wanted *wanted, const struct host_entry *entry)
{
	wanted->ifindex = entry->ifindex;
	wanted->attributes.vlan = entry->vlan;
	wanted->attributes.arp_offload = entry->flags & HOST_ARP_OFFLOAD;
	wanted->attributes.echo = echo_of(entry);
	wanted->magic_by_daemon = entry->flags & HOST_MAGIC_BY_DAEMON;
}

void host_end_edits(struct host *host)
{
	free(host->edited);
	host->edited = NULL;
}

/* False: no memory. */
static bool edit_fields(struct host *host, const struct host_entry *entry)
{
	struct wanted wanted;

	if (!host->edited)
		host->edited = edited_new(&(struct edited_draft){ 0 });
	if (!host->edited)
		return false;
	host->edited->has_fields = true;
	host->edited->ifindex = entry->ifindex;
	host->edited->vlan = entry->vlan;
	host->edited->arp_offload = entry->flags & HOST_ARP_OFFLOAD;
	host->edited->echo = echo_of(entry);
	installed_read(host->installed, &wanted);
	host_set_fields(&wanted, entry);
	return host_set_installed(host, &wanted);
}

/* NULL: no memory, or it is no host's row, and gone. */
static struct host *adopt(struct daemon *daemon, const struct mac *mac,
                          const struct host_entry *entry)
{
	char why[DAEMON_WHY], text[TEXT_MAC];
	struct host *host;

	if (mac_check(daemon, mac, why)) {
		log_refused_row(daemon, "hosts", text_from_mac(mac, text), why);
		hosts_delete(daemon->datapath, mac);
		return NULL;
	}
	host = daemon_add_host(daemon, mac, NULL);
	if (!host || !edit_fields(host, entry))
		return host;
	host->edited->exists = true;
	host_start(daemon, host, entry->state);
	host_persist(daemon, host);
	return host;
}

/* The map was read some time ago, in which a report may have come: only its state of now counts. */
static void follow_state(struct daemon *daemon, struct host *host)
{
	struct host_trigger trigger = { .kind = TRIGGER_MAP_EDIT };
	struct host_entry entry;

	if (hosts_get(daemon->datapath, &host->mac, &entry) || entry.state > WAKING ||
	    entry.state == host->life.state)
		return;
	trigger.state = entry.state;
	host_run(daemon, host, &trigger);
}

static void follow_fields(struct daemon *daemon, struct host *host, const struct host_entry *entry)
{
	struct installed *installed = host->installed;

	if (installed && installed->vlan == entry->vlan && installed->ifindex == entry->ifindex &&
	    installed->arp_offload == !!(entry->flags & HOST_ARP_OFFLOAD) &&
	    installed->echo == echo_of(entry)) {
		installed->magic_by_daemon = entry->flags & HOST_MAGIC_BY_DAEMON;
		return;
	}
	edit_fields(host, entry);
	host_sync(daemon, host); /* its addresses may not be those of another link */
	host_persist(daemon, host);
}

static void follow_host(void *context, const struct mac *mac, const struct host_entry *entry)
{
	struct daemon *daemon = context;
	struct host *host = host_find_mac(daemon->hosts, mac);
	const bool valid = is_valid(mac, entry);

	if (!host && valid)
		host = adopt(daemon, mac, entry);
	if (!host)
		return;
	host->sync_round = daemon->sync_round;
	host->sync_found = 0;
	if (!valid)
		return;
	follow_fields(daemon, host, entry);
	if (entry->state != host->life.state)
		follow_state(daemon, host);
	host_sync_flags(daemon, host);
}

/* The last address takes its place, with its bit. */
static void remove_at(struct host *host, struct wanted *wanted, size_t index)
{
	const size_t last = --wanted->address_count;
	const uint32_t was_found = host->sync_found >> last & 1;

	wanted->addresses[index] = wanted->addresses[last];
	host->sync_found &= ~(1U << last | 1U << index);
	if (index != last)
		host->sync_found |= was_found << index;
}

bool host_change_installed(struct host *host, const struct ipv6 *address, bool add)
{
	struct wanted wanted;
	int index;

	installed_read(host->installed, &wanted);
	index = address_index(wanted.addresses, wanted.address_count, address);
	if (add && wanted.address_count < HOST_ADDRESSES)
		wanted.addresses[wanted.address_count++] = *address;
	else if (!add && index >= 0)
		remove_at(host, &wanted, (size_t)index);
	else
		return false;
	return host_set_installed(host, &wanted);
}

/* Its row was deleted, or moved to another host. */
static void lose_address(struct daemon *daemon, struct host *host, const struct ipv6 *address)
{
	const int reach = installed_reach(host->installed);

	host_change_installed(host, address, false);
	host->edited = edited_set(host->edited, address, EDIT_REMOVE);
	daemon_claim(daemon, host);
	if (host->life.state == ASLEEP && installed_reach(host->installed) < reach) {
		host->addresses_lost = true;
		host_arm(daemon, host);
	}
	host_persist(daemon, host);
}

static void add_address(struct daemon *daemon, struct host *host, const struct ipv6 *address)
{
	struct host *before = NULL, *next;

	for (next = host_table_other_claimant(daemon->hosts, address, host, NULL); next;
	     next = host_table_other_claimant(daemon->hosts, address, host, next))
		if (installed_has(next->installed, address))
			before = next;
	if (!host_change_installed(host, address, true))
		return;
	host->sync_found |= 1U << (host->installed->address_count - 1);
	host->edited = edited_set(host->edited, address, EDIT_ADD);
	daemon_claim(daemon, host);
	if (before)
		lose_address(daemon, before, address);
	host_persist(daemon, host);
	if (host->life.state == ASLEEP)
		host_announce(daemon, host);
}

static int check_row(const struct daemon *daemon, enum address_map map, uint32_t ifindex,
                     const struct ipv6 *address, char why[DAEMON_WHY])
{
	if (map == address_map_of(address))
		return address_check(daemon->net, ifindex, address, why);
	snprintf(why, DAEMON_WHY, "IPv4 addresses are in addresses4");
	return -EINVAL;
}

/* What a host has and may not have any more is taken from it by map_sync.c. */
static void follow_address(void *context, enum address_map map, const struct ipv6 *address,
                           const struct mac *mac)
{
	struct daemon *daemon = context;
	struct host *host = host_find_mac(daemon->hosts, mac);
	const struct installed *installed = host ? host->installed : NULL;
	const uint32_t ifindex = installed ? installed->ifindex : 0;
	char why[DAEMON_WHY], text[TEXT_IP];

	if (map == address_map_of(address) && installed_has(installed, address)) {
		host->sync_found |= 1U << address_index(installed->addresses,
		                                        installed->address_count, address);
	} else if (check_row(daemon, map, ifindex, address, why)) {
		log_refused_row(daemon, map == ADDRESSES4 ? "addresses4" : "addresses6",
		                text_from_ip(address, text), why);
		addresses_delete(daemon->datapath, map, address);
	} else if (installed) {
		add_address(daemon, host, address);
	} else {
		daemon->orphans_found++;
	}
}

static void drop_missing_addresses(struct daemon *daemon, struct host *host)
{
	for (size_t i = host->installed->address_count; i-- > 0;) {
		const struct ipv6 address = host->installed->addresses[i];

		if (!(host->sync_found & 1U << i))
			lose_address(daemon, host, &address);
	}
}

/* Hosts last: the addresses of one that is removed may go to others, and were not found there. */
static void drop_missing(struct daemon *daemon)
{
	struct host *next;

	host_table_each (daemon->hosts, host)
		if (host->installed && host->sync_round == daemon->sync_round)
			drop_missing_addresses(daemon, host);
	host_table_each_safe (daemon->hosts, host, next)
		if (host->installed && host->sync_round != daemon->sync_round)
			daemon_remove(daemon, host);
}

static void log_rows(struct daemon *daemon)
{
	if (daemon->orphans_found > daemon->orphans)
		log_warning("addresses4, addresses6: %u addresses belong to no entry of hosts",
		            daemon->orphans_found);
	daemon->orphans = daemon->orphans_found;
	daemon->orphans_found = 0;
	if (daemon->refused_found > REFUSED_NAMED)
		log_error("%u rows were removed in all", daemon->refused_found);
	daemon->refused_found = 0;
}

/* Wakes do not wait for the end, nor does the heartbeat. */
static void before_batch(void *context)
{
	daemon_beat(context);
	daemon_read_ring(context);
}

void daemon_follow_map_edits(struct daemon *daemon)
{
	int err;

	if (!have_maps_changed(daemon))
		return;
	daemon->sync_round++;
	err = hosts_each(daemon->datapath, follow_host, before_batch, daemon);
	if (!err)
		err = addresses_each(daemon->datapath, follow_address, before_batch, daemon);
	if (err) { /* half a view would make the rest look removed */
		log_error("cannot read the maps: %s", strerror(-err));
		daemon->followed_digest++; /* so that it is tried again */
	} else {
		drop_missing(daemon);
	}
	log_rows(daemon);
}
