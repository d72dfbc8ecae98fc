/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Frames sent by a known host. A host that wakes may first probe for its own address (RFC 5227,
 * 2.1.1; RFC 4862, 5.4), and any answer would be a conflict. So the sender's MAC is checked before
 * anything is answered: with its first frame a host is awake, for all its addresses.
 */
#ifndef SLEEPPROXY_OWNER_BPF_H
#define SLEEPPROXY_OWNER_BPF_H

#include "arp_packet.bpf.h"
#include "nd_packet.bpf.h"
#include "report.bpf.h"

/* What network cards send for a host that sleeps, if they do (ARP and ND offload). */
static __always_inline bool owner_is_offload(const struct frame *frame)
{
	return arp_is_reply(frame) || nd_is_advertisement(frame);
}

/* Once a second, so that a busy host's entry stays in every CPU's cache. */
static __always_inline void owner_set_last_seen(struct host_entry *host)
{
	const __u64 now = bpf_ktime_get_coarse_ns();

	if (now - host->last_seen * NS_PER_S >= NS_PER_S) /* no division yet: it costs as much */
		host->last_seen = now / NS_PER_S;
}

/*
 * The state is set first, and the report may fail: nobody may answer for a host that is awake, and
 * the daemon compares states with its own every second.
 */
static __always_inline void owner_set_awake(const struct frame *frame, const struct mac *mac,
                                            struct host_entry *host)
{
	struct report *report;

	__sync_lock_test_and_set(&host->state, AWAKE);
	index_forget(mac);
	report = report_open(frame, REPORT_OWNER_SEEN, mac);
	if (report)
		report_submit(report);
}

/* True: the sender was thought asleep, and `outcome` is the frame's. */
static __always_inline bool owner_check(const struct frame *frame, const struct mac *mac,
                                        struct host_entry *host, enum outcome *outcome)
{
	if ((host->flags & HOST_ARP_OFFLOAD) && host_state(host) != AWAKE &&
	    owner_is_offload(frame)) {
		*outcome = OUTCOME_OWNER_OFFLOAD;
		return true;
	}
	if (config.answer == ANSWER_HOST && arp_is_own_announcement(frame)) {
		*outcome = OUTCOME_ARP_OTHER;
		return true;
	}
	if (!host->last_seen) /* its row was just written by others, perhaps to set it AWAKE */
		index_forget(mac);
	owner_set_last_seen(host);
	if (host_state(host) == AWAKE)
		return false;
	owner_set_awake(frame, mac, host);
	*outcome = OUTCOME_OWNER_AWAKE;
	return true;
}

#endif
