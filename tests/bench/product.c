// SPDX-License-Identifier: GPL-2.0-or-later
#include "product.h"

#include <endian.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <sys/wait.h>
#include "hosts.h"
#include "measure.h"
#include "traffic.h"

enum { PATIENCE_S = 120, POLL_US = 100000 };

struct product {
	unsigned hosts;
	pid_t pid;
	char place[64];   /* its configuration, socket and disk */
	char pins[64];    /* of its maps */
	char build[1024]; /* where it was built */
};

static void write_config(const struct product *product, unsigned secured)
{
	char path[PATH_MAX];
	FILE *config;

	snprintf(path, sizeof(path), "%s/conf", product->place);
	config = fopen(path, "w");
	need(config != NULL, path);
	fprintf(config, "max-hosts = %u\nheartbeat-timeout = 60s\non-stop = keep\n",
	        product->hosts);
	fprintf(config, "interface far {\nmode = native\nsubnets = { \"10.0.0.0/8\" }\n}\n");
	for (unsigned i = 0; i < secured; i++)
		fprintf(config,
		        "host h%u {\nmac = \"02:00:00:00:%02x:%02x\"\n"
		        "addresses = { \"10.1.%u.%u\" }\nsecureon = \"1.2.3.4\"\n}\n",
		        i, i >> 8, i & 0xff, i >> 8, i & 0xff);
	need(!fclose(config), path);
}

static void run_daemon(const struct product *product, int cpu)
{
	char program[PATH_MAX], config[128], socket[128], state[128];
	const int nowhere = open("/dev/null", O_WRONLY);
	cpu_set_t cpus;

	CPU_ZERO(&cpus);
	CPU_SET(cpu, &cpus);
	sched_setaffinity(0, sizeof(cpus), &cpus);
	snprintf(program, sizeof(program), "%s/sleepproxyd", product->build);
	snprintf(config, sizeof(config), "%s/conf", product->place);
	snprintf(socket, sizeof(socket), "%s/socket", product->place);
	snprintf(state, sizeof(state), "%s/state", product->place);
	if (!getenv("VERBOSE"))
		dup2(nowhere, STDERR_FILENO);
	execl(program, program, "--interface", "far", "--config", config, "--socket", socket,
	      "--pin-dir", product->pins, "--state-dir", state, NULL);
	_exit(127);
}

/* Does `status` have the text? Spaces of its JSON are left out. */
static bool status_has(const struct product *product, const char *text)
{
	char command[PATH_MAX + 128], answer[4096];
	size_t octets;
	FILE *ctl;

	snprintf(command, sizeof(command),
	         "%s/sleepproxyctl -j --socket %s/socket status 2>/dev/null | tr -d ' \\n'",
	         product->build, product->place);
	ctl = popen(command, "r");
	need(ctl != NULL, command);
	octets = fread(answer, 1, sizeof(answer) - 1, ctl);
	answer[octets] = 0;
	pclose(ctl);
	return strstr(answer, text);
}

static void wait_for_status(const struct product *product, const char *text)
{
	for (long us = 0; us < PATIENCE_S * 1000000L; us += POLL_US) {
		if (status_has(product, text))
			return;
		usleep(POLL_US);
	}
	fprintf(stderr, "the daemon's status never had %s\n", text);
	exit(1);
}

struct product *product_start(unsigned hosts, unsigned secured, int cpu)
{
	struct product *product = calloc(1, sizeof(*product));

	need(product != NULL, "no memory");
	product->hosts = hosts;
	strcpy(product->place, "/tmp/sleepproxy-bench.XXXXXX");
	need(mkdtemp(product->place) != NULL, product->place);
	snprintf(product->pins, sizeof(product->pins), "/sys/fs/bpf/sleepproxy-bench-%d", getpid());
	need(readlink("/proc/self/exe", product->build, sizeof(product->build) - 1) > 0,
	     "readlink");
	for (int i = 0; i < 3; i++) /* …/tests/bench/bench */
		dirname(product->build);
	write_config(product, secured);
	product->pid = fork();
	need(product->pid >= 0, "fork");
	if (!product->pid)
		run_daemon(product, cpu);
	wait_for_status(product, "\"serving\":true");
	return product;
}

void product_stop(struct product *product)
{
	char command[256];

	kill(product->pid, SIGTERM);
	waitpid(product->pid, NULL, 0);
	snprintf(command, sizeof(command), "rm -rf %s %s", product->place, product->pins);
	need(!system(command), command);
	free(product);
}

static int open_map(const struct product *product, const char *name)
{
	char path[128];
	int fd;

	snprintf(path, sizeof(path), "%s/%s", product->pins, name);
	fd = bpf_obj_get(path);
	need(fd >= 0, path);
	return fd;
}

void product_put_to_sleep(const struct product *product)
{
	const int hosts = open_map(product, "hosts"), addresses = open_map(product, "addresses4");
	const struct host_entry asleep = { .state = ASLEEP };
	char all[32];

	for (unsigned i = 0; i < product->hosts; i++) {
		const __u64 mac = mac_of_host(i, SEQUENTIAL);
		const __u32 address = htobe32(NET_HOSTS + i);

		need(!bpf_map_update_elem(hosts, &mac, &asleep, BPF_ANY), "hosts");
		need(!bpf_map_update_elem(addresses, &address, &mac, BPF_ANY), "addresses4");
	}
	close(hosts);
	close(addresses);
	snprintf(all, sizeof(all), "\"asleep\":%u", product->hosts);
	wait_for_status(product, all);
	sleep(1); /* what it has to write is written */
}

void product_pause(const struct product *product, bool pause)
{
	need(!kill(product->pid, pause ? SIGSTOP : SIGCONT), "stop the daemon");
}

struct counters product_counters(const struct product *product)
{
	const int cpus = libbpf_num_possible_cpus(), fd = open_map(product, "counters");
	struct counters *rows = calloc(cpus, sizeof(*rows)), sum = { 0 };
	const __u32 only_row = 0;

	need(rows && !bpf_map_lookup_elem(fd, &only_row, rows), "read the counters");
	for (int cpu = 0; cpu < cpus; cpu++)
		for (unsigned i = 0; i < OUTCOME_COUNT; i++)
			((__u64 *)&sum)[i] += ((const __u64 *)&rows[cpu])[i];
	free(rows);
	close(fd);
	return sum;
}
