// SPDX-License-Identifier: GPL-2.0-or-later
#include "register/register.h"

#include <stdlib.h>
#include <string.h>
#include <utlist.h>

#include "base/addr.h"

/* How long a host may take from its first frame to its report, where others need its place. ms */
enum { REPORT_TIME = 300000 };
/* How long one that was not seen yet keeps its place from others that were not. ms */
enum { UNSEEN_TIME = 10000 };

static struct pending_registration *find(const struct registrar *registrar, const struct mac *mac)
{
	struct pending_registration *waiting;

	HASH_FIND(hh, registrar->by_mac, mac, sizeof(*mac), waiting);
	return waiting;
}

enum request_progress register_progress(const struct registrar *registrar, const struct host *host,
                                        const struct mac *mac, uint64_t digest)
{
	const struct pending_registration *waiting = find(registrar, mac);
	const struct registration *stored =
		host && host->proposal ? host->proposal->registration : NULL;

	if (host && host->registration && registration_has_digest(host->registration, digest))
		return REQUEST_IS_DONE;
	if ((waiting && waiting->request.digest == digest) ||
	    (stored && registration_has_digest(stored, digest)))
		return REQUEST_IS_PENDING;
	if (waiting || (host && host->proposal) || registrar->count >= REGISTER_PENDING_MAX)
		return REQUEST_MUST_WAIT;
	return REQUEST_IS_NEW;
}

static enum reject_reason judge_owner(const struct host_table *table, const struct host *host,
                                      const struct ipv6 *address)
{
	const struct host unknown = { .order = UINT32_MAX };

	if (host && host_table_owner(table, address) == host)
		return REJECT_NONE; /* it may have a stronger claim than a registration */
	return host_table_may_register(table, address, host ? host : &unknown)
	               ? REJECT_NONE
	               : REJECT_ADDRESS_TAKEN;
}

static enum reject_reason judge_address(const struct host_table *table, const struct host *host,
                                        const struct registration_request *request,
                                        const struct requested_address *requested)
{
	const struct ipv6 source = ipv4_mapped(request->source);

	if (!requested->mac_matches)
		return REJECT_MAC_MISMATCH;
	if (!request->authenticated && ip_is_ipv4(&requested->address) &&
	    !ip_equal(&requested->address, &source))
		return REJECT_SOURCE_MISMATCH;
	if (address_error(&requested->address) || requested->role == ROLE_BROADCAST)
		return REJECT_INVALID_ADDRESS;
	if (requested->role == ROLE_OWN)
		return REJECT_OWN_ADDRESS;
	if (requested->role == ROLE_GATEWAY)
		return REJECT_GATEWAY_ADDRESS;
	if (requested->role == ROLE_OFF_LINK || requested->role == ROLE_PREFIX_OVER)
		return REJECT_OFF_LINK;
	return judge_owner(table, host, &requested->address);
}

static enum reject_reason judge(const struct host_table *table, const struct host *host,
                                const struct registration_request *request)
{
	enum reject_reason reason = REJECT_NONE;

	for (size_t i = 0; i < request->address_count && !reason; i++)
		reason = judge_address(table, host, request, &request->addresses[i]);
	return reason;
}

enum reject_reason register_check_addresses(const struct host_table *table, const struct host *host,
                                            const struct registration *registration)
{
	enum reject_reason reason = REJECT_NONE;

	for (size_t i = 0; i < registration->address_count && !reason; i++)
		reason = judge_owner(table, host, &registration->addresses[i]);
	return reason;
}

static bool add_address(struct registration_draft *draft, const struct ipv6 *address)
{
	struct registration *head = &draft->head;

	if (address_index(draft->addresses, head->address_count, address) >= 0)
		return true;
	if (head->address_count == HOST_ADDRESSES)
		return false;
	draft->addresses[head->address_count++] = *address;
	return true;
}

static bool add_port(struct registration_draft *draft, const struct wake_port *port)
{
	for (size_t i = 0; i < draft->port_count; i++)
		if (wake_port_equal(&draft->ports[i], port))
			return true;
	if (draft->port_count == HOST_PORTS)
		return false;
	draft->ports[draft->port_count++] = *port;
	return true;
}

static bool add_request(struct registration_draft *draft,
                        const struct registration_request *request)
{
	struct registration *head = &draft->head;
	bool fits = head->digest_count < REGISTRATION_DIGESTS;

	head->has_ports |= request->has_ports;
	head->has_lease |= request->has_lease;
	for (size_t i = 0; i < request->address_count && fits; i++)
		fits = add_address(draft, &request->addresses[i].address);
	for (size_t i = 0; i < request->port_count && fits; i++)
		fits = add_port(draft, &request->ports[i]);
	if (fits)
		draft->digests[head->digest_count++] = request->digest;
	return fits;
}

/* A request of the same transaction adds to the registration; another one replaces it. */
static bool continues(const struct host *host, const struct registration_request *request)
{
	return host && host->registration && host->registration->active &&
	       host->registration->transaction == request->transaction;
}

static void begin(const struct host *host, const struct registration_request *request,
                  uint32_t random, struct registration_draft *draft)
{
	const struct registration *before = host ? host->registration : NULL;

	*draft = (struct registration_draft){
		.head = {
			.client_id = before ? before->client_id
			                    : (uint16_t)(1 + random % UINT16_MAX),
			.transaction = request->transaction,
			.active = true,
			.seen = before && before->seen,
			.vlan = request->vlan,
		},
	};
	memcpy(draft->head.interface, request->interface, sizeof(draft->head.interface));
}

/* Is each address that DHCPv6 has assigned to the host one of its registration? */
static bool has_leased(const struct registration_draft *draft,
                       const struct registration_request *request)
{
	for (size_t i = 0; request->has_lease6 && i < request->lease6.address_count; i++)
		if (address_index(draft->addresses, draft->head.address_count,
		                  &request->lease6.addresses[i].address) < 0)
			return false;
	return true;
}

/* The registration as it will be when the request is carried out. */
static enum reject_reason plan(const struct host *host, const struct registration_request *request,
                               const struct now *now, uint32_t random,
                               struct registration_draft *draft)
{
	const struct ipv6 source = ipv4_mapped(request->source);

	if (continues(host, request))
		registration_read(host->registration, draft);
	else if (request->address_count)
		begin(host, request, random, draft);
	else
		return REJECT_MISSING_ADDRESS;
	if (!add_request(draft, request))
		return REJECT_TOO_MANY;
	if (request->has_lease &&
	    address_index(draft->addresses, draft->head.address_count, &source) < 0)
		return REJECT_SOURCE_MISMATCH;
	if (!has_leased(draft, request))
		return REJECT_MISSING_ADDRESS;
	if (ipv4_is_set(request->backup_of))
		draft->head.backup_of = request->backup_of;
	if (request->timer)
		draft->head.until = now->boot + (int64_t)request->timer * 1000;
	if (request->lifetime)
		draft->head.lifetime = (int64_t)request->lifetime * 1000;
	draft->head.since = now->boot;
	draft->head.reported = 0;
	return REJECT_NONE;
}

static size_t weight(const struct pending_registration *waiting)
{
	return waiting->request.address_count ? waiting->request.address_count : 1;
}

/* All wait equally long; who need not is due before them. */
static void enqueue(struct registrar *registrar, struct pending_registration *waiting, bool at_once)
{
	if (at_once)
		DL_PREPEND(registrar->waiting, waiting);
	else
		DL_APPEND(registrar->waiting, waiting);
	HASH_ADD(hh, registrar->by_mac, request.mac, sizeof(waiting->request.mac), waiting);
	registrar->count += weight(waiting);
}

enum reject_reason register_submit(struct registrar *registrar, const struct host_table *table,
                                   struct host *host, const struct registration_request *request,
                                   void *requester, const struct now *now, uint32_t random,
                                   bool *ask)
{
	enum reject_reason reason = judge(table, host, request);
	struct registration_draft draft;
	struct pending_registration *waiting;

	if (!reason)
		reason = plan(host, request, now, random, &draft);
	if (reason)
		return reason;
	waiting = malloc(sizeof(*waiting));
	if (!waiting)
		return REJECT_TABLES_FULL;
	/* a backup finds out later who answers: the first proxy does, if all is well */
	*ask = request->address_count && !ipv4_is_set(draft.head.backup_of);
	*waiting = (struct pending_registration){
		.request = *request,
		.registration = draft,
		.host = host,
		.requester = requester,
		.deadline = now->mono + (*ask ? REGISTER_CHECK_TIME : 0),
	};
	enqueue(registrar, waiting, !*ask);
	return REJECT_NONE;
}

static bool take(struct registrar *registrar, struct pending_registration *waiting,
                 struct pending_registration *taken)
{
	if (!waiting)
		return false;
	*taken = *waiting;
	DL_DELETE(registrar->waiting, waiting);
	HASH_DELETE(hh, registrar->by_mac, waiting);
	registrar->count -= weight(waiting);
	free(waiting);
	return true;
}

static bool asks_for(const struct registration_request *request, const struct ipv6 *address)
{
	for (size_t i = 0; i < request->address_count; i++)
		if (ip_equal(&request->addresses[i].address, address))
			return true;
	return false;
}

bool register_address_in_use(struct registrar *registrar, const struct ipv6 *address,
                             const struct mac *mac, struct pending_registration *taken)
{
	struct pending_registration *waiting;

	DL_FOREACH (registrar->waiting, waiting) {
		if (!asks_for(&waiting->request, address))
			continue;
		if (!mac_equal(&waiting->request.mac, mac))
			return take(registrar, waiting, taken);
		waiting->registration.head.seen = true;
	}
	return false;
}

bool register_cancel(struct registrar *registrar, const struct mac *mac,
                     struct pending_registration *taken)
{
	return take(registrar, find(registrar, mac), taken);
}

bool register_due(struct registrar *registrar, int64_t now, struct pending_registration *taken)
{
	struct pending_registration *first = registrar->waiting;

	return first && first->deadline <= now && take(registrar, first, taken);
}

int64_t register_deadline(const struct registrar *registrar)
{
	return registrar->waiting ? registrar->waiting->deadline : INT64_MAX;
}

/* One that has not sent its Wakeup Report yet still may, and must be known for it. */
static bool is_over(const struct host *host, int64_t boot)
{
	const struct registration *registration = host->registration;

	return host_is_registered_only(host) && !host->proposal && !registration->active &&
	       (registration->reported ||
	        boot - (registration->until - REGISTRATION_LINGER) > REPORT_TIME);
}

static struct host *longest_over(struct host_table *table, int64_t boot)
{
	struct host *longest = NULL, *host;

	DL_FOREACH2 (table->first_registered_only, host, next_registered)
		if (is_over(host, boot) &&
		    (!longest || host->registration->until < longest->registration->until))
			longest = host;
	return longest;
}

/* The list is in the order in which they became known. */
static struct host *first_unseen(struct host_table *table, int64_t boot, bool at_once)
{
	struct host *host;

	DL_FOREACH2 (table->first_registered_only, host, next_registered) {
		const struct registration *registration = host->registration;

		if (registration && registration->active && !registration->seen &&
		    !host->proposal && (at_once || boot - registration->since >= UNSEEN_TIME))
			return host;
	}
	return NULL;
}

bool register_has_room(struct host_table *table, const struct host *host,
                       const struct registration *registration, unsigned int max, int64_t boot,
                       struct host **replaced)
{
	*replaced = NULL;
	if ((host && (host_is_registered_only(host) || host_is_wanted(host))) ||
	    table->registered_only < max)
		return true;
	*replaced = max ? longest_over(table, boot) : NULL;
	if (!*replaced && max)
		*replaced = first_unseen(table, boot, registration->seen);
	return *replaced;
}

enum reject_reason register_check_report(const struct host *host, uint16_t client_id,
                                         uint16_t transaction)
{
	const struct registration *registration = host ? host->registration : NULL;

	if (!registration || registration->client_id != client_id ||
	    !(registration->active || registration->until))
		return REJECT_UNKNOWN_CLIENT;
	/* a late report of a former registration must not end the present one */
	return registration->transaction == transaction ? REJECT_NONE : REJECT_STALE_TRANSACTION;
}

const struct reject_words reject_words[REJECT_REASONS] = {
	[REJECT_NONE] = { "none", "accepted" },
	[REJECT_MAC_MISMATCH] = { "mac_mismatch", "MAC does not match the sender" },
	[REJECT_SOURCE_MISMATCH] = { "source_mismatch", "address does not match the sender" },
	[REJECT_INVALID_ADDRESS] = { "invalid_address", "not a host's address" },
	[REJECT_OWN_ADDRESS] = { "own_address", "address of the proxy itself" },
	[REJECT_GATEWAY_ADDRESS] = { "gateway_address", "address of the proxy's gateway" },
	[REJECT_OFF_LINK] = { "off_link", "address in none of the interface's subnets" },
	[REJECT_ADDRESS_TAKEN] = { "address_taken", "another known host has the address" },
	[REJECT_ADDRESS_IN_USE] = { "address_in_use", "another machine answers for the address" },
	[REJECT_MISSING_ADDRESS] = { "missing_address",
	                             "no address, or not the leased ones, and no earlier part of the "
	                             "request has them" },
	[REJECT_TOO_MANY] = { "too_many", "more addresses, ports or parts than a host may have" },
	[REJECT_LIMIT_REACHED] = { "limit_reached", "max-registrations reached" },
	[REJECT_TABLES_FULL] = { "tables_full", "the maps are full" },
	[REJECT_STORE_FAILED] = { "store_failed", "the store cannot keep it" },
	[REJECT_BUSY] = { "busy", "another change of the host is being stored" },
	[REJECT_UNKNOWN_CLIENT] = { "unknown_client", "Client Identifier is not this host's" },
	[REJECT_STALE_TRANSACTION] = { "stale_transaction",
	                               "another request has replaced this registration" },
};
