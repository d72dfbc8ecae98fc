/* SPDX-License-Identifier: GPL-2.0-or-later */
/* An IPv4 packet (RFC 791) in a frame: its lengths, and its transport header after the options. */
#ifndef SLEEPPROXY_IPV4_PACKET_BPF_H
#define SLEEPPROXY_IPV4_PACKET_BPF_H

#include "host.bpf.h"

#define PROTOCOL_TCP 6
#define PROTOCOL_UDP 17
#define IPV4_PLAIN 0x45 /* version 4, a header without options */
#define IPV4_FRAGMENT_OFFSET 0x1fff
#define IPV4_MORE_FRAGMENTS 0x2000
#define IPV4_OPTIONS_MAX 40
#define IPV4_HEADER_MAX 60

static __always_inline __u32 ipv4_header_octets(const struct iphdr *ip)
{
	return (ip->version_ihl & 0x0f) * 4;
}

/* Of later fragments nothing comes here: they have no transport header. */
static __always_inline bool ipv4_is_whole(const struct iphdr *ip)
{
	return !(ip->frag_off & bpf_htons(IPV4_MORE_FRAGMENTS));
}

/*
 * Are the lengths consistent with each other and with the frame, which may be padded, and is there
 * room for a transport header?
 */
static __always_inline bool ipv4_lengths_agree(const struct frame *frame, const struct iphdr *ip,
                                               __u32 transport_min)
{
	__u32 header = ipv4_header_octets(ip), total = bpf_ntohs(ip->tot_len);

	return total >= header + transport_min &&
	       frame->payload_offset + total <= bpf_xdp_get_buff_len(frame->xdp);
}

/*
 * Word by word: without CAP_PERFMON the verifier lets nobody add a variable to a packet pointer.
 */
static __always_inline bool ipv4_skip_options(struct frame *frame, const struct iphdr *ip)
{
	__u32 options = ipv4_header_octets(ip) - sizeof(*ip);

#pragma unroll
	for (__u32 skipped = 0; skipped < IPV4_OPTIONS_MAX; skipped += 4)
		if (skipped < options && !CURSOR_TAKE(&frame->cursor, __be32))
			return false;
	return true;
}

#define IPV4_TRANSPORT(frame, ip, type) \
	(ipv4_lengths_agree(frame, ip, sizeof(type)) && ipv4_skip_options(frame, ip) \
	         ? CURSOR_TAKE(&(frame)->cursor, type) \
	         : NULL)

#endif
