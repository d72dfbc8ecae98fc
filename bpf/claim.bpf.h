/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Other machines that use or want a host's address, in ARP (RFC 5227) or Neighbor Discovery
 * (RFC 4862). In: such a frame, and where in it the address is. Out: a report; a sleeping host is
 * woken to defend its address.
 */
#ifndef SLEEPPROXY_CLAIM_BPF_H
#define SLEEPPROXY_CLAIM_BPF_H

#include "report.bpf.h"

/* The outcomes of ARP and of ND, one of a kind each. */
#define CLAIM_OUTCOME(frame, what) \
	((frame)->protocol == bpf_htons(ETHERTYPE_ARP) ? OUTCOME_ARP_##what : OUTCOME_ND_##what)

/* From the frame into the report. */
static __always_inline void claim_write_address(struct report *report, const struct frame *frame,
                                                __u64 at)
{
	if (frame->protocol == bpf_htons(ETHERTYPE_ARP)) {
		report->address = ipv4_mapped((struct ipv4){});
		bpf_xdp_load_bytes(frame->xdp, at, &report->address.octet[IPV4_MAPPED_BITS / 8],
		                   sizeof(struct ipv4));
	} else {
		bpf_xdp_load_bytes(frame->xdp, at, &report->address, sizeof(report->address));
	}
}

/* NULL: there is no room. */
static __always_inline struct report *claim_open(const struct frame *frame, __u64 at,
                                                 const struct mac *mac, enum host_state to)
{
	struct report *report = report_open(frame, REPORT_CLAIM, mac);

	if (!report)
		return NULL;
	claim_write_address(report, frame, at);
	report->peer = report->address;
	report->state = to;
	return report;
}

/*
 * A host that is not answered for yet stays so. Without a report the state stays too: the daemon,
 * which is checking by ARP whether anybody has the address, would take AWAKE for an edit and forget
 * that the host is registered, while the next answer to it is reported. Neither this nor the next
 * function is inlined: Linux 6.1 refuses what clang then does with the stack.
 */
static __noinline enum outcome claim_of_drowsy(struct xdp_md *xdp, const struct mac *mac,
                                               struct host_entry *entry, __u64 at)
{
	struct report *report;
	struct frame frame;

	if (!frame_parse(&frame, xdp))
		return OUTCOME_ETHER_MALFORMED;
	report = claim_open(&frame, at, mac, AWAKE);
	if (!report)
		return CLAIM_OUTCOME(&frame, CLAIM_RING_FULL);
	if (host_set_state(mac, entry, DROWSY, AWAKE))
		report_submit(report);
	else
		bpf_ringbuf_discard(report, BPF_RB_NO_WAKEUP);
	return CLAIM_OUTCOME(&frame, CLAIM);
}

/* One that sleeps is woken to defend its address; the state is set first, as in wake_start(). */
static __noinline enum outcome claim_of_sleeper(struct xdp_md *xdp, const struct mac *mac,
                                                struct host_entry *entry, __u64 at)
{
	struct report *report;
	struct frame frame;

	if (!frame_parse(&frame, xdp))
		return OUTCOME_ETHER_MALFORMED;
	if (!host_set_state(mac, entry, ASLEEP, WAKING))
		return CLAIM_OUTCOME(&frame, CLAIM);
	report = claim_open(&frame, at, mac, WAKING);
	if (!report)
		return CLAIM_OUTCOME(&frame, CLAIM_RING_FULL);
	report_submit(report);
	return CLAIM_OUTCOME(&frame, CLAIM_WAKE);
}

/*
 * Another machine uses a host's address. In this order, since the daemon may set DROWSY to ASLEEP
 * meanwhile.
 */
static __noinline enum outcome claim_handle(struct xdp_md *xdp, const struct mac *mac,
                                            struct host_entry *entry, __u64 at)
{
	enum outcome outcome;

	if (host_state(entry) == DROWSY) {
		outcome = claim_of_drowsy(xdp, mac, entry, at);
		if (host_state(entry) != ASLEEP)
			return outcome;
	}
	return claim_of_sleeper(xdp, mac, entry, at);
}

/* Is the host in a state in which another machine's claim concerns it? */
static __always_inline bool claim_concerns(const struct frame *frame, const struct host_ref *host)
{
	enum outcome unused;

	if (host_state(host->entry) == DROWSY)
		return host_is_here(host->entry, frame);
	return host_is_proxied(host->entry, frame, OUTCOME_COUNT, &unused);
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
static __always_inline void claim_report_probe(const struct frame *frame, __u64 at,
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
	claim_write_address(report, frame, at);
	report->state = host_state(host->entry);
	bpf_ringbuf_submit(report, 0);
	bpf_map_update_elem(&probes, host->mac, &now, 0);
}

#endif
