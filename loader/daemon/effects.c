// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A host's steps, and their effects carried out. A Magic Packet comes before everything that is
 * slower: the log, the store and those who watch follow it.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/param.h>

#include "base/log.h"
#include "base/clock.h"
#include "daemon/dhcp6_messages.h"
#include "daemon/groups.h"
#include "daemon/neighbours.h"
#include "net/magic.h"
#include "net/neighbour.h"

/* A state that the map does not have cannot be changed: it is tried again later. ms */
enum { RETRY_STATE = 1000 };

/* So many addresses of a host that wakes are asked for in a round. */
enum { OWNER_CHECKS = 4, ASKED_MAX = OWNER_CHECKS + HOST_LEASED };

/* The steps that follow from one, and what they have in common. */
struct run {
	struct daemon *daemon;
	struct host *host;
	struct host_trigger trigger; /* of the step that runs */
	enum host_state before;      /* it */
	struct host_trigger queue[4];
	size_t count;
};

static void enqueue(struct run *run, struct host_trigger trigger)
{
	if (run->count < sizeof(run->queue) / sizeof(*run->queue))
		run->queue[run->count++] = trigger;
}

/* The map has whole seconds: it may have been seen until the end of that one. */
static void read_map(struct run *run, struct host_trigger *trigger)
{
	const int64_t now = trigger->now.mono;
	struct host_entry entry;
	int64_t end;

	if (hosts_get(run->daemon->datapath, &run->host->mac, &entry))
		return;
	end = ((int64_t)entry.last_seen + 1) * 1000;
	trigger->asleep = entry.state == ASLEEP;
	trigger->last_seen = !entry.last_seen ? 0 : end < now ? end : now;
}

/* A wake needs nothing from the map, and is not to wait for a system call. */
static void complete_trigger(struct run *run, struct host_trigger *trigger)
{
	const struct described *described = run->host->described;

	trigger->now = clock_now();
	trigger->busy = trigger->kind != TRIGGER_TIMEOUT && run->host->life.state == ASLEEP &&
	                !daemon_take_turn(run->daemon, trigger->now.mono);
	trigger->detect_sleep = described && described->attributes.detect_sleep;
	trigger->signs = run->daemon->keys.count && run->host->registration;
	if (trigger->kind == TRIGGER_CONNECTION)
		return;
	trigger->random = random_u32();
	read_map(run, trigger);
}

static void emit(const struct run *run, enum host_event_kind kind, int64_t took, const char *detail)
{
	const struct daemon *daemon = run->daemon;
	const struct wake_reason *wake = run->host->wake;
	struct host_event event = {
		.kind = kind,
		.wall = clock_now().wall,
		.name = run->host->name,
		.trigger = run->trigger.kind,
		.took = took,
		.failed_wakes = kind == HOST_EVENT_WAKE_FAILED ? run->host->life.failed_wakes : 0,
		.detail = detail ? detail
		          : wake ? wake->detail
		                 : "",
	};

	if (kind == HOST_EVENT_NONE)
		return;
	if (wake && !detail)
		event.report = wake->report;
	if (run->before == ASLEEP && run->host->life.state != ASLEEP) /* told once */
		event.ignored = ignored_take(daemon->datapath, &run->host->mac);
	for (size_t i = 0; i < daemon->subscriber_count; i++)
		daemon->subscribers[i].on_event(daemon->subscribers[i].context, &event);
}

void host_emit(struct daemon *daemon, const struct host *host, enum host_event_kind kind)
{
	const struct run run = { .daemon = daemon, .host = (struct host *)host };

	emit(&run, kind, 0, "");
}

static void emit_lease(struct run *run, enum host_event_kind kind, const char *text)
{
	run->trigger.kind = TRIGGER_NONE; /* the text says why */
	emit(run, kind, 0, text);
	if (kind == HOST_EVENT_LEASE_LOST && host_wake_reason(run->host))
		snprintf(run->host->wake->detail, sizeof(run->host->wake->detail), "%s", text);
}

/* A reply tells why. */
static void emit_leases(struct run *run, const struct host_effects *effects,
                        const struct dhcp_message *reply)
{
	char text[LEASE_TEXT];

	if (effects->lease_event != HOST_EVENT_NONE)
		emit_lease(run, effects->lease_event,
		           lease_text(&run->host->dhcp->lease, reply, text));
	if (effects->lease6_event != HOST_EVENT_NONE)
		emit_lease(run, effects->lease6_event, lease6_text(&run->host->dhcp6->lease, text));
}

/* The first error of several interfaces. */
static void note_error(int *err, int failed)
{
	if (!*err || *err == -ENODEV)
		*err = failed;
}

void host_send_magic(struct daemon *daemon, struct host *host)
{
	const struct described *described = host->described;
	struct magic_target target = {
		.mac = host->mac,
		.vlan = host->installed ? host->installed->vlan : 0,
	};
	struct served_iface *served = NULL;
	int err = -ENODEV;

	if (described) {
		memcpy(target.secureon, described->attributes.secureon, sizeof(target.secureon));
		target.secureon_length = described->attributes.secureon_length;
	}
	while ((served = served_iface_next(daemon, host, served)))
		note_error(&err, magic_send(daemon->packet_fd, &served->iface, &target,
		                            net_source_address(daemon->net, served->iface.ifindex,
		                                               NULL)));
	if (err)
		log_error("cannot send Magic Packets to %s: %s", host->name, strerror(-err));
}

void host_announce(struct daemon *daemon, struct host *host)
{
	const struct installed *installed = host->installed;
	struct served_iface *served = NULL;
	int err = -ENODEV;

	while (installed && (served = served_iface_next(daemon, host, served)))
		note_error(&err, neighbour_announce(daemon->packet_fd, &served->iface,
		                                    served->config.answer == ANSWER_HOST
		                                            ? &host->mac
		                                            : &served->iface.mac,
		                                    installed->addresses, installed->address_count,
		                                    installed->vlan));
	if (err && err != -ENODEV)
		log_error("cannot announce %s: %s", host->name, strerror(-err));
}

/* With the host's MAC in answers, nobody has ours. This machine itself has netlink. */
void host_update_neighbour(struct daemon *daemon, struct host *host, const struct report *report)
{
	struct served_iface *served = NULL;

	while ((served = served_iface_next(daemon, host, served)))
		if (served->iface.ifindex == report->ifindex &&
		    served->config.answer == ANSWER_PROXY &&
		    !mac_equal(&report->peer_mac, &served->iface.mac))
			neighbour_update(daemon->packet_fd, &served->iface, report);
}

int host_check_address(struct daemon *daemon, const struct host *host,
                       const struct served_iface *served, enum arp_check kind,
                       const struct ipv6 *address)
{
	const bool broadcast = kind == CHECK_ADDRESS || served_iface_asks_all(served);

	return neighbour_request(daemon->packet_fd, daemon->net, &served->iface,
	                         broadcast ? &MAC_BROADCAST : &host->mac, address,
	                         host->installed->vlan);
}

/*
 * Any address shows that the owner is up, and some may be gone: a few are asked for, at random. One
 * that is up still has the address that it has lost, and perhaps no other.
 */
static size_t addresses_of_owner(const struct host *host, struct ipv6 addresses[ASKED_MAX])
{
	const struct installed *installed = host->installed;
	const size_t all = installed->address_count, first = all > OWNER_CHECKS ? random_u32() : 0;
	size_t count = 0;

	for (; count < MIN(all, OWNER_CHECKS); count++)
		addresses[count] = installed->addresses[(first + count) % all];
	return count + host_lease_addresses(host, true, addresses + count);
}

static void check(struct run *run, enum arp_check kind)
{
	struct ipv6 few[ASKED_MAX];
	struct served_iface *served = NULL;
	struct host *host = run->host;
	const struct installed *installed = host->installed;
	const bool all = kind == CHECK_ADDRESS;
	size_t count = installed ? installed->address_count : 0;
	const struct ipv6 *addresses = installed && all ? installed->addresses : few;
	int err = -ENODEV;

	if (installed && !all)
		count = addresses_of_owner(host, few);

	while ((served = served_iface_next(run->daemon, host, served))) {
		note_error(&err, 0);
		for (size_t i = 0; i < count; i++)
			note_error(&err, host_check_address(run->daemon, host, served, kind,
			                                    &addresses[i]));
	}
	if (err)
		enqueue(run, (struct host_trigger){ .kind = TRIGGER_CHECK_FAILED });
	if (err && !host->check_failing)
		log_warning("cannot check whether %s is up: %s", host->name,
		            err == -EADDRNOTAVAIL ? "no IPv4 address to ask from" : strerror(-err));
	host->check_failing = err;
}

static void carry_out(struct run *run, const struct host_effects *effects,
                      const struct dhcp_message *reply)
{
	const struct wake_reason *wake = run->host->wake;
	int err = 0;

	if (effects->send_magic)
		host_send_magic(run->daemon, run->host);
	if (effects->sync_tables)
		host_sync(run->daemon, run->host);
	if (effects->announce)
		host_announce(run->daemon, run->host);
	if (effects->update_neighbour && wake && wake->report.kind == REPORT_CONNECTION)
		host_update_neighbour(run->daemon, run->host, &wake->report);
	if (effects->check != CHECK_NONE)
		check(run, effects->check);
	if (effects->send_dhcp != LEASE_SEND_NONE)
		err = host_send_dhcp(run->daemon, run->host, effects->send_dhcp);
	if (err)
		enqueue(run, (struct host_trigger){ .kind = TRIGGER_DHCP_FAILED,
		                                    .sent = effects->send_dhcp,
		                                    .err = err });
	if (effects->send_dhcp6)
		host_send_dhcp6(run->daemon, run->host);
	emit(run, effects->event, effects->took, NULL);
	if (effects->send_magic)
		emit(run, HOST_EVENT_MAGIC_PACKET, 0, NULL);
	emit_leases(run, effects, reply);
	if (effects->persist)
		host_persist(run->daemon, run->host);
	run->host->is_forgotten |= effects->forget;
	if (effects->next != TRIGGER_NONE)
		enqueue(run, (struct host_trigger){ .kind = effects->next });
}

/* What the map has instead is the next trigger; without a row there is no step. */
static void state_differs(struct run *run)
{
	struct life *life = &run->host->life;
	struct host_entry entry;

	if (!hosts_get(run->daemon->datapath, &run->host->mac, &entry) && entry.state <= WAKING) {
		enqueue(run, (struct host_trigger){ .kind = entry.state == AWAKE ? TRIGGER_HOST_SEEN
		                                                                 : TRIGGER_MAP_EDIT,
		                                    .state = entry.state });
		return;
	}
	if (life->deadline && life->deadline < run->trigger.now.mono + RETRY_STATE)
		life->deadline = run->trigger.now.mono + RETRY_STATE;
}

static void run_step(struct run *run)
{
	const struct report *report = run->trigger.report;
	struct host_core core = host_core(run->host);
	struct host_effects effects;

	run->before = run->host->life.state;
	complete_trigger(run, &run->trigger);
	host_step(&core, &run->daemon->timing, &run->trigger, &effects);
	if (effects.set_state &&
	    !host_set_state(run->daemon, run->host, effects.from, &core.life)) {
		state_differs(run); /* and nothing else of the step is done */
		return;
	}
	if (report && report->kind != REPORT_OWNER_SEEN && host_wake_reason(run->host))
		run->host->wake->report = *report;
	host_table_set_core(run->daemon->hosts, run->host, &core);
	carry_out(run, &effects, NULL);
	host_groups_follow(run->daemon, run->host, run->before);
	host_follow_own_entries(run->daemon, run->host, run->before);
}

static void run_queue(struct run *run)
{
	while (run->count) {
		run->trigger = run->queue[0];
		memmove(run->queue, run->queue + 1, --run->count * sizeof(*run->queue));
		run_step(run);
	}
	if (run->host->life.state != WAKING)
		host_end_wake(run->host);
	run->daemon->in_step = false;
	host_arm(run->daemon, run->host);
}

static void begin_run(struct run *run)
{
	if (run->daemon->in_step) { /* an effect must not call back into a step */
		log_error("a step inside a step of %s", run->host->name);
		abort();
	}
	run->daemon->in_step = true;
}

void host_run(struct daemon *daemon, struct host *host, const struct host_trigger *trigger)
{
	struct run run = { .daemon = daemon, .host = host, .queue = { *trigger }, .count = 1 };

	begin_run(&run);
	run_queue(&run);
}

void host_trigger(struct daemon *daemon, struct host *host, enum host_trigger_kind kind)
{
	const struct host_trigger trigger = { .kind = kind };

	host_run(daemon, host, &trigger);
}

static void carry_out_alone(struct daemon *daemon, struct host *host,
                            const struct host_effects *effects, const struct dhcp_message *reply)
{
	struct run run = { .daemon = daemon, .host = host };

	begin_run(&run);
	carry_out(&run, effects, reply);
	run_queue(&run);
}

void host_lease_changed(struct daemon *daemon, struct host *host, const struct lease_effects *lease,
                        const struct dhcp_message *reply)
{
	struct host_effects effects = { .next = TRIGGER_NONE };

	host_lease_effects(lease, &effects);
	carry_out_alone(daemon, host, &effects, reply);
}

void host_lease6_changed(struct daemon *daemon, struct host *host,
                         const struct lease_effects *lease)
{
	struct host_effects effects = { .next = TRIGGER_NONE };

	host_lease6_effects(lease, &effects);
	carry_out_alone(daemon, host, &effects, NULL);
}

/* A host that was just added, and has its rows. */
void host_start(struct daemon *daemon, struct host *host, enum host_state state)
{
	struct host_core core = host_core(host);

	life_init(&core.life, &daemon->timing.life, state, clock_ms());
	host_table_set_core(daemon->hosts, host, &core);
	host_emit(daemon, host, HOST_EVENT_ADDED);
	host_arm(daemon, host);
}

void host_arm(struct daemon *daemon, struct host *host)
{
	const struct now now = clock_now();
	const struct host_core core = host_core(host);

	host_table_arm(daemon->hosts, host,
	               host->addresses_lost || host->is_forgotten
	                       ? now.mono
	                       : host_core_deadline(&core, &now));
	daemon_arm(daemon);
}
