/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What an NPP server works with, for fuzzing: addresses of the machine, a check of what is sent,
 * and requests carried out as the daemon does, with a store that may fail or take its time.
 */
#ifndef SLEEPPROXY_FUZZ_NPP_SERVER_DAEMON_H
#define SLEEPPROXY_FUZZ_NPP_SERVER_DAEMON_H

#undef NDEBUG
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "magic_packet.h"
#include "net/iface.h"
#include "npp_server/internal.h"

enum { HOSTS = 8, GUESTS = 3, BOOT = 10000000 };

/* What becomes of a request that is to be stored. */
enum outcome { STORED, STORE_FAILED, STILL_BEING_STORED, TABLES_FULL, OUTCOMES };

static const struct iface lan = { "lan", 7, { { 2, 0, 0, 0, 0, 2 } } };
static const struct ipv4 us = { { 192, 0, 2, 2 } }, gateway = { { 192, 0, 2, 1 } };
static const struct ipv4 everybody = { { 255, 255, 255, 255 } };
static const struct npp_keys keys = { { { 7, 16, { 1, 2, 3 } } }, 1 };

static struct host_table *table;
static struct registrar *registrar;
static struct npp_server *server;
static struct now now;
static enum outcome outcome;
static bool with_keys;
static uint64_t received, waiting; /* messages; and those of them that are not answered yet */
static uint64_t submitted;
static struct npp_packet from;  /* of the last message */
static struct npp_message sent; /* the answer to it */
static unsigned int sends;

int __wrap_packet_send(int fd, const struct iface *iface, struct packet *packet);

bool net_is_own(const struct net_state *state, const struct ipv6 *address)
{
	(void)state;
	return ip_is_ipv4(address) && ipv4_equal(ip_to_ipv4(address), us);
}

enum address_role net_address_role(const struct net_state *state, uint32_t ifindex,
                                   const struct ipv6 *address)
{
	assert(ifindex == lan.ifindex);
	if (net_is_own(state, address))
		return ROLE_OWN;
	if (ipv4_equal(ip_to_ipv4(address), gateway))
		return ROLE_GATEWAY;
	return address->octet[15] ? ROLE_NONE : ROLE_BROADCAST;
}

bool net_is_broadcast(const struct net_state *state, struct ipv4 address)
{
	(void)state;
	return address.octet[3] == 255;
}

struct ipv4 net_source_address(const struct net_state *state, uint32_t ifindex,
                               const struct ipv4 *peer)
{
	(void)state, (void)ifindex, (void)peer;
	return us;
}

/* A wake that is tested: of the one that asks for it. */
static inline bool is_magic(const struct packet *packet)
{
	struct magic_packet magic;

	memset(magic.sync, 0xff, sizeof(magic.sync));
	for (int repeat = 0; repeat < MAGIC_REPEATS; repeat++)
		magic.host[repeat] = from.from;
	return memmem(packet->octets, packet->length, &magic, sizeof(magic));
}

/* Each answer is well-formed, and leaves from where it should. */
int __wrap_packet_send(int fd, const struct iface *iface, struct packet *packet)
{
	struct npp_packet read;

	(void)fd;
	if (packet->octets[12] == 0x81)
		memmove(packet->octets + 12, packet->octets + 16, packet->length -= 4);
	assert(!memcmp(iface, &lan, sizeof(lan)) && !packet->overflow);
	if (is_magic(packet))
		return 0;
	assert(npp_packet_read(packet->octets, packet->length, &read));
	assert(mac_equal(&read.from, &lan.mac) && ipv4_equal(read.source, us));
	assert(!npp_message_read(read.octets, read.length, NPP_ICMP_TYPE, &sent));
	if (with_keys && sent.authenticated)
		assert(!npp_verify(&read, &sent, &keys));
	sends++;
	return 0;
}

static inline void end_registration(struct host *host)
{
	if (!host->registration || !host->registration->active)
		return;
	host->registration->active = false;
	host->registration->until = now.boot + REGISTRATION_LINGER;
	host_table_claim(table, host);
}

static inline void free_pending(const struct pending_registration *pending)
{
	free(pending->requester);
	submitted--;
}

static inline void cancel_pending(const struct mac *mac)
{
	struct pending_registration pending;

	while (register_cancel(registrar, mac, &pending)) {
		npp_server_cancel(server, pending.requester);
		waiting--;
		free_pending(&pending);
	}
}

static inline void reject_proposal(struct host *host, enum reject_reason reason)
{
	npp_server_reject(server, host->proposal->npp_requester, reason);
	waiting--;
	proposal_free(host->proposal);
	host->proposal = NULL;
	host_table_claim(table, host);
}

static inline void remove_host(struct host *host)
{
	cancel_pending(&host->mac);
	if (host->proposal)
		reject_proposal(host, REJECT_STALE_TRANSACTION);
	host_table_remove(table, host);
}

/* What was confirmed is as the host asked for, and answered for as its own. */
static inline void check_registered(struct host *host, const struct registration *before)
{
	const struct registration *registration = host->registration;

	assert(registration->active && registration->client_id);
	assert(!before || before->client_id == registration->client_id);
	assert(registration->address_count && registration->digest_count);
	for (size_t i = 0; i < registration->address_count; i++)
		assert(host_table_owner(table, &registration->addresses[i]) == host);
}

/* As the daemon does it (daemon/proposals.c). */
static inline void finish_proposal(struct host *host)
{
	struct proposal *proposal = host->proposal;
	enum reject_reason reason = register_check_addresses(table, host, proposal->registration);

	if (outcome == STORE_FAILED || outcome == TABLES_FULL)
		reason = outcome == STORE_FAILED ? REJECT_STORE_FAILED : REJECT_TABLES_FULL;
	if (reason) {
		reject_proposal(host, reason);
	} else {
		proposal_exchange(proposal);
		host->proposal = NULL;
		host_table_claim(table, host);
		check_registered(host, proposal->registration);
		npp_server_confirm(server, proposal->npp_requester,
		                   &(struct npp_client){ .id = host->registration->client_id },
		                   false);
		waiting--;
		assert(sent.client.id == host->registration->client_id && !sent.code);
		proposal_free(proposal);
	}
	if (!host_is_wanted(host))
		remove_host(host);
}

static inline void finish_proposals(void)
{
	for (uint8_t i = 0; i < HOSTS; i++) {
		struct host *host =
			host_find_mac(table, &(struct mac){ { 0x52, 0x54, 0, 0, 0, i } });

		if (host && host->proposal && outcome != STILL_BEING_STORED)
			finish_proposal(host);
	}
}

static inline struct host *add_host(const struct mac *mac)
{
	char name[HOST_NAME_MAX_SIZE];

	host_name_from_mac(mac, name);
	return host_table_add(table, mac, name);
}

/* As the daemon does it (daemon/registrations.c). */
static inline void carry_out(const struct pending_registration *pending)
{
	struct host *host = host_find_mac(table, &pending->request.mac), *replaced;
	enum reject_reason reason = REJECT_NONE;

	assert(host == pending->host || !pending->host);
	if (!register_has_room(table, host, &pending->registration.head, GUESTS, now.boot,
	                       &replaced))
		reason = REJECT_LIMIT_REACHED;
	else if (host && host->proposal)
		reason = REJECT_BUSY;
	if (reason) {
		npp_server_reject(server, pending->requester, reason);
		waiting--;
		free(pending->requester);
		return;
	}
	if (replaced) {
		assert(replaced != host);
		assert(!replaced->registration->active || !replaced->registration->seen);
		remove_host(replaced);
	}
	host = host ? host : add_host(&pending->request.mac);
	host->proposal = calloc(1, sizeof(*host->proposal));
	*host->proposal = (struct proposal){
		.host = host,
		.sets = SETS_REGISTRATION,
		.registration = registration_new(&pending->registration),
		.npp_requester = pending->requester,
	};
	host_table_claim(table, host);
	if (outcome != STILL_BEING_STORED)
		finish_proposal(host);
}

static inline void check_draft(const struct registration_draft *draft,
                               const struct registration_request *request)
{
	const struct registration *head = &draft->head;
	const struct ipv6 source = ipv4_mapped(request->source);

	assert(head->active && head->client_id);
	assert(head->address_count && head->address_count <= HOST_ADDRESSES);
	assert(draft->port_count <= HOST_PORTS);
	assert(head->digest_count && head->digest_count <= REGISTRATION_DIGESTS);
	assert(!request->has_lease ||
	       address_index(draft->addresses, head->address_count, &source) >= 0);
	for (size_t i = 0; request->has_lease6 && i < request->lease6.address_count; i++)
		assert(address_index(draft->addresses, head->address_count,
		                     &request->lease6.addresses[i].address) >= 0);
	for (size_t i = 0; i < head->address_count; i++)
		assert(!net_is_own(NULL, &draft->addresses[i]) && draft->addresses[i].octet[15]);
}

/* Nobody else answers. */
static inline void step_silence(void)
{
	struct pending_registration pending;

	now.mono += REGISTER_CHECK_TIME;
	finish_proposals();
	while (register_due(registrar, now.mono, &pending)) {
		check_draft(&pending.registration, &pending.request);
		submitted--;
		carry_out(&pending);
	}
	assert(register_deadline(registrar) == INT64_MAX && !submitted);
}

static inline void request_registration(const struct npp_server_request *request)
{
	const struct registration *before = request->host ? request->host->registration : NULL;
	struct npp_requester *requester = malloc(sizeof(*requester));
	enum reject_reason reason;
	bool ask;

	*requester = request->requester;
	assert(register_progress(registrar, request->host, &from.from, request->digest) ==
	       REQUEST_IS_NEW);
	reason = register_submit(registrar, table, request->host, &request->registration, requester,
	                         &now, (uint32_t)received, &ask);
	assert((request->host ? request->host->registration : NULL) == before);
	if (reason) {
		npp_server_reject(server, requester, reason);
		waiting--;
		free(requester);
		return;
	}
	submitted++;
	assert(register_progress(registrar, request->host, &from.from, request->digest) ==
	       REQUEST_IS_PENDING);
	assert(register_deadline(registrar) <= now.mono + REGISTER_CHECK_TIME);
}

static inline void report(const struct npp_server_request *request)
{
	const struct npp_client confirm = { .id = request->client_id };
	const enum reject_reason reason = register_check_report(request->host, request->client_id,
	                                                        request->requester.transaction);

	waiting--;
	if (reason) {
		npp_server_reject(server, &request->requester, reason);
		return;
	}
	request->host->registration->reported = request->digest;
	cancel_pending(&request->host->mac);
	end_registration(request->host);
	npp_server_confirm(server, &request->requester, &confirm, false);
}

#endif
