/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A connection to a sleeping host. In: a TCP or UDP packet whose lengths are consistent. Out:
 * whether the host, if it were up, could take it and answer; noise that it would drop is no reason
 * to wake it.
 */
#ifndef SLEEPPROXY_CONNECTION_BPF_H
#define SLEEPPROXY_CONNECTION_BPF_H

#include "checksum.bpf.h"
#include "ipv4_packet.bpf.h"

/* RFC 791, 3.1 */
#define OPTION_END 0
#define OPTION_NONE 1
#define OPTION_LOOSE_ROUTE 131
#define OPTION_STRICT_ROUTE 137

#define NET_LOOPBACK 127
#define NET_GROUPS 224 /* and above: multicast, reserved */

/* The pointers, other than `host`, are into the frame. */
struct connection {
	const struct host_ref *host;
	const struct iphdr *ip;
	const __be16 *ports;    /* source and destination, the first fields of TCP and of UDP */
	const __sum16 *check;   /* the transport's checksum */
	__u64 transport_octets; /* that it is of; 0: the rest is in other fragments */
};

static __always_inline const struct ipv4 *connection_peer(const struct connection *connection)
{
	return (const struct ipv4 *)&connection->ip->saddr;
}

/* Its own addresses, and those that are none of a machine on another link or this one. */
static __always_inline bool connection_source_is_valid(const struct connection *connection)
{
	const struct ipv4 *peer = connection_peer(connection);
	struct host_ref owner;

	if (!peer->octet[0] || peer->octet[0] == NET_LOOPBACK || peer->octet[0] >= NET_GROUPS)
		return false;
	return !host_by_address(peer, &owner) || !mac_equal(owner.mac, connection->host->mac);
}

static __always_inline __u32 connection_pseudo_header(const struct connection *connection)
{
	const __u16 *addresses = (const __u16 *)&connection->ip->saddr;

	return checksum_fold((__u32)addresses[0] + addresses[1] + addresses[2] + addresses[3] +
	                     bpf_htons(connection->ip->protocol) +
	                     bpf_htons(connection->transport_octets));
}

/*
 * Also right is the sum of the pseudo header alone, which is what a sender on this machine or over
 * veth leaves to a network card that never sees the frame. UDP may have none (RFC 768).
 */
static __always_inline bool connection_transport(const struct frame *frame,
                                                 const struct connection *connection)
{
	const __u32 header = ipv4_header_octets(connection->ip);
	const __u32 pseudo = connection_pseudo_header(connection);

	if (!connection->transport_octets || *connection->check == pseudo ||
	    (!*connection->check && connection->ip->protocol == PROTOCOL_UDP))
		return true;
	return checksum_of(frame->xdp, frame->payload_offset + header, connection->transport_octets,
	                   pseudo) == CHECKSUM_RIGHT;
}

/*
 * A sender that chooses the route back (RFC 7126, 4.3 and 4.4), or lengths of options that are
 * inconsistent. `header` has `octets`, which are looked at one by one, since without CAP_PERFMON
 * the verifier lets nobody add to a pointer what is a constant on one path and a variable on
 * another.
 */
static __always_inline enum outcome connection_options(const struct checksum_chunk *header,
                                                       __u32 octets)
{
	__u32 next = sizeof(struct iphdr);

#pragma unroll
	for (__u32 at = sizeof(struct iphdr); at < IPV4_HEADER_MAX; at++) {
		const __u8 kind = header->octet[at], length = header->octet[at + 1];

		if (at != next)
			continue;
		if (at == octets || kind == OPTION_END)
			break;
		if (kind == OPTION_LOOSE_ROUTE || kind == OPTION_STRICT_ROUTE)
			return OUTCOME_WAKE_SOURCE_ROUTE;
		if (kind != OPTION_NONE && (length < 2 || at + length > octets))
			return OUTCOME_TRANSPORT_MALFORMED;
		next = at + (kind == OPTION_NONE ? 1 : length);
	}
	return OUTCOME_WAKE_STARTED;
}

/* Of an IPv4 header of `octets` at `offset`. Global for the same reason as checksum_of(). */
__noinline int connection_header(struct xdp_md *xdp, __u32 offset, __u32 octets)
{
	struct checksum_chunk *header = bpf_map_lookup_elem(&checksum_scratch, &ONLY_ROW);

	if (!header || !checksum_load(xdp, offset, octets, header))
		return OUTCOME_TRANSPORT_MALFORMED;
	if (checksum_add(0, header) != CHECKSUM_RIGHT)
		return OUTCOME_WAKE_CHECKSUM;
	return connection_options(header, octets);
}

/* OUTCOME_WAKE_STARTED: nothing is wrong with it. Otherwise why it wakes nobody. */
static __noinline enum outcome connection_check(const struct frame *frame,
                                                const struct connection *connection)
{
	enum outcome outcome;

	if (!connection->ip->ttl || !connection->ports[0] || !connection->ports[1])
		return OUTCOME_WAKE_ZERO;
	if (!connection_source_is_valid(connection))
		return OUTCOME_WAKE_SOURCE_INVALID;
	outcome = connection_header(frame->xdp, frame->payload_offset,
	                            ipv4_header_octets(connection->ip));
	if (outcome != OUTCOME_WAKE_STARTED)
		return outcome;
	return connection_transport(frame, connection) ? OUTCOME_WAKE_STARTED
	                                               : OUTCOME_WAKE_CHECKSUM;
}

#endif
