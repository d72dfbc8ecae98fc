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

/* Not the host itself, and an address of one machine (RFC 1122, 3.2.1.3). */
static __always_inline bool connection_source_is_valid(const struct iphdr *ip)
{
	const struct ipv4 *peer = (const struct ipv4 *)&ip->saddr;
	struct host_ref host, owner;

	if (!peer->octet[0] || peer->octet[0] == NET_LOOPBACK || peer->octet[0] >= NET_GROUPS)
		return false;
	return !host_by_address(peer, &owner) ||
	       !host_by_address((const struct ipv4 *)&ip->daddr, &host) ||
	       !mac_equal(owner.mac, host.mac);
}

static __always_inline __u32 connection_pseudo_header(const struct iphdr *ip, __u32 octets)
{
	const __u16 *addresses = (const __u16 *)&ip->saddr;

	return checksum_fold((__u32)addresses[0] + addresses[1] + addresses[2] + addresses[3] +
	                     bpf_htons(ip->protocol) + bpf_htons(octets));
}

/*
 * Also right is the sum of the pseudo header alone, which is what a sender on this machine or over
 * veth leaves to a network card that never sees the frame. UDP may have none (RFC 768). The first
 * of several fragments has that of all.
 */
static __always_inline enum outcome connection_transport(struct xdp_md *xdp, const struct iphdr *ip,
                                                         __u64 offset, struct checksum_chunk *chunk)
{
	const bool is_udp = ip->protocol == PROTOCOL_UDP;
	const struct tcphdr *tcp = (const struct tcphdr *)chunk->octet;
	const struct udphdr *udp = (const struct udphdr *)chunk->octet;
	__u64 octets, pseudo, check; /* because of stack slots: see the Makefile */

	if (!checksum_load(xdp, offset, is_udp ? sizeof(*udp) : sizeof(*tcp), chunk))
		return OUTCOME_TRANSPORT_MALFORMED;
	if (!udp->source || !udp->dest)
		return OUTCOME_WAKE_ZERO;
	octets = is_udp ? bpf_ntohs(udp->len) : bpf_ntohs(ip->tot_len) - ipv4_header_octets(ip);
	check = tcp->check;
	/* or clang adds an offset that depends on the protocol to the pointer, which is refused */
	asm volatile("" : "+r"(check));
	if (is_udp)
		check = udp->check;
	pseudo = connection_pseudo_header(ip, octets);
	if (!ipv4_is_whole(ip) || check == pseudo || (is_udp && !check) ||
	    checksum_of(xdp, offset, octets, pseudo) == CHECKSUM_RIGHT)
		return OUTCOME_WAKE_STARTED;
	return OUTCOME_WAKE_CHECKSUM;
}

/* Instead of a position. */
enum { OPTION_ROUTES = 0x100, OPTION_MALFORMED };

/*
 * Where the option at `at` ends, in the header of `octets` that is in checksum_scratch; or that it
 * chooses the route back (RFC 7126, 4.3 and 4.4), or that its length is inconsistent. Global, so
 * that the verifier goes through it once, and not for each option after each other.
 */
__noinline __u32 connection_option(__u32 at, __u32 octets)
{
	struct checksum_chunk *header = bpf_map_lookup_elem(&checksum_scratch, &ONLY_ROW);
	__u32 kind, length;

	if (!header || at >= IPV4_HEADER_MAX)
		return OPTION_MALFORMED;
	asm volatile("" : "+r"(at)); /* so that clang keeps the bounds that the verifier wants */
	at &= IPV4_HEADER_MAX | 3;
	kind = header->octet[at];
	length = header->octet[at + 1];
	if (kind == OPTION_END || at >= octets)
		return octets;
	if (kind == OPTION_LOOSE_ROUTE || kind == OPTION_STRICT_ROUTE)
		return OPTION_ROUTES;
	if (kind == OPTION_NONE)
		return at + 1;
	return length < 2 || at + length > octets ? OPTION_MALFORMED : at + length;
}

/*
 * They are looked at one by one, since without CAP_PERFMON the verifier lets nobody add to a
 * pointer what is a constant on one path and a variable on another.
 */
static __always_inline enum outcome connection_options(__u32 octets)
{
	__u32 next = sizeof(struct iphdr);

#pragma unroll
	for (__u32 at = sizeof(struct iphdr); at < IPV4_HEADER_MAX; at++)
		if (at == next)
			next = connection_option(at, octets);
	if (next == OPTION_ROUTES)
		return OUTCOME_WAKE_SOURCE_ROUTE;
	return next == OPTION_MALFORMED ? OUTCOME_TRANSPORT_MALFORMED : OUTCOME_WAKE_STARTED;
}

/* Of an IPv4 header of `octets` at `offset`. Global for the same reason as checksum_of(). */
__noinline int connection_header(struct xdp_md *xdp, __u32 offset, __u32 octets)
{
	struct checksum_chunk *header = bpf_map_lookup_elem(&checksum_scratch, &ONLY_ROW);

	if (!header || !checksum_load(xdp, offset, octets, header))
		return OUTCOME_TRANSPORT_MALFORMED;
	if (checksum_add(0, header) != CHECKSUM_RIGHT)
		return OUTCOME_WAKE_CHECKSUM;
	return connection_options(octets);
}

/* OUTCOME_WAKE_STARTED: nothing is wrong with it. Otherwise why it wakes nobody. Global too. */
__noinline int connection_check(struct xdp_md *xdp)
{
	struct checksum_chunk *chunk = bpf_map_lookup_elem(&checksum_scratch, &ONLY_ROW);
	const struct iphdr *ip;
	enum outcome outcome;
	struct frame frame;
	__u64 offset; /* of the transport header: kept on the stack, and stored there once */

	if (!chunk || !frame_parse(&frame, xdp))
		return OUTCOME_ETHER_MALFORMED;
	ip = CURSOR_TAKE(&frame.cursor, struct iphdr);
	if (!ip)
		return OUTCOME_IPV4_MALFORMED;
	offset = frame.payload_offset + ipv4_header_octets(ip);
	asm volatile("" : "+r"(offset));
	if (!ip->ttl)
		return OUTCOME_WAKE_ZERO;
	if (!connection_source_is_valid(ip))
		return OUTCOME_WAKE_SOURCE_INVALID;
	outcome = connection_header(xdp, offset - ipv4_header_octets(ip), ipv4_header_octets(ip));
	return outcome == OUTCOME_WAKE_STARTED ? connection_transport(xdp, ip, offset, chunk)
	                                       : outcome;
}

#endif
