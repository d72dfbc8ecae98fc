// SPDX-License-Identifier: GPL-2.0-or-later
#include "offer.h"

#include <float.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include "frames.h"
#include "traffic.skel.h"

enum { CALIBRATE = 1 << 14 };

/* Of what takes longer than so much of the fastest, it is assumed that it was disturbed. */
#define DISTURBED 1.125

static void set_subject(const struct traffic_bpf *traffic, int program)
{
	const __u32 only_row = 0;

	need(!bpf_map_update_elem(bpf_map__fd(traffic->maps.subject), &only_row, &program, BPF_ANY),
	     "set the program");
}

double offer_run(const struct traffic_bpf *traffic, const struct offered *offered, int program,
                 unsigned count)
{
	struct frame frame = frame_make(offered->offer);
	LIBBPF_OPTS(bpf_test_run_opts, options, .data_in = &frame, .data_size_in = sizeof(frame),
	            .repeat = (int)count);
	double from;

	memcpy(traffic->bss->traffic.syn, &frame, sizeof(frame));
	traffic->bss->traffic.offer = offered->offer;
	traffic->bss->traffic.hosts = offered->hosts;
	traffic->bss->traffic.macs = RANDOM;
	set_subject(traffic, program);
	from = cpu_ns();
	need(!bpf_prog_test_run_opts(bpf_program__fd(traffic->progs.offer), &options),
	     "offer frames");
	from = cpu_ns() - from;
	if ((int)options.retval != offered->verdict) {
		fprintf(stderr, "offer %d had verdict %u\n", offered->offer, options.retval);
		exit(1);
	}
	return from / count;
}

/* How many take about so long. */
static unsigned count_frames(const struct traffic_bpf *traffic, const struct comparison *comparison,
                             double seconds)
{
	return seconds * 1e9 /
	               offer_run(traffic, &comparison->offered, comparison->program, CALIBRATE) +
	       1;
}

static double run(const struct traffic_bpf *traffic, const struct comparison *comparison,
                  int program)
{
	return offer_run(traffic, &comparison->offered, program, comparison->frames);
}

static void one_round(const struct traffic_bpf *traffic, struct comparison *comparison)
{
	const double before = run(traffic, comparison, comparison->other);
	const double ns = run(traffic, comparison, comparison->program);
	const double other = (before + run(traffic, comparison, comparison->other)) / 2;

	comparison->round[comparison->rounds].other = other;
	comparison->round[comparison->rounds++].more = ns - other;
}

/* The other program's best time with frames of this kind. */
static double fastest(const struct comparison *comparisons, unsigned count, enum offer offer)
{
	double ns = DBL_MAX;

	for (unsigned i = 0; i < count; i++)
		for (unsigned round = 0; round < comparisons[i].rounds; round++)
			if (comparisons[i].offered.offer == offer &&
			    comparisons[i].round[round].other < ns)
				ns = comparisons[i].round[round].other;
	return ns;
}

static bool is_wanted(const struct comparison *comparison, unsigned rounds, double fastest)
{
	unsigned undisturbed = 0;

	for (unsigned i = 0; i < comparison->rounds; i++)
		undisturbed += comparison->round[i].other <= DISTURBED * fastest;
	return undisturbed < rounds;
}

static void some_rounds(const struct traffic_bpf *traffic, const struct comparison *all,
                        unsigned count, struct comparison *comparison, unsigned rounds)
{
	for (unsigned i = 0; i < rounds; i++)
		if (is_wanted(comparison, rounds, fastest(all, count, comparison->offered.offer)))
			one_round(traffic, comparison);
}

void offer_compare(const struct traffic_bpf *traffic, struct comparison *comparisons,
                   unsigned count, unsigned rounds, double seconds)
{
	for (unsigned i = 0; i < count; i++)
		comparisons[i].frames = count_frames(traffic, &comparisons[i], seconds / 3);
	for (unsigned i = 0; i < TRIES * count; i++)
		some_rounds(traffic, comparisons, count, &comparisons[i % count], rounds);
}

static int undisturbed_first(const void *a, const void *b)
{
	const double *x = a, *y = b; /* `other`, which is first in a round */

	return (*x > *y) - (*x < *y);
}

struct summary comparison_summary(struct comparison *comparison, unsigned rounds)
{
	struct sample sample = { 0 };

	qsort(comparison->round, comparison->rounds, sizeof(*comparison->round), undisturbed_first);
	for (unsigned i = 0; i < rounds; i++)
		sample_add(&sample, comparison->round[i].more);
	return sample_summary(&sample);
}
