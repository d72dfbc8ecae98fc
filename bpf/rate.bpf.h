/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Limits of what goes to the daemon, in a second. */
#ifndef SLEEPPROXY_RATE_BPF_H
#define SLEEPPROXY_RATE_BPF_H

#include "host.bpf.h"

struct rate {
	__u32 second;
	__u32 messages; /* in that second */
};

/* One more message; is it within the `most` of a second? */
static __always_inline bool rate_permits(struct rate *rate, __u32 most)
{
	const __u32 now = bpf_ktime_get_coarse_ns() / NS_PER_S;

	if (rate->second != now) {
		rate->second = now;
		rate->messages = 0;
	}
	return rate->messages++ < most;
}

#endif
