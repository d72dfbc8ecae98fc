// SPDX-License-Identifier: GPL-2.0-or-later
#include "agent/request.h"

#include <string.h>
#include <sys/param.h>

#include "base/addr.h"

/*
 * What there is to be said, in pieces: how many of a kind there are, and how one of them is added
 * to a request. False: it has no room for more of the kind.
 */
struct kind {
	size_t (*count)(const struct presence *presence);
	bool (*add)(struct npp_request *request, const struct presence *presence, size_t index);
};

static bool add_address(struct npp_request *request, const struct presence *presence, size_t index)
{
	if (request->pair_count == NPP_PAIRS)
		return false;
	request->pairs[request->pair_count++] =
		(struct npp_pair){ presence->mac, presence->addresses[index] };
	return true;
}

static size_t count_backup(const struct presence *presence)
{
	return ipv4_is_set(presence->backup_of);
}

static bool add_backup(struct npp_request *request, const struct presence *presence, size_t index)
{
	(void)index;
	request->backup_of = presence->backup_of;
	return true;
}

static size_t count_lease(const struct presence *presence)
{
	return presence->has_lease;
}

static bool add_lease(struct npp_request *request, const struct presence *presence, size_t index)
{
	const struct presence_lease *lease = &presence->lease;

	(void)index;
	request->has_lease = true;
	request->lease_total = (uint16_t)MIN(lease->total, NPP_LEASE_LONG);
	request->lease_left = (uint16_t)MIN(lease->left, request->lease_total);
	request->lease_server = lease->server;
	return true;
}

static size_t count_client_id(const struct presence *presence)
{
	return presence->has_lease && presence->lease.client_id_length;
}

static bool add_client_id(struct npp_request *request, const struct presence *presence,
                          size_t index)
{
	(void)index;
	request->client_id_length = presence->lease.client_id_length;
	memcpy(request->client_id, presence->lease.client_id, sizeof(request->client_id));
	return true;
}

static size_t count_hostname(const struct presence *presence)
{
	return *presence->hostname != '\0';
}

static bool add_hostname(struct npp_request *request, const struct presence *presence, size_t index)
{
	(void)index;
	memcpy(request->hostname, presence->hostname, sizeof(request->hostname));
	return true;
}

static size_t count_timer(const struct presence *presence)
{
	return presence->timer != 0;
}

static bool add_timer(struct npp_request *request, const struct presence *presence, size_t index)
{
	(void)index;
	request->timer = presence->timer;
	return true;
}

/* That there are none is said, too. */
static size_t count_ports(const struct presence *presence)
{
	return presence->has_ports ? MAX(presence->wake.count, 1) : 0;
}

static bool add_port(struct npp_request *request, const struct presence *presence, size_t index)
{
	request->has_ports = true;
	if (index >= presence->wake.count)
		return true;
	if (request->port_count == NPP_PORTS)
		return false;
	request->ports[request->port_count++] = presence->wake.ports[index];
	return true;
}

static size_t count_addresses6(const struct presence *presence)
{
	return presence->address6_count;
}

static bool add_address6(struct npp_request *request, const struct presence *presence, size_t index)
{
	if (request->address6_count == NPP_ADDRESSES6)
		return false;
	request->addresses6[request->address6_count++] = presence->addresses6[index];
	return true;
}

static const struct kind addresses = { .add = add_address };
static const struct kind backup = { count_backup, add_backup };

/* In the order in which they are said, behind the first address and who is to answer for it. */
static const struct kind rest[] = {
	{ count_lease, add_lease },       { count_client_id, add_client_id },
	{ count_hostname, add_hostname }, { count_timer, add_timer },
	{ count_ports, add_port },        { count_addresses6, add_address6 },
};

/* What is said so far, as it would stand on the wire. */
struct making {
	const struct presence *presence;
	struct npp_message empty;
	struct request *request;
};

static bool begin_part(struct making *making, struct ipv4 source)
{
	struct request *request = making->request;

	if (request->count == REQUEST_PARTS)
		return false;
	request->parts[request->count++] = (struct request_part){ source, making->empty };
	return true;
}

/* To the last part, where it fits. */
static bool add_here(struct making *making, const struct kind *kind, size_t index)
{
	struct request_part *part = &making->request->parts[making->request->count - 1];
	struct npp_message fuller = part->message;
	uint8_t octets[NPP_MESSAGE_MAX];

	if (!kind->add(&fuller.request, making->presence, index) ||
	    !npp_write(&fuller, NPP_ICMP_TYPE, octets))
		return false;
	part->message = fuller;
	return true;
}

static bool add(struct making *making, const struct kind *kind, size_t index)
{
	if (add_here(making, kind, index))
		return true;
	return begin_part(making, making->presence->addresses[0]) && add_here(making, kind, index);
}

static bool add_all(struct making *making, const struct kind *kind, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (!add(making, kind, i))
			return false;
	}
	return true;
}

/* A backup looks for who answers later; any other does so before it confirms an address. */
static bool add_backup_of(struct making *making)
{
	return add_all(making, &backup, backup.count(making->presence));
}

/* Each for itself, from itself. */
static bool add_others(struct making *making)
{
	const struct presence *presence = making->presence;

	for (size_t i = 1; i < presence->address_count; i++) {
		if (!begin_part(making, presence->addresses[i]) ||
		    !add_here(making, &addresses, i) || !add_backup_of(making))
			return false;
	}
	return true;
}

bool request_make(const struct presence *presence, uint16_t transaction, bool is_signed,
                  struct request *request)
{
	struct making making = {
		.presence = presence,
		.empty = { .transaction = transaction,
		           .subtype = NPP_SLEEP_REQUEST,
		           .authenticated = is_signed },
		.request = request,
	};

	request->count = 0;
	if (!presence->address_count || !begin_part(&making, presence->addresses[0]) ||
	    !add_all(&making, &addresses, is_signed ? presence->address_count : 1) ||
	    !add_backup_of(&making))
		return false;
	for (size_t i = 0; i < sizeof(rest) / sizeof(*rest); i++) {
		if (!add_all(&making, &rest[i], rest[i].count(presence)))
			return false;
	}
	return is_signed || add_others(&making);
}
