/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Frames that reach a program without a wire, by BPF_PROG_TEST_RUN: what the program itself
 * costs.
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

/* CPU ns a frame, with what it costs to make the frame; `count` frames. */
double offer_run(const struct traffic_bpf *traffic, const struct offered *offered, unsigned count);

#endif
