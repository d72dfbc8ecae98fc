// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What the datapath costs, compared with the least that a program can do and with the kernel's own
 * proxies. Each round measures everything in turn, and results are compared within the round: the
 * speed of the machine drifts, the ratios do not.
 */
#include <argp.h>
#include <sched.h>
#include <stdbool.h>
#include <string.h>
#include <bpf/libbpf.h>
#include <linux/bpf.h>
#include "measure.h"
#include "tables.h"

static struct options options = { .rounds = 7, .seconds = 0.08 };

static const struct argp_option bench_options[] = {
	{ "rounds", 'r', "N", 0, "measure everything this often (7)", 0 },
	{ "seconds", 's', "S", 0, "measure each thing this long in a round (0.08)", 0 },
	{ "against", 'a', "FILE", 0, "also measure another build of sleepproxy.bpf.o", 0 },
	{ "cpu", 'c', "N", 0, "run on this CPU (0)", 0 },
	{ "perfmon", 'p', NULL, 0, "load with CAP_PERFMON, which the daemon does not have", 0 },
	{ "table", 't', "NAME", 0, "only one of: answers, passing, flood, wakes", 0 },
	{ 0 },
};

static error_t parse_option(int key, char *value, struct argp_state *state)
{
	switch (key) {
	case 'r':
		options.rounds = atoi(value);
		break;
	case 's':
		options.seconds = atof(value);
		break;
	case 'a':
		options.against = value;
		break;
	case 'c':
		options.cpu = atoi(value);
		break;
	case 'p':
		options.perfmon = true;
		break;
	case 't':
		options.table = value;
		break;
	case ARGP_KEY_END:
		if (options.rounds < 1 || options.rounds > ROUNDS_MAX || options.seconds <= 0)
			argp_error(state, "rounds must be 1 to %d, seconds more than 0",
			           ROUNDS_MAX);
		break;
	default:
		return ARGP_ERR_UNKNOWN;
	}
	return 0;
}

/* One CPU makes frames, answers and counts, so that no queue between CPUs is measured. */
static void pin_to_cpu(int cpu)
{
	cpu_set_t cpus;

	CPU_ZERO(&cpus);
	CPU_SET(cpu, &cpus);
	need(!sched_setaffinity(0, sizeof(cpus), &cpus), "run on one CPU");
}

static const struct {
	const char *name;
	void (*print)(const struct traffic_bpf *traffic, const struct options *options);
} tables[] = {
	{ "answers", table_answers },
	{ "passing", table_passing },
	{ "flood", table_flood },
	{ "wakes", table_wakes },
};

int main(int argc, char **argv)
{
	static const struct argp argp = {
		bench_options, parse_option, NULL, "Measure the datapath.", 0, 0, 0
	};
	struct traffic_bpf *traffic;

	argp_parse(&argp, argc, argv, 0, NULL, NULL);
	setvbuf(stdout, NULL, _IOLBF, 0);
	libbpf_set_strict_mode(LIBBPF_STRICT_ALL);
	pin_to_cpu(options.cpu);
	traffic = traffic_bpf__open_and_load();
	need(traffic != NULL, "load the traffic programs");
	wire_new(traffic);
	for (size_t i = 0; i < sizeof(tables) / sizeof(*tables); i++)
		if (!options.table || !strcmp(options.table, tables[i].name))
			tables[i].print(traffic, &options);
	traffic_bpf__destroy(traffic);
	return 0;
}
