// SPDX-License-Identifier: GPL-2.0-or-later
/* What the keeper of leases decides, done: on the wire, in the registry, in the store. */
#include "daemon/lease_actions.h"

#include <errno.h>
#include <json-c/json.h>
#include <stdio.h>
#include <string.h>

#include "net/arp_send.h"
#include "base/clock.h"
#include "base/addr.h"
#include "base/log.h"
#include "base/text.h"
#include "daemon/daemon.h"
#include "dhcp/dhcp_frame.h"
#include "dhcp/lease_record.h"
#include "dhcp/lease_text.h"
#include "net/route.h"

static bool sleeps(void *context, const struct mac *mac)
{
	struct daemon *daemon = context;
	struct host_entry host;

	return !hosts_get(daemon->datapath, mac, &host) && host.state == ASLEEP;
}

/* A request on its way to the lines. */
struct outgoing {
	const struct dhcp_message *message;
	struct ipv4 server;
	bool to_all;
	int *err; /* of the line that came nearest to sending it */
};

/* A server is behind one line, and the others know no way to it. */
static void note(int *nearest, int err)
{
	if (!err || (*nearest && (err == -EAGAIN || *nearest == -ENODEV)))
		*nearest = err;
}

/*
 * The answer goes where the next hop believes the sleeper to be. It may still think of the
 * sleeper's own port, if it heard no announcement.
 */
static int find_way(struct daemon *daemon, const struct served_iface *line,
                    const struct host_description *spec, const struct outgoing *outgoing,
                    struct mac *hop)
{
	int err = route_next_hop(line->port.ifindex, outgoing->server, hop);

	return err ? err
	           : announce_to(daemon->packet_fd, &line->port, line->config.answer, spec,
	                         outgoing->message->ciaddr, hop);
}

static int send_on(struct daemon *daemon, const struct served_iface *line,
                   const struct host_description *spec, const void *argument)
{
	const struct outgoing *outgoing = argument;
	struct dhcp_frame_ends ends = {
		.from = line->config.dhcp_source == DHCP_SOURCE_HOST ? spec->mac : line->port.mac,
		.to = MAC_BROADCAST,
		.source = outgoing->message->ciaddr,
		.destination = { { 255, 255, 255, 255 } },
		.vlan = spec->vlan,
	};
	struct packet packet;
	int err = 0;

	if (!outgoing->to_all) {
		ends.destination = outgoing->server;
		err = find_way(daemon, line, spec, outgoing, &ends.to);
	}
	if (!err)
		err = dhcp_frame_write(&packet, &ends, outgoing->message);
	if (!err)
		err = packet_send(daemon->packet_fd, &line->port, &packet);
	note(outgoing->err, err);
	return err;
}

static int send_out(void *context, const struct mac *mac, const struct dhcp_message *request,
                    struct ipv4 server, bool to_all)
{
	struct daemon *daemon = context;
	const struct registered *host = registry_find_mac(daemon->registry, mac);
	int err = host ? -ENODEV : -ENOENT;
	const struct outgoing outgoing = { request, server, to_all, &err };

	if (host)
		lines_each_of(daemon, &host->spec, send_on, &outgoing);
	if (err == -EADDRINUSE)
		log_warning("%s: its DHCP server is this machine, which cannot be asked for it",
		            host->spec.name);
	else if (err && err != -EAGAIN && host)
		log_debug("%s: its DHCP request cannot go to %s: %s", host->spec.name,
		          to_all ? "all" : "its server", strerror(-err));
	return err;
}

static struct record_moment moment_now(void)
{
	struct record_moment now = { .boot_ms = clock_boot_ms(), .wall_ms = clock_wall_ms() };

	clock_boot_id(now.boot, sizeof(now.boot));
	return now;
}

static void save(struct daemon *daemon, const struct mac *mac, const struct dhcp_client *client)
{
	const struct record_moment now = moment_now();
	struct json_object *record = record_write(client, &now);
	char key[TEXT_MAC];

	store_save_record(daemon->store, STORE_LEASES, text_from_mac(mac, key), record);
	json_object_put(record);
}

static void say_refused(struct daemon *daemon, const struct mac *mac, const struct ipv6 *address,
                        int err)
{
	const struct registered *host = registry_find_mac(daemon->registry, mac);
	char text[TEXT_IP];

	log_warning("%s has %s by DHCP, and is not answered for there: %s",
	            host ? host->spec.name : "a host", text_from_ip(address, text),
	            err == -EEXIST       ? "it is another host's"
	            : err == -EADDRINUSE ? "it is this machine's own"
	                                 : strerror(-err));
}

static void readdress(struct daemon *daemon, const struct mac *mac, const struct lease *lease,
                      const char *detail)
{
	static const struct ipv6 none;
	const struct ipv6 address = lease->state == LEASE_NONE ? none : ipv4_mapped(lease->address);
	int err =
		registry_lease(daemon->registry, mac, &address, lease->state == LEASE_LOST, detail);

	if (err)
		say_refused(daemon, mac, &address, err);
}

static void changed(void *context, const struct mac *mac, enum keeper_event event,
                    const struct dhcp_client *client, const struct dhcp_message *answer)
{
	struct daemon *daemon = context;
	char words[LEASE_TEXT];

	save(daemon, mac, client);
	lease_text(&client->lease, answer, words);
	if (event == KEEPER_RENEWED)
		registry_tell(daemon->registry, mac, HOST_EVENT_LEASE_RENEWED, words);
	else if (event == KEEPER_SILENCE)
		registry_tell(daemon->registry, mac, HOST_EVENT_LEASE_SILENCE, words);
	else if (event != KEEPER_LET_GO)
		readdress(daemon, mac, &client->lease, words);
}

static void forget_record(struct daemon *daemon, const struct mac *mac)
{
	char key[TEXT_MAC];

	store_forget_record(daemon->store, STORE_LEASES, text_from_mac(mac, key));
}

static void restore(void *context, const char *key, struct json_object *json)
{
	const struct record_moment now = moment_now();
	struct daemon *daemon = context;
	struct dhcp_client client;
	char words[LEASE_TEXT];
	struct mac mac;

	if (text_to_mac(key, &mac) || !registry_find_mac(daemon->registry, &mac))
		store_forget_record(daemon->store, STORE_LEASES, key);
	else if (record_read(json, &now, &client))
		log_warning("the store has a lease that makes no sense: %s",
		            json_object_to_json_string(json));
	else {
		keeper_restore(daemon->keeper, &mac, &client);
		readdress(daemon, &mac, &client.lease, lease_text(&client.lease, NULL, words));
	}
}

static void follow(void *context, const struct registered *host)
{
	leases_follow(context, host);
}

int leases_start(struct daemon *daemon)
{
	const struct keeper_actions actions = { daemon, sleeps, send_out, changed };

	daemon->keeper = keeper_new(daemon->base, &actions);
	if (!daemon->keeper)
		return -ENOMEM;
	store_begin(daemon->store);
	store_each_record(daemon->store, STORE_LEASES, restore, daemon);
	leases_follow_config(daemon);
	registry_each(daemon->registry, follow, daemon);
	store_end(daemon->store);
	return 0;
}

void leases_stop(struct daemon *daemon)
{
	keeper_free(daemon->keeper);
	daemon->keeper = NULL;
}

void leases_follow(struct daemon *daemon, const struct registered *host)
{
	if (daemon->keeper)
		keeper_follow(daemon->keeper, &host->spec.mac, host->life.state);
}

void leases_forget(struct daemon *daemon, const struct mac *mac)
{
	if (daemon->keeper)
		keeper_forget(daemon->keeper, mac);
	forget_record(daemon, mac);
}

void leases_drop(struct daemon *daemon, const struct mac *mac)
{
	static const struct ipv6 none;

	leases_forget(daemon, mac);
	registry_lease(daemon->registry, mac, &none, false, "");
}

void leases_hear(struct daemon *daemon, const struct dhcp_snoop *heard)
{
	const struct dhcp *dhcp = (const void *)heard->message;

	/* a message may be older than the removal of its host */
	if (heard->length >= sizeof(*dhcp) && registry_find_mac(daemon->registry, &dhcp->chaddr))
		keeper_hear(daemon->keeper, heard);
}

void leases_grant(struct daemon *daemon, const struct registered *host,
                  const struct lease_grant *grant, const struct dhcp_identity *identity)
{
	keeper_grant(daemon->keeper, &host->spec.mac, grant, identity);
	leases_follow(daemon, host);
}

static void take_option(struct dhcp_option *option, const void *data, size_t length)
{
	option->length = (uint8_t)length;
	memcpy(option->data, data, length);
}

/* What was heard, or kept through a restart, is newer than a file. */
static void configure(void *context, const struct registered *host)
{
	const struct lease_description *said = &host->spec.lease;
	const struct lease_grant grant = { .address = said->address, .server = said->server };
	struct daemon *daemon = context;
	const struct dhcp_client *known = keeper_find(daemon->keeper, &host->spec.mac);
	struct dhcp_identity identity = { 0 };

	if (!ipv4_is_set(said->address) || (known && known->lease.state != LEASE_NONE))
		return;
	take_option(&identity.client_id, said->client_id, said->client_id_length);
	take_option(&identity.hostname, said->hostname, strlen(said->hostname));
	leases_grant(daemon, host, &grant, &identity);
}

void leases_follow_config(struct daemon *daemon)
{
	const struct lease_timing timing = { .floor = daemon->config.lease_floor };

	keeper_set_timing(daemon->keeper, &timing);
	registry_each(daemon->registry, configure, daemon);
}

void leases_resume(struct daemon *daemon)
{
	keeper_resume(daemon->keeper);
}
