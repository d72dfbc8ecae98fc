// SPDX-License-Identifier: GPL-2.0-or-later
#include "product.h"

#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <linux/capability.h>
#include <net/if.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include "measure.h"
#include "subject.h"
#include "traffic.h"

enum { PATIENCE_S = 120, POLL_US = 50000, SETTLE_US = 500000, PATH = 256 };

#define PINS "/sys/fs/bpf/sleepproxy" /* of the bench's own file system */
#define BUSY 0.1                      /* CPU time of a daemon that has something to do */

struct product {
	const char *interface;
	int cpu;
	unsigned hosts;
	pid_t pid;
	char place[PATH]; /* its configuration, socket and disk */
	char build[PATH]; /* where it was built */
};

static void write_config(const struct product *product, bool secured)
{
	char path[PATH + 8];
	FILE *config;

	snprintf(path, sizeof(path), "%s/conf", product->place);
	config = fopen(path, "w");
	need(config != NULL, path);
	fprintf(config, "max-hosts = %u\nheartbeat-timeout = 60s\non-stop = keep\n",
	        product->hosts);
	fprintf(config, "interface %s {\nmode = native\nsubnets = { \"10.0.0.0/8\" }\n}\n",
	        product->interface);
	for (unsigned i = 0; secured && i < product->hosts; i++)
		fprintf(config,
		        "host h%u {\nmac = \"02:00:00:00:%02x:%02x\"\n"
		        "addresses = { \"10.16.%u.%u\" }\nsecureon = \"1.2.%u.%u\"\n}\n",
		        i, i >> 8, i & 0xff, i >> 8, i & 0xff, i >> 8, i & 0xff);
	need(!fclose(config), path);
}

/* Those of its unit (packaging/systemd), and no other. It ends with the bench. */
static void confine(void)
{
	for (unsigned long each = 0; prctl(PR_CAPBSET_READ, each, 0, 0, 0) >= 0; each++)
		if (each != CAP_BPF && each != CAP_NET_ADMIN && each != CAP_NET_RAW)
			prctl(PR_CAPBSET_DROP, each, 0, 0, 0);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
}

static void run_daemon(const struct product *product)
{
	char program[PATH + 16], config[PATH + 16], socket[PATH + 16], state[PATH + 16];
	const int nowhere = open("/dev/null", O_WRONLY);

	snprintf(program, sizeof(program), "%s/sleepproxyd", product->build);
	snprintf(config, sizeof(config), "%s/conf", product->place);
	snprintf(socket, sizeof(socket), "%s/socket", product->place);
	snprintf(state, sizeof(state), "%s/state", product->place);
	run_on_cpu(product->cpu);
	if (!getenv("VERBOSE"))
		dup2(nowhere, STDERR_FILENO);
	confine();
	execl(program, program, "--interface", product->interface, "--config", config, "--socket",
	      socket, "--pin-dir", PINS, "--state-dir", state, NULL);
	_exit(127);
}

static void start(struct product *product)
{
	product->pid = fork();
	need(product->pid >= 0, "fork");
	if (!product->pid)
		run_daemon(product);
}

/* The kernel detaches its program some time after the last pin is gone. */
static void stop(struct product *product, int number)
{
	__u32 program = 1;

	kill(product->pid, number);
	waitpid(product->pid, NULL, 0);
	shell("rm -rf " PINS);
	while (program) {
		need(!bpf_xdp_query_id((int)if_nametoindex(product->interface), 0, &program),
		     product->interface);
		usleep(1000);
	}
}

/* Does `status` have the text? Spaces of its JSON are left out. */
static bool status_has(const struct product *product, const char *text)
{
	char command[3 * PATH], answer[4096];
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

struct product *product_start(const char *interface, int cpu, unsigned hosts, bool secured)
{
	struct product *product = calloc(1, sizeof(*product));

	need(product != NULL, "no memory");
	product->interface = interface;
	product->cpu = cpu;
	product->hosts = hosts;
	strcpy(product->place, "/tmp/sleepproxy-bench.XXXXXX");
	need(mkdtemp(product->place) != NULL, product->place);
	need(readlink("/proc/self/exe", product->build, sizeof(product->build) - 1) > 0,
	     "readlink");
	for (int i = 0; i < 3; i++) /* …/tests/bench/bench */
		dirname(product->build);
	write_config(product, secured);
	shell("ip address replace 10.9.0.1/24 dev %s", interface); /* to ask hosts from */
	start(product);
	wait_for_status(product, "\"serving\":true");
	return product;
}

void product_start_again(struct product *product)
{
	stop(product, SIGKILL);
	start(product);
}

void product_stop(struct product *product)
{
	stop(product, SIGTERM);
	shell("rm -rf %s", product->place);
	free(product);
}

static int open_map(const char *name)
{
	char path[PATH];
	int fd;

	snprintf(path, sizeof(path), PINS "/%s", name);
	fd = bpf_obj_get(path);
	need(fd >= 0, path);
	return fd;
}

void product_settle(const struct product *product)
{
	char all[32];
	double before;

	snprintf(all, sizeof(all), "\"asleep\":%u", product->hosts);
	wait_for_status(product, all);
	do {
		before = product_cpu_ns(product);
		usleep(SETTLE_US);
	} while (product_cpu_ns(product) - before > BUSY * SETTLE_US * 1000);
}

void product_put_to_sleep(const struct product *product)
{
	const int hosts = open_map("hosts"), addresses = open_map("addresses4");

	write_hosts(hosts, addresses, product->hosts, SEQUENTIAL, ASLEEP);
	close(hosts);
	close(addresses);
	product_settle(product);
}

void product_pause(const struct product *product, bool pause)
{
	need(!kill(product->pid, pause ? SIGSTOP : SIGCONT), "stop the daemon");
}

void product_reload(const struct product *product)
{
	shell("%s/sleepproxyctl --socket %s/socket reload >/dev/null", product->build,
	      product->place);
}

struct counters product_counters(const struct product *product)
{
	const int fd = open_map("counters");
	const struct counters counters = read_counters(fd);

	(void)product;
	close(fd);
	return counters;
}

/* The sum of something over a process and its children, and theirs. */
static double sum_of(pid_t pid, double (*of)(pid_t))
{
	char path[PATH];
	double sum = of(pid);
	FILE *children;
	pid_t child;

	snprintf(path, sizeof(path), "/proc/%d/task/%d/children", pid, pid);
	children = fopen(path, "r");
	need(children != NULL, path);
	while (fscanf(children, "%d", &child) == 1)
		sum += sum_of(child, of);
	fclose(children);
	return sum;
}

static double cpu_of(pid_t pid)
{
	struct timespec time;
	clockid_t clock;

	need(!clock_getcpuclockid(pid, &clock) && !clock_gettime(clock, &time), "CPU time");
	return time.tv_sec * 1e9 + time.tv_nsec;
}

static double rss_of(pid_t pid)
{
	char path[PATH], line[PATH];
	double kib = 0;
	FILE *status;

	snprintf(path, sizeof(path), "/proc/%d/status", pid);
	status = fopen(path, "r");
	need(status != NULL, path);
	while (!kib && fgets(line, sizeof(line), status))
		sscanf(line, "VmRSS: %lf kB", &kib);
	fclose(status);
	return kib;
}

double product_cpu_ns(const struct product *product)
{
	return sum_of(product->pid, cpu_of);
}

double product_rss_kib(const struct product *product)
{
	return sum_of(product->pid, rss_of);
}
