/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * ARP (RFC 826, RFC 5227). In: an ARP frame. Out: a request for a sleeper rewritten in place into
 * its answer; a report where another machine claims a sleeper's address; anything else untouched.
 */
#ifndef SLEEPPROXY_ARP_BPF_H
#define SLEEPPROXY_ARP_BPF_H

#include "owner.bpf.h"

static __always_inline enum outcome arp_claim_step(const struct frame *frame, const struct arp *arp,
                                                   const struct found *found, enum host_state from,
                                                   enum host_state to, enum outcome done)
{
	struct report *report = report_open(frame, REPORT_CLAIM, found->mac);

	if (!report)
		return OUTCOME_arp_claim_ring_full;
	report->address = report->peer = ipv4_mapped(arp->sender);
	return report_step(report, found->host, from, to) ? done : OUTCOME_arp_claim;
}

/*
 * Another machine uses a host's address. One that is not yet taken over is not taken over; one that
 * sleeps is woken to defend it. In this order: the daemon may make the one into the other
 * meanwhile.
 */
static __noinline enum outcome arp_claim(struct xdp_md *xdp, const struct mac *mac,
                                         struct host_entry *host)
{
	const struct found found = { mac, host };
	enum outcome outcome = OUTCOME_arp_claim;
	const struct arp *arp;
	struct frame frame;

	if (!frame_parse(&frame, xdp))
		return OUTCOME_ether_malformed;
	arp = CURSOR_TAKE(&frame.cursor, struct arp);
	if (!arp)
		return OUTCOME_arp_malformed;
	if (host_state(host) == DROWSY)
		outcome = arp_claim_step(&frame, arp, &found, DROWSY, AWAKE, outcome);
	if (host_state(host) == ASLEEP)
		outcome =
			arp_claim_step(&frame, arp, &found, ASLEEP, WAKING, OUTCOME_arp_claim_woke);
	return outcome;
}

static __always_inline bool arp_is_claim(const struct frame *frame, const struct arp *arp,
                                         struct found *found)
{
	enum outcome nobody;

	if (ipv4_is_zero(&arp->sender) || !host_find(&arp->sender, found) ||
	    mac_equal(found->mac, &arp->sender_mac))
		return false;
	if (host_state(found->host) == DROWSY)
		return host_is_here(found->host, frame);
	return host_sleeps(found->host, frame, OUTCOME_arp_other, &nobody);
}

static __always_inline enum outcome arp_request(struct frame *frame, struct arp *arp)
{
	enum outcome outcome;
	struct found found;

	if (arp->operation != bpf_htons(ARP_REQUEST) || !host_find(&arp->target, &found))
		return OUTCOME_arp_other;
	if (!host_sleeps(found.host, frame, OUTCOME_arp_other, &outcome))
		return outcome;
	if (!host_is_addressed(frame, found.mac))
		return OUTCOME_arp_other;
	outcome = ipv4_is_zero(&arp->sender) ? OUTCOME_arp_probe_answered : OUTCOME_arp_answered;
	arp_answer(frame, arp, found.mac);
	return outcome;
}

/*
 * Behind a repeater that puts its own MAC into the Ethernet header, the owner is known by the
 * payload alone.
 */
static __always_inline bool arp_is_of_owner(const struct frame *frame, const struct arp *arp,
                                            enum outcome *outcome)
{
	struct host_entry *host;

	if (mac_equal(&arp->sender_mac, frame_source(frame)))
		return false;
	host = host_by_mac(&arp->sender_mac);
	return host && owner_check(frame, &arp->sender_mac, host, outcome);
}

static __noinline enum outcome arp_handle(struct xdp_md *xdp)
{
	enum outcome outcome;
	struct frame frame;
	struct found found;
	struct arp *arp;

	if (!frame_parse(&frame, xdp))
		return OUTCOME_ether_malformed;
	arp = CURSOR_TAKE(&frame.cursor, struct arp);
	if (!arp || !arp_is_valid(arp, &frame))
		return OUTCOME_arp_malformed;
	/*
	 * our own words, come back by a loop or a bond's other port, are no claim and no question
	 */
	if (mac_equal(&arp->sender_mac, interface_mac()))
		return OUTCOME_arp_other;
	if (arp_is_of_owner(&frame, arp, &outcome))
		return outcome;
	if (arp_is_claim(&frame, arp, &found))
		return arp_claim(xdp, found.mac, found.host);
	return arp_request(&frame, arp);
}

#endif
