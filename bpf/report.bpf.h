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

#endif
