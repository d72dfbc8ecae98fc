/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the rounds measured of one thing. */
#ifndef SLEEPPROXY_BENCH_SAMPLE_H
#define SLEEPPROXY_BENCH_SAMPLE_H

enum { ROUNDS_MAX = 101 };

struct sample {
	unsigned count;
	double at[ROUNDS_MAX];
};

struct summary {
	double median, min, max;
};

void sample_add(struct sample *sample, double value);
struct summary sample_summary(const struct sample *sample);

#endif
