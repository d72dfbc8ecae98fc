// SPDX-License-Identifier: GPL-2.0-or-later
/* The daemon with many hosts, which sleep. */
#include <unistd.h>
#include "product.h"
#include "tables.h"

enum {
	IDLE_AFTER_S = 4, /* the looks after a change take longer */
	IDLE_ROUNDS = 9,
	IDLE_S = 1,
	RELOADS = 5,
	STARTS = 3
};

/* The mean of all rounds, since the daemon looks at the maps less often than there are rounds. */
static struct summary idle_percent(const struct product *product, unsigned rounds)
{
	struct sample percent = { 0 };
	struct summary summary;
	double sum = 0;

	sleep(IDLE_AFTER_S);
	for (unsigned i = 0; i < rounds; i++) {
		const double cpu = product_cpu_ns(product);
		const __u64 from = now_ns();

		sleep(IDLE_S);
		sample_add(&percent, 100 * (product_cpu_ns(product) - cpu) / (now_ns() - from));
		sum += percent.at[i];
	}
	summary = sample_summary(&percent);
	summary.value = sum / rounds;
	return summary;
}

static void add_idle(const struct bench *bench, const struct product *product)
{
	figures_add(bench->figures, summary_once(product_rss_kib(product)), "KiB",
	            "daemon_rss_kib_64k");
	figures_add(bench->figures, idle_percent(product, bench_rounds(bench, IDLE_ROUNDS)),
	            "percent", "daemon_idle_percent_64k");
}

static void add_reload(const struct bench *bench, const struct product *product)
{
	struct sample ms = { 0 };

	for (unsigned i = 0; i < bench_rounds(bench, RELOADS); i++) {
		const __u64 from = now_ns();

		product_reload(product);
		sample_add(&ms, (now_ns() - from) / 1e6);
	}
	figures_add(bench->figures, sample_summary(&ms), "ms", "reload_ms_64k");
}

/* From what is in the store to the first answer. */
static void add_start(const struct bench *bench, struct product *product, unsigned hosts)
{
	struct sample ms = { 0 };

	wire_attach_near(bench->wire, bpf_program__fd(bench->traffic->progs.check_answers));
	for (unsigned i = 0; i < bench_rounds(bench, STARTS); i++) {
		product_start_again(product);
		sample_add(&ms, wire_wait_for_answer(bench->wire, bench->traffic, hosts) / 1e6);
		product_settle(product);
	}
	figures_add(bench->figures, sample_summary(&ms), "ms", "start_ms_64k");
}

void table_daemon(const struct bench *bench)
{
	const unsigned hosts = bench_hosts(bench, HOSTS_64K);
	struct product *product = product_start(wire_far(bench->wire), CPU_DAEMON, hosts, false);

	product_put_to_sleep(product);
	add_idle(bench, product);
	add_reload(bench, product);
	add_start(bench, product, hosts);
	product_stop(product);
}
