// SPDX-License-Identifier: GPL-2.0-or-later
/* ARP answers a second over a wire, compared with a program that only swaps the MACs. */
#include "measure.h"
#include "tables.h"

enum { ROWS_MAX = 16 };

#define NOISE_MAX 0.15

/* One that answers. */
struct row {
	const char *name;
	struct subject *subject; /* NULL: `program` */
	int program;
	enum kernel_peer kernel;
	unsigned hosts;
	enum macs macs;
	bool replies;
	struct sample ns, ratio;
};

struct table {
	unsigned count;
	struct row row[ROWS_MAX];
};

static const struct {
	const char *name, *against;
	unsigned hosts;
	enum macs macs;
} loads[] = {
	{ "1 host", "other, 1 host", 1, SEQUENTIAL },
	{ "1 000 hosts", "other, 1 000 hosts", HOSTS_FEW, SEQUENTIAL },
	{ "1 000, random MACs", "other, 1 000, random MACs", HOSTS_FEW, RANDOM },
	{ "64 000 hosts", "other, 64 000 hosts", HOSTS_MANY, SEQUENTIAL },
	{ "64 000, random MACs", "other, 64 000, random MACs", HOSTS_MANY, RANDOM },
};

static void add(struct table *table, const struct row *row)
{
	need(table->count < ROWS_MAX, "too many rows");
	table->row[table->count++] = *row;
}

static void add_subject(struct table *table, const struct options *options, unsigned load,
                        const char *file)
{
	const struct subject_plan plan = { .file = file,
		                           .hosts = loads[load].hosts,
		                           .macs = loads[load].macs,
		                           .state = ASLEEP,
		                           .perfmon = options->perfmon };
	struct subject *subject = subject_new(&plan);

	add(table, &(struct row){ .name = file ? loads[load].against : loads[load].name,
	                          .subject = subject,
	                          .program = subject_program(subject),
	                          .hosts = plan.hosts,
	                          .macs = plan.macs,
	                          .replies = true });
}

static void add_all(struct table *table, const struct traffic_bpf *traffic,
                    const struct options *options)
{
	const int pass = bpf_program__fd(traffic->progs.pass);

	add(table, &(struct row){ .name = "reflector",
	                          .program = bpf_program__fd(traffic->progs.reflect),
	                          .hosts = 1 });
	for (unsigned i = 0; i < sizeof(loads) / sizeof(*loads); i++) {
		add_subject(table, options, i, NULL);
		if (options->against)
			add_subject(table, options, i, options->against);
	}
	add(table, &(struct row){ "kernel proxy_arp", NULL, pass, KERNEL_PROXY_ARP, KERNEL_HOSTS,
	                          .replies = true });
	add(table, &(struct row){ "kernel ip neigh proxy", NULL, pass, KERNEL_NEIGH_PROXY,
	                          KERNEL_HOSTS, .replies = true });
}

static void measure(struct row *row, const struct traffic_bpf *traffic, double seconds,
                    double reflector)
{
	double ns;

	wire_attach(row->program);
	wire_set_kernel(row->kernel);
	ns = wire_run(traffic, seconds * 1e9, row->hosts, row->macs, row->replies);
	if (!ns)
		return;
	sample_add(&row->ns, ns);
	if (reflector)
		sample_add(&row->ratio, reflector / ns);
}

static void one_round(struct table *table, const struct traffic_bpf *traffic, double seconds)
{
	struct row *reflector = &table->row[0];
	double ns;

	measure(reflector, traffic, seconds, 0);
	need(reflector->ns.count, "the reflector loses frames");
	ns = reflector->ns.at[reflector->ns.count - 1];
	for (unsigned i = 1; i < table->count; i++)
		measure(&table->row[i], traffic, seconds, ns);
}

static void print_noise(const struct summary *ns)
{
	const double spread = (ns->max - ns->min) / ns->median;

	printf("  the reflector's own results vary by %.0f %%%s\n", spread * 100,
	       spread > NOISE_MAX ? ": NOISY, at most the medians of the ratios are useful" : "");
}

static void print_row(const struct row *row, const struct summary *reflector)
{
	const struct summary ns = sample_summary(&row->ns);
	const struct summary ratio =
		row->ratio.count ? sample_summary(&row->ratio) : (struct summary){ 1, 1, 1 };

	if (!row->ns.count)
		printf("  %-26s lost frames in every round\n", row->name);
	else
		printf("  %-26s %6.2f  %6.3f  %.3f-%.3f  %7.1f\n", row->name, 1e3 / ns.median,
		       ratio.median, ratio.min, ratio.max, ns.median - reflector->median);
}

static void print(const struct table *table)
{
	const struct summary reflector = sample_summary(&table->row[0].ns);

	printf("\nARP answers over veth, one CPU; all requests answered\n");
	printf("  %-26s %6s  %6s  %11s  %7s\n", "answered by", "M/s", "ratio", "min-max",
	       "ns more");
	for (unsigned i = 0; i < table->count; i++)
		print_row(&table->row[i], &reflector);
	print_noise(&reflector);
}

void table_answers(const struct traffic_bpf *traffic, const struct options *options)
{
	static struct table table;

	add_all(&table, traffic, options);
	for (int round = 0; round < options->rounds; round++)
		one_round(&table, traffic, options->seconds);
	print(&table);
	wire_attach(bpf_program__fd(traffic->progs.pass));
	for (unsigned i = 0; i < table.count; i++)
		subject_free(table.row[i].subject);
}
