/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * ARP (RFC 826, RFC 5227). In: an ARP frame. Out: a request for a sleeping host rewritten in place
 * into its answer; a report if another machine claims a host's address; anything else unchanged.
 */
#ifndef SLEEPPROXY_ARP_BPF_H
#define SLEEPPROXY_ARP_BPF_H

#include "owner.bpf.h"

static __always_inline enum outcome arp_report_claim(const struct frame *frame,
                                                     const struct arp *arp,
                                                     const struct host_ref *host,
                                                     enum host_state from, enum host_state to,
                                                     enum outcome done)
{
	struct report *report = report_open(frame, REPORT_CLAIM, host->mac);

	if (!report)
		return OUTCOME_ARP_CLAIM_RING_FULL;
	report->address = report->peer = ipv4_mapped(arp->sender);
	return report_with_state(report, host, from, to) ? done : OUTCOME_ARP_CLAIM;
}

/*
 * Another machine uses a host's address. A host that is not answered for yet stays so; one that
 * sleeps is woken to defend its address. In this order, since the daemon may set DROWSY to ASLEEP
 * meanwhile.
 */
static __noinline enum outcome arp_claim(struct xdp_md *xdp, const struct mac *mac,
                                         struct host_entry *entry)
{
	const struct host_ref host = { mac, entry };
	enum outcome outcome = OUTCOME_ARP_CLAIM;
	const struct arp *arp;
	struct frame frame;

	if (!frame_parse(&frame, xdp))
		return OUTCOME_ETHER_MALFORMED;
	arp = CURSOR_TAKE(&frame.cursor, struct arp);
	if (!arp)
		return OUTCOME_ARP_MALFORMED;
	if (host_state(entry) == DROWSY)
		outcome = arp_report_claim(&frame, arp, &host, DROWSY, AWAKE, outcome);
	if (host_state(entry) == ASLEEP)
		outcome = arp_report_claim(&frame, arp, &host, ASLEEP, WAKING,
		                           OUTCOME_ARP_CLAIM_WAKE);
	return outcome;
}

static __always_inline bool arp_is_claim(const struct frame *frame, const struct arp *arp,
                                         struct host_ref *host)
{
	enum outcome unused;

	if (ipv4_is_zero(&arp->sender) || !host_by_address(&arp->sender, host) ||
	    mac_equal(host->mac, &arp->sender_mac))
		return false;
	if (host_state(host->entry) == DROWSY)
		return host_is_here(host->entry, frame);
	return host_is_proxied(host->entry, frame, OUTCOME_ARP_OTHER, &unused);
}

/* When a probe for a host's address was reported: at most one in PROBE_INTERVAL. */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 1024);
	__type(key, struct mac);
	__type(value, __u64);
} probes SEC(".maps");

#define PROBE_INTERVAL (10 * NS_PER_S)

/* A machine that needs the address probes again and again, since we answer. */
static __always_inline void arp_report_probe(const struct frame *frame, const struct arp *arp,
                                             const struct host_ref *host)
{
	const __u64 *last = bpf_map_lookup_elem(&probes, host->mac);
	const __u64 now = bpf_ktime_get_coarse_ns();
	struct report *report;

	if (last && now - *last < PROBE_INTERVAL)
		return;
	report = report_open(frame, REPORT_PROBE, host->mac);
	if (!report)
		return;
	report->address = ipv4_mapped(arp->target);
	report->state = host_state(host->entry);
	bpf_ringbuf_submit(report, 0);
	bpf_map_update_elem(&probes, host->mac, &now, 0);
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
		arp_report_probe(frame, arp, &host);
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

static __noinline enum outcome arp_handle(struct xdp_md *xdp)
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
		return arp_claim(xdp, host.mac, host.entry);
	return arp_request(&frame, arp);
}

#endif
