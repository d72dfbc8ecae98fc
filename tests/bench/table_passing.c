// SPDX-License-Identifier: GPL-2.0-or-later
#include "offer.h"
#include "tables.h"

/* A figure is that of the kind of frame which takes longest. */
static const struct {
	const char *figure;
	enum offer offer[2];
	enum host_state hosts;
} rows[] = {
	{ "pass_stranger_ns", { OFFER_TCP_UNKNOWN, OFFER_UDP_UNKNOWN }, ASLEEP },
	{ "pass_other_ns", { OFFER_OTHER, OFFER_OTHER }, ASLEEP },
	{ "pass_v6_stranger_ns", { OFFER_TCP6_UNKNOWN, OFFER_TCP6_UNKNOWN }, ASLEEP },
	{ "pass_arp_unknown_ns", { OFFER_ARP_UNKNOWN, OFFER_ARP_UNKNOWN }, ASLEEP },
	{ "pass_awake_ns", { OFFER_TCP_HOST, OFFER_TCP_HOST }, AWAKE },
};

enum { ROWS = sizeof(rows) / sizeof(*rows) };

/* The empty program before and after ours, so that drift cancels out. */
static struct summary measure(const struct bench *bench, const struct subject *subject,
                              unsigned hosts, enum offer offer)
{
	const struct offered offered = { offer, hosts, XDP_PASS };
	const int empty = bpf_program__fd(bench->traffic->progs.pass);
	const int ours = subject_program(subject);
	const unsigned count =
		offer_count(bench->traffic, &offered, ours, bench->seconds / 3); /* of 3 */
	struct sample sample = { 0 };

	for (int round = 0; round < bench->rounds; round++)
		sample_add(&sample, offer_compare(bench->traffic, &offered, ours, empty, count));
	return sample_summary(&sample);
}

static void add_rows(const struct bench *bench, const struct build *build,
                     const struct subject *subject, enum host_state state, unsigned hosts,
                     const char *size)
{
	for (unsigned i = 0; i < ROWS; i++) {
		struct summary first, second;

		if (rows[i].hosts != state)
			continue;
		first = second = measure(bench, subject, hosts, rows[i].offer[0]);
		if (rows[i].offer[1] != rows[i].offer[0])
			second = measure(bench, subject, hosts, rows[i].offer[1]);
		figures_add(bench->figures, first.value > second.value ? first : second, "ns",
		            "%s_%s%s", rows[i].figure, size, build->suffix);
	}
}

static void add_size(const struct bench *bench, const struct build *build, unsigned hosts,
                     const char *size)
{
	static const enum host_state states[] = { ASLEEP, AWAKE };

	for (unsigned i = 0; i < 2; i++) {
		struct subject *subject = subject_new(build, hosts, states[i]);

		add_rows(bench, build, subject, states[i], hosts, size);
		subject_free(subject);
	}
}

void table_passing(const struct bench *bench, const struct build *build)
{
	add_size(bench, build, HOSTS_1K, "1k");
	add_size(bench, build, bench_hosts(bench, HOSTS_64K), "64k");
}
