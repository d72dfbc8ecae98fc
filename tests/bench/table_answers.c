// SPDX-License-Identifier: GPL-2.0-or-later
#include "measure.h"
#include "peers.h"
#include "tables.h"

enum {
	ROWS_MAX = 10,
	ASKS = ASK_ECHO + 1,
	CALIBRATE = 1 << 12,
	COUNT_MIN = 1 << 9,
	COUNT_MAX = 1 << 22,
	BATCH = 64,
	TRIES = 5
};

/* One that answers: ours, or a peer. */
struct row {
	char figure[64];
	struct wire *wire;
	struct subject *subject; /* NULL: a peer */
	struct questions questions;
	const struct row *against; /* that is compared with it; NULL: the reflector */
	unsigned count;            /* of questions in a round */
	double ratio;              /* of the round: to the reflector */
	struct sample sample;
};

struct table {
	const struct bench *bench;
	unsigned reflector_count[ASKS];
	unsigned count;
	struct row row[ROWS_MAX];
};

static struct row *add(struct table *table, const char *figure, const char *suffix)
{
	struct row *row = &table->row[table->count++];

	need(table->count <= ROWS_MAX, "too many rows");
	snprintf(row->figure, sizeof(row->figure), "%s%s", figure, suffix);
	return row;
}

static struct row *add_ours(struct table *table, const struct build *build, const char *figure,
                            unsigned hosts, enum ask ask)
{
	struct row *row = add(table, figure, build->suffix);

	row->wire = table->bench->wire;
	row->questions.hosts = bench_hosts(table->bench, hosts);
	row->questions.ask = ask;
	row->subject = subject_new(build, row->questions.hosts, ASLEEP);
	return row;
}

static void add_peer(struct table *table, const struct peer *peer, const char *name,
                     const char *figure, const struct row *ours)
{
	const struct bench *bench = table->bench;
	struct wire *wire = wire_new(name, bpf_program__fd(bench->traffic->progs.check_answers));
	char why[PEER_WHY];
	struct row *row;

	if (!peer_start(peer, wire, ours->questions.hosts, why)) {
		figures_skip(bench->figures, why, "ratio", figure);
		wire_free(wire);
		return;
	}
	row = add(table, figure, "");
	row->wire = wire;
	row->questions = (struct questions){ .hosts = ours->questions.hosts, .burst = peer->burst };
	row->against = ours;
}

static void add_peers(struct table *table, const struct row *few, const struct row *many)
{
	add_peer(table, &peer_proxy_arp, "proxy", "answer_vs_proxy_arp", few);
	add_peer(table, &peer_ebtables, "ebtables", "answer_vs_ebtables", few);
	add_peer(table, &peer_tpacket, "tpacket", "answer_vs_tpacket", few);
	add_peer(table, &peer_recvfrom, "recvfrom", "answer_vs_recvfrom", few);
	add_peer(table, &peer_neigh_proxy, "neigh", "answer_vs_neigh_proxy_64k", many);
}

static double ask_at(const struct table *table, const struct wire *wire,
                     const struct questions *questions, unsigned count)
{
	double ns = 0;

	for (int i = 0; i < TRIES && !ns; i++)
		ns = wire_ask(wire, table->bench->traffic, questions, count);
	need(ns, "all questions are answered");
	return ns;
}

/* No frame that came had another outcome: where answers are missing, the wire has lost them. */
static bool has_answered_all(const struct counters *before, const struct counters *after,
                             enum ask ask)
{
	static const enum outcome answered[ASKS] = { [ASK_ARP] = OUTCOME_ARP_ANSWERED,
		                                     [ASK_ND] = OUTCOME_ND_ANSWERED,
		                                     [ASK_ECHO] = OUTCOME_ECHO_ANSWERED };
	const __u64 *was = (const __u64 *)before, *is = (const __u64 *)after;

	for (unsigned i = 0; i < OUTCOME_COUNT; i++)
		if ((is[i] != was[i]) != (i == answered[ask]))
			return false;
	return true;
}

static double ask_subject(const struct table *table, const struct row *row, unsigned count)
{
	const struct counters before = subject_counters(row->subject);
	struct counters after;
	double ns;

	wire_attach_far(row->wire, subject_program(row->subject));
	ns = ask_at(table, row->wire, &row->questions, count);
	after = subject_counters(row->subject);
	need(has_answered_all(&before, &after, row->questions.ask), "each request is answered");
	return ns;
}

static double ask(const struct table *table, const struct row *row, unsigned count)
{
	return row->subject ? ask_subject(table, row, count)
	                    : ask_at(table, row->wire, &row->questions, count);
}

/* The same frames as for a subject, for one host. */
static double ask_reflector(const struct table *table, enum ask ask, unsigned count)
{
	const struct questions questions = { .ask = ask, .hosts = 1, .reflected = true };
	const struct bench *bench = table->bench;

	wire_attach_far(bench->wire, bpf_program__fd(bench->traffic->progs.reflect));
	return ask_at(table, bench->wire, &questions, count);
}

static unsigned count_of(double ns, double seconds)
{
	const double count = seconds * 1e9 / ns;

	return count < COUNT_MIN   ? COUNT_MIN
	       : count > COUNT_MAX ? COUNT_MAX
	                           : (unsigned)count & -BATCH;
}

static void calibrate(struct table *table)
{
	const double seconds = table->bench->seconds;

	for (unsigned ask = 0; ask < ASKS; ask++)
		table->reflector_count[ask] =
			count_of(ask_reflector(table, ask, CALIBRATE), seconds);
	for (unsigned i = 0; i < table->count; i++)
		table->row[i].count = count_of(ask(table, &table->row[i], CALIBRATE), seconds);
}

/* The reflector before and after each, so that drift of the machine cancels out. */
static void one_round(struct table *table)
{
	for (unsigned i = 0; i < table->count; i++) {
		struct row *row = &table->row[i];
		const enum ask kind = row->questions.ask;
		const unsigned count = table->reflector_count[kind];
		const double before = ask_reflector(table, kind, count);
		const double ns = ask(table, row, row->count);
		const double after = ask_reflector(table, kind, count);

		row->ratio = (before + after) / 2 / ns;
		sample_add(&row->sample,
		           row->against ? row->against->ratio / row->ratio : row->ratio);
	}
}

void table_answers(const struct bench *bench, const struct build *build)
{
	static struct table table;
	struct row *few, *many;

	table = (struct table){ .bench = bench };
	few = add_ours(&table, build, "answer_vs_reflector_1k", HOSTS_1K, ASK_ARP);
	many = add_ours(&table, build, "answer_vs_reflector_64k", HOSTS_64K, ASK_ARP);
	add_ours(&table, build, "answer_vs_reflector_1m", HOSTS_1M, ASK_ARP);
	add_ours(&table, build, "nd_vs_reflector_1k", HOSTS_1K, ASK_ND);
	add_ours(&table, build, "echo_vs_reflector_1k", HOSTS_1K, ASK_ECHO);
	if (!*build->suffix)
		add_peers(&table, few, many);
	wire_attach_near(bench->wire, bpf_program__fd(bench->traffic->progs.check_answers));
	calibrate(&table);
	for (int round = 0; round < bench->rounds; round++)
		one_round(&table);
	wire_attach_far(bench->wire, -1);
	for (unsigned i = 0; i < table.count; i++) {
		figures_add(bench->figures, sample_summary(&table.row[i].sample), "ratio", "%s",
		            table.row[i].figure);
		subject_free(table.row[i].subject);
		if (table.row[i].wire != bench->wire)
			wire_free(table.row[i].wire);
	}
}
