// SPDX-License-Identifier: GPL-2.0-or-later
#include <string.h>
#include "offer.h"
#include "tables.h"

/* A figure with several kinds of frame is that of the one which takes longest. */
static const struct {
	const char *figure;
	enum offer offer;
	enum { SLEEPERS, AWAKE_ONES, NO_INDEX, SUBJECTS } subject;
} rows[] = {
	{ "pass_stranger_ns", OFFER_TCP_UNKNOWN, SLEEPERS },
	{ "pass_stranger_ns", OFFER_UDP_UNKNOWN, SLEEPERS },
	{ "pass_stranger_maps_ns", OFFER_TCP_UNKNOWN, NO_INDEX },
	{ "pass_other_ns", OFFER_OTHER, SLEEPERS },
	{ "pass_v6_stranger_ns", OFFER_TCP6_UNKNOWN, SLEEPERS },
	{ "pass_arp_unknown_ns", OFFER_ARP_UNKNOWN, SLEEPERS },
	{ "pass_awake_ns", OFFER_TCP_HOST, AWAKE_ONES },
};

enum { ROWS = sizeof(rows) / sizeof(*rows), SIZES = 2 };

/* Among so many hosts; a comparison for each row. */
struct size {
	const char *name;
	unsigned hosts;
	struct subject *subjects[SUBJECTS];
};

/* With an empty program. */
static void size_start(const struct bench *bench, const struct build *build, struct size *size,
                       struct comparison *comparisons)
{
	for (unsigned i = 0; i < SUBJECTS; i++)
		size->subjects[i] =
			subject_new(build, size->hosts, i == AWAKE_ONES ? AWAKE : ASLEEP);
	subject_index_off(size->subjects[NO_INDEX]);
	for (unsigned i = 0; i < ROWS; i++)
		comparisons[i] = (struct comparison){
			.offered = { rows[i].offer, size->hosts, XDP_PASS },
			.program = subject_program(size->subjects[rows[i].subject]),
			.other = bpf_program__fd(bench->traffic->progs.pass),
		};
}

static bool is_last_of_figure(unsigned row)
{
	return row + 1 == ROWS || strcmp(rows[row].figure, rows[row + 1].figure) != 0;
}

static void size_end(const struct bench *bench, const struct build *build, struct size *size,
                     struct comparison *comparisons)
{
	struct summary slowest = { 0 };

	for (unsigned i = 0; i < ROWS; i++) {
		const struct summary summary =
			comparison_summary(&comparisons[i], (unsigned)bench->rounds);

		if (summary.value > slowest.value)
			slowest = summary;
		if (!is_last_of_figure(i))
			continue;
		figures_add(bench->figures, slowest, "ns", "%s_%s%s", rows[i].figure, size->name,
		            build->suffix);
		slowest = (struct summary){ 0 };
	}
	for (unsigned i = 0; i < SUBJECTS; i++)
		subject_free(size->subjects[i]);
}

void table_passing(const struct bench *bench, const struct build *build)
{
	struct size sizes[SIZES] = {
		{ .name = "1k", .hosts = HOSTS_1K },
		{ .name = "64k", .hosts = bench_hosts(bench, HOSTS_64K) },
	};
	static struct comparison comparisons[SIZES][ROWS];

	for (unsigned i = 0; i < SIZES; i++)
		size_start(bench, build, &sizes[i], comparisons[i]);
	offer_compare(bench->traffic, *comparisons, SIZES * ROWS, (unsigned)bench->rounds,
	              bench->seconds);
	for (unsigned i = 0; i < SIZES; i++)
		size_end(bench, build, &sizes[i], comparisons[i]);
}
