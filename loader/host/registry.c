// SPDX-License-Identifier: GPL-2.0-or-later
#include "host/registry.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "host/entry.h"

struct registry *registry_new(struct event_base *base, const struct registry_actions *actions)
{
	struct registry *registry = calloc(1, sizeof(*registry));

	if (!registry)
		return NULL;
	registry->base = base;
	registry->actions = *actions;
	registry->timing = LIFE_TIMING_DEFAULT;
	return registry;
}

void registry_free(struct registry *registry)
{
	struct entry *entry, *next;

	if (!registry)
		return;
	HASH_ITER (by_mac, registry->by_mac, entry, next)
		entry_free(entry);
	free(registry);
}

void registry_set_timing(struct registry *registry, const struct life_timing *timing)
{
	registry->timing = *timing;
}

/* Is what `spec` says of itself free, or `self`'s already? */
static int check_free(const struct registry *registry, const struct host_description *spec,
                      const struct entry *self, char why[REGISTRY_WHY])
{
	const struct entry *other = entry_by_mac(registry, &spec->mac);
	char text[TEXT_IP];

	if (other && other != self) {
		snprintf(why, REGISTRY_WHY, "%s has this MAC already", other->host.spec.name);
		return -EEXIST;
	}
	for (size_t i = 0; i < spec->address_count; i++) {
		other = entry_by_address(registry, &spec->addresses[i]);
		if (!other || other == self)
			continue;
		snprintf(why, REGISTRY_WHY, "%s has the address %s already", other->host.spec.name,
		         text_from_ip(&spec->addresses[i], text));
		return -EEXIST;
	}
	return 0;
}

static int admit(struct registry *registry, const struct host_description *spec,
                 const struct host_description *before, enum host_state state,
                 char why[REGISTRY_WHY])
{
	int err = registry->actions.admit(registry->actions.context, spec, before, state);

	if (err == -E2BIG || err == -ENOSPC || err == -ENOMEM)
		snprintf(why, REGISTRY_WHY, "the tables are full (max-hosts)");
	else if (err)
		snprintf(why, REGISTRY_WHY, "cannot write the tables: %s", strerror(-err));
	return err;
}

/* The same host with another description: out of the indexes, and in again with its life. */
static int replace(struct entry *entry, const struct host_description *spec,
                   enum host_origin origin, char why[REGISTRY_WHY])
{
	struct registry *registry = entry->registry;
	struct registered host = { *spec, entry->host.life, origin, entry->host.lease };
	bool same_mac = !memcmp(&entry->host.spec.mac, &spec->mac, sizeof(spec->mac));
	int err;

	if (!same_mac || lease_overlay(&host.spec, &host.lease))
		host.lease = (struct host_lease){ 0 };
	if (description_equal(&entry->host.spec, &host.spec) && entry->host.origin == origin &&
	    entry->host.lease.alone == host.lease.alone)
		return 0;
	err = admit(registry, &host.spec, &entry->host.spec, host.life.state, why);
	if (err)
		return err;
	if (!same_mac)
		registry->actions.forget(registry->actions.context, &entry->host.spec.mac);
	entry_free(entry);
	return entry_new(registry, &host) ? 0 : -ENOMEM;
}

/*
 * Whom the description is of: the host of that name; or that of that MAC, where the configuration
 * gives it another name, or it came by hand and has none yet.
 */
static struct entry *described(const struct registry *registry, const struct host_description *spec,
                               enum host_origin origin)
{
	struct entry *named = entry_by_name(registry, spec->name);
	struct entry *same = entry_by_mac(registry, &spec->mac);

	if (named || !same)
		return named;
	return origin == ORIGIN_CONFIG || same->host.origin == ORIGIN_MAP ? same : NULL;
}

int registry_add(struct registry *registry, const struct host_description *spec,
                 enum host_origin origin, enum host_state state, char why[REGISTRY_WHY])
{
	struct entry *known = described(registry, spec, origin);
	int err = check_free(registry, spec, known, why);

	if (err)
		return err;
	if (known)
		return replace(known, spec, origin, why);
	err = admit(registry, spec, NULL, state, why);
	if (err)
		return err;
	return entry_born(registry, spec, origin, state) ? 0 : -ENOMEM;
}

void registry_remove(struct registry *registry, const char *name)
{
	struct entry *entry = entry_by_name(registry, name);

	if (entry)
		entry_remove(entry);
}

const struct registered *registry_find(const struct registry *registry, const char *name)
{
	struct entry *entry = entry_by_name(registry, name);

	return entry ? &entry->host : NULL;
}

const struct registered *registry_find_mac(const struct registry *registry, const struct mac *mac)
{
	struct entry *entry = entry_by_mac(registry, mac);

	return entry ? &entry->host : NULL;
}

const struct registered *registry_find_address(const struct registry *registry,
                                               const struct ipv6 *address)
{
	struct entry *entry = entry_by_address(registry, address);

	return entry ? &entry->host : NULL;
}

static int by_name_order(const struct entry *a, const struct entry *b)
{
	return strcmp(a->host.spec.name, b->host.spec.name);
}

void registry_each(struct registry *registry,
                   void (*each)(void *context, const struct registered *host), void *context)
{
	struct entry *entry, *next;

	HASH_SRT(by_name, registry->by_name, by_name_order);
	HASH_ITER (by_name, registry->by_name, entry, next)
		each(context, &entry->host);
}

void registry_command(struct registry *registry, const char *name, enum life_trigger cause)
{
	struct entry *entry = entry_by_name(registry, name);

	if (entry)
		entry_step(entry, cause, AWAKE);
}

static enum life_trigger cause_of(const struct report *report)
{
	static const enum life_trigger causes[] = {
		[REPORT_OWNER_SEEN] = TRIGGER_SEEN,
		[REPORT_CLAIM] = TRIGGER_CLAIM,
		[REPORT_CONNECTION] = TRIGGER_CONNECTION,
	};

	return causes[report->kind];
}

void registry_report(struct registry *registry, const struct report *report)
{
	struct entry *entry = entry_by_mac(registry, &report->host);

	if (!entry || report->kind < REPORT_OWNER_SEEN || report->kind > REPORT_CONNECTION)
		return;
	if (report->kind != REPORT_OWNER_SEEN)
		entry->report = *report;
	entry_step(entry, cause_of(report), report->state);
}
