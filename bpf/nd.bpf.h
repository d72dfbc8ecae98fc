/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * IPv6 Neighbor Discovery (RFC 4861, RFC 4862). In: a Neighbor Solicitation or Advertisement. Out:
 * a solicitation for a sleeping host rewritten in place into its advertisement; a report if another
 * machine claims a host's address; anything else unchanged.
 */
#ifndef SLEEPPROXY_ND_BPF_H
#define SLEEPPROXY_ND_BPF_H

#include "claim.bpf.h"
#include "owner.bpf.h"

/* Whether it has all its octets, nd_read_options() finds. */
static __always_inline bool nd_is_valid(const struct frame *frame, const struct ipv6hdr *ip,
                                        const struct nd_message *nd)
{
	return ip->hop_limit == ND_HOP_LIMIT && !nd->icmp.code && !ipv6_is_group(&nd->target) &&
	       !ipv6_is_group(ipv6_source(ip)) && !mac_is_group(frame_source(frame)) &&
	       ipv6_is_whole(frame, ip);
}

/* A repeater may put its own MAC into the Ethernet header: then the option tells the owner. */
static __always_inline bool nd_is_of_owner(const struct frame *frame,
                                           const struct nd_options *options, enum outcome *outcome)
{
	struct host_entry *host;

	if (mac_equal(&options->mac, frame_source(frame)))
		return false;
	host = host_by_mac(&options->mac);
	return host && owner_check(frame, &options->mac, host, outcome);
}

/* Into an answer to the solicitation, which the caller has found right. */
static __always_inline bool nd_answer(struct frame *frame, const struct mac *mac)
{
	const struct mac all_nodes = { { 0x33, 0x33, 0, 0, 0, 1 } };
	struct nd_advertisement *answer = nd_make_room(frame);
	__u8 flags = ND_SOLICITED;

	if (!answer)
		return false;
	frame_send_back(frame, mac);
	if (ipv6_is_zero(ipv6_source(&answer->ip))) {
		flags = 0;
		*frame_destination(frame) = all_nodes;
		ipv6_set_all_nodes(&answer->ip);
	} else {
		*(struct ipv6 *)answer->ip.daddr = *ipv6_source(&answer->ip);
	}
	*(struct ipv6 *)answer->ip.saddr = answer->nd.target;
	nd_write_advertisement(answer, flags, mac);
	return true;
}

/* Where the addresses are that other machines might claim. */
#define ND_AT_SOURCE(frame) ((frame)->payload_offset + offsetof(struct ipv6hdr, saddr))
#define ND_AT_TARGET(frame) ((frame)->payload_offset + offsetof(struct nd_advertisement, nd.target))

/* A message whose form is right, and nd_scratch has its options; or what else it is. */
struct nd_packet {
	const struct ipv6hdr *ip;
	const struct nd_message *nd;
	const struct nd_options *options;
	enum outcome outcome;
};

/* What RFC 4861, 7.1 says of addresses, flags and the option that is `wanted`. */
static __always_inline bool nd_is_consistent(const struct nd_packet *packet, __u32 wanted)
{
	const struct ipv6 *to = ipv6_destination(packet->ip);

	if (wanted == ND_TARGET_MAC)
		return !(packet->nd->flags & ND_SOLICITED) || !ipv6_is_group(to);
	return !ipv6_is_zero(ipv6_source(packet->ip)) ||
	       (ipv6_is_solicited_node(to) && !packet->options->has_mac);
}

static __always_inline bool nd_parse(struct frame *frame, struct nd_packet *packet, __u32 wanted)
{
	struct nd_options *options = bpf_map_lookup_elem(&nd_scratch, &ONLY_ROW);
	const __u32 payload = frame->payload_offset + sizeof(*packet->ip);

	packet->outcome = OUTCOME_ND_MALFORMED;
	packet->options = options;
	packet->ip = CURSOR_TAKE(&frame->cursor, struct ipv6hdr);
	if (!packet->ip || !options)
		return false;
	packet->nd = CURSOR_TAKE(&frame->cursor, struct nd_message);
	if (!packet->nd || !nd_is_valid(frame, packet->ip, packet->nd))
		return false;
	options->has_mac = false;
	if (!nd_read_options(frame->xdp, payload + sizeof(*packet->nd),
	                     payload + bpf_ntohs(packet->ip->payload_len), wanted) ||
	    !nd_is_consistent(packet, wanted))
		return false;
	if (!options->has_mac)
		options->mac = *frame_source(frame);
	packet->outcome = OUTCOME_ND_OTHER;
	/* our own frames, sent back to us by a loop or a bond's other port, are nobody's */
	return !mac_equal(frame_source(frame), own_mac()) && !mac_equal(&options->mac, own_mac()) &&
	       !nd_is_of_owner(frame, options, &packet->outcome);
}

/* Does another machine say that it has a host's address? */
static __always_inline bool nd_is_claim(const struct frame *frame, const struct ipv6 *address,
                                        const struct nd_options *options, struct host_ref *host)
{
	return host_by_address6(address, host) && !mac_equal(host->mac, &options->mac) &&
	       claim_concerns(frame, host);
}

__noinline enum outcome nd_answer_or_pass(struct xdp_md *xdp)
{
	struct frame frame;
	const struct ipv6hdr *ip;
	const struct nd_message *nd;
	enum outcome outcome;
	struct host_ref host;

	if (!frame_parse(&frame, xdp))
		return OUTCOME_ETHER_MALFORMED;
	ip = CURSOR_TAKE(&frame.cursor, struct ipv6hdr);
	if (!ip)
		return OUTCOME_IPV6_MALFORMED;
	nd = CURSOR_TAKE(&frame.cursor, struct nd_message);
	if (!nd)
		return OUTCOME_ND_MALFORMED;
	if (!host_by_address6(&nd->target, &host))
		return OUTCOME_ND_OTHER;
	if (!host_is_proxied(host.entry, &frame, OUTCOME_ND_OTHER, &outcome))
		return outcome;
	if (!host_is_addressed(&frame, host.mac))
		return OUTCOME_ND_OTHER;
	if (!nd_checksum_is_right(&frame, ip))
		return OUTCOME_ND_MALFORMED;
	outcome = ipv6_is_zero(ipv6_source(ip)) ? OUTCOME_ND_PROBE_ANSWERED : OUTCOME_ND_ANSWERED;
	if (outcome == OUTCOME_ND_PROBE_ANSWERED)
		claim_report_probe(&frame, ND_AT_TARGET(&frame), &host);
	return nd_answer(&frame, host_answers_with(host.mac)) ? outcome : OUTCOME_ND_OTHER;
}

__noinline enum outcome nd_solicitation(struct xdp_md *xdp)
{
	struct nd_packet packet;
	struct host_ref host;
	struct frame frame;

	if (!frame_parse(&frame, xdp))
		return OUTCOME_ETHER_MALFORMED;
	if (!nd_parse(&frame, &packet, ND_SOURCE_MAC))
		return packet.outcome;
	if (!nd_is_claim(&frame, ipv6_source(packet.ip), packet.options, &host))
		return nd_answer_or_pass(xdp);
	return nd_checksum_is_right(&frame, packet.ip)
	               ? claim_handle(xdp, host.mac, host.entry, ND_AT_SOURCE(&frame))
	               : OUTCOME_ND_MALFORMED;
}

__noinline enum outcome nd_advertisement(struct xdp_md *xdp)
{
	struct nd_packet packet;
	struct host_ref host;
	struct frame frame;

	if (!frame_parse(&frame, xdp))
		return OUTCOME_ETHER_MALFORMED;
	if (!nd_parse(&frame, &packet, ND_TARGET_MAC))
		return packet.outcome;
	if (!nd_is_claim(&frame, &packet.nd->target, packet.options, &host))
		return OUTCOME_ND_OTHER;
	return nd_checksum_is_right(&frame, packet.ip)
	               ? claim_handle(xdp, host.mac, host.entry, ND_AT_TARGET(&frame))
	               : OUTCOME_ND_MALFORMED;
}

#endif
