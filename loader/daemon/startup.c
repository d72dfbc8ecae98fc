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
#include <unistd.h>
#include <utlist.h>

#include "base/addr.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/text.h"
#include "daemon/daemon.h"
#include "net/iface.h"

static void on_report(void *context, const struct report *report)
{
	static const enum host_trigger_kind triggers[] = {
		[REPORT_OWNER_SEEN] = TRIGGER_HOST_SEEN,
		[REPORT_CLAIM] = TRIGGER_ADDRESS_CLAIM,
		[REPORT_CONNECTION] = TRIGGER_CONNECTION,
	};
	struct daemon *daemon = context;
	struct host *host = host_find_mac(daemon->hosts, &report->host);
	struct host_trigger trigger = { .state = report->state, .report = report };

	if (!host || report->kind < REPORT_OWNER_SEEN || report->kind > REPORT_CONNECTION)
		return;
	trigger.kind = triggers[report->kind];
	host_run(daemon, host, &trigger);
}

void daemon_read_ring(struct daemon *daemon)
{
	const int err = ring_read(daemon->datapath, on_report, daemon_receive_dhcp, daemon);

	if (err)
		log_error("cannot read the datapath's reports: %s", strerror(-err));
}

static void on_ring(evutil_socket_t fd, short what, void *context)
{
	(void)fd;
	(void)what;
	daemon_read_ring(context);
}

static int open_maps(struct daemon *daemon)
{
	char why[DATAPATH_WHY] = "";
	int err = datapath_open(&daemon->datapath, daemon->options.pin_dir,
	                        daemon->config.max_hosts, &daemon->maps_reused, why);

	if (err) {
		log_error("%s", *why ? why : strerror(-err));
		return err;
	}
	daemon->maps_fresh = daemon->maps_reused && heartbeat_is_fresh(daemon->datapath);
	if (daemon->maps_reused)
		log_info("took over the maps in %s", daemon->options.pin_dir);
	return 0;
}

static int open_packets(struct daemon *daemon)
{
	daemon->packet_fd = packet_open();
	if (daemon->packet_fd >= 0)
		return 0;
	log_error("cannot send frames: %s%s", strerror(-daemon->packet_fd),
	          daemon->packet_fd == -EPERM ? " (missing CAP_NET_RAW)" : "");
	return daemon->packet_fd;
}

int maps_start(struct daemon *daemon)
{
	int err = open_maps(daemon);

	if (!err)
		err = open_packets(daemon);
	if (err)
		return err;
	err = net_state_open(&daemon->net);
	if (err) {
		log_error("cannot follow the interfaces: %s", strerror(-err));
		return err;
	}
	daemon->ring_event = event_new(daemon->base, ring_fd(daemon->datapath),
	                               EV_READ | EV_PERSIST, on_ring, daemon);
	return daemon->ring_event ? event_add(daemon->ring_event, NULL) : -ENOMEM;
}

void maps_stop(struct daemon *daemon)
{
	if (daemon->ring_event)
		event_free(daemon->ring_event);
	if (daemon->packet_fd >= 0)
		close(daemon->packet_fd);
	net_state_close(daemon->net);
	if (daemon->datapath && daemon->is_stopping && daemon->config.on_stop != ON_STOP_KEEP)
		datapath_unpin(daemon->datapath);
	datapath_close(daemon->datapath);
}

/* Deleted by hand while no daemon ran; the file says otherwise of its own hosts. */
static bool was_deleted(struct daemon *daemon, const struct mac *mac)
{
	struct host_entry entry;

	return daemon->maps_reused && !daemon_is_configured(daemon, mac) &&
	       hosts_get(daemon->datapath, mac, &entry) == -ENOENT;
}

/* The inputs of the row; what the file describes is described anew by it. */
static void take_row(struct daemon *daemon, struct host *host, struct host_row *row)
{
	host->edited = row->edited;
	host->registration = row->registration;
	host->dhcp = row->dhcp;
	host->stored_state = row->state;
	row->edited = NULL;
	row->registration = NULL;
	row->dhcp = NULL;
	if (row->has_description)
		host->described = described_new(&row->description, row->by, ++daemon->descriptions);
}

static void on_row(void *context, const struct mac *mac, struct json_object *json)
{
	struct daemon *daemon = context;
	const struct lease_record_clock now = daemon_record_clock(daemon);
	const uint64_t digest =
		row_digest(json_object_to_json_string_ext(json, JSON_C_TO_STRING_PLAIN));
	char why[256], text[TEXT_MAC];
	struct host_row row;
	struct host *host;

	if (host_row_read(json, mac, &now, &row, why, sizeof(why))) {
		log_warning("the store: the row of %s is left out: %s", text_from_mac(mac, text),
		            why);
		return;
	}
	if (was_deleted(daemon, mac)) {
		host_store_put_host(daemon->store, mac, NULL);
	} else {
		host = daemon_add_host(daemon, mac, row.name);
		if (host) {
			take_row(daemon, host, &row);
			host->row_digest = digest;
		}
	}
	host_row_done(&row);
}

static void on_replay_row(void *context, struct ipv4 address, struct json_object *row)
{
	npp_server_restore_replay(((struct daemon *)context)->npp, address, row);
}

/*
 * What the maps have of a host. The daemon of before wrote the rules of a host of the store as its
 * inputs say; those of another, which the file describes, are not known and start anew.
 */
static int find_row(void *context, const struct mac *mac, const struct host_entry *entry)
{
	struct daemon *daemon = context;
	struct host *host = host_find_mac(daemon->hosts, mac);
	struct host_inputs inputs;
	struct wanted wanted;

	if (!host && daemon_is_configured(daemon, mac)) {
		wake_rules_clear(daemon->datapath, mac);
		host = daemon_add_host(daemon, mac, NULL);
	}
	if (!host)
		return 0;
	inputs = host_inputs(host);
	host_merge(&inputs, &wanted);
	wanted.address_count = 0;
	host_set_fields(&wanted, entry);
	host_set_installed(host, &wanted);
	return 0;
}

static int find_address(void *context, struct ipv4 address4, const struct mac *mac)
{
	const struct ipv6 address = ipv4_mapped(address4);
	struct host *host = host_find_mac(((struct daemon *)context)->hosts, mac);

	if (host && host->installed)
		host_change_installed(host, &address, true);
	return 0;
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
		host_table_claim(daemon->hosts, host);
	host_table_each (daemon->hosts, host) {
		host_start(daemon, host, settle_state(daemon, host));
		if (host_is_wanted(host))
			host_sync(daemon, host);
	}
}

/* Who slept when the daemon stopped, and may have woken since, is checked, then answered for. */
static void resume(struct daemon *daemon, struct host *host)
{
	const struct registration *registration = host->registration;

	if (host->stored_state != AWAKE && host->life.state == AWAKE)
		host_trigger(daemon, host, TRIGGER_SLEEP_NOW);
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
	event_active(daemon->flush_event, 0, 0);
}

int hosts_new(struct daemon *daemon)
{
	daemon->hosts = host_table_new();
	daemon->timing = (struct host_timing){ .life = daemon->config.timing };
	return daemon->hosts ? 0 : -ENOMEM;
}

void hosts_free(struct daemon *daemon)
{
	struct proposal *proposal;

	while ((proposal = daemon->proposals)) {
		DL_DELETE(daemon->proposals, proposal);
		free(proposal->npp_requester);
	}
	host_table_free(daemon->hosts);
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
	int err = host_store_load(daemon->store, on_row, on_replay_row, daemon);

	if (err)
		log_error("the store cannot be read: %s", strerror(-err));
	if (daemon->maps_reused) {
		hosts_each(daemon->datapath, find_row, daemon);
		addresses4_each(daemon->datapath, find_address, daemon);
	}
	start_hosts(daemon);
	daemon_follow_config(daemon);
	remove_unwanted(daemon);
	return 0;
}

/* After the interfaces are attached. */
int hosts_resume(struct daemon *daemon)
{
	const struct subscriber store = { .on_event = store_event, .context = daemon };

	maps_retry(daemon, true);
	host_table_each (daemon->hosts, host)
		resume(daemon, host);
	if (daemon->store)
		daemon_subscribe(daemon, &store);
	npp_listeners_follow(daemon);
	return 0;
}
