/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Ethernet and up to two VLAN tags (IEEE 802.1Q, 802.1ad). In: the driver's buffer. Out: where the
 * parts of the frame are, with a cursor at its payload. Answers are written into the same buffer,
 * so they leave with the tags of the frame that they answer.
 */
#ifndef SLEEPPROXY_FRAME_BPF_H
#define SLEEPPROXY_FRAME_BPF_H

#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>
#include "address.h"

#define ETHERTYPE_IPV4 0x0800
#define ETHERTYPE_ARP 0x0806
#define ETHERTYPE_VLAN 0x8100
#define ETHERTYPE_IPV6 0x86dd
#define ETHERTYPE_QINQ 0x88a8
#define VLAN_ID_MASK 0x0fff
#define VLAN_TAGS_MAX 2
#define PROTOCOL_ICMP 1
#define PROTOCOL_TCP 6
#define PROTOCOL_UDP 17
#define PROTOCOL_ICMPV6 58

/* A position in a frame. Nothing but cursor_take compares with the end of the frame. */
struct cursor {
	void *at;
	void *end;
};

struct frame {
	struct xdp_md *xdp;
	struct ethhdr *eth;
	struct cursor cursor;
	void *payload; /* after Ethernet and VLAN headers, where the cursor starts */
	__u64 payload_offset;
	__be16 *protocol_at; /* the field that has the payload's EtherType */
	__be16 protocol;
	__u16 vlan; /* innermost VLAN id; 0: no tag */
};

/* The next `octets` of the frame, or NULL if it ends before. */
static __always_inline void *cursor_take(struct cursor *cursor, __u32 octets)
{
	void *taken = cursor->at;

	if (taken + octets > cursor->end)
		return NULL;
	cursor->at = taken + octets;
	/* or clang compares a packet pointer with 0, which the verifier allows with CAP_PERFMON */
	__builtin_assume(taken != NULL);
	return taken;
}

#define CURSOR_TAKE(cursor, type) ((type *)cursor_take(cursor, sizeof(type)))

static __always_inline bool frame_is_vlan(__be16 protocol)
{
	return protocol == bpf_htons(ETHERTYPE_VLAN) || protocol == bpf_htons(ETHERTYPE_QINQ);
}

static __always_inline struct cursor frame_start(const struct xdp_md *xdp)
{
	return (struct cursor){ (void *)(long)xdp->data, (void *)(long)xdp->data_end };
}

/* With local variables and one assignment because of stack slots: see the Makefile. */
static __always_inline bool frame_parse(struct frame *frame, struct xdp_md *xdp)
{
	struct cursor cursor = frame_start(xdp);
	struct ethhdr *eth = CURSOR_TAKE(&cursor, struct ethhdr);
	__u64 offset = sizeof(*eth);
	__be16 *protocol;
	__u16 vlan = 0;

	if (!eth)
		return false;
	protocol = &eth->h_proto;
#pragma unroll
	for (int tag = 0; tag < VLAN_TAGS_MAX && frame_is_vlan(*protocol); tag++) {
		struct vlan_hdr *header = CURSOR_TAKE(&cursor, struct vlan_hdr);

		if (!header)
			return false;
		vlan = bpf_ntohs(header->h_vlan_TCI) & VLAN_ID_MASK;
		protocol = &header->h_vlan_encapsulated_proto;
		offset += sizeof(*header);
		/* or clang finds the payload by adding this to the frame's start: refused */
		asm volatile("" : "+r"(offset));
	}
	*frame = (struct frame){
		.xdp = xdp,
		.eth = eth,
		.cursor = cursor,
		.payload = cursor.at,
		.payload_offset = offset,
		.protocol_at = protocol,
		.protocol = *protocol,
		.vlan = vlan,
	};
	return true;
}

static __always_inline struct mac *frame_source(const struct frame *frame)
{
	return (struct mac *)frame->eth->h_source;
}

static __always_inline struct mac *frame_destination(const struct frame *frame)
{
	return (struct mac *)frame->eth->h_dest;
}

/* With these MACs, wherever it came from. */
static __always_inline void frame_send_back(struct frame *frame, const struct mac *from)
{
	*frame_destination(frame) = *frame_source(frame);
	*frame_source(frame) = *from;
}

static __always_inline bool mac_equal(const struct mac *a, const struct mac *b)
{
	const __u16 *x = (const __u16 *)a, *y = (const __u16 *)b;

	return x[0] == y[0] && x[1] == y[1] && x[2] == y[2];
}

static __always_inline bool mac_is_group(const struct mac *mac)
{
	return mac->octet[0] & 1;
}

/* 224.0.0.0 and above: multicast, reserved (RFC 1112, 4), and the limited broadcast address. */
static __always_inline bool ipv4_is_group(const struct ipv4 *address)
{
	return address->octet[0] >= 224;
}

static __always_inline bool ipv6_is_group(const struct ipv6 *address)
{
	return address->octet[0] == 0xff;
}

static __always_inline bool ipv4_is_zero(const struct ipv4 *address)
{
	const __u16 *half = (const __u16 *)address;

	return !half[0] && !half[1];
}

static __always_inline bool ipv6_is_zero(const struct ipv6 *address)
{
	const __u16 *half = (const __u16 *)address;

	return !(half[0] | half[1] | half[2] | half[3] | half[4] | half[5] | half[6] | half[7]);
}

#endif
