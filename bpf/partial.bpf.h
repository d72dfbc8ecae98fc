/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Checksums of TCP and UDP that a sender over veth leaves to a network card, which never sees the
 * frame: they have the sum of the pseudo header alone. In: a frame that goes on to its host, which
 * would drop it so. Out: the frame with its whole checksum; any other unchanged.
 */
#ifndef SLEEPPROXY_PARTIAL_BPF_H
#define SLEEPPROXY_PARTIAL_BPF_H

#include "checksum.bpf.h"
#include "ipv4_packet.bpf.h"
#include "ipv6_packet.bpf.h"

/* Not of a fragment: `protocol` is 0. And the sum of its addresses. */
struct partial {
	__u64 at, end, protocol, addresses;
};

static __always_inline void partial_parse4(struct frame *frame, struct partial *partial)
{
	const struct iphdr *ip = CURSOR_TAKE(&frame->cursor, struct iphdr);
	struct transport transport;

	if (!ip || ip->frag_off & bpf_htons(IPV4_FRAGMENT_OFFSET | IPV4_MORE_FRAGMENTS))
		return;
	transport = ipv4_transport(frame, ip);
	partial->at = transport.at;
	partial->end = transport.end;
	partial->protocol = transport.protocol & TRANSPORT_PROTOCOL;
	partial->addresses = checksum_words(0, &ip->saddr, 2 * sizeof(ip->saddr));
}

static __always_inline void partial_parse6(struct frame *frame, struct partial *partial)
{
	const struct ipv6hdr *ip = CURSOR_TAKE(&frame->cursor, struct ipv6hdr);
	const __u32 payload = frame->payload_offset + sizeof(*ip);
	__u32 says;

	if (!ip)
		return;
	partial->end = payload + bpf_ntohs(ip->payload_len);
	partial->addresses = checksum_words(0, ip->saddr, 2 * sizeof(ip->saddr));
	says = ipv6_transport(frame->xdp, payload, ip->nexthdr);
	if (says & (IPV6_FIRST_FRAGMENT | IPV6_LATER_FRAGMENT | IPV6_UNKNOWN))
		return;
	partial->at = says >> IPV6_AT_SHIFT;
	partial->protocol = says & TRANSPORT_PROTOCOL;
}

static __always_inline void partial_write(struct xdp_md *xdp, const struct partial *partial)
{
	const bool is_tcp = partial->protocol == PROTOCOL_TCP;
	const __u32 check_at = partial->at + (is_tcp ? offsetof(struct tcphdr, check)
	                                             : offsetof(struct udphdr, check));
	const __u32 octets = partial->end - partial->at;
	const __u32 pseudo = checksum_fold64(partial->addresses + bpf_htons(partial->protocol) +
	                                     bpf_htons(octets));
	__u16 check, whole;
	__u32 sum;

	if (bpf_xdp_load_bytes(xdp, check_at, &check, sizeof(check)) || check != pseudo)
		return;
	sum = checksum_of(xdp, partial->at, octets, 0);
	if (!sum || checksum_fold(sum + pseudo) == CHECKSUM_RIGHT) /* it is whole, by chance */
		return;
	whole = ~sum;
	if (!whole && !is_tcp) /* UDP has none where it is 0 */
		whole = CHECKSUM_RIGHT;
	bpf_xdp_store_bytes(xdp, check_at, &whole, sizeof(whole));
}

/* Global, so that the verifier goes through it once. */
__noinline int partial_complete(struct xdp_md *xdp)
{
	struct partial partial = {};
	struct frame frame;

	if (!frame_parse(&frame, xdp))
		return 0;
	if (frame.protocol == bpf_htons(ETHERTYPE_IPV6))
		partial_parse6(&frame, &partial);
	else
		partial_parse4(&frame, &partial);
	if (transport_has_ports(partial.protocol) && partial.at < partial.end)
		partial_write(xdp, &partial);
	return 0;
}

#endif
