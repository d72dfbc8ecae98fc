/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Frames passed to a program by BPF_PROG_TEST_RUN, without a wire: the costs of the program alone.
 */
#ifndef SLEEPPROXY_BENCH_OFFER_H
#define SLEEPPROXY_BENCH_OFFER_H

#include "measure.h"
#include "traffic.h"

enum { TRIES = 3 };

struct traffic_bpf;

struct offered {
	enum offer offer;
	unsigned hosts;
	int verdict; /* that all frames must have */
};

/* CPU time in ns a frame, including the making of the frame; of `count` frames. */
double offer_run(const struct traffic_bpf *traffic, const struct offered *offered, int program,
                 unsigned count);

/* How much more a program takes than another, which is measured before and after it. */
struct comparison {
	struct offered offered;
	int program, other;
	/* what offer_compare() finds */
	unsigned frames; /* in a run */
	unsigned rounds;
	struct {
		double other, more; /* ns */
	} round[TRIES * ROUNDS_MAX];
};

/*
 * One after the other, each in rounds of about `seconds`. Where the other program took an eighth
 * longer than at best with such frames, another machine had part of the CPU: such rounds are
 * repeated once all were measured, when that may be over, TRIES times in all, and left out.
 */
void offer_compare(const struct traffic_bpf *traffic, struct comparison *comparisons,
                   unsigned count, unsigned rounds, double seconds);

/* Of so many rounds, those in which the other program was fastest. */
struct summary comparison_summary(struct comparison *comparison, unsigned rounds);

#endif
