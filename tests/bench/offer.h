/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Frames passed to a program by BPF_PROG_TEST_RUN, without a wire: the costs of the program alone.
 */
#ifndef SLEEPPROXY_BENCH_OFFER_H
#define SLEEPPROXY_BENCH_OFFER_H

#include "measure.h"
#include "traffic.h"

struct traffic_bpf;

struct offered {
	enum offer offer;
	unsigned hosts;
	int verdict; /* that all frames must have */
};

/* CPU time in ns a frame, including the making of the frame; of `count` frames. */
double offer_run(const struct traffic_bpf *traffic, const struct offered *offered, int program,
                 unsigned count);

/*
 * How much more a program takes than another, which is measured before and after it in each round;
 * a round takes about `seconds`. Where the other took long, another machine had part of the CPU:
 * such rounds are repeated, at most as many again as there are to be, and left out.
 */
struct summary offer_compare(const struct traffic_bpf *traffic, const struct offered *offered,
                             int program, int other, unsigned rounds, double seconds);

#endif
