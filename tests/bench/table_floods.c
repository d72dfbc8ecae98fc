// SPDX-License-Identifier: GPL-2.0-or-later
/* Floods of connections that wake all hosts, with the daemon at work. */
#include <limits.h>
#include <string.h>
#include <unistd.h>
#include "product.h"
#include "tables.h"

/* Of 65536 hosts, each has 32 frames, by chance: with a probability of 1e-9 one has none. */
enum { FLOOD = 1 << 21 };

/* How often each host was woken. */
static const __u32 *flood(const struct bench *bench, unsigned hosts)
{
	struct stamps *stamps = &bench->traffic->bss->stamps;

	wire_attach_near(bench->wire, bpf_program__fd(bench->traffic->progs.stamp));
	memset(stamps, 0, sizeof(*stamps));
	wire_flood(bench->wire, bench->traffic, hosts, FLOOD);
	sleep(1); /* what was left to ksoftirqd */
	need(!stamps->wrong, "each Magic Packet is right");
	return stamps->packets;
}

static void add_wakes(const struct bench *bench, const __u32 *packets, unsigned hosts,
                      const char *size, struct sample *wakes)
{
	unsigned lost = 0, least = UINT_MAX, most = 0;

	for (unsigned i = 0; i < hosts; i++) {
		lost += !packets[i];
		least = packets[i] < least ? packets[i] : least;
		most = packets[i] > most ? packets[i] : most;
	}
	sample_add(wakes, least);
	sample_add(wakes, most);
	figures_add(bench->figures, summary_once(lost), "hosts", "flood_lost_wakes_%s", size);
}

/*
 * The daemon's own Magic Packets leave by the far end's queue, where they are dropped until it has
 * ended: each one that comes is the datapath's.
 */
static void wake_all(const struct bench *bench, unsigned hosts, const char *size,
                     struct sample *wakes)
{
	struct product *product = product_start(wire_far(bench->wire), CPU_DAEMON, hosts, false);

	product_put_to_sleep(product);
	shell("tc qdisc replace dev %s root blackhole", wire_far(bench->wire));
	add_wakes(bench, flood(bench, hosts), hosts, size, wakes);
	sample_add(wakes, (double)product_counters(product).wake_sent / hosts);
	product_stop(product);
	shell("tc qdisc del dev %s root", wire_far(bench->wire));
}

void table_floods(const struct bench *bench)
{
	struct sample wakes = { 0 };
	struct summary summary;

	wake_all(bench, HOSTS_1K, "1k", &wakes);
	wake_all(bench, HOSTS_64K, "64k", &wakes);
	summary = sample_summary(&wakes);
	figures_add(bench->figures, summary, "wakes", "flood_wakes_per_host");
	figures_expect(bench->figures, summary.min == 1 && summary.max == 1,
	               "each host is woken by one Magic Packet of the datapath");
}
