// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What the datapath costs, against the least that a program can do and against the kernel's own
 * proxies. Everything is measured in turn in each round and compared within the round: the
 * machine drifts, the ratios do not.
 */
#include <argp.h>
#include <sched.h>
#include <stdbool.h>
#include <string.h>
#include <bpf/libbpf.h>
#include <linux/bpf.h>
#include "fatal.h"
#include "tables.h"

static struct options options = { .rounds = 7, .seconds = 0.08 };

static const struct argp_option words[] = {
	{ "rounds", 'r', "N", 0, "how often everything is measured (7)", 0 },
	{ "seconds", 's', "S", 0, "how long each thing is measured in a round (0.08)", 0 },
	{ "against", 'a', "FILE", 0, "measure another build of sleepproxy.bpf.o beside ours", 0 },
	{ "cpu", 'c', "N", 0, "stay on this CPU (0)", 0 },
	{ "perfmon", 'p', NULL, 0, "load with CAP_PERFMON, which the daemon has not", 0 },
	{ "table", 't', "NAME", 0, "only one of: answers, passing, flood", 0 },
	{ 0 },
};

static error_t take(int key, char *value, struct argp_state *state)
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
			argp_error(state, "rounds are 1 to %d, seconds more than 0", ROUNDS_MAX);
		break;
	default:
		return ARGP_ERR_UNKNOWN;
	}
	return 0;
}

/* One CPU makes frames, answers and counts: so no queue between CPUs is measured. */
static void stay(int cpu)
{
	cpu_set_t cpus;

	CPU_ZERO(&cpus);
	CPU_SET(cpu, &cpus);
	need(!sched_setaffinity(0, sizeof(cpus), &cpus), "stay on one CPU");
}

static const struct {
	const char *name;
	void (*print)(const struct traffic_bpf *traffic, const struct options *options);
} tables[] = {
	{ "answers", table_answers },
	{ "passing", table_passing },
	{ "flood", table_flood },
};

int main(int argc, char **argv)
{
	static const struct argp argp = { words, take, NULL, "Measure the datapath.", 0, 0, 0 };
	struct traffic_bpf *traffic;

	argp_parse(&argp, argc, argv, 0, NULL, NULL);
	setvbuf(stdout, NULL, _IOLBF, 0);
	libbpf_set_strict_mode(LIBBPF_STRICT_ALL);
	stay(options.cpu);
	traffic = traffic_bpf__open_and_load();
	need(traffic != NULL, "load the bench's programs");
	wire_new(traffic);
	for (size_t i = 0; i < sizeof(tables) / sizeof(*tables); i++)
		if (!options.table || !strcmp(options.table, tables[i].name))
			tables[i].print(traffic, &options);
	traffic_bpf__destroy(traffic);
	return 0;
}
