// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A host's addresses as its lease would have them: those that people say, with the one that it has
 * by DHCP, and without the one that it has lost.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "host/entry.h"

static bool is_address(const struct ipv6 *address)
{
	static const struct ipv6 none;

	return memcmp(address, &none, sizeof(none));
}

int lease_overlay(struct host_description *spec, struct host_lease *lease)
{
	if (!is_address(&lease->address)) {
		*lease = (struct host_lease){ 0 };
		return 0;
	}
	lease->alone = description_find_address(spec, &lease->address) < 0;
	if (!lease->lost)
		return lease->alone ? description_add_address(spec, &lease->address) : 0;
	description_remove_address(spec, &lease->address);
	return 0;
}

struct host_description registered_said(const struct registered *host)
{
	const struct host_lease *lease = &host->lease;
	struct host_description said = host->spec;

	if (lease->lost && !lease->alone)
		description_add_address(&said, &lease->address);
	else if (!lease->lost && lease->alone)
		description_remove_address(&said, &lease->address);
	return said;
}

static int check_address(const struct entry *entry, const struct ipv6 *address)
{
	const struct registry *registry = entry->registry;
	const struct entry *owner = entry_by_address(registry, address);

	if (is_address(address) && address_error(address))
		return -EINVAL;
	if (owner && owner != entry)
		return -EEXIST;
	if (registry->actions.is_own(registry->actions.context, address))
		return -EADDRINUSE;
	return 0;
}

int registry_lease_check(const struct registry *registry, const struct mac *mac,
                         const struct ipv6 *address)
{
	const struct entry *entry = entry_by_mac(registry, mac);

	return entry ? check_address(entry, address) : -ENOENT;
}

static void index_addresses(struct entry *entry, const struct host_description *before)
{
	const struct host_description *now = &entry->host.spec;

	for (size_t i = 0; i < before->address_count; i++)
		if (description_find_address(now, &before->addresses[i]) < 0)
			entry_disown(entry, &before->addresses[i]);
	for (size_t i = 0; i < now->address_count; i++)
		if (description_find_address(before, &now->addresses[i]) < 0)
			entry_own(entry, &now->addresses[i]);
}

/* What was withheld from this host may have become another's meanwhile. */
static void leave_to_others(const struct entry *entry, struct host_description *spec)
{
	for (size_t i = spec->address_count; i-- > 0;) {
		const struct entry *owner = entry_by_address(entry->registry, &spec->addresses[i]);

		if (owner && owner != entry)
			spec->addresses[i] = spec->addresses[--spec->address_count];
	}
}

static int readdress(struct entry *entry, struct host_lease lease)
{
	const struct registry_actions *actions = &entry->registry->actions;
	struct host_description before = entry->host.spec, now = registered_said(&entry->host);
	int err = lease_overlay(&now, &lease);

	/* the tables may have it from a daemon that was killed before it took it out */
	if (lease.lost && !entry_by_address(entry->registry, &lease.address))
		description_add_address(&before, &lease.address);
	leave_to_others(entry, &now);
	if (!err)
		err = actions->admit(actions->context, &now, &before, entry->host.life.state);
	if (err)
		return err;
	entry->host.spec = now;
	entry->host.lease = lease;
	index_addresses(entry, &before);
	actions->save(actions->context, &entry->host);
	return 0;
}

/* Why it was woken is told with other news. */
static void tell(struct entry *entry, enum host_event_kind kind, const char *detail)
{
	const struct report report = entry->report;
	char before[sizeof(entry->detail)];

	memcpy(before, entry->detail, sizeof(before));
	entry->report = (struct report){ 0 };
	snprintf(entry->detail, sizeof(entry->detail), "%s", detail);
	entry_tell(entry, kind, TRIGGER_NONE, 0);
	memcpy(entry->detail, before, sizeof(before));
	entry->report = report;
}

static bool is_lost_already(const struct entry *entry, const struct ipv6 *address)
{
	const struct host_lease *lease = &entry->host.lease;

	return lease->lost && !memcmp(&lease->address, address, sizeof(*address));
}

/* The address goes first: it may be another's any moment. */
int registry_lease(struct registry *registry, const struct mac *mac, const struct ipv6 *address,
                   bool lost, const char *detail)
{
	const struct host_lease lease = { .address = *address, .lost = lost }, none = { 0 };
	struct entry *entry = entry_by_mac(registry, mac);
	int err;

	if (!entry)
		return -ENOENT;
	if (lost && is_lost_already(entry, address))
		return 0;
	err = lost ? 0 : check_address(entry, address);
	if (!err)
		err = readdress(entry, lease);
	if (err && !lost) /* the one before is not the host's any longer, in any case */
		readdress(entry, none);
	if (!lost)
		return err;
	tell(entry, HOST_EVENT_LEASE_LOST, detail);
	snprintf(entry->detail, sizeof(entry->detail), "%s", detail);
	entry_step(entry, TRIGGER_LEASE, AWAKE);
	return err;
}

void registry_tell(struct registry *registry, const struct mac *mac, enum host_event_kind kind,
                   const char *detail)
{
	struct entry *entry = entry_by_mac(registry, mac);

	if (entry)
		tell(entry, kind, detail);
}
