// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdio.h>
#include <stdlib.h>
#include "index.h"
#include "offer.h"
#include "tables.h"

/* Enough that hardly any host has fewer by chance than are copied in a wake. */
enum { FRAMES_PER_HOST = 2 * INDEX_COPIES_MAX, FRAMES = FRAMES_PER_HOST * HOSTS_1K };

static const struct offered syns = { OFFER_SYN, HOSTS_1K, XDP_DROP };

/*
 * All hosts are woken, once each, and have their copies; then a look comes, as it does 50 ms later
 * with the daemon.
 */
static void wake_all(const struct bench *bench, struct subject *subject)
{
	const struct counters before = subject_counters(subject);
	struct counters after;
	unsigned reports;

	offer_run(bench->traffic, &syns, subject_program(subject), FRAMES);
	after = subject_counters(subject);
	reports = subject_read_reports(subject);
	if (after.wake_sent - before.wake_sent != HOSTS_1K || reports != HOSTS_1K) {
		fprintf(stderr, "%u hosts: %llu wakes, %u reports\n", HOSTS_1K,
		        after.wake_sent - before.wake_sent, reports);
		exit(1);
	}
	subject_look(subject);
}

/* Over a program that checks and parses the frame, as that cannot be done without. */
void table_syns(const struct bench *bench, const struct build *build)
{
	struct subject *subject = subject_new(build, HOSTS_1K, ASLEEP);
	const int ours = subject_program(subject);
	const int parse = bpf_program__fd(bench->traffic->progs.parse);
	struct sample sample = { 0 };
	unsigned count;

	wake_all(bench, subject);
	count = offer_count(bench->traffic, &syns, ours, bench->seconds / 3); /* of 3 */
	for (int round = 0; round < bench->rounds; round++)
		sample_add(&sample, offer_compare(bench->traffic, &syns, ours, parse, count));
	figures_add(bench->figures, sample_summary(&sample), "ns", "flood_syn_ns%s", build->suffix);
	subject_free(subject);
}
