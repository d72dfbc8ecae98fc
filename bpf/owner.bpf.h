/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The owner's own frames. A waking host may first of all probe for its own address (RFC 5227,
 * 2.1.1; RFC 4862, 5.4), and any answer would be a conflict: so before anything is answered, the
 * sender's MAC is looked at. From the first frame of its owner on, a host is awake, for all its
 * addresses.
 */
#ifndef SLEEPPROXY_OWNER_BPF_H
#define SLEEPPROXY_OWNER_BPF_H

#include "arp_frame.bpf.h"
#include "nd.bpf.h"
#include "report.bpf.h"

/* What network cards send on behalf of a host that sleeps, where they do so at all. */
static __always_inline bool owner_is_nic_answer(const struct frame *frame)
{
	return arp_is_reply(frame) || nd_is_advertisement(frame);
}

static __always_inline void owner_stamp(struct host_entry *host)
{
	__u32 now = bpf_ktime_get_coarse_ns() / NS_PER_S;

	/* once a second, so that a busy host's entry stays in every CPU's cache */
	if (host->last_seen != now)
		host->last_seen = now;
}

/*
 * The state goes first and the report is allowed to fail: an awake host must not be answered for,
 * whatever happens to the report, and the daemon compares states with its own every second.
 */
static __always_inline void owner_awake(const struct frame *frame, const struct mac *mac,
                                        struct host_entry *host)
{
	struct report *report;

	__sync_lock_test_and_set(&host->state, AWAKE);
	report = report_open(frame, REPORT_OWNER_SEEN, mac);
	if (report)
		bpf_ringbuf_submit(report, 0);
}

/* True: the frame is of a host that was thought asleep, and ends here, with `outcome`. */
static __always_inline bool owner_check(const struct frame *frame, const struct mac *mac,
                                        struct host_entry *host, enum outcome *outcome)
{
	if ((host->flags & HOST_NIC_ANSWERS_ARP) && host_state(host) != AWAKE &&
	    owner_is_nic_answer(frame)) {
		*outcome = OUTCOME_owner_nic_answered;
		return true;
	}
	owner_stamp(host);
	if (host_state(host) == AWAKE)
		return false;
	owner_awake(frame, mac, host);
	*outcome = OUTCOME_owner_woke;
	return true;
}

#endif
