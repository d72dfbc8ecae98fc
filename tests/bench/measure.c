// SPDX-License-Identifier: GPL-2.0-or-later
#include "measure.h"

#include <sched.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { COMMAND_MAX = 1024 };

struct summary summary_once(double value)
{
	return (struct summary){ value, value, value };
}

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
		.value = (sorted.at[n / 2] + sorted.at[(n - 1) / 2]) / 2,
		.min = sorted.at[0],
		.max = sorted.at[n - 1],
	};
}

static double percentile_of(const double *values, unsigned count, double share)
{
	const unsigned at = (unsigned)(share * count);
	double *sorted, found;

	if (!count)
		return 0;
	sorted = malloc(count * sizeof(*sorted));
	need(sorted != NULL, "no memory");
	memcpy(sorted, values, count * sizeof(*sorted));
	qsort(sorted, count, sizeof(*sorted), ascending);
	found = sorted[at < count ? at : count - 1];
	free(sorted);
	return found;
}

unsigned part_start(unsigned count, unsigned part)
{
	return count * part / PARTS;
}

struct sample percentile_parts(const double *values, unsigned count, double share)
{
	struct sample parts = { 0 };

	for (unsigned i = 0; i < PARTS; i++) {
		const unsigned from = part_start(count, i);

		sample_add(&parts,
		           percentile_of(values + from, part_start(count, i + 1) - from, share));
	}
	return parts;
}

struct summary percentile(const double *values, unsigned count, double share)
{
	const struct sample parts = percentile_parts(values, count, share);
	struct summary summary = sample_summary(&parts);

	summary.value = percentile_of(values, count, share);
	return summary;
}

static struct timespec clock_now(clockid_t clock)
{
	struct timespec now;

	clock_gettime(clock, &now);
	return now;
}

double cpu_ns(void)
{
	const struct timespec now = clock_now(CLOCK_PROCESS_CPUTIME_ID);

	return now.tv_sec * 1e9 + now.tv_nsec;
}

__u64 now_ns(void)
{
	const struct timespec now = clock_now(CLOCK_MONOTONIC);

	return now.tv_sec * 1000000000ULL + now.tv_nsec;
}

void need(bool good, const char *what)
{
	if (good)
		return;
	perror(what);
	exit(1);
}

void shell(const char *format, ...)
{
	char command[COMMAND_MAX];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(command, sizeof(command), format, arguments);
	va_end(arguments);
	if (!system(command))
		return;
	fprintf(stderr, "failed: %s\n", command);
	exit(1);
}

void run_on_cpu(int cpu)
{
	cpu_set_t cpus;

	CPU_ZERO(&cpus);
	CPU_SET(cpu, &cpus);
	need(!sched_setaffinity(0, sizeof(cpus), &cpus), "run on one CPU");
}
