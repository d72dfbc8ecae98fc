/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * IPv6 Neighbor Discovery (RFC 4861). In: a frame. Out: whether it is a Neighbor Advertisement;
 * nothing is answered.
 */
#ifndef SLEEPPROXY_ND_BPF_H
#define SLEEPPROXY_ND_BPF_H

#include "frame.bpf.h"

#define ETHERTYPE_IPV6 0x86dd
#define PROTOCOL_ICMPV6 58
#define ND_ADVERTISEMENT 136

/* The IPv6 header and the first octet of ICMPv6: ND is sent without extension headers. */
struct nd_header {
	__u8 before[6];
	__u8 next_header;
	__u8 hop_limit;
	__u8 addresses[32];
	__u8 type;
};

static __always_inline bool nd_is_advertisement(const struct frame *frame)
{
	struct cursor payload = { frame->payload, frame->cursor.end };
	const struct nd_header *nd;

	if (frame->protocol != bpf_htons(ETHERTYPE_IPV6))
		return false;
	nd = CURSOR_TAKE(&payload, struct nd_header);
	return nd && nd->next_header == PROTOCOL_ICMPV6 && nd->type == ND_ADVERTISEMENT;
}

#endif
