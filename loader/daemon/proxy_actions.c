// SPDX-License-Identifier: GPL-2.0-or-later
/* What the proxy decides, done: on the wire, in the registry, for the lease, in the store. */
#include "daemon/proxy_actions.h"

#include <json-c/json.h>
#include <stdio.h>
#include <string.h>
#include <sys/param.h>

#include "net/arp_send.h"
#include "base/clock.h"
#include "base/addr.h"
#include "base/log.h"
#include "base/text.h"
#include "daemon/daemon.h"
#include "net/gateway.h"
#include "npp_server/record.h"

static void send_out(void *context, const struct iface *port, const struct npp_packet *datagram)
{
	struct daemon *daemon = context;
	struct packet packet;
	int err;

	npp_packet_write(datagram, &packet);
	err = packet_send(daemon->packet_fd, port, &packet);
	if (err)
		log_debug("%s: cannot send to a host: %s", port->name, strerror(-err));
}

static void ask(void *context, const struct iface *port, uint16_t vlan, struct ipv4 address)
{
	const struct host_description anybody = {
		.addresses = { ipv4_mapped(address) },
		.address_count = 1,
		.vlan = vlan,
	};

	announce_ask(((struct daemon *)context)->packet_fd, port, CHECK_ADDRESS, &anybody);
}

static struct ipv4 own_address(void *context, const struct iface *port, struct ipv4 peer)
{
	(void)context;
	return own_ipv4_near(port->ifindex, &peer);
}

static bool is_own(void *context, struct ipv4 address4)
{
	const struct ipv6 address = ipv4_mapped(address4);

	return own_has(&((struct daemon *)context)->own, &address);
}

static bool is_known(void *context, const struct mac *mac)
{
	struct daemon *daemon = context;
	const struct registered *host = registry_find_mac(daemon->registry, mac);

	return host && host->origin != ORIGIN_HANDOVER;
}

/*
 * A host that is up may have lost to another what DHCP, or its handover of then, says that it has:
 * whether it has it still, ARP tells. What people say stays.
 */
static bool may_have_lost(struct daemon *daemon, const struct registered *owner,
                          const struct ipv6 *address)
{
	const struct session *session = proxy_find(daemon->proxy, &owner->spec.mac);

	if (owner->life.state != AWAKE)
		return false;
	if (owner->lease.alone && !memcmp(&owner->lease.address, address, sizeof(*address)))
		return true;
	return session && !session->open && owner->origin == ORIGIN_HANDOVER;
}

static enum proxy_refusal check(void *context, const struct mac *mac, const struct ipv6 *address)
{
	struct daemon *daemon = context;
	const struct registered *owner = registry_find_address(daemon->registry, address);
	const struct ipv4 address4 = ip_to_ipv4(address);

	if (is_own(daemon, address4))
		return PROXY_REFUSAL_own_address;
	if (own_is_broadcast(&address4))
		return PROXY_REFUSAL_bad_address;
	if (gateway_is(address4))
		return PROXY_REFUSAL_gateway_address;
	if (owner && !mac_equal(&owner->spec.mac, mac) && !may_have_lost(daemon, owner, address))
		return PROXY_REFUSAL_known_address;
	return PROXY_REFUSAL_none;
}

static void release_address(struct daemon *daemon, const struct mac *mac,
                            const struct ipv6 *address)
{
	const struct registered *owner = registry_find_address(daemon->registry, address);
	struct mac before;

	if (!owner || mac_equal(&owner->spec.mac, mac) || !may_have_lost(daemon, owner, address))
		return;
	before = owner->spec.mac;
	if (owner->lease.alone && !memcmp(&owner->lease.address, address, sizeof(*address)))
		leases_drop(daemon, &before);
	else
		proxy_drop(daemon->proxy, &before);
}

static struct host_description new_spec(struct daemon *daemon, const struct session *session,
                                        const struct session_request *request)
{
	struct host_description spec = { .mac = session->mac };
	const char *name = request->said->hostname;

	host_name_from_mac(&session->mac, spec.name);
	if (*name && !registry_find(daemon->registry, name))
		snprintf(spec.name, sizeof(spec.name), "%s", name);
	return spec;
}

/* Where a host does not know its server, what was heard of that, or kept, is better. */
static struct ipv4 server_of(struct daemon *daemon, const struct mac *mac,
                             const struct session_request *request)
{
	const struct dhcp_client *known = keeper_find(daemon->keeper, mac);
	const struct ipv4 said = request->said->lease_server;

	if (!ipv4_is_set(said) && known && known->lease.state != LEASE_NONE &&
	    ipv4_equal(known->lease.address, request->source))
		return known->lease.server;
	return said;
}

static void grant_lease(struct daemon *daemon, const struct registered *host,
                        const struct session_request *request)
{
	const struct npp_request *said = request->said;
	const bool timed = said->lease_total && said->lease_total != NPP_LEASE_LONG;
	const struct lease_grant grant = {
		.address = request->source,
		.server = server_of(daemon, &host->spec.mac, request),
		.seconds = timed ? said->lease_total : 0,
		.since = timed ? clock_boot_ms() - (said->lease_total - said->lease_left) * 1000LL
		               : 0,
	};
	struct dhcp_identity identity = { 0 };

	if (!said->has_lease)
		return;
	identity.client_id.length = (uint8_t)said->client_id_length;
	memcpy(identity.client_id.data, said->client_id, said->client_id_length);
	identity.hostname.length = (uint8_t)strlen(said->hostname);
	memcpy(identity.hostname.data, said->hostname, identity.hostname.length);
	leases_grant(daemon, host, &grant, &identity);
}

static int describe(struct daemon *daemon, struct host_description *spec, enum host_origin origin,
                    struct handover *handover)
{
	char why[REGISTRY_WHY] = "more addresses than a host may have";
	int err = handover_apply(handover, spec);

	if (!err)
		err = hosts_add(daemon, spec, origin, why);
	if (err)
		log_warning("%s cannot be taken over as it says: %s", spec->name, why);
	return err;
}

static int take(void *context, struct session *session, const struct session *before,
                const struct session_request *request)
{
	const bool backup = ipv4_is_set(session->backup_of);
	struct daemon *daemon = context;
	const struct registered *known = registry_find_mac(daemon->registry, &session->mac);
	const enum host_origin origin = known ? known->origin : ORIGIN_HANDOVER;
	struct host_description spec =
		known ? registered_said(known) : new_spec(daemon, session, request);
	int err;

	for (size_t i = 0; i < session->handover.address_count; i++)
		release_address(daemon, &session->mac, &session->handover.addresses[i]);
	if (known && before)
		handover_undo(&before->handover, &spec);
	if (origin == ORIGIN_HANDOVER) {
		snprintf(spec.interface, sizeof(spec.interface), "%s", request->interface);
		spec.vlan = request->vlan;
	}
	err = describe(daemon, &spec, origin, &session->handover);
	if (err)
		return err;
	known = registry_find_mac(daemon->registry, &session->mac);
	grant_lease(daemon, known, request);
	registry_command(daemon->registry, spec.name, backup ? TRIGGER_STANDBY : TRIGGER_HANDOVER);
	return 0;
}

static void command(struct daemon *daemon, const struct mac *mac, enum life_trigger cause)
{
	const struct registered *host = registry_find_mac(daemon->registry, mac);

	if (host)
		registry_command(daemon->registry, host->spec.name, cause);
}

static void give_back(void *context, const struct mac *mac)
{
	command(context, mac, TRIGGER_UP);
}

static void wake(void *context, const struct mac *mac)
{
	command(context, mac, TRIGGER_TIMER);
}

static void drop(void *context, const struct session *session, bool forget)
{
	struct daemon *daemon = context;
	const struct registered *host = registry_find_mac(daemon->registry, &session->mac);
	char why[REGISTRY_WHY];
	struct host_description spec;

	if (!host)
		return;
	spec = registered_said(host);
	handover_undo(&session->handover, &spec);
	if (forget)
		registry_remove(daemon->registry, host->spec.name);
	else
		hosts_add(daemon, &spec, host->origin, why);
}

/* What it has by now; its end may be unknown, or the server silent. */
static void lease(void *context, const struct mac *mac, struct npp_wakeup_confirm *confirm)
{
	struct daemon *daemon = context;
	const struct dhcp_client *client = keeper_find(daemon->keeper, mac);
	const struct lease *held = client ? &client->lease : NULL;
	int64_t left;

	confirm->has_lease = true;
	confirm->lease = NPP_LEASE_FAILED;
	if (!held || held->state == LEASE_NONE || held->state == LEASE_LOST)
		return;
	confirm->lease = NPP_LEASE_RENEWED;
	left = held->expires_at ? (held->expires_at - clock_boot_ms()) / 1000 : 0;
	confirm->lease_total = (uint16_t)MIN(held->seconds, NPP_LEASE_LONG);
	confirm->lease_left = (uint16_t)MIN(MAX(left, 0), confirm->lease_total);
}

static int64_t clocks_apart(void)
{
	return clock_wall_ms() - clock_boot_ms();
}

static void save(void *context, const struct session *session)
{
	struct daemon *daemon = context;
	struct json_object *record = record_of_session(session, clocks_apart());
	char key[TEXT_MAC];

	store_save_record(daemon->store, STORE_SESSIONS, text_from_mac(&session->mac, key), record);
	json_object_put(record);
}

static void save_trust(void *context, struct ipv4 source, struct json_object *trust)
{
	char key[TEXT_IP];

	store_save_record(((struct daemon *)context)->store, STORE_TRUST,
	                  text_from_ipv4(source, key), trust);
}

static void forget_trust(void *context, struct ipv4 source)
{
	char key[TEXT_IP];

	store_forget_record(((struct daemon *)context)->store, STORE_TRUST,
	                    text_from_ipv4(source, key));
}

struct proxy_actions proxy_actions_of(struct daemon *daemon)
{
	return (struct proxy_actions){
		.context = daemon,
		.send = send_out,
		.ask = ask,
		.own_address = own_address,
		.is_own = is_own,
		.check = check,
		.is_known = is_known,
		.take = take,
		.give_back = give_back,
		.drop = drop,
		.wake = wake,
		.lease = lease,
		.save = save,
		.save_trust = save_trust,
		.forget_trust = forget_trust,
	};
}
