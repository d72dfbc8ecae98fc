// SPDX-License-Identifier: GPL-2.0-or-later
/* A flood of connections to sleepers, from random sources, which wakes each host once. */
#include "measure.h"
#include "offer.h"
#include "tables.h"

enum { FRAMES_MIN = FLOOD_FRAMES_PER_HOST * HOSTS_FEW };

struct flood {
	const char *name;
	struct subject *subject;
	struct sample ns;
	bool wrong;
};

static struct subject *sleepers(const struct options *options, const char *file)
{
	const struct subject_plan plan = { .file = file,
		                           .hosts = HOSTS_FEW,
		                           .macs = RANDOM,
		                           .state = ASLEEP,
		                           .perfmon = options->perfmon };

	return subject_new(&plan);
}

static double offer_syns(const struct traffic_bpf *traffic, int program, int verdict,
                         unsigned count)
{
	const struct offered syns = { OFFER_SYN, HOSTS_FEW, RANDOM, program, verdict };

	return offer_run(traffic, &syns, count);
}

static void check(struct flood *flood, const struct counters *before, unsigned count)
{
	const struct counters after = subject_counters(flood->subject);
	const unsigned reports = subject_read_reports(flood->subject);
	const __u64 started = after.wake_sent - before->wake_sent;
	const __u64 in_progress = after.wake_in_progress - before->wake_in_progress;

	if (started == HOSTS_FEW && started + in_progress == count && reports == HOSTS_FEW)
		return;
	flood->wrong = true;
	printf("  %u SYNs: %llu wakes, %llu in progress, %u reports\n", count, started, in_progress,
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
	const unsigned count = options->seconds * 1e7 + FRAMES_MIN;
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
