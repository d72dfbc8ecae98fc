// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The datapath's maps follow the hosts: what is installed is compared with what is effective, that
 * is wanted by the host and owned by it, and only the difference is written. So it is right after a
 * failed write, an edit by hand or a start with the maps of an earlier daemon, too.
 */
#include <errno.h>
#include <string.h>

#include "base/log.h"
#include "base/text.h"
#include "daemon/neighbours.h"

/* False: one of the addresses is another host's now, which may change with that host. */
static bool keep_owned(struct daemon *daemon, const struct host *host, struct wanted *wanted)
{
	bool all = true;
	size_t owned = 0;

	for (size_t i = 0; i < wanted->address_count; i++) {
		const struct ipv6 *address = &wanted->addresses[i];
		const struct host *owner = host_table_owner(daemon->hosts, address);

		all &= !owner || owner == host;
		if (owner == host)
			wanted->addresses[owned++] = *address;
	}
	wanted->address_count = owned;
	return all;
}

/* One host's rows on their way from what they are to what they should be. */
struct sync {
	struct daemon *daemon;
	struct host *host;
	struct wanted want, have; /* have: what the maps have by now */
	bool exists;              /* the row in `hosts` */
};

/*
 * The datapath can send a plain one at once, by the interface that the connection came from. To the
 * daemon are left a password, a host that is on any of several interfaces, and one that is not to
 * be woken yet.
 */
static bool is_magic_by_daemon(const struct daemon *daemon, const struct host *host,
                               uint32_t ifindex, const struct life *life)
{
	const struct described *described = host->described;

	return (described && described->attributes.secureon_length) ||
	       (!ifindex && daemon->served_count > 1) ||
	       (life->state == ASLEEP && life->holdoff_until);
}

static uint16_t flags_of(bool arp_offload, enum echo_policy echo, bool magic_by_daemon)
{
	static const uint16_t echoes[] = {
		[ECHO_IGNORE] = HOST_ECHO_IGNORE, [ECHO_WAKE] = HOST_ECHO_WAKE
	};

	return echoes[echo] | (arp_offload ? HOST_ARP_OFFLOAD : 0) |
	       (magic_by_daemon ? HOST_MAGIC_BY_DAEMON : 0);
}

static struct host_entry entry_of(const struct wanted *wanted, enum host_state state)
{
	return (struct host_entry){
		.state = state,
		.ifindex = wanted->ifindex,
		.vlan = wanted->attributes.vlan,
		.flags = flags_of(wanted->attributes.arp_offload, wanted->attributes.echo,
		                  wanted->magic_by_daemon),
	};
}

static int sync_row(struct sync *sync)
{
	const enum host_state state = sync->host->life.state;
	const struct host_entry entry = entry_of(&sync->want, state);
	const struct host_entry before = entry_of(&sync->have, state);
	struct host_update update = {
		.mac = sync->host->mac,
		.vlan = entry.vlan,
		.ifindex = entry.ifindex,
		.from = state,
		.to = state,
		.flags = entry.flags,
	};
	enum host_update_result result;
	int err;

	if (sync->exists && !memcmp(&entry, &before, sizeof(entry)))
		return 0;
	/* a row that is there keeps its state, which the datapath may be changing */
	err = sync->exists ? hosts_update(sync->daemon->datapath, &update, &result)
	                   : hosts_put(sync->daemon->datapath, &sync->host->mac, &entry);
	if (err)
		return err;
	sync->exists = true;
	host_set_fields(&sync->have, &entry);
	return 0;
}

static int sync_rules(struct sync *sync)
{
	const struct wanted *want = &sync->want;
	struct wanted *have = &sync->have;
	int err;

	if (want->ports == have->ports && want->sources == have->sources)
		return 0;
	wake_rules_clear(sync->daemon->datapath, &sync->host->mac);
	have->ports = have->sources = NULL;
	err = wake_rules_put(sync->daemon->datapath, &sync->host->mac,
	                     shared_set_octets(want->ports),
	                     shared_set_size(want->ports) / sizeof(struct wake_port),
	                     shared_set_octets(want->sources),
	                     shared_set_size(want->sources) / sizeof(struct source_prefix));
	if (err)
		return err;
	have->ports = want->ports;
	have->sources = want->sources;
	return 0;
}

/* A row that another host owns by now is written over by that host, and not deleted. */
static void drop_address(struct sync *sync, size_t index)
{
	struct wanted *have = &sync->have;
	const struct ipv6 *address = &have->addresses[index];
	struct daemon *daemon = sync->daemon;
	const struct host *owner = host_table_owner(daemon->hosts, address);

	if (!owner || owner == sync->host)
		addresses_delete(daemon->datapath, address_map_of(address), address);
	have->addresses[index] = have->addresses[--have->address_count];
}

static int sync_addresses(struct sync *sync)
{
	const struct wanted *want = &sync->want;
	struct wanted *have = &sync->have;
	int err = 0;

	for (size_t i = have->address_count; i-- > 0;)
		if (address_index(want->addresses, want->address_count, &have->addresses[i]) < 0)
			drop_address(sync, i);
	for (size_t i = 0; i < want->address_count && !err; i++) {
		const struct ipv6 *address = &want->addresses[i];

		if (address_index(have->addresses, have->address_count, address) >= 0)
			continue;
		err = addresses_put(sync->daemon->datapath, address, &sync->host->mac);
		if (!err)
			have->addresses[have->address_count++] = *address;
	}
	if (!err) /* the same ones, in the order of the claims, whose list it then has */
		memcpy(have->addresses, want->addresses, sizeof(have->addresses));
	return err;
}

/*
 * What the maps have accepted is remembered, whatever else failed; and while edits are followed, a
 * row that was just written is not missed.
 */
static void remember(struct sync *sync)
{
	struct host *host = sync->host;
	const int reach = installed_reach(host->installed);

	host->sync_round = sync->daemon->sync_round;
	host->sync_found = UINT32_MAX;
	if (sync->exists && host_set_installed(host, &sync->have))
		host->addresses_lost |=
			installed_reach(host->installed) < reach && host->life.state == ASLEEP;
}

void host_set_unsynced(struct daemon *daemon, struct host *host, bool unsynced)
{
	daemon->unsynced += unsynced - host->unsynced;
	host->unsynced = unsynced;
}

/* Only proposed so far: nothing of it is in the maps. */
static bool is_installable(const struct host *host)
{
	return host->described || host->registration || (host->edited && host->edited->exists);
}

static void uninstall(struct daemon *daemon, struct host *host)
{
	struct sync sync = { .daemon = daemon, .host = host };

	host_set_unsynced(daemon, host, false);
	if (!host->installed)
		return;
	installed_read(host->installed, &sync.have);
	while (sync.have.address_count)
		drop_address(&sync, sync.have.address_count - 1);
	wake_rules_clear(daemon->datapath, &host->mac);
	hosts_delete(daemon->datapath, &host->mac);
	installed_free(host->installed);
	host->installed = NULL;
}

static int sync_one(struct daemon *daemon, struct host *host)
{
	struct sync sync = { .daemon = daemon, .host = host, .exists = host->installed };
	bool owned;
	int err;

	if (!is_installable(host)) {
		uninstall(daemon, host);
		return 0;
	}
	host_merge(host, &sync.want);
	owned = keep_owned(daemon, host, &sync.want);
	sync.want.ifindex = wanted_ifindex(host, &sync.want);
	sync.want.magic_by_daemon =
		is_magic_by_daemon(daemon, host, sync.want.ifindex, &host->life);
	installed_read(host->installed, &sync.have);
	err = sync_row(&sync);
	if (!err)
		err = sync_rules(&sync);
	if (!err)
		err = sync_addresses(&sync);
	remember(&sync);
	host_set_unsynced(daemon, host, err || !owned);
	if (host->addresses_lost)
		host_arm(daemon, host);
	return err;
}

/* Others that claim an address which the host has, or wants: it may be theirs now. */
static void sync_others(struct daemon *daemon, const struct host *host,
                        const struct wanted *addresses)
{
	for (size_t i = 0; i < addresses->address_count; i++) {
		struct host *other = NULL;

		while ((other = host_table_other_claimant(daemon->hosts, &addresses->addresses[i],
		                                          host, other)))
			sync_one(daemon, other);
	}
}

int host_sync(struct daemon *daemon, struct host *host)
{
	struct wanted before, after;
	int err;

	installed_read(host->installed, &before);
	daemon_claim(daemon, host);
	err = sync_one(daemon, host);
	installed_read(host->installed, &after);
	sync_others(daemon, host, &before);
	sync_others(daemon, host, &after);
	return err;
}

bool host_set_state(struct daemon *daemon, const struct host *host, enum host_state from,
                    const struct life *to)
{
	struct installed *installed = host->installed;
	struct host_update update = { .mac = host->mac, .from = from, .to = to->state };
	enum host_update_result result = HOST_UPDATE_NO_HOST;
	int err = -ENOENT;

	if (installed) {
		update.vlan = installed->vlan;
		update.ifindex = installed->ifindex;
		installed->magic_by_daemon =
			is_magic_by_daemon(daemon, host, installed->ifindex, to);
		update.flags = flags_of(installed->arp_offload, installed->echo,
		                        installed->magic_by_daemon);
		err = hosts_update(daemon->datapath, &update, &result);
	}
	if (err)
		log_error("cannot change the state of %s: %s", host->name, strerror(-err));
	return !err && result == HOST_UPDATE_DONE;
}

void host_sync_flags(struct daemon *daemon, struct host *host)
{
	const struct installed *installed = host->installed;

	if (installed && installed->magic_by_daemon !=
	                         is_magic_by_daemon(daemon, host, installed->ifindex, &host->life))
		host_sync(daemon, host);
}

/* Others may own its addresses by now. */
void host_release(struct daemon *daemon, struct host *host)
{
	struct wanted before;

	host_forget_own_entries(daemon, host);
	installed_read(host->installed, &before);
	uninstall(daemon, host);
	host_table_remove(daemon->hosts, host);
	sync_others(daemon, NULL, &before);
}

void maps_retry(struct daemon *daemon, bool all)
{
	if (!all && !daemon->unsynced)
		return;
	host_table_each (daemon->hosts, host) {
		if (all || host->unsynced)
			host_sync(daemon, host);
		daemon_beat(daemon);
	}
}
