// SPDX-License-Identifier: GPL-2.0-or-later
/* The delay of a frame that is not for a sleeper. */
#include <string.h>
#include "measure.h"
#include "offer.h"
#include "tables.h"

enum { SUBJECTS_MAX = 4, CALIBRATE = 1 << 14 };

/* What is offered, and the costs with an empty program and beyond that. */
struct row {
	const char *name;
	enum offer offer;
	unsigned count;
	struct sample empty[SUBJECTS_MAX];
	struct sample more[SUBJECTS_MAX];
};

static struct row rows[] = {
	{ .name = "TCP to us, unknown sender", .offer = OFFER_TCP_UNKNOWN },
	{ .name = "TCP to us, awake hosts", .offer = OFFER_TCP_HOST },
	{ .name = "UDP to us, unknown sender", .offer = OFFER_UDP_UNKNOWN },
	{ .name = "IPv6, unknown sender", .offer = OFFER_IPV6 },
	{ .name = "ARP for unknown address", .offer = OFFER_ARP_UNKNOWN },
	{ .name = "other EtherType", .offer = OFFER_OTHER },
};

enum { ROWS = sizeof(rows) / sizeof(*rows) };

struct column {
	const char *name;
	struct subject *subject;
	unsigned hosts;
};

struct columns {
	unsigned count;
	struct column column[SUBJECTS_MAX];
};

static void add(struct columns *columns, const struct options *options, const char *name,
                const char *file, unsigned hosts)
{
	const struct subject_plan plan = { .file = file,
		                           .hosts = hosts,
		                           .macs = RANDOM,
		                           .state = AWAKE,
		                           .perfmon = options->perfmon };

	columns->column[columns->count++] = (struct column){ name, subject_new(&plan), hosts };
}

static double run(const struct traffic_bpf *traffic, const struct row *row,
                  const struct column *column, bool empty, unsigned count)
{
	const struct offered offered = {
		.offer = row->offer,
		.hosts = column->hosts,
		.macs = RANDOM,
		.program = empty ? bpf_program__fd(traffic->progs.pass)
		                 : subject_program(column->subject),
		.verdict = XDP_PASS,
	};

	return offer_run(traffic, &offered, count);
}

/* The empty program before and after, so that drift cancels out. */
static void measure(const struct traffic_bpf *traffic, struct row *row, unsigned i,
                    const struct column *column)
{
	const double before = run(traffic, row, column, true, row->count);
	const double ours = run(traffic, row, column, false, row->count);
	const double after = run(traffic, row, column, true, row->count);

	sample_add(&row->empty[i], before);
	sample_add(&row->more[i], ours - (before + after) / 2);
}

static void measure_all(const struct traffic_bpf *traffic, const struct options *options,
                        const struct columns *columns)
{
	for (unsigned i = 0; i < ROWS; i++)
		rows[i].count = options->seconds * 1e9 / 3 /
		                run(traffic, &rows[i], &columns->column[0], false, CALIBRATE);
	for (int round = 0; round < options->rounds; round++)
		for (unsigned i = 0; i < ROWS; i++)
			for (unsigned j = 0; j < columns->count; j++)
				measure(traffic, &rows[i], j, &columns->column[j]);
}

static void print(const struct columns *columns)
{
	printf("\nns a frame that passes, over an empty program: median (min-max)\n  %-26s", "");
	for (unsigned j = 0; j < columns->count; j++)
		printf("  %20s", columns->column[j].name);
	for (unsigned i = 0; i < ROWS; i++) {
		printf("\n  %-26s", rows[i].name);
		for (unsigned j = 0; j < columns->count; j++) {
			const struct summary ns = sample_summary(&rows[i].more[j]);

			printf("  %6.1f (%5.1f-%5.1f)", ns.median, ns.min, ns.max);
		}
	}
	printf("\n");
}

void table_passing(const struct traffic_bpf *traffic, const struct options *options)
{
	struct columns columns = { 0 };

	add(&columns, options, "1 000 hosts", NULL, HOSTS_FEW);
	add(&columns, options, "64 000 hosts", NULL, HOSTS_MANY);
	if (options->against) {
		add(&columns, options, "other, 1 000", options->against, HOSTS_FEW);
		add(&columns, options, "other, 64 000", options->against, HOSTS_MANY);
	}
	measure_all(traffic, options, &columns);
	print(&columns);
	for (unsigned j = 0; j < columns.count; j++)
		subject_free(columns.column[j].subject);
}
