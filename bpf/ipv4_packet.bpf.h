/* SPDX-License-Identifier: GPL-2.0-or-later */
/* An IPv4 packet (RFC 791) in a frame: where it ends, and where its transport header is. */
#ifndef SLEEPPROXY_IPV4_PACKET_BPF_H
#define SLEEPPROXY_IPV4_PACKET_BPF_H

#include "host.bpf.h"
#include "transport.bpf.h"

#define IPV4_PLAIN 0x45 /* version 4, a header without options */
#define IPV4_FRAGMENT_OFFSET 0x1fff
#define IPV4_MORE_FRAGMENTS 0x2000
#define IPV4_HEADER_MAX 60

static __always_inline __u32 ipv4_header_octets(const struct iphdr *ip)
{
	return (ip->version_ihl & 0x0f) * 4;
}

/*
 * Are the lengths consistent with each other and with the frame, which may be padded, and is there
 * room for what follows the header?
 */
static __always_inline bool ipv4_lengths_agree(const struct frame *frame, const struct iphdr *ip,
                                               __u32 payload_min)
{
	__u32 header = ipv4_header_octets(ip), total = bpf_ntohs(ip->tot_len);

	return total >= header + payload_min &&
	       frame->payload_offset + total <= bpf_xdp_get_buff_len(frame->xdp);
}

/* Of later fragments nothing comes here: they have no transport header. */
static __always_inline struct transport ipv4_transport(const struct frame *frame,
                                                       const struct iphdr *ip)
{
	const __u32 whole = ip->frag_off & bpf_htons(IPV4_MORE_FRAGMENTS) ? 0 : TRANSPORT_WHOLE;

	return (struct transport){
		.at = frame->payload_offset + ipv4_header_octets(ip),
		.end = frame->payload_offset + bpf_ntohs(ip->tot_len),
		.protocol = ip->protocol | whole,
	};
}

#endif
