// SPDX-License-Identifier: GPL-2.0-or-later
#include "agent/sleep_request.h"

#include <errno.h>
#include <string.h>
#include <sys/param.h>

#include "base/clock.h"

enum {
	REPORT_TIME = 1000,   /* ms: enough to send a report twice */
	REPORT_RESERVE = 100, /* ms, left for it in any case */
};

/* The host info in pieces, each of which goes whole into one part. */
enum piece {
	PIECE_ADDRESS,
	PIECE_LEASE,
	PIECE_HOSTNAME,
	PIECE_TIMES,
	PIECE_PORT,
	PIECE_ADDRESS6,
	PIECE_LEASE6, /* a proxy takes it for addresses that it knows */
};

static void add_lease(struct npp_request *request, const struct client_lease *lease)
{
	request->has_lease = true;
	request->lease_total = (uint16_t)MIN(lease->total, NPP_LEASE_LONG);
	request->lease_left = (uint16_t)MIN(lease->left, request->lease_total);
	request->lease_server = lease->server;
	request->client_id_length = lease->client_id.length;
	memcpy(request->client_id, lease->client_id.data, sizeof(request->client_id));
}

/*
 * The `index`-th of a kind; nothing, where the host has none of it. False: the message has no room
 * for more of the kind.
 */
static bool add_piece(struct npp_request *request, const struct host_info *info, enum piece piece,
                      size_t index)
{
	switch (piece) {
	case PIECE_ADDRESS: /* no more than NPP_PAIRS */
		/* with each: a proxy that is no backup checks who answers for the address */
		request->backup_of = info->backup_of;
		request->pairs[request->pair_count++] =
			(struct npp_pair){ info->mac, host_info_ipv4(info, index) };
		break;
	case PIECE_LEASE:
		if (info->has_lease)
			add_lease(request, &info->lease);
		break;
	case PIECE_HOSTNAME:
		memcpy(request->hostname, info->hostname, sizeof(request->hostname));
		break;
	case PIECE_TIMES:
		request->timer = info->timer;
		request->lifetime = info->lifetime;
		break;
	case PIECE_PORT:
		if (request->port_count == NPP_PORTS)
			return false;
		request->has_ports = info->has_ports; /* without ports: no port wakes it */
		if (index < info->wake.count)
			request->ports[request->port_count++] = info->wake.ports[index];
		break;
	case PIECE_ADDRESS6:
		if (request->address6_count == NPP_ADDRESSES6)
			return false;
		request->addresses6[request->address6_count++] =
			info->addresses[info->ipv4_count + index];
		break;
	case PIECE_LEASE6:
		request->has_lease6 = true;
		request->lease6 = info->lease6;
		break;
	}
	return true;
}

_Static_assert((int)IFACE_IPV4 <= (int)NPP_PAIRS, "a message has room for all IPv4 addresses");

static bool start_part(struct sleep_request *request, struct ipv4 source)
{
	if (request->count == SLEEP_REQUEST_PARTS)
		return false;
	request->parts[request->count++] = (struct sleep_request_part){
		.source = source,
		.message = { .transaction = request->transaction,
		             .subtype = NPP_SLEEP_REQUEST,
		             .authenticated = request->is_signed },
	};
	return true;
}

/* To the last part. False: it does not fit, and the part is unchanged. */
static bool add_to_part(struct sleep_request *request, enum piece piece, size_t index)
{
	struct sleep_request_part *part = &request->parts[request->count - 1];
	struct npp_message extended = part->message;
	uint8_t octets[NPP_MESSAGE_MAX];

	if (!add_piece(&extended.request, request->info, piece, index) ||
	    !npp_message_write(&extended, NPP_ICMP_TYPE, octets))
		return false;
	part->message = extended;
	return true;
}

/* The first `count` of a kind, in further parts where they do not fit. */
static bool add_pieces(struct sleep_request *request, enum piece piece, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (!add_to_part(request, piece, i) &&
		    !(start_part(request, host_info_ipv4(request->info, 0)) &&
		      add_to_part(request, piece, i)))
			return false;
	return true;
}

bool sleep_request_make(const struct host_info *info, uint16_t transaction, bool is_signed,
                        struct sleep_request *request)
{
	*request = (struct sleep_request){ .info = info,
		                           .transaction = transaction,
		                           .is_signed = is_signed };
	if (!info->ipv4_count || !start_part(request, host_info_ipv4(info, 0)) ||
	    !add_pieces(request, PIECE_ADDRESS, is_signed ? info->ipv4_count : 1))
		return false;
	for (enum piece piece = PIECE_LEASE; piece <= PIECE_TIMES; piece++)
		if (!add_pieces(request, piece, 1))
			return false;
	if (!add_pieces(request, PIECE_PORT, info->has_ports ? MAX(info->wake.count, 1) : 0) ||
	    !add_pieces(request, PIECE_ADDRESS6, info->address_count - info->ipv4_count) ||
	    !add_pieces(request, PIECE_LEASE6, info->has_lease6))
		return false;
	for (size_t i = 1; i < info->ipv4_count && !is_signed; i++)
		if (!start_part(request, host_info_ipv4(info, i)) ||
		    !add_to_part(request, PIECE_ADDRESS, i))
			return false;
	return true;
}

/*
 * An unsigned Sleep Confirm does not say which part of a request it confirms. A slow proxy may
 * answer each retransmission, one after another and each as late as the first: await those answers,
 * so that none is taken for that to the next part.
 */
static int await_duplicates(struct transaction *transaction, int64_t deadline)
{
	const int64_t now = clock_ms();
	const int64_t latency = (now - transaction->first_sent) * transaction->sent;
	const int64_t ends = MIN(transaction->last_sent + latency, now + (deadline - now) / 2);
	int err = 0;

	for (unsigned int more = transaction->sent - 1; more && !err && clock_ms() < ends; more--) {
		transaction_listen(transaction, ends);
		err = transactions_await(transaction, 1, ends);
	}
	return err;
}

static int send_part(const struct channel *channel, struct proxy_registration *registration,
                     struct sleep_request_part *part, bool is_last, int64_t deadline)
{
	struct transaction transaction;
	int err = transaction_prepare(&transaction, channel, registration, part->source,
	                              &part->message);

	if (!err)
		err = transaction_run(&transaction, deadline);
	if (err)
		return err;
	registration->client = transaction.answer.client.id;
	return is_last || channel->keys ? 0 : await_duplicates(&transaction, deadline);
}

static int send_request(const struct channel *channel, const struct candidate *candidate,
                        const struct host_info *info, int64_t wait, int64_t deadline,
                        struct proxy_registration *registration)
{
	struct proxy_registration made = {
		.proxy = candidate->address,
		.proxy_mac = candidate->mac,
		.transaction = random_transaction_id(),
		.key = channel->keys ? channel->key : 0,
		.host_info = *info,
	};
	struct sleep_request request;
	struct transaction report;
	int err = 0;

	memcpy(made.interface, channel->iface.name, sizeof(made.interface));
	host_info_restrict(&made.host_info, candidate->services, candidate->service_count);
	if (!sleep_request_make(&made.host_info, made.transaction, channel->keys, &request))
		return -EMSGSIZE;
	for (size_t i = 0; i < request.count && !err; i++) {
		/* once a part is confirmed, there must be time to report it */
		const int64_t last = i ? deadline - REPORT_RESERVE : deadline;

		err = send_part(channel, &made, &request.parts[i], i + 1 == request.count,
		                MIN(last, clock_ms() + wait));
	}
	/* best effort: without it the proxy sees the host awake, or is asked again */
	if (err && made.client && !transaction_report(&report, channel, &made))
		transaction_run(&report, MIN(deadline, clock_ms() + REPORT_TIME));
	if (err)
		return err;
	text_from_time(clock_now().wall, made.when);
	*registration = made;
	return 0;
}

/* A proxy may know too little of IPv6's prefixes, and refuse those addresses alone. */
int sleep_request_send(const struct channel *channel, const struct candidate *candidate,
                       const struct host_info *info, int64_t wait, int64_t deadline,
                       struct proxy_registration *registration)
{
	struct host_info ipv4 = *info;
	int err = send_request(channel, candidate, info, wait, deadline, registration);

	if (err != -ECONNREFUSED || info->address_count == info->ipv4_count ||
	    !service_in_list(candidate->services, candidate->service_count, NPP_SERVICE_ND))
		return err;
	ipv4.address_count = info->ipv4_count;
	ipv4.has_lease6 = false;
	err = send_request(channel, candidate, &ipv4, wait, deadline, registration);
	if (!err)
		registration->host_info.missed[registration->host_info.missed_count++] = MISSED_ND;
	return err;
}
