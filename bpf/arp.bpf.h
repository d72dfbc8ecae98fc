/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * ARP (RFC 826, RFC 5227). In: an ARP frame. Out: a request for a sleeper rewritten in place into its answer; a report
 * where another machine claims a sleeper's address; anything else untouched.
 */
#ifndef SLEEPPROXY_ARP_BPF_H
#define SLEEPPROXY_ARP_BPF_H

#include "arp.h"
#include "owner.bpf.h"

static __always_inline bool arp_is_valid(const struct arp *arp, const struct frame *frame)
{
	return arp->hardware_type == bpf_htons(ARP_HARDWARE_ETHERNET) &&
	       arp->protocol_type == bpf_htons(ARP_PROTOCOL_IPV4) &&
	       arp->hardware_length == sizeof(struct mac) &&
	       arp->protocol_length == sizeof(struct ipv4) &&
	       (arp->operation == bpf_htons(ARP_REQUEST) ||
	        arp->operation == bpf_htons(ARP_REPLY)) &&
	       !mac_is_group(frame_source(frame)) && !mac_is_group(&arp->sender_mac);
}

/* `mac` is at `address`, says the frame's new content to whoever sent the old. */
static __always_inline void arp_write_reply(struct arp *arp, const struct mac *mac,
                                            struct ipv4 address, struct mac to_mac, struct ipv4 to)
{
	*arp = (struct arp){
		.hardware_type = bpf_htons(ARP_HARDWARE_ETHERNET),
		.protocol_type = bpf_htons(ARP_PROTOCOL_IPV4),
		.hardware_length = sizeof(struct mac),
		.protocol_length = sizeof(struct ipv4),
		.operation = bpf_htons(ARP_REPLY),
		.sender_mac = *mac,
		.sender = address,
		.target_mac = to_mac,
		.target = to,
	};
}

static __always_inline void arp_send_back(struct frame *frame, const struct mac *from)
{
	*frame_destination(frame) = *frame_source(frame);
	*frame_source(frame) = *from;
}

static __always_inline void arp_answer(struct frame *frame, struct arp *arp,
                                       const struct mac *sleeper)
{
	const struct mac *answer = interface.answer == ANSWER_HOST ? sleeper : interface_mac();

	arp_write_reply(arp, answer, arp->target, arp->sender_mac, arp->sender);
	arp_send_back(frame, answer);
}

/* Another machine uses a host's address. One that sleeps is woken to defend it; one that is not yet taken over is not. */
static __noinline enum outcome arp_claim(const struct frame *frame, const struct arp *arp,
                                         const struct found *found)
{
	enum host_state from = host_state(found->host);
	struct report *report;

	if (from != ASLEEP && from != DROWSY)
		return OUTCOME_arp_claim;
	report = report_open(frame, REPORT_CLAIM, found->mac);
	if (!report)
		return OUTCOME_arp_claim;
	report->address = report->peer = ipv4_mapped(arp->sender);
	if (!report_step(report, found->host, from, from == ASLEEP ? WAKING : AWAKE))
		return OUTCOME_arp_claim;
	return from == ASLEEP ? OUTCOME_arp_claim_woke : OUTCOME_arp_claim;
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

/* The frame becomes the word that `host` has its address itself: unicast to whoever sent it, so that no claim is made. */
static __always_inline bool arp_redirect(struct frame *frame, const struct mac *host,
                                         struct ipv4 address, struct ipv4 peer)
{
	struct arp *arp;

	frame->cursor.at = frame->payload;
	arp = CURSOR_TAKE(&frame->cursor, struct arp);
	if (!arp)
		return false;
	arp_write_reply(arp, host, address, *frame_source(frame), peer);
	*frame->protocol_at = bpf_htons(ETHERTYPE_ARP);
	arp_send_back(frame, interface_mac());
	return true;
}

static __noinline enum outcome arp_handle(struct frame *frame)
{
	struct arp *arp = CURSOR_TAKE(&frame->cursor, struct arp);
	enum outcome outcome;
	struct found found;

	if (!arp || !arp_is_valid(arp, frame))
		return OUTCOME_arp_malformed;
	/* behind a repeater that puts its own MAC into the Ethernet header, the owner is known by the payload alone */
	if (!mac_equal(&arp->sender_mac, frame_source(frame)) &&
	    owner_check(frame, &arp->sender_mac, &outcome))
		return outcome;
	if (arp_is_claim(frame, arp, &found))
		return arp_claim(frame, arp, &found);
	return arp_request(frame, arp);
}

#endif
