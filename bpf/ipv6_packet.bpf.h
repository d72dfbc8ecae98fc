/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * An IPv6 packet (RFC 8200) in a frame: where it ends, and where its transport header is, after the
 * extension headers.
 */
#ifndef SLEEPPROXY_IPV6_PACKET_BPF_H
#define SLEEPPROXY_IPV6_PACKET_BPF_H

#include "host.bpf.h"
#include "transport.bpf.h"

/* RFC 8200, 4: those that may come before TCP and UDP. */
#define HEADER_HOP_BY_HOP 0
#define HEADER_ROUTING 43
#define HEADER_FRAGMENT 44
#define HEADER_DESTINATION 60

#define IPV6_FRAGMENT_OFFSET 0xfff8
#define IPV6_MORE_FRAGMENTS 1

/* More of them than any system sends are not looked at. */
enum { IPV6_HEADERS_MAX = 8 };

/* What ipv6_transport() says, beside the protocol, and the place above these. */
enum {
	IPV6_ROUTED = 0x100, /* its sender has chosen a way that does not end here */
	IPV6_FIRST_FRAGMENT = 0x200,
	IPV6_LATER_FRAGMENT = 0x400,
	IPV6_UNKNOWN = 0x800, /* too many headers, or one that is not all there */
	IPV6_AT_SHIFT = 16,
};

struct ipv6_extension {
	__u8 next, length;
	union {
		struct {
			__u8 routing_type, segments_left;
		};
		__be16 fragment;
	};
};

static __always_inline const struct ipv6 *ipv6_source(const struct ipv6hdr *ip)
{
	return (const struct ipv6 *)ip->saddr;
}

static __always_inline const struct ipv6 *ipv6_destination(const struct ipv6hdr *ip)
{
	return (const struct ipv6 *)ip->daddr;
}

/* Does the frame, which may be padded, have all of it? */
static __always_inline bool ipv6_is_whole(const struct frame *frame, const struct ipv6hdr *ip)
{
	return frame->payload_offset + sizeof(*ip) + bpf_ntohs(ip->payload_len) <=
	       bpf_xdp_get_buff_len(frame->xdp);
}

/*
 * An address of one machine (RFC 4291, 2.5.2, 2.5.3 and 2.7). One of IPv4 is on no wire, and would
 * be allowed and denied as IPv4 is.
 */
static __always_inline bool ipv6_source_is_valid(const struct ipv6hdr *ip)
{
	const __u32 *word = (const __u32 *)ip->saddr;

	if (word[0] || word[1])
		return !ipv6_is_group(ipv6_source(ip));
	return word[2] ? word[2] != bpf_htonl(0xffff) : (word[3] & bpf_htonl(~1u)) != 0;
}

static __always_inline bool ipv6_is_to_its_source(const struct ipv6hdr *ip)
{
	const __u32 *from = (const __u32 *)ip->saddr, *to = (const __u32 *)ip->daddr;

	return from[3] == to[3] && from[2] == to[2] && from[1] == to[1] && from[0] == to[0];
}

/* ff02::1:ff00:0/104 (RFC 4291, 2.7.1) */
static __always_inline bool ipv6_is_solicited_node(const struct ipv6 *address)
{
	const __u16 *half = (const __u16 *)address;

	return half[0] == bpf_htons(0xff02) && !(half[1] | half[2] | half[3] | half[4]) &&
	       half[5] == bpf_htons(1) && address->octet[12] == 0xff;
}

/* To all nodes of the link: ff02::1. */
static __always_inline void ipv6_set_all_nodes(struct ipv6hdr *ip)
{
	volatile __u16 *half = (__u16 *)ip->daddr;

	half[0] = bpf_htons(0xff02);
	half[1] = half[2] = half[3] = half[4] = half[5] = half[6] = 0;
	half[7] = bpf_htons(1);
}

/* Word by word, as a copy would be on the stack. */
static __always_inline void ipv6_swap_addresses(struct ipv6hdr *ip)
{
	volatile __u16 *source = (__u16 *)ip->saddr, *destination = (__u16 *)ip->daddr;

#pragma unroll
	for (unsigned i = 0; i < sizeof(ip->saddr) / sizeof(__u16); i++) {
		const __u16 word = source[i];

		source[i] = destination[i];
		destination[i] = word;
	}
}

static __always_inline bool ipv6_is_extension(__u32 header)
{
	return header == HEADER_HOP_BY_HOP || header == HEADER_ROUTING ||
	       header == HEADER_FRAGMENT || header == HEADER_DESTINATION;
}

static __always_inline __u32 ipv6_extension_says(__u32 header,
                                                 const struct ipv6_extension *extension)
{
	const __be16 fragment = extension->fragment;

	if (header == HEADER_ROUTING)
		return extension->segments_left ? IPV6_ROUTED : 0;
	if (header != HEADER_FRAGMENT)
		return 0;
	if (fragment & bpf_htons(IPV6_FRAGMENT_OFFSET))
		return IPV6_LATER_FRAGMENT;
	return fragment & bpf_htons(IPV6_MORE_FRAGMENTS) ? IPV6_FIRST_FRAGMENT : 0;
}

/*
 * The header after the one at `at`, which is of the kind `header`, as ipv6_transport() says it.
 * Global, so that the verifier goes through it once, and not for each header after each other.
 */
__noinline __u32 ipv6_next_header(struct xdp_md *xdp, __u32 at, __u32 header)
{
	struct ipv6_extension extension;

	if (bpf_xdp_load_bytes(xdp, at, &extension, sizeof(extension)))
		return IPV6_UNKNOWN;
	at += header == HEADER_FRAGMENT ? 8 : (extension.length + 1) * 8;
	return at << IPV6_AT_SHIFT | ipv6_extension_says(header, &extension) | extension.next;
}

/* From the header at `at`, which is of the kind `header`, up to the one that is no extension. */
__noinline __u32 ipv6_transport(struct xdp_md *xdp, __u32 at, __u32 header)
{
	__u32 says = at << IPV6_AT_SHIFT | (header & TRANSPORT_PROTOCOL), before = 0;

#pragma unroll
	for (int i = 0; i <= IPV6_HEADERS_MAX; i++) {
		if (!ipv6_is_extension(says & TRANSPORT_PROTOCOL) ||
		    says & (IPV6_LATER_FRAGMENT | IPV6_UNKNOWN))
			return says | before;
		before |= says & (IPV6_ROUTED | IPV6_FIRST_FRAGMENT);
		says = ipv6_next_header(xdp, says >> IPV6_AT_SHIFT, says & TRANSPORT_PROTOCOL);
	}
	return IPV6_UNKNOWN;
}

#endif
