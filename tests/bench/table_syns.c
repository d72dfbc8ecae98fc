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
	struct comparison comparison = {
		.offered = syns,
		.program = subject_program(subject),
		.other = bpf_program__fd(bench->traffic->progs.parse),
	};

	wake_all(bench, subject);
	offer_compare(bench->traffic, &comparison, 1, bench->rounds, bench->seconds);
	figures_add(bench->figures, comparison_summary(&comparison, bench->rounds), "ns",
	            "flood_syn_ns%s", build->suffix);
	subject_free(subject);
}
