// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What the datapath and the daemon cost, compared with the least that a program can do and with
 * other answerers. All that is compared is measured in turn, within a round: the speed of the
 * machine drifts, the ratios do not.
 */
#include <argp.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <bpf/libbpf.h>
#include "measure.h"
#include "tables.h"

static struct options {
	const char *against, *table, *output;
	bool perfmon;
} options = { .output = "bench.json" };

static struct bench bench = {
	.rounds = 15, .seconds = 0.08, .trials = 3000, .hosts_max = HOSTS_1M
};

static const struct argp_option bench_options[] = {
	{ "output", 'o', "FILE", 0, "write the figures there (bench.json)", 0 },
	{ "rounds", 'r', "N", 0, "measure everything this often (15)", 0 },
	{ "seconds", 's', "S", 0, "measure each thing this long in a round (0.08)", 0 },
	{ "trials", 'n', "N", 0, "measure each delay this often (3000)", 0 },
	{ "hosts", 'm', "N", 0,
	  "no more hosts but in floods, whatever names say: to see that all works", 0 },
	{ "table", 't', "NAME", 0,
	  "only one of: answers, passing, syns, wakes, connects, daemon, floods", 0 },
	{ "perfmon", 'p', NULL, 0, "only with CAP_PERFMON, which the daemon does not have", 0 },
	{ "against", 'a', "FILE", 0, "also measure another build of sleepproxy.bpf.o", 0 },
	{ 0 },
};

static error_t parse_option(int key, char *value, struct argp_state *state)
{
	switch (key) {
	case 'o':
		options.output = value;
		break;
	case 'r':
		bench.rounds = atoi(value);
		break;
	case 's':
		bench.seconds = atof(value);
		break;
	case 'n':
		bench.trials = atoi(value);
		break;
	case 'm':
		bench.hosts_max = atoi(value);
		break;
	case 't':
		options.table = value;
		break;
	case 'p':
		options.perfmon = true;
		break;
	case 'a':
		options.against = value;
		break;
	case ARGP_KEY_END:
		if (bench.rounds < 1 || bench.rounds > ROUNDS_MAX || bench.seconds <= 0 ||
		    bench.trials < 1 || bench.trials > HOSTS_64K || bench.hosts_max < HOSTS_1K)
			argp_error(state,
			           "rounds must be 1 to %d, seconds more than 0, trials 1 to %d, "
			           "hosts %d or more",
			           ROUNDS_MAX, HOSTS_64K, HOSTS_1K);
		break;
	default:
		return ARGP_ERR_UNKNOWN;
	}
	return 0;
}

unsigned bench_hosts(const struct bench *bench, unsigned hosts)
{
	return hosts < bench->hosts_max ? hosts : bench->hosts_max;
}

unsigned bench_rounds(const struct bench *bench, unsigned rounds)
{
	return rounds < (unsigned)bench->rounds ? rounds : (unsigned)bench->rounds;
}

static bool is_wanted(const char *table)
{
	return !options.table || !strcmp(options.table, table);
}

static void measure_build(const struct build *build)
{
	if (is_wanted("answers"))
		table_answers(&bench, build);
	if (is_wanted("passing"))
		table_passing(&bench, build);
	if (is_wanted("syns"))
		table_syns(&bench, build);
}

/* The delays first: maps of a million hosts are freed in the background, which takes seconds. */
static void measure_all(void)
{
	if (is_wanted("wakes"))
		table_wakes(&bench);
	if (is_wanted("connects"))
		table_connects(&bench);
	if (is_wanted("daemon"))
		table_daemon(&bench);
	if (is_wanted("floods"))
		table_floods(&bench);
	if (!options.perfmon)
		measure_build(&(struct build){ .suffix = "" });
	bench.seconds /= 2;
	measure_build(&(struct build){ .suffix = "_perfmon", .perfmon = true });
	bench.seconds *= 2;
	if (options.against)
		measure_build(&(struct build){ .suffix = "_other", .file = options.against });
}

/*
 * The programs that BPF_PROG_TEST_RUN runs are on an interface too. Otherwise the kernel enters
 * them into its dispatcher, and removes them, and waits for RCU, before and after each run.
 */
static struct wire *keep_dispatched(const struct traffic_bpf *traffic)
{
	struct wire *wire = wire_new("kept", bpf_program__fd(traffic->progs.offer));

	wire_attach_far(wire, bpf_program__fd(traffic->progs.request));
	return wire;
}

int main(int argc, char **argv)
{
	static const struct argp argp = {
		bench_options, parse_option, NULL, "Measure sleepproxy.", 0, 0, 0
	};
	struct wire *kept;
	bool good;

	argp_parse(&argp, argc, argv, 0, NULL, NULL);
	setvbuf(stdout, NULL, _IOLBF, 0);
	libbpf_set_strict_mode(LIBBPF_STRICT_ALL);
	run_on_cpu(CPU_CLIENT); /* makes frames, answers and counts: no queue between CPUs */
	wires_start();
	bench.figures = figures_new();
	figures_add_machine(bench.figures);
	bench.traffic = traffic_bpf__open_and_load();
	need(bench.traffic != NULL, "load the traffic programs");
	bench.wire = wire_new("xdp", bpf_program__fd(bench.traffic->progs.check_answers));
	kept = keep_dispatched(bench.traffic);
	measure_all();
	good = figures_write(bench.figures, options.output);
	wire_free(kept);
	wire_free(bench.wire);
	figures_free(bench.figures);
	traffic_bpf__destroy(bench.traffic);
	return good ? EXIT_SUCCESS : EXIT_FAILURE;
}
