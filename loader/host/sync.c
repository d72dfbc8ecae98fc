// SPDX-License-Identifier: GPL-2.0-or-later
/* The registry follows the datapath's tables, which people edit too (bpftool). */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "base/text.h"
#include "host/entry.h"

static struct entry *adopt(struct registry *registry, const struct mac *mac,
                           const struct host_entry *host)
{
	struct host_description spec = {
		.mac = *mac,
		.vlan = host->vlan,
		.nic_answers_arp = host->flags & HOST_NIC_ANSWERS_ARP,
	};

	host_name_from_mac(mac, spec.name);
	if (host->ifindex)
		if_indextoname(host->ifindex, spec.interface);
	return entry_born(registry, &spec, ORIGIN_MAP, host->state);
}

void registry_sync_begin(struct registry *registry)
{
	registry->sync_round++;
}

/*
 * An entry that makes no sense is left to who wrote it: the datapath passes, and counts, what
 * concerns it.
 */
static bool makes_sense(struct registry *registry, const struct mac *mac,
                        const struct host_entry *host)
{
	const struct entry *known = entry_by_mac(registry, mac);
	char text[TEXT_MAC];

	if (host->state <= WAKING)
		return true;
	if (!known || known->sync_round != registry->sync_round)
		log_debug("hosts: the entry %s has the state %u, which is none",
		          text_from_mac(mac, text), host->state);
	return false;
}

/*
 * The table was read some time ago, in which a report may have been taken: only its state of now is
 * worth a step.
 */
static void follow_state(struct entry *entry)
{
	const struct registry_actions *actions = &entry->registry->actions;
	enum host_state state;
	int64_t ignored;

	if (actions->look(actions->context, &entry->host.spec.mac, &state, &ignored))
		return;
	if (state <= WAKING && state != entry->host.life.state)
		entry_step(entry, TRIGGER_EDITED, state);
}

static void follow_fields(struct entry *entry, const struct host_entry *host)
{
	struct host_description *spec = &entry->host.spec;
	bool nic_answers = host->flags & HOST_NIC_ANSWERS_ARP;

	if (spec->vlan == host->vlan && spec->nic_answers_arp == nic_answers)
		return;
	spec->vlan = host->vlan;
	spec->nic_answers_arp = nic_answers;
	entry->registry->actions.save(entry->registry->actions.context, &entry->host);
}

void registry_sync_host(struct registry *registry, const struct mac *mac,
                        const struct host_entry *host)
{
	struct entry *entry = entry_by_mac(registry, mac);
	bool sense = makes_sense(registry, mac, host);

	if (!entry && sense)
		entry = adopt(registry, mac, host);
	if (!entry)
		return;
	entry->sync_round = registry->sync_round;
	entry->sync_found = 0;
	if (!sense)
		return;
	follow_fields(entry, host);
	if (host->state != entry->host.life.state)
		follow_state(entry);
}

static bool is_of_lease(const struct entry *entry, const struct ipv6 *address)
{
	return !memcmp(&entry->host.lease.address, address, sizeof(*address));
}

static int adopt_address(struct entry *entry, const struct ipv6 *address)
{
	struct registry *registry = entry->registry;
	struct entry *before = entry_by_address(registry, address);
	int err;

	if (registry->actions.is_own(registry->actions.context, address))
		return -EADDRINUSE;
	if (before) /* its old owner no longer has it: the table knows one owner */
		entry_disown(before, address);
	if (is_of_lease(entry, address)) /* withheld so far: now it is the host's again */
		entry->host.lease = (struct host_lease){ 0 };
	err = description_add_address(&entry->host.spec, address);
	if (!err)
		err = entry_own(entry, address);
	if (err)
		return err;
	registry->actions.save(registry->actions.context, &entry->host);
	if (entry->host.life.state == ASLEEP)
		registry->actions.announce(registry->actions.context, &entry->host.spec);
	return 0;
}

int registry_sync_address(struct registry *registry, struct ipv4 address4, const struct mac *mac)
{
	const struct ipv6 address = ipv4_mapped(address4);
	struct entry *entry = entry_by_mac(registry, mac);
	int index;

	if (!entry)
		return -ENOENT;
	index = description_find_address(&entry->host.spec, &address);
	if (index < 0) {
		int err = adopt_address(entry, &address);

		if (err)
			return err;
		index = description_find_address(&entry->host.spec, &address);
	}
	entry->sync_found |= 1U << index;
	return 0;
}

/* Backwards, since the last address takes the place of a removed one. */
static void drop_lost_addresses(struct entry *entry)
{
	struct host_description *spec = &entry->host.spec;
	bool changed = false;

	for (size_t i = spec->address_count; i-- > 0;) {
		if (entry->sync_found & (1U << i) || !ip_is_ipv4(&spec->addresses[i]))
			continue;
		entry_disown(entry, &spec->addresses[i]);
		if (is_of_lease(entry, &spec->addresses[i]))
			entry->host.lease = (struct host_lease){ 0 };
		spec->addresses[i] = spec->addresses[--spec->address_count];
		changed = true;
	}
	if (changed)
		entry->registry->actions.save(entry->registry->actions.context, &entry->host);
}

void registry_sync_end(struct registry *registry)
{
	struct entry *entry, *next;

	HASH_ITER (by_mac, registry->by_mac, entry, next) {
		if (entry->sync_round != registry->sync_round)
			entry_remove(entry);
		else
			drop_lost_addresses(entry);
	}
}
