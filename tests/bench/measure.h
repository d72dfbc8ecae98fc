/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What all measurements need: the clock, the results of the rounds, and how to give up. */
#ifndef SLEEPPROXY_BENCH_MEASURE_H
#define SLEEPPROXY_BENCH_MEASURE_H

#include <stdbool.h>

enum { ROUNDS_MAX = 101 };

/* The results of all rounds for one thing. */
struct sample {
	unsigned count;
	double at[ROUNDS_MAX];
};

struct summary {
	double median, min, max;
};

void sample_add(struct sample *sample, double value);
struct summary sample_summary(const struct sample *sample);

/* The value that this share of them does not exceed; sorts them. Of none: 0. */
double percentile(double *values, unsigned count, double share);

/*
 * CPU time of this thread, in ns: without the time of others that load the machine, and without the
 * 20 ms that the kernel sleeps after live frames.
 */
double cpu_ns(void);

/* If not `good`, prints `what` with errno, and exits. */
void need(bool good, const char *what);

#endif
