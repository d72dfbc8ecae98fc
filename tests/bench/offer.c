// SPDX-License-Identifier: GPL-2.0-or-later
#include "offer.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include "frames.h"
#include "traffic.skel.h"

enum { CALIBRATE = 1 << 14, TRIES = 2 };

/* Of what takes longer than so much of the fastest, it is assumed that it was disturbed. */
#define DISTURBED 1.125

struct round {
	double other, more;
};

struct rounds {
	struct round at[TRIES * ROUNDS_MAX];
	unsigned count;
};

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

static struct round compare(const struct traffic_bpf *traffic, const struct offered *offered,
                            int program, int other, unsigned count)
{
	const double before = offer_run(traffic, offered, other, count);
	const double ns = offer_run(traffic, offered, program, count);
	const double after = offer_run(traffic, offered, other, count);

	return (struct round){ (before + after) / 2, ns - (before + after) / 2 };
}

static int undisturbed_first(const void *a, const void *b)
{
	const struct round *x = a, *y = b;

	return (x->other > y->other) - (x->other < y->other);
}

static bool are_undisturbed(struct rounds *rounds, unsigned wanted)
{
	if (rounds->count < wanted)
		return false;
	qsort(rounds->at, rounds->count, sizeof(*rounds->at), undisturbed_first);
	return rounds->at[wanted - 1].other <= DISTURBED * rounds->at[0].other;
}

/* How many frames take about so long. */
static unsigned count_frames(const struct traffic_bpf *traffic, const struct offered *offered,
                             int program, double seconds)
{
	return seconds * 1e9 / offer_run(traffic, offered, program, CALIBRATE) + 1;
}

struct summary offer_compare(const struct traffic_bpf *traffic, const struct offered *offered,
                             int program, int other, unsigned wanted, double seconds)
{
	const unsigned count = count_frames(traffic, offered, program, seconds / 3); /* of 3 */
	struct rounds rounds = { .count = 0 };
	struct sample sample = { 0 };

	while (!are_undisturbed(&rounds, wanted) && rounds.count < TRIES * wanted)
		rounds.at[rounds.count++] = compare(traffic, offered, program, other, count);
	for (unsigned i = 0; i < wanted; i++)
		sample_add(&sample, rounds.at[i].more);
	return sample_summary(&sample);
}
