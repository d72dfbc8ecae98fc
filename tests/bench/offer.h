/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Frames passed to a program by BPF_PROG_TEST_RUN, without a wire: the costs of the program alone.
 */
#ifndef SLEEPPROXY_BENCH_OFFER_H
#define SLEEPPROXY_BENCH_OFFER_H

#include "traffic.h"

struct traffic_bpf;

struct offered {
	enum offer offer;
	unsigned hosts;
	enum macs macs;
	int program;
	int verdict;
};

/* CPU time in ns a frame, including the making of the frame; of `count` frames. */
double offer_run(const struct traffic_bpf *traffic, const struct offered *offered, unsigned count);

#endif
