// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What an earlier daemon left: its maps, and the rows of the store. Where the maps were kept and
 * its heartbeat is fresh they are right: a sleeper sleeps on, a wake goes on. Otherwise a sleeper
 * may have woken unseen, and is AWAKE until it is checked.
 */
#include <errno.h>
#include <json-c/json.h>
#include <stdlib.h>
#include <string.h>

#include "base/addr.h"
#include "base/log.h"
#include "base/text.h"
#include "daemon/daemon.h"

/* Deleted by hand while no daemon ran; the file says otherwise of its own hosts. */
static bool was_deleted(struct daemon *daemon, const struct mac *mac)
{
	struct host_entry entry;

	return daemon->maps_reused && !config_has_host(&daemon->config, mac) &&
	       hosts_get(daemon->datapath, mac, &entry) == -ENOENT;
}

/* What the file describes is described anew by it. */
static void on_host_row(void *context, const struct mac *mac, struct json_object *json)
{
	struct daemon *daemon = context;
	const struct lease_record_clock now = daemon_record_clock(daemon);
	const char *row = json_object_to_json_string_ext(json, JSON_C_TO_STRING_PLAIN);
	const uint64_t digest = digest_text(row);
	const char *name = json_object_get_string(json_object_object_get(json, "name"));
	struct host *host = daemon_add_host(daemon, mac, name);
	char why[256], text[TEXT_MAC];

	daemon_beat(daemon);
	if (!host)
		return;
	if (host_row_read(json, &now, host, why, sizeof(why))) {
		log_warning("the store: the row of %s is left out: %s", text_from_mac(mac, text),
		            why);
		host_table_remove(daemon->hosts, host);
	} else if (was_deleted(daemon, mac)) {
		host_store_put_host(daemon->store, mac, NULL);
		host_table_remove(daemon->hosts, host);
	} else {
		host->row_digest = digest;
		if (strcmp(host->name, name) != 0)
			log_warning("the store: a host may not have the name '%s': it is %s by now",
			            name, host->name);
		if (host->described)
			host->described->order = ++daemon->descriptions;
	}
}

static void on_replay_row(void *context, struct ipv4 address, struct json_object *row)
{
	npp_server_restore_replay(((struct daemon *)context)->npp, address, row);
}

/* Of an interface that is away, routers are asked when it is there. */
static void on_link_row(void *context, const char *interface, struct json_object *row)
{
	struct daemon *daemon = context;
	const struct lease_record_clock now = daemon_record_clock(daemon);
	const uint32_t ifindex = if_nametoindex(interface);
	char why[256];

	if (ifindex && net_state_read_link(daemon->net, ifindex, row, now.wall_ms - now.boot_ms,
	                                   now.boot_ms, why, sizeof(why)))
		log_warning("the store: what routers said on %s is left out: %s", interface, why);
}

/*
 * What the maps have of a host. The daemon of before wrote the rules of a host of the store as its
 * inputs say; those of another, which the file describes, are not known and start anew.
 */
static void find_row(void *context, const struct mac *mac, const struct host_entry *entry)
{
	struct daemon *daemon = context;
	struct host *host = host_find_mac(daemon->hosts, mac);
	struct wanted wanted;

	if (!host && config_has_host(&daemon->config, mac)) {
		wake_rules_clear(daemon->datapath, mac);
		host = daemon_add_host(daemon, mac, NULL);
	}
	if (!host)
		return;
	host_merge(host, &wanted);
	wanted.address_count = 0;
	host_set_fields(&wanted, entry);
	host_set_installed(host, &wanted);
}

static void find_address(void *context, enum address_map map, const struct ipv6 *address,
                         const struct mac *mac)
{
	struct host *host = host_find_mac(((struct daemon *)context)->hosts, mac);

	if (host && host->installed && map == address_map_of(address))
		host_change_installed(host, address, true);
}

/* The row in the map gets the state that the host starts with. */
static enum host_state settle_state(struct daemon *daemon, const struct host *host)
{
	enum host_state state = AWAKE;
	struct host_entry entry;

	if (hosts_get(daemon->datapath, &host->mac, &entry))
		return AWAKE;
	if (daemon->maps_reused &&
	    (entry.state == WAKING || (entry.state < WAKING && daemon->maps_fresh)))
		state = entry.state;
	if (entry.state != state) {
		entry.state = state;
		hosts_put(daemon->datapath, &host->mac, &entry);
	}
	return state;
}

/* All claims come first: they tell whose the addresses are. */
static void start_hosts(struct daemon *daemon)
{
	host_table_each (daemon->hosts, host)
		daemon_claim(daemon, host);
	host_table_each (daemon->hosts, host) {
		host_start(daemon, host, settle_state(daemon, host));
		if (host_is_wanted(host))
			host_sync(daemon, host);
		daemon_beat(daemon);
	}
}

/* Who slept when the daemon stopped, and may have woken since, is checked, then answered for. */
static void resume(struct daemon *daemon, struct host *host)
{
	const struct registration *registration = host->registration;

	if (host->stored_state != AWAKE && host->life.state == AWAKE)
		host_trigger(daemon, host, TRIGGER_SLEEP_NOW);
	/* it was seen without a Report: it may sleep all the same */
	if (registration && !registration->active && registration->until && !registration->reported)
		host->life.told = host->life.registered = true;
	if (registration && registration->active)
		host_trigger(daemon, host,
		             host->life.state == AWAKE ? TRIGGER_STANDBY : TRIGGER_SLEEP_REQUEST);
	if (host->dhcp && host->dhcp->lease.state == LEASE_LOST)
		host_trigger(daemon, host, TRIGGER_LEASE_LOST);
	host_trigger(daemon, host, TRIGGER_INPUTS_CHANGED);
	host->stored_state = AWAKE;
}

static void store_event(void *context, const struct host_event *event)
{
	struct daemon *daemon = context;
	struct json_object *json;

	if (event->kind == HOST_EVENT_MAGIC_PACKET)
		return;
	json = host_event_json(event);
	host_store_add_event(daemon->store, event->name, json_object_to_json_string(json));
	json_object_put(json);
	persist_soon(daemon);
}

/* The maps had it, for a description that cannot be carried out any more. */
static void remove_unwanted(struct daemon *daemon)
{
	struct host *next;

	host_table_each_safe (daemon->hosts, host, next)
		if (!host_is_wanted(host))
			daemon_remove(daemon, host);
}

int hosts_start(struct daemon *daemon)
{
	const struct host_store_reader reader = { on_host_row, on_replay_row, on_link_row, daemon };
	const int err = host_store_load(daemon->store, &reader);

	daemon->timing.life = daemon->config.timing;
	daemon->timing.lifetime = daemon->config.npp.lifetime_max;
	if (err)
		log_error("the store cannot be read: %s", strerror(-err));
	wake_rules_index(daemon->datapath, true);
	if (daemon->maps_reused) {
		hosts_each(daemon->datapath, find_row, NULL, daemon);
		addresses_each(daemon->datapath, find_address, NULL, daemon);
	}
	start_hosts(daemon);
	wake_rules_index(daemon->datapath, false);
	daemon_follow_config(daemon);
	remove_unwanted(daemon);
	return 0;
}

/* After the interfaces are attached. */
int hosts_resume(struct daemon *daemon)
{
	const struct subscriber store = { .on_event = store_event, .context = daemon };

	maps_retry(daemon, true);
	host_table_each (daemon->hosts, host) {
		resume(daemon, host);
		daemon_beat(daemon);
	}
	if (daemon->store)
		daemon_subscribe(daemon, &store);
	listeners_follow(daemon); /* at once: some hosts are asleep already */
	return 0;
}
