/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Messages of IPv6 Neighbor Discovery (RFC 4861): read, checked, and written. Which ones are
 * answered is decided in nd.bpf.h.
 */
#ifndef SLEEPPROXY_ND_PACKET_BPF_H
#define SLEEPPROXY_ND_PACKET_BPF_H

#include "checksum.bpf.h"
#include "host.bpf.h"
#include "ipv6_packet.bpf.h"

#define ND_SOLICITATION 135
#define ND_ADVERTISEMENT 136
#define ND_HOP_LIMIT 255 /* from this link: no router has forwarded it (RFC 4861, 3.1) */

/* Of an advertisement, in its first octet of flags. */
#define ND_SOLICITED 0x40
#define ND_OVERRIDE 0x20

/* Options (RFC 4861, 4.6), in units of 8 octets. */
#define ND_SOURCE_MAC 1
#define ND_TARGET_MAC 2
enum { ND_UNIT = 8, ND_OPTIONS_MAX = 8 };

struct nd_option {
	__u8 type;
	__u8 units;
	struct mac mac;
};

struct nd_message {
	struct icmphdr icmp;
	__u8 flags;
	__u8 zero[3];
	struct ipv6 target;
};

struct nd_advertisement {
	struct ipv6hdr ip;
	struct nd_message nd;
	struct nd_option option;
};

static __always_inline bool nd_is_type(const struct ipv6hdr *ip, const struct icmphdr *icmp,
                                       __u8 type)
{
	return ip->nexthdr == PROTOCOL_ICMPV6 && icmp->type == type;
}

static __always_inline bool nd_is_advertisement(const struct frame *frame)
{
	struct cursor payload = { frame->payload, frame->cursor.end };
	const struct icmphdr *icmp;
	const struct ipv6hdr *ip;

	if (frame->protocol != bpf_htons(ETHERTYPE_IPV6))
		return false;
	ip = CURSOR_TAKE(&payload, struct ipv6hdr);
	if (!ip)
		return false;
	icmp = CURSOR_TAKE(&payload, struct icmphdr);
	return icmp && nd_is_type(ip, icmp, ND_ADVERTISEMENT);
}

/* Of a message: of its sender or, in an advertisement, of the target. */
struct nd_options {
	struct nd_option option; /* the last one that was read */
	struct mac mac;
	bool has_mac;
};

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct nd_options);
} nd_scratch SEC(".maps");

/*
 * Where the option at `at` ends; 0: it has no length, or is not all there. A MAC of the type
 * `wanted` is kept. Global, so that the verifier goes through it once, and not for each option
 * after each other.
 */
__noinline __u32 nd_read_option(struct xdp_md *xdp, __u32 at, __u32 wanted)
{
	struct nd_options *options = bpf_map_lookup_elem(&nd_scratch, &ONLY_ROW);

	if (!options || bpf_xdp_load_bytes(xdp, at, &options->option, sizeof(options->option)) ||
	    !options->option.units)
		return 0;
	if (options->option.type == wanted && options->option.units == 1) {
		options->mac = options->option.mac;
		options->has_mac = true;
	}
	return at + options->option.units * ND_UNIT;
}

/* Those from `at` to `end`, into nd_scratch. False: too many, or not all there. */
static __noinline bool nd_read_options(struct xdp_md *xdp, __u32 at, __u32 end, __u32 wanted)
{
#pragma unroll
	for (int i = 0; i < ND_OPTIONS_MAX && at && at < end; i++)
		at = nd_read_option(xdp, at, wanted);
	return at == end;
}

/* Its sum, to be folded. */
static __always_inline __u64 nd_pseudo_header(const struct ipv6hdr *ip)
{
	return checksum_words(bpf_htons(PROTOCOL_ICMPV6) + ip->payload_len, ip->saddr,
	                      2 * sizeof(ip->saddr));
}

static __always_inline bool nd_checksum_is_right(const struct frame *frame,
                                                 const struct ipv6hdr *ip)
{
	return checksum_of(frame->xdp, frame->payload_offset + sizeof(*ip),
	                   bpf_ntohs(ip->payload_len),
	                   checksum_fold64(nd_pseudo_header(ip))) == CHECKSUM_RIGHT;
}

static __always_inline __u16 nd_checksum(const struct nd_advertisement *answer)
{
	return ~checksum_fold64(checksum_words(nd_pseudo_header(&answer->ip), &answer->nd,
	                                       sizeof(*answer) - sizeof(answer->ip)));
}

/*
 * The frame, as long as an advertisement, and where that is written; what was in it is still there.
 * NULL: there is no room.
 */
static __always_inline struct nd_advertisement *nd_make_room(struct frame *frame)
{
	const int octets = frame->payload_offset + sizeof(struct nd_advertisement);
	struct xdp_md *xdp = frame->xdp;

	if (bpf_xdp_adjust_tail(xdp, octets - (int)bpf_xdp_get_buff_len(xdp)) ||
	    !frame_parse(frame, xdp))
		return NULL;
	return CURSOR_TAKE(&frame->cursor, struct nd_advertisement);
}

/* All but the addresses, the target among them, which the caller has set. */
static __always_inline void nd_write_advertisement(struct nd_advertisement *answer, __u8 flags,
                                                   const struct mac *mac)
{
	answer->ip.version_class = 0x60;
	answer->ip.class_flow[0] = answer->ip.class_flow[1] = answer->ip.class_flow[2] = 0;
	answer->ip.payload_len = bpf_htons(sizeof(*answer) - sizeof(answer->ip));
	answer->ip.nexthdr = PROTOCOL_ICMPV6;
	answer->ip.hop_limit = ND_HOP_LIMIT;
	answer->nd.icmp = (struct icmphdr){ .type = ND_ADVERTISEMENT };
	answer->nd.flags = flags;
	answer->nd.zero[0] = answer->nd.zero[1] = answer->nd.zero[2] = 0;
	answer->option.type = ND_TARGET_MAC;
	answer->option.units = 1;
	answer->option.mac = *mac;
	answer->nd.icmp.checksum = nd_checksum(answer);
}

#endif
