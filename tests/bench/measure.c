// SPDX-License-Identifier: GPL-2.0-or-later
#include "measure.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

void sample_add(struct sample *sample, double value)
{
	if (sample->count < ROUNDS_MAX)
		sample->at[sample->count++] = value;
}

static int ascending(const void *a, const void *b)
{
	const double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

struct summary sample_summary(const struct sample *sample)
{
	struct sample sorted = *sample;
	const unsigned n = sorted.count;

	if (!n)
		return (struct summary){ 0 };
	qsort(sorted.at, n, sizeof(*sorted.at), ascending);
	return (struct summary){
		.median = (sorted.at[n / 2] + sorted.at[(n - 1) / 2]) / 2,
		.min = sorted.at[0],
		.max = sorted.at[n - 1],
	};
}

double percentile(double *values, unsigned count, double share)
{
	unsigned at = (unsigned)(share * count);

	if (!count)
		return 0;
	qsort(values, count, sizeof(*values), ascending);
	return values[at < count ? at : count - 1];
}

double cpu_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
	return now.tv_sec * 1e9 + now.tv_nsec;
}

void need(bool good, const char *what)
{
	if (good)
		return;
	perror(what);
	exit(1);
}
