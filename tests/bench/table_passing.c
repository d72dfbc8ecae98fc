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

/* Over an empty program. */
static struct summary measure(const struct bench *bench, const struct subject *subject,
                              unsigned hosts, enum offer offer)
{
	const struct offered offered = { offer, hosts, XDP_PASS };

	return offer_compare(bench->traffic, &offered, subject_program(subject),
	                     bpf_program__fd(bench->traffic->progs.pass), bench->rounds,
	                     bench->seconds);
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
