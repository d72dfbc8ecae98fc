// SPDX-License-Identifier: GPL-2.0-or-later
/* The daemon with many hosts, which sleep; and floods of connections that wake all of them. */
#include <string.h>
#include <unistd.h>
#include "product.h"
#include "tables.h"

enum {
	IDLE_AFTER_S = 4, /* the looks after a change take longer */
	IDLE_ROUNDS = 9,
	IDLE_S = 1,
	RELOADS = 5,
	STARTS = 3,
	FLOOD = 1 << 21,
	FLOOD_PER_HOST = 50
};

static struct product *sleepers(const struct bench *bench, unsigned hosts)
{
	struct product *product = product_start(wire_far(bench->wire), CPU_DAEMON, hosts, false);

	product_put_to_sleep(product);
	return product;
}

static struct summary once(double value)
{
	return (struct summary){ value, value, value };
}

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

static void add_idle(const struct bench *bench, const struct product *product, const char *size)
{
	figures_add(bench->figures, once(product_rss_kib(product)), "KiB", "daemon_rss_kib_%s",
	            size);
	figures_add(bench->figures, idle_percent(product, bench_rounds(bench, IDLE_ROUNDS)),
	            "percent", "daemon_idle_percent_%s", size);
}

static void add_reload(const struct bench *bench, const struct product *product, const char *size)
{
	struct sample ms = { 0 };

	for (unsigned i = 0; i < bench_rounds(bench, RELOADS); i++) {
		const __u64 from = now_ns();

		product_reload(product);
		sample_add(&ms, (now_ns() - from) / 1e6);
	}
	figures_add(bench->figures, sample_summary(&ms), "ms", "reload_ms_%s", size);
}

/* From what is in the store to the first answer. */
static void add_start(const struct bench *bench, struct product *product, unsigned hosts,
                      const char *size)
{
	struct sample ms = { 0 };

	wire_attach_near(bench->wire, bpf_program__fd(bench->traffic->progs.check_answers));
	for (unsigned i = 0; i < bench_rounds(bench, STARTS); i++) {
		product_start_again(product);
		sample_add(&ms, wire_wait_for_answer(bench->wire, bench->traffic, hosts) / 1e6);
		product_settle(product);
	}
	figures_add(bench->figures, sample_summary(&ms), "ms", "start_ms_%s", size);
}

/* A host is lost for which no Magic Packet came, though the flood was over a second ago. */
static double flood(const struct bench *bench, const struct product *product, unsigned hosts,
                    const char *size)
{
	struct stamps *stamps = &bench->traffic->bss->stamps;
	const unsigned count = hosts * FLOOD_PER_HOST > FLOOD ? hosts * FLOOD_PER_HOST : FLOOD;
	unsigned lost = 0;

	wire_attach_near(bench->wire, bpf_program__fd(bench->traffic->progs.stamp));
	memset(stamps, 0, sizeof(*stamps));
	wire_flood(bench->wire, bench->traffic, hosts, count);
	sleep(1);
	need(!stamps->wrong, "each Magic Packet is right");
	for (unsigned i = 0; i < hosts; i++)
		lost += !stamps->packets[i];
	figures_add(bench->figures, once(lost), "hosts", "flood_lost_wakes_%s", size);
	return (double)product_counters(product).wake_sent / hosts;
}

static double flood_few(const struct bench *bench)
{
	struct product *product = sleepers(bench, HOSTS_1K);
	const double wakes = flood(bench, product, HOSTS_1K, "1k");

	product_stop(product);
	return wakes;
}

static double flood_many(const struct bench *bench, unsigned hosts, const char *size)
{
	struct product *product = sleepers(bench, hosts);
	double wakes;

	add_idle(bench, product, size);
	add_reload(bench, product, size);
	add_start(bench, product, hosts, size);
	wakes = flood(bench, product, hosts, size);
	product_stop(product);
	return wakes;
}

void table_daemon(const struct bench *bench)
{
	struct sample wakes = { 0 };

	sample_add(&wakes, flood_few(bench));
	sample_add(&wakes, flood_many(bench, bench_hosts(bench, HOSTS_64K), "64k"));
	figures_add(bench->figures, sample_summary(&wakes), "wakes", "flood_wakes_per_host");
}
