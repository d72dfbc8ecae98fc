/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * counters: how many frames had each outcome (include/outcome.h), per CPU. One row with a field for
 * each outcome, so that bpftool shows them by name.
 *
 * Written by the datapath; people and the daemon read.
 */
#ifndef SLEEPPROXY_COUNTERS_H
#define SLEEPPROXY_COUNTERS_H

#include "outcome.h"
#include "types.h"

#define COUNTERS_FIELD(outcome, name, verdict, meaning) __u64 name;
struct counters {
	OUTCOMES(COUNTERS_FIELD)
};
#undef COUNTERS_FIELD

ASSERT_SIZE(struct counters, OUTCOME_COUNT * sizeof(__u64));

#endif
