// SPDX-License-Identifier: GPL-2.0-or-later
/* A flood of connections to sleepers, from random sources: each host is woken once. */
#include "fatal.h"
#include "offer.h"
#include "tables.h"

/* so many that hardly a host is left out by chance */
enum { ENOUGH = 50 * SOME };

struct flood {
	const char *name;
	struct subject *subject;
	struct sample ns;
	bool wrong;
};

static struct subject *sleepers(const struct options *options, const char *file)
{
	const struct subject_plan plan = { .file = file,
		                           .hosts = SOME,
		                           .macs = RANDOM,
		                           .state = ASLEEP,
		                           .perfmon = options->perfmon };

	return subject_new(&plan);
}

static double offer_syns(const struct traffic_bpf *traffic, int program, int verdict,
                         unsigned count)
{
	const struct offered syns = { OFFER_SYN, SOME, RANDOM, program, verdict };

	return offer_run(traffic, &syns, count);
}

static void check(struct flood *flood, const struct counters *before, unsigned count)
{
	const struct counters after = subject_counters(flood->subject);
	const unsigned reports = subject_take_reports(flood->subject);
	const __u64 begun = after.wake_begun - before->wake_begun;
	const __u64 under_way = after.wake_under_way - before->wake_under_way;

	if (begun == SOME && begun + under_way == count && reports == SOME)
		return;
	flood->wrong = true;
	printf("  %u SYNs: %llu wakes, %llu under way, %u reports\n", count, begun, under_way,
	       reports);
}

static void measure(const struct traffic_bpf *traffic, struct flood *flood, unsigned count)
{
	const int pass = bpf_program__fd(traffic->progs.pass);
	const double empty = offer_syns(traffic, pass, XDP_PASS, count);
	struct counters before;
	double ns;

	subject_reset(flood->subject);
	before = subject_counters(flood->subject);
	ns = offer_syns(traffic, subject_program(flood->subject), XDP_DROP, count);
	check(flood, &before, count);
	sample_add(&flood->ns, ns - empty);
}

static void print(const struct flood *flood)
{
	const struct summary ns = sample_summary(&flood->ns);

	printf("  %-26s  %6.1f (%5.1f-%5.1f) ns a frame%s\n", flood->name, ns.median, ns.min,
	       ns.max, flood->wrong ? ", WRONG" : ", one wake and one report a host");
}

void table_flood(const struct traffic_bpf *traffic, const struct options *options)
{
	const unsigned count = options->seconds * 1e7 + ENOUGH;
	struct flood floods[] = {
		{ .name = "ours", .subject = sleepers(options, NULL) },
		{ .name = "other",
		  .subject = options->against ? sleepers(options, options->against) : NULL },
	};
	const unsigned n = options->against ? 2 : 1;

	for (int round = 0; round < options->rounds; round++)
		for (unsigned i = 0; i < n; i++)
			measure(traffic, &floods[i], count);
	printf("\nA flood of %u SYNs a round at 1 000 sleepers, from random sources, over an "
	       "empty program\n",
	       count);
	for (unsigned i = 0; i < n; i++) {
		print(&floods[i]);
		subject_free(floods[i].subject);
	}
}
