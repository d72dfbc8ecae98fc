// SPDX-License-Identifier: GPL-2.0-or-later
#include "npp_server/npp_server.h"

#include <nettle/sha2.h>
#include <stdlib.h>
#include <string.h>

#include "base/addr.h"
#include "base/log.h"
#include "base/clock.h"
#include "net/iface.h"
#include "npp_server/internal.h"

static const struct ipv4 ALL_HOSTS = { { 255, 255, 255, 255 } };
static const struct ipv4 ALL_SYSTEMS = { { 224, 0, 0, 1 } }; /* RFC 1112, 4 */

struct npp_server *npp_server_new(const struct npp_server_parts *parts)
{
	struct npp_server *server = calloc(1, sizeof(*server));

	if (!server)
		return NULL;
	server->parts = *parts;
	server->replay.store = parts->store;
	server->solicitations.secret = (uint64_t)random_u32() << 32 | random_u32();
	server->requests.secret = (uint64_t)random_u32() << 32 | random_u32();
	return server;
}

void npp_server_free(struct npp_server *server)
{
	if (!server)
		return;
	replay_cache_done(&server->replay);
	free(server);
}

void npp_server_restore_replay(struct npp_server *server, struct ipv4 source,
                               struct json_object *row)
{
	replay_cache_restore(&server->replay, source, row, (uint64_t)clock_now().wall / 1000);
}

static unsigned int bucket_of(const struct rate_limit *rate, const struct mac *source)
{
	uint64_t word = 0;

	memcpy(&word, source, sizeof(*source));
	word = (word ^ rate->secret) * 0x9e3779b97f4a7c15ULL;
	word = (word ^ word >> 29) * 0xbf58476d1ce4e5b9ULL;
	return (unsigned int)(word >> 48) % RATE_BUCKETS;
}

bool rate_limit_take(struct rate_limit *rate, const struct mac *source, int64_t now)
{
	int64_t *full_at = &rate->full_at[bucket_of(rate, source)];
	const int64_t next = (*full_at > now ? *full_at : now) + RATE_INTERVAL;

	if (next > now + (int64_t)RATE_BURST * RATE_INTERVAL)
		return false;
	*full_at = next;
	return true;
}

static bool is_own(const struct npp_server *server, struct ipv4 address4)
{
	const struct ipv6 address = ipv4_mapped(address4);

	return net_is_own(server->parts.net, &address);
}

/* False: the interface has no address to advertise. */
static bool make_advertisement(const struct npp_server *server, const struct iface *iface,
                               struct ipv4 peer, struct npp_message *message)
{
	const struct npp_proxy self = {
		.address = net_source_address(server->parts.net, iface->ifindex, &peer),
		.preference = server->parts.settings->preference,
	};

	*message = (struct npp_message){
		.subtype = NPP_PROXY_ADVERTISEMENT,
		.advertisement = { .lifetime = server->parts.settings->lifetime,
		                   .proxies = { self },
		                   .proxy_count = 1 },
		.services = { NPP_SERVICE_ARP, NPP_SERVICE_DHCP4, NPP_SERVICE_ND, NPP_SERVICE_ECHO,
		              NPP_SERVICE_WAKE_ON_PACKET, NPP_SERVICE_DHCP6 },
		.service_count = 6,
	};
	return ipv4_is_set(self.address);
}

static void send_message(struct npp_server *server, const struct iface *iface,
                         struct npp_packet packet, struct npp_message *message)
{
	const struct npp_keys *keys = server->parts.settings->keys;
	const struct npp_key *key = keys ? npp_keys_find(keys, message->authentication.key) : NULL;
	uint8_t octets[NPP_MESSAGE_MAX];
	struct packet frame;
	int err;

	packet.from = iface->mac;
	packet.octets = octets;
	packet.length = npp_message_write(message, server->parts.settings->icmp_type, octets);
	if (key)
		npp_sign(octets, &packet, message, key);
	npp_packet_write(&packet, &frame);
	err = packet_send(server->parts.fd, iface, &frame);
	if (err)
		log_debug("%s: cannot send to a host: %s", iface->name, strerror(-err));
}

void npp_server_advertise(struct npp_server *server, const struct iface *iface, bool leaving)
{
	const struct npp_keys *keys = server->parts.settings->keys;
	struct npp_packet packet = { .to = MAC_BROADCAST, .destination = ALL_HOSTS };
	struct npp_message message;

	if (!make_advertisement(server, iface, ALL_HOSTS, &message))
		return;
	if (leaving)
		message.advertisement.lifetime = 0;
	if (keys) {
		message.authenticated = true;
		message.authentication = (struct npp_authentication){
			.key = keys->key[0].id,
			.time = (uint64_t)clock_now().wall / 1000,
			.nonce = (uint64_t)random_u32() << 32 | random_u32(),
		};
	}
	packet.source = message.advertisement.proxies[0].address;
	send_message(server, iface, packet, &message);
}

void npp_server_answer(struct npp_server *server, const struct npp_requester *to,
                       struct npp_message *answer)
{
	struct npp_packet packet = {
		.to = to->mac,
		.vlan = to->vlan,
		.source = is_own(server, to->destination)
		                  ? to->destination
		                  : net_source_address(server->parts.net, to->iface.ifindex,
		                                       &to->source),
		.destination = to->source,
	};

	answer->subtype = to->subtype + 1; /* an answer's number is the next */
	answer->transaction = to->transaction;
	answer->authenticated = to->authenticated;
	answer->authentication = to->authentication;
	answer->authentication.time = (uint64_t)clock_now().wall / 1000;
	send_message(server, &to->iface, packet, answer);
}

/* One received message. */
struct reception {
	struct npp_server *server;
	const struct npp_packet *packet;
	const struct now *now;
	enum npp_parse_error error; /* of `message` */
	const struct npp_message *message;
	struct npp_requester *requester; /* of `request` */
	struct npp_server_request *request;
};

/* The answer is signed where the host has shown that it has the key, and chosen the nonce. */
static enum npp_count answer_solicitation(struct reception *in)
{
	const struct npp_keys *keys = in->server->parts.settings->keys;
	struct npp_message answer;

	if (!make_advertisement(in->server, &in->requester->iface, in->packet->source, &answer))
		return NPP_COUNT_NO_ADDRESS;
	in->requester->authenticated = keys && !npp_verify(in->packet, in->message, keys);
	npp_server_answer(in->server, in->requester, &answer);
	if (in->message->wake_test && is_own(in->server, in->packet->destination))
		npp_server_test_wake(in->server, in->requester, in->now->mono);
	return NPP_COUNT_SOLICITATION;
}

static bool is_request(enum npp_subtype subtype)
{
	return subtype == NPP_SLEEP_REQUEST || subtype == NPP_WAKEUP_REPORT;
}

static bool is_to_all(const struct npp_server *server, struct ipv4 address)
{
	return ipv4_equal(address, ALL_HOSTS) || ipv4_equal(address, ALL_SYSTEMS) ||
	       net_is_broadcast(server->parts.net, address);
}

static bool is_to_us(const struct reception *in)
{
	const struct ipv4 to = in->packet->destination;

	if (is_to_all(in->server, to))
		return in->message->subtype == NPP_PROXY_SOLICITATION;
	return is_own(in->server, to);
}

static enum npp_auth_error authenticate(struct reception *in)
{
	const struct npp_keys *keys = in->server->parts.settings->keys;
	const struct npp_packet *packet = in->packet;
	enum npp_auth_error error;

	if (!keys)
		return NPP_AUTH_ERROR_NONE;
	error = npp_verify(packet, in->message, keys);
	if (error)
		return error;
	in->requester->authenticated = true;
	return replay_cache_check(&in->server->replay, packet->source, in->message,
	                          (uint64_t)in->now->wall / 1000);
}

static void read_address(const struct reception *in, struct ipv6 address, const struct mac *mac,
                         struct registration_request *request)
{
	request->addresses[request->address_count++] = (struct requested_address){
		.address = address,
		.role = net_address_role(in->server->parts.net, in->requester->iface.ifindex,
		                         &address),
		.mac_matches = mac_equal(mac, &in->packet->from),
	};
}

static void read_addresses(const struct reception *in, struct registration_request *request)
{
	const struct npp_request *from = &in->message->request;

	_Static_assert((int)NPP_PAIRS + (int)NPP_ADDRESSES6 <= (int)REQUEST_ADDRESSES &&
	                       (int)NPP_PORTS <= (int)REQUEST_PORTS,
	               "a message's addresses and ports fit");
	for (size_t i = 0; i < from->pair_count; i++)
		read_address(in, ipv4_mapped(from->pairs[i].address), &from->pairs[i].mac, request);
	for (size_t i = 0; i < from->address6_count; i++) /* they are the sender's */
		read_address(in, from->addresses6[i], &in->packet->from, request);
}

static void read_request(const struct reception *in, struct registration_request *request)
{
	const struct npp_request *from = &in->message->request;
	const bool timed = from->lease_total && from->lease_total != NPP_LEASE_LONG;

	*request = (struct registration_request){
		.mac = in->packet->from,
		.vlan = in->packet->vlan,
		.source = in->packet->source,
		.authenticated = in->requester->authenticated,
		.transaction = in->message->transaction,
		.digest = in->request->digest,
		.port_count = from->port_count,
		.has_ports = from->has_ports,
		.has_lease = from->has_lease,
		.lease_server = from->lease_server,
		.lease_total = timed ? from->lease_total : 0,
		.lease_left = timed ? from->lease_left : 0,
		.client_id_length = from->client_id_length,
		.timer = from->timer,
		.lifetime = from->lifetime,
		.backup_of = from->backup_of,
		.has_lease6 = from->has_lease6,
		.lease6 = from->lease6,
	};
	memcpy(request->interface, in->requester->iface.name, sizeof(request->interface));
	memcpy(request->ports, from->ports, sizeof(from->ports));
	memcpy(request->client_id, from->client_id, from->client_id_length);
	memcpy(request->hostname, from->hostname, sizeof(request->hostname));
	read_addresses(in, request);
}

static enum npp_count receive_request(struct reception *in, enum request_progress progress,
                                      bool repeated)
{
	if (progress == REQUEST_IS_DONE) {
		npp_server_confirm(
			in->server, in->requester,
			&(struct npp_client){ .id = in->request->host->registration->client_id },
			true);
		return NPP_COUNT_NONE;
	}
	if (progress == REQUEST_IS_PENDING)
		return NPP_COUNT_DUPLICATE;
	if (repeated) { /* it was rejected, or its answer is too old */
		npp_server_answer_failure(in->server, in->requester);
		return NPP_COUNT_AUTH_ERRORS + NPP_AUTH_ERROR_REPEATED;
	}
	in->request->kind = NPP_REQUEST_SLEEP;
	read_request(in, &in->request->registration);
	return NPP_COUNT_NONE;
}

static uint64_t digest_of(const struct npp_packet *packet)
{
	struct sha256_ctx context;
	uint64_t digest;

	sha256_init(&context);
	sha256_update(&context, packet->length, packet->octets);
	sha256_digest(&context, sizeof(digest), (uint8_t *)&digest);
	return digest;
}

static enum npp_count receive_for_host(struct reception *in)
{
	const bool is_request = in->message->subtype == NPP_SLEEP_REQUEST;
	enum request_progress progress;
	enum npp_auth_error error;

	in->request->digest = digest_of(in->packet);
	in->request->host = host_find_mac(in->server->parts.table, &in->packet->from);
	progress = register_progress(in->server->parts.registrar, in->request->host,
	                             &in->packet->from, in->request->digest);
	/* before it is authenticated: it is accepted when it is sent again, octet for octet */
	if (is_request && progress == REQUEST_MUST_WAIT)
		return NPP_COUNT_RATE_LIMITED;
	error = authenticate(in);
	if (error && error != NPP_AUTH_ERROR_REPEATED) {
		npp_server_answer_failure(in->server, in->requester);
		return NPP_COUNT_AUTH_ERRORS + error;
	}
	if (is_request)
		return receive_request(in, progress, error == NPP_AUTH_ERROR_REPEATED);
	in->request->kind = NPP_REQUEST_REPORT;
	in->request->client_id = in->message->client.id;
	return NPP_COUNT_NONE;
}

/* NPP_COUNT_NONE: it is to be carried out. */
static enum npp_count receive_message(struct reception *in)
{
	const enum npp_parse_error error = in->error;

	in->requester->subtype = in->message->subtype;
	in->requester->transaction = in->message->transaction;
	in->requester->authentication = in->message->authentication;
	/* one that wants nothing done gets no answer, nor does one that is not for us */
	if (error && is_request(in->message->subtype) && is_to_us(in))
		npp_server_answer_failure(in->server, in->requester);
	if (error)
		return NPP_COUNT_PARSE_ERRORS + error;
	if (!is_request(in->message->subtype) && in->message->subtype != NPP_PROXY_SOLICITATION)
		return NPP_COUNT_NOT_FOR_PROXY;
	if (!is_to_us(in))
		return NPP_COUNT_WRONG_DESTINATION;
	return in->message->subtype == NPP_PROXY_SOLICITATION ? answer_solicitation(in)
	                                                      : receive_for_host(in);
}

static struct npp_requester requester_of(const struct iface *iface, const struct npp_packet *packet)
{
	return (struct npp_requester){ .iface = *iface,
		                       .mac = packet->from,
		                       .vlan = packet->vlan,
		                       .source = packet->source,
		                       .destination = packet->destination };
}

bool npp_server_admit(struct npp_server *server, const struct iface *iface,
                      const struct npp_packet *packet, const struct now *now)
{
	const struct npp_requester requester = requester_of(iface, packet);
	/* by what the message says it is, before it is read */
	const size_t at = offsetof(struct npp_header, subtype);
	const bool solicits = packet->length > at && packet->octets[at] == NPP_PROXY_SOLICITATION;

	if (rate_limit_take(solicits ? &server->solicitations : &server->requests, &packet->from,
	                    now->mono))
		return true;
	npp_server_count(server, &requester, NPP_COUNT_RATE_LIMITED);
	return false;
}

void npp_server_receive(struct npp_server *server, const struct iface *iface,
                        const struct npp_packet *packet, enum npp_parse_error error,
                        const struct npp_message *message, const struct now *now,
                        struct npp_server_request *request)
{
	struct reception in = {
		.server = server,
		.packet = packet,
		.now = now,
		.error = error,
		.message = message,
		.requester = &request->requester,
		.request = request,
	};
	enum npp_count count;

	*request = (struct npp_server_request){
		.kind = NPP_REQUEST_NONE,
		.requester = requester_of(iface, packet),
	};
	count = receive_message(&in);
	if (count != NPP_COUNT_NONE)
		npp_server_count(server, in.requester, count);
}
