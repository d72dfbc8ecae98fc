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
#include "ipv6_packet.bpf.h"

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

/* As connection_source_is_valid(). */
static __always_inline bool connection_source6_is_valid(const struct ipv6hdr *ip)
{
	struct host_ref host, owner;

	if (!ipv6_source_is_valid(ip))
		return false;
	return !host_by_address6(ipv6_source(ip), &owner) ||
	       !host_by_address6(ipv6_destination(ip), &host) || !mac_equal(owner.mac, host.mac);
}

/* With TRANSPORT_WHOLE. */
#define CONNECTION_IPV6 0x200

/*
 * Also right is the sum of the pseudo header alone, which is what a sender on this machine or over
 * veth leaves to a network card that never sees the frame. UDP may have none, but over IPv4 alone
 * (RFC 768; RFC 8200, 8.1). The first of several fragments has that of all.
 */
static __always_inline enum outcome connection_ports(struct xdp_md *xdp, struct transport transport,
                                                     __u64 addresses, struct checksum_chunk *chunk)
{
	const __u64 at = transport.at, protocol = transport.protocol;
	const bool is_udp = (protocol & TRANSPORT_PROTOCOL) == PROTOCOL_UDP;
	const struct tcphdr *tcp = (const struct tcphdr *)chunk->octet;
	const struct udphdr *udp = (const struct udphdr *)chunk->octet;
	__u64 octets = transport.end - at, pseudo,
	      check; /* because of stack slots: see the Makefile */

	if (!checksum_load(xdp, at, is_udp ? sizeof(*udp) : sizeof(*tcp), chunk))
		return OUTCOME_TRANSPORT_MALFORMED;
	if (!udp->source || !udp->dest)
		return OUTCOME_WAKE_ZERO;
	if (is_udp)
		octets = bpf_ntohs(udp->len);
	check = tcp->check;
	/* or clang adds an offset that depends on the protocol to the pointer, which is refused */
	asm volatile("" : "+r"(check));
	if (is_udp)
		check = udp->check;
	if (is_udp && !check)
		return protocol & CONNECTION_IPV6 ? OUTCOME_WAKE_CHECKSUM : OUTCOME_WAKE_STARTED;
	pseudo = checksum_fold64(addresses + bpf_htons(protocol & TRANSPORT_PROTOCOL) +
	                         bpf_htons(octets));
	if (!(protocol & TRANSPORT_WHOLE) || check == pseudo ||
	    checksum_of(xdp, at, octets, pseudo) == CHECKSUM_RIGHT)
		return OUTCOME_WAKE_STARTED;
	return OUTCOME_WAKE_CHECKSUM;
}

/* An echo request of ICMP, or of ICMPv6, which alone has a pseudo header. */
static __always_inline enum outcome connection_echo(struct xdp_md *xdp, struct transport transport,
                                                    __u64 addresses)
{
	const __u64 octets = transport.end - transport.at;
	const __u64 pseudo = transport.protocol & CONNECTION_IPV6
	                             ? addresses + bpf_htons(PROTOCOL_ICMPV6) + bpf_htons(octets)
	                             : 0;

	return checksum_of(xdp, transport.at, octets, checksum_fold64(pseudo)) == CHECKSUM_RIGHT
	               ? OUTCOME_WAKE_STARTED
	               : OUTCOME_WAKE_CHECKSUM;
}

static __always_inline enum outcome connection_transport(struct xdp_md *xdp,
                                                         struct transport transport,
                                                         __u64 addresses)
{
	struct checksum_chunk *chunk = bpf_map_lookup_elem(&checksum_scratch, &ONLY_ROW);

	if (!chunk || transport.at > transport.end)
		return OUTCOME_TRANSPORT_MALFORMED;
	return transport_has_ports(transport.protocol)
	               ? connection_ports(xdp, transport, addresses, chunk)
	               : connection_echo(xdp, transport, addresses);
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

/* OUTCOME_WAKE_STARTED: nothing is wrong with the IP header, and `addresses` is their sum. */
static __always_inline enum outcome connection_check4(struct frame *frame, __u64 *addresses)
{
	const struct iphdr *ip = CURSOR_TAKE(&frame->cursor, struct iphdr);

	if (!ip)
		return OUTCOME_IPV4_MALFORMED;
	if (!ip->ttl)
		return OUTCOME_WAKE_ZERO;
	if (!connection_source_is_valid(ip))
		return OUTCOME_WAKE_SOURCE_INVALID;
	*addresses = checksum_words(0, &ip->saddr, 2 * sizeof(ip->saddr));
	return connection_header(frame->xdp, frame->payload_offset, ipv4_header_octets(ip));
}

static __always_inline enum outcome connection_check6(struct frame *frame, __u64 *addresses)
{
	const struct ipv6hdr *ip = CURSOR_TAKE(&frame->cursor, struct ipv6hdr);

	if (!ip)
		return OUTCOME_IPV6_MALFORMED;
	if (!ip->hop_limit)
		return OUTCOME_WAKE_ZERO;
	if (!connection_source6_is_valid(ip))
		return OUTCOME_WAKE_SOURCE_INVALID;
	*addresses = checksum_words(0, ip->saddr, 2 * sizeof(ip->saddr));
	return OUTCOME_WAKE_STARTED;
}

/* The same of the whole; otherwise why it wakes nobody. Global too. */
__noinline int connection_check(struct xdp_md *xdp, __u32 at, __u32 end, __u32 protocol)
{
	struct transport transport = { at, end, protocol };
	enum outcome outcome;
	struct frame frame;
	__u64 addresses = 0;

	if (!frame_parse(&frame, xdp))
		return OUTCOME_ETHER_MALFORMED;
	if (frame.protocol == bpf_htons(ETHERTYPE_IPV6)) {
		transport.protocol |= CONNECTION_IPV6;
		outcome = connection_check6(&frame, &addresses);
	} else {
		outcome = connection_check4(&frame, &addresses);
	}
	return outcome == OUTCOME_WAKE_STARTED ? connection_transport(xdp, transport, addresses)
	                                       : outcome;
}

#endif
