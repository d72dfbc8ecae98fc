/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * ARP (RFC 826, RFC 5227). In: an ARP frame. Out: a request for a sleeping host rewritten in place
 * into its answer; a report if another machine claims a host's address; anything else unchanged.
 */
#ifndef SLEEPPROXY_ARP_BPF_H
#define SLEEPPROXY_ARP_BPF_H

#include "claim.bpf.h"
#include "owner.bpf.h"

/* Octets of ARP, from its start. */
#define ARP_AT_SENDER 14
#define ARP_AT_TARGET 24

static __always_inline bool arp_is_claim(const struct frame *frame, const struct arp *arp,
                                         struct host_ref *host)
{
	return !ipv4_is_zero(&arp->sender) && host_by_address(&arp->sender, host) &&
	       !mac_equal(host->mac, &arp->sender_mac) && claim_concerns(frame, host);
}

static __always_inline enum outcome arp_request(struct frame *frame, struct arp *arp)
{
	enum outcome outcome;
	struct host_ref host;

	if (arp->operation != bpf_htons(ARP_REQUEST) || !host_by_address(&arp->target, &host) ||
	    ipv4_is_group(&arp->target))
		return OUTCOME_ARP_OTHER;
	if (!host_is_proxied(host.entry, frame, OUTCOME_ARP_OTHER, &outcome))
		return outcome;
	if (!host_is_addressed(frame, host.mac))
		return OUTCOME_ARP_OTHER;
	outcome = ipv4_is_zero(&arp->sender) ? OUTCOME_ARP_PROBE_ANSWERED : OUTCOME_ARP_ANSWERED;
	if (outcome == OUTCOME_ARP_PROBE_ANSWERED)
		claim_report_probe(frame, frame->payload_offset + ARP_AT_TARGET, &host);
	arp_answer(frame, arp, host.mac);
	return outcome;
}

/* A repeater may put its own MAC into the Ethernet header: then the ARP sender tells the owner. */
static __always_inline bool arp_is_of_owner(const struct frame *frame, const struct arp *arp,
                                            enum outcome *outcome)
{
	struct host_entry *host;

	if (mac_equal(&arp->sender_mac, frame_source(frame)))
		return false;
	host = host_by_mac(&arp->sender_mac);
	return host && owner_check(frame, &arp->sender_mac, host, outcome);
}

__noinline enum outcome arp_handle(struct xdp_md *xdp)
{
	enum outcome outcome;
	struct frame frame;
	struct host_ref host;
	struct arp *arp;

	if (!frame_parse(&frame, xdp))
		return OUTCOME_ETHER_MALFORMED;
	arp = CURSOR_TAKE(&frame.cursor, struct arp);
	if (!arp || !arp_is_valid(arp, &frame))
		return OUTCOME_ARP_MALFORMED;
	/* our own frames, sent back to us by a loop or a bond's other port */
	if (mac_equal(&arp->sender_mac, own_mac()) || mac_equal(frame_source(&frame), own_mac()))
		return OUTCOME_ARP_OTHER;
	if (arp_is_of_owner(&frame, arp, &outcome))
		return outcome;
	if (arp_is_claim(&frame, arp, &host))
		return claim_handle(xdp, host.mac, host.entry,
		                    frame.payload_offset + ARP_AT_SENDER);
	return arp_request(&frame, arp);
}

#endif
