/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reports to the daemon. In: what happened. Out: a record of the `events` ring. */
#ifndef SLEEPPROXY_REPORT_BPF_H
#define SLEEPPROXY_REPORT_BPF_H

#include "events.bpf.h"
#include "host.bpf.h"

static __always_inline struct report *report_open(const struct frame *frame, enum report_kind kind,
                                                  const struct mac *host)
{
	struct report *report = bpf_ringbuf_reserve(&events, sizeof(*report), 0);

	if (!report)
		return NULL;
	__builtin_memset(report, 0, sizeof(*report));
	report->kind = kind;
	report->ifindex = frame->xdp->ingress_ifindex;
	report->vlan = frame->vlan;
	report->host = *host;
	report->peer_mac = *frame_source(frame);
	return report;
}

/*
 * A report together with the step that it tells of: both happen, or neither. So a flood makes one
 * report, and a ring without room loses none: the state stays, and the next frame asks again.
 */
static __always_inline bool report_step(struct report *report, struct host_entry *host,
                                        enum host_state from, enum host_state to)
{
	if (!host_set_state(host, from, to)) {
		bpf_ringbuf_discard(report, 0);
		return false;
	}
	report->state = to;
	bpf_ringbuf_submit(report, 0);
	return true;
}

#endif
