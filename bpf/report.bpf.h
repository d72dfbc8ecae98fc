/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reports to the daemon. In: what has happened. Out: a record in the ring `reports`. */
#ifndef SLEEPPROXY_REPORT_BPF_H
#define SLEEPPROXY_REPORT_BPF_H

#include "host.bpf.h"
#include "reports.bpf.h"

static __always_inline void report_begin(struct report *report, const struct frame *frame,
                                         enum report_kind kind, const struct mac *host)
{
	__builtin_memset(report, 0, sizeof(*report));
	report->kind = kind;
	report->ifindex = frame->xdp->ingress_ifindex;
	report->vlan = frame->vlan;
	report->host = *host;
	report->peer_mac = *frame_source(frame);
}

static __always_inline struct report *report_open(const struct frame *frame, enum report_kind kind,
                                                  const struct mac *host)
{
	struct report *report = bpf_ringbuf_reserve(&reports, sizeof(*report), 0);

	if (report)
		report_begin(report, frame, kind, host);
	return report;
}

/* The daemon is woken, also where it has yet to read an earlier report that did not wake it. */
static __always_inline void report_submit(struct report *report)
{
	bpf_ringbuf_submit(report, BPF_RB_FORCE_WAKEUP);
}

/*
 * Changes the host's state and submits the report of it, or does neither. So a flood makes one
 * report, and if the ring is full the state stays and the next frame tries again.
 */
static __always_inline bool report_with_state(struct report *report, const struct host_ref *host,
                                              enum host_state from, enum host_state to)
{
	if (!host_set_state(host->mac, host->entry, from, to)) {
		bpf_ringbuf_discard(report, BPF_RB_NO_WAKEUP);
		return false;
	}
	report->state = to;
	report_submit(report);
	return true;
}

#endif
