/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What all measurements need: the clocks, what is made of many results, and how to give up. */
#ifndef SLEEPPROXY_BENCH_MEASURE_H
#define SLEEPPROXY_BENCH_MEASURE_H

#include <stdbool.h>
#include "types.h"

enum { ROUNDS_MAX = 101, PARTS = 5 };

/* The results of all rounds for one thing. */
struct sample {
	unsigned count;
	double at[ROUNDS_MAX];
};

/* What is said of a sample: its middle, and how far it goes. */
struct summary {
	double value, min, max;
};

struct summary summary_once(double value);
void sample_add(struct sample *sample, double value);
struct summary sample_summary(const struct sample *sample);

/*
 * The value that this share of them does not exceed; min and max are those of PARTS parts of the
 * values, each in the order in which they were measured. Of none: 0.
 */
struct summary percentile(const double *values, unsigned count, double share);
/* That of each part. */
struct sample percentile_parts(const double *values, unsigned count, double share);
/* Where a part begins; of PARTS: where the last one ends. */
unsigned part_start(unsigned count, unsigned part);

/* CPU time of all threads of this process, in ns: without that of others that load the machine. */
double cpu_ns(void);
__u64 now_ns(void); /* CLOCK_MONOTONIC */

/* If not `good`, prints `what` with errno, and exits. */
void need(bool good, const char *what);

/* Runs a command of the shell; exits if it fails. */
void shell(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* This thread runs on that CPU alone. */
void run_on_cpu(int cpu);

#endif
