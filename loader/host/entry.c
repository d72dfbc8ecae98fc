// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * An entry of the registry: found by what it has, told what happens to it, and made to do what its
 * life asks for.
 */
#include "host/entry.h"

#include <errno.h>
#include <event2/event.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"

struct entry *entry_by_mac(const struct registry *registry, const struct mac *mac)
{
	struct entry *entry;

	HASH_FIND(by_mac, registry->by_mac, mac, sizeof(*mac), entry);
	return entry;
}

struct entry *entry_by_name(const struct registry *registry, const char *name)
{
	struct entry *entry;

	HASH_FIND(by_name, registry->by_name, name, strlen(name), entry);
	return entry;
}

struct entry *entry_by_address(const struct registry *registry, const struct ipv6 *address)
{
	struct owned_address *owned;

	HASH_FIND(hh, registry->addresses, address, sizeof(*address), owned);
	return owned ? owned->owner : NULL;
}

int entry_own(struct entry *entry, const struct ipv6 *address)
{
	struct owned_address *owned = calloc(1, sizeof(*owned));

	if (!owned)
		return -ENOMEM;
	owned->address = *address;
	owned->owner = entry;
	HASH_ADD(hh, entry->registry->addresses, address, sizeof(owned->address), owned);
	return 0;
}

void entry_disown(struct entry *entry, const struct ipv6 *address)
{
	struct owned_address *owned;

	HASH_FIND(hh, entry->registry->addresses, address, sizeof(*address), owned);
	if (!owned || owned->owner != entry)
		return;
	HASH_DELETE(hh, entry->registry->addresses, owned);
	free(owned);
}

void entry_tell(struct entry *entry, enum host_event_kind kind, enum life_trigger cause,
                int64_t took_ms)
{
	struct registry *registry = entry->registry;
	struct host_event happening = {
		.kind = kind,
		.wall_ms = clock_wall_ms(),
		.cause = cause,
		.report = entry->report,
		.took_ms = took_ms,
	};

	memcpy(happening.name, entry->host.spec.name, sizeof(happening.name));
	memcpy(happening.detail, entry->detail, sizeof(happening.detail));
	registry->actions.tell(registry->actions.context, &happening);
}

static void arm(struct entry *entry, int64_t now)
{
	int64_t deadline = entry->host.life.deadline;
	int64_t wait = deadline > now ? deadline - now : 0;
	const struct timeval after = { .tv_sec = wait / 1000, .tv_usec = wait % 1000 * 1000 };

	if (deadline)
		evtimer_add(entry->timer, &after);
	else
		evtimer_del(entry->timer);
}

static struct life_input input_of(struct entry *entry, enum life_trigger cause,
                                  enum host_state state)
{
	const struct registry_actions *actions = &entry->registry->actions;
	struct life_input input = {
		.cause = cause,
		.state = state,
		.now = clock_ms(),
		.unasked = entry->host.spec.unasked,
	};
	enum host_state ignored;

	actions->look(actions->context, &entry->host.spec.mac, &ignored, &input.last_seen);
	return input;
}

/*
 * False: the datapath has another state than we thought; then that is what counts, and nothing else
 * is done.
 */
static bool make_step(struct entry *entry, const struct life_actions *todo,
                      const struct life *before)
{
	const struct registry_actions *actions = &entry->registry->actions;
	enum host_update_result result = HOST_UPDATE_DONE;
	enum host_state actual;
	int64_t ignored;
	int err = actions->order(actions->context, &entry->host.spec, todo->from,
	                         entry->host.life.state, &result);

	if (err)
		log_error("cannot change the state of %s: %s", entry->host.spec.name,
		          strerror(-err));
	if (result == HOST_UPDATE_DONE)
		return true;
	entry->host.life = *before;
	if (!actions->look(actions->context, &entry->host.spec.mac, &actual, &ignored))
		entry_step(entry, actual == AWAKE ? TRIGGER_SEEN : TRIGGER_EDITED, actual);
	return false;
}

/* What could not be asked is not unanswered: it is asked again. */
static void ask(struct entry *entry, enum arp_check whom)
{
	const struct registry_actions *actions = &entry->registry->actions;
	struct host_description spec = entry->host.spec;
	int err;

	/* an owner that is up still has the address that it has lost, and perhaps no other */
	if (whom == CHECK_OWNER && entry->host.lease.lost)
		description_add_address(&spec, &entry->host.lease.address);
	err = actions->ask(actions->context, whom, &spec);

	if (err && entry->host.life.state != WAKING)
		entry->host.life.tries--;
	if (err && !entry->cannot_ask)
		log_warning("cannot ask for %s: %s", entry->host.spec.name,
		            err == -EADDRNOTAVAIL ? "no IPv4 address to ask from" : strerror(-err));
	entry->cannot_ask = err;
}

static void send_out(struct entry *entry, const struct life_actions *todo)
{
	const struct registry_actions *actions = &entry->registry->actions;
	const struct host_description *spec = &entry->host.spec;
	int err = 0;

	if (todo->announce)
		err = actions->announce(actions->context, spec);
	if (todo->magic)
		err = actions->magic(actions->context, spec);
	if (todo->update_neighbour && entry->report.kind == REPORT_CONNECTION)
		err = actions->update_neighbour(actions->context, &entry->report);
	if (err)
		log_error("cannot send for %s: %s", spec->name, strerror(-err));
	if (todo->magic)
		entry_tell(entry, HOST_EVENT_MAGIC, TRIGGER_NONE, 0);
	if (todo->ask != CHECK_NONE)
		ask(entry, todo->ask);
}

static void follow(struct entry *entry)
{
	const struct registry_actions *actions = &entry->registry->actions;

	entry->followed = entry->host.life.state;
	actions->follow(actions->context, &entry->host);
}

void entry_step(struct entry *entry, enum life_trigger cause, enum host_state state)
{
	struct registry *registry = entry->registry;
	const struct life before = entry->host.life;
	const struct life_input input = input_of(entry, cause, state);
	const struct life_actions todo = life_step(&entry->host.life, &registry->timing, &input);
	enum host_event_kind kind;

	if (todo.step && !make_step(entry, &todo, &before))
		return;
	if (entry->host.life.state != entry->followed)
		follow(entry);
	if (host_event_of_note(todo.note, &kind))
		entry_tell(entry, kind, cause,
		           before.state == WAKING ? input.now - before.since : 0);
	send_out(entry, &todo);
	if (entry->host.life.state != WAKING) {
		entry->report = (struct report){ 0 };
		*entry->detail = 0;
	}
	if (entry->host.life.state != before.state)
		registry->actions.save(registry->actions.context, &entry->host);
	arm(entry, input.now);
}

static void on_timer(evutil_socket_t fd, short what, void *context)
{
	(void)fd;
	(void)what;
	entry_step(context, TRIGGER_TIME, AWAKE);
}

struct entry *entry_new(struct registry *registry, const struct registered *host)
{
	struct entry *entry = calloc(1, sizeof(*entry));

	if (!entry)
		return NULL;
	entry->host = *host;
	entry->registry = registry;
	entry->timer = evtimer_new(registry->base, on_timer, entry);
	HASH_ADD(by_mac, registry->by_mac, host.spec.mac, sizeof(struct mac), entry);
	HASH_ADD_KEYPTR(by_name, registry->by_name, entry->host.spec.name,
	                strlen(entry->host.spec.name), entry);
	for (size_t i = 0; i < host->spec.address_count; i++)
		entry_own(entry, &host->spec.addresses[i]);
	arm(entry, clock_ms());
	follow(entry);
	registry->actions.save(registry->actions.context, &entry->host);
	return entry;
}

struct entry *entry_born(struct registry *registry, const struct host_description *spec,
                         enum host_origin origin, enum host_state state)
{
	const struct life_input start = {
		.cause = TRIGGER_EDITED,
		.state = state,
		.now = clock_ms(),
		.unasked = spec->unasked,
	};
	struct registered host = { .spec = *spec, .origin = origin };
	struct entry *entry;

	life_init(&host.life, &registry->timing, &start);
	entry = entry_new(registry, &host);
	if (entry)
		entry_tell(entry, HOST_EVENT_ADDED, TRIGGER_NONE, 0);
	return entry;
}

void entry_free(struct entry *entry)
{
	for (size_t i = 0; i < entry->host.spec.address_count; i++)
		entry_disown(entry, &entry->host.spec.addresses[i]);
	HASH_DELETE(by_mac, entry->registry->by_mac, entry);
	HASH_DELETE(by_name, entry->registry->by_name, entry);
	event_free(entry->timer);
	free(entry);
}

void entry_remove(struct entry *entry)
{
	const struct registry_actions *actions = &entry->registry->actions;

	actions->dismiss(actions->context, &entry->host.spec);
	actions->forget(actions->context, &entry->host.spec.mac);
	entry->report = (struct report){ 0 };
	entry_tell(entry, HOST_EVENT_REMOVED, TRIGGER_NONE, 0);
	entry_free(entry);
}
