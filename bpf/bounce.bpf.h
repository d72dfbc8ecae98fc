/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * After a wake the neighbours still have our MAC for the host. Linux announces nothing on resume,
 * and an announcement by us would be a conflict for a host that is probing. In: a frame to us for a
 * host that is awake. Out: the same frame on its way to the host, and from time to time a report of
 * its sender, to whom the daemon tells the host's MAC by unicast.
 *
 * For as long as the host is awake: a sender that is told sends no more, and one that does not
 * learn, as by a static entry, would lose its frames. Not on a router, which has to forward them.
 */
#ifndef SLEEPPROXY_BOUNCE_BPF_H
#define SLEEPPROXY_BOUNCE_BPF_H

#include "rate.bpf.h"
#include "report.bpf.h"

/* Who is told where which address is: a router, too, which is not who sends its packets. */
struct notice {
	struct mac to;
	__u16 zero;
	struct ipv6 address;
};

struct notice_time {
	__u64 last;   /* ns, CLOCK_MONOTONIC */
	__u64 frames; /* since then */
};

/* Each row takes a turn of notice_rate: so a flood from random MACs needs 30 s to replace them. */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 4096);
	__type(key, struct notice);
	__type(value, struct notice_time);
} notices SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct rate);
} notice_rate SEC(".maps");

/* The key, which is not on the stack: see the Makefile on stack slots. */
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct notice);
} notice_scratch SEC(".maps");

/*
 * Of one address to one neighbour: at most one in NOTICE_INTERVAL, and for NOTICE_FRAMES frames; or
 * one in NOTICE_REPEAT, since the host may have slept meanwhile. With 32 addresses of a host these
 * are 48 for 300 frames.
 */
#define NOTICE_INTERVAL ((__s64)NS_PER_S / 5)
#define NOTICE_REPEAT (60 * (__s64)NS_PER_S)
enum { NOTICE_FRAMES = 16 };

/* To all: 9 KB, of a ring of 512. */
enum { NOTICES_PER_S = 128 };

static __always_inline bool notice_is_due(const struct notice *notice, __u64 now)
{
	struct notice_time *time = bpf_map_lookup_elem(&notices, notice);
	struct rate *rate;
	__s64 age;

	if (time) {
		age = now - time->last; /* below 0: this CPU's clock may be a tick behind */
		if (++time->frames < NOTICE_FRAMES ? age < NOTICE_REPEAT : age < NOTICE_INTERVAL)
			return false;
	}
	rate = bpf_map_lookup_elem(&notice_rate, &ONLY_ROW);
	return rate && rate_permits(rate, NOTICES_PER_S);
}

/* The daemon is not woken: the sender loses nothing until it is told. */
static __always_inline void bounce_report(const struct frame *frame, const struct host_ref *host,
                                          const struct notice *notice)
{
	const struct notice_time time = { .last = bpf_ktime_get_coarse_ns() };
	struct report *report;

	if (!notice_is_due(notice, time.last))
		return;
	report = report_open(frame, REPORT_BOUNCED, host->mac);
	if (!report)
		return;
	report->state = AWAKE;
	report->address = notice->address;
	bpf_ringbuf_submit(report, BPF_RB_NO_WAKEUP);
	bpf_map_update_elem(&notices, notice, &time, 0);
}

/*
 * What is from ourselves has come back by a loop. Of two proxies the other does not receive what
 * one has sent on, since it is for the host's MAC.
 */
static __always_inline bool bounce_applies(const struct frame *frame, const struct host_ref *host)
{
	const struct mac *from = frame_source(frame);

	return config.answer == ANSWER_PROXY && frame_is_to_us(frame) && !mac_is_group(from) &&
	       !mac_equal(from, own_mac()) && !mac_equal(from, host->mac) &&
	       host_is_here(host->entry, frame) && heartbeat_is_fresh();
}

/* From us: a switch would take the sender's MAC to be on our port. `notice` has the address. */
static __always_inline void bounce(struct frame *frame, const struct host_ref *host,
                                   struct notice *notice)
{
	notice->to = *frame_source(frame);
	bounce_report(frame, host, notice);
	*frame_destination(frame) = *host->mac;
	*frame_source(frame) = *own_mac();
}

#endif
