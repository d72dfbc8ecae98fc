// SPDX-License-Identifier: GPL-2.0-or-later
/* One trial a host. The client is on one CPU, the daemon or the peer on another. */
#include <linux/if_packet.h>
#include <net/if.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include "frames.h"
#include "peers.h"
#include "product.h"
#include "tables.h"

enum { TRIAL_NS = 3000000000u, PAUSE_US = 500 };

/* What is tried on a wire, and how long it took. */
struct delays {
	const struct bench *bench;
	const char *name;
	enum stamped expected;
	int fd; /* at the near end */
	unsigned count;
	double ns[HOSTS_64K];
};

static int open_socket(const struct wire *wire)
{
	const struct sockaddr_ll near = { .sll_family = AF_PACKET,
		                          .sll_ifindex = (int)if_nametoindex(wire_near(wire)) };
	const int fd = socket(AF_PACKET, SOCK_RAW, 0), on = 1;

	need(fd >= 0 && !bind(fd, (const void *)&near, sizeof(near)) &&
	             !setsockopt(fd, SOL_PACKET, PACKET_QDISC_BYPASS, &on, sizeof(on)),
	     "open a packet socket");
	return fd;
}

static struct delays *delays_new(const struct bench *bench, const struct wire *wire,
                                 const char *name, enum stamped expected)
{
	struct delays *delays = calloc(1, sizeof(*delays));

	need(delays != NULL, "no memory");
	delays->bench = bench;
	delays->name = name;
	delays->expected = expected;
	delays->fd = open_socket(wire);
	return delays;
}

static void delays_free(struct delays *delays)
{
	close(delays->fd);
	free(delays);
}

static struct summary in_us(const struct delays *delays, double share)
{
	const struct summary ns = percentile(delays->ns, delays->count, share);

	return (struct summary){ ns.value / 1e3, ns.min / 1e3, ns.max / 1e3 };
}

static void delays_add(const struct delays *delays)
{
	struct figures *figures = delays->bench->figures;

	figures_add(figures, in_us(delays, 0.5), "us", "%s_p50_us", delays->name);
	figures_add(figures, in_us(delays, 0.99), "us", "%s_p99_us", delays->name);
}

static void send_frame(int fd, const struct frame *frame)
{
	need(send(fd, frame, sizeof(*frame), 0) == sizeof(*frame), "send");
}

/* Then a frame of the host ends its wake. */
static void trial(struct delays *delays, unsigned host)
{
	volatile __u64 *first = &delays->bench->traffic->bss->stamps.first[host];
	const struct frame connection = frame_make_connection(host);
	const struct frame sign_of_life = frame_make_sign_of_life(host);
	__u64 began;

	*first = 0;
	began = now_ns();
	send_frame(delays->fd, &connection);
	while (!*first && now_ns() - began < TRIAL_NS)
		;
	need(*first, delays->name);
	delays->ns[delays->count++] = *first - began;
	send_frame(delays->fd, &sign_of_life);
	usleep(PAUSE_US + random() % (2 * PAUSE_US));
}

/* With these hosts. */
static void try_some(struct delays *delays, unsigned from, unsigned to)
{
	struct stamps *stamps = &delays->bench->traffic->bss->stamps;

	stamps->expected = delays->expected;
	for (unsigned i = from; i < to; i++)
		trial(delays, i);
	need(!stamps->wrong, "each Magic Packet is right");
}

static void try(struct delays *delays, unsigned trials)
{
	try_some(delays, 0, trials);
}

static void try_echo(struct delays *delays, unsigned trials)
{
	const struct bench *bench = delays->bench;

	wire_attach_far(bench->wire, bpf_program__fd(bench->traffic->progs.reflect));
	try(delays, trials);
	wire_attach_far(bench->wire, -1);
}

/* In turn, by parts; the daemon is stopped while the sniffer has its CPU. */
static void try_both(const struct product *product, struct delays *running, struct delays *sniffer)
{
	const unsigned trials = running->bench->trials;

	for (unsigned part = 0; part < PARTS; part++) {
		const unsigned from = part_start(trials, part), to = part_start(trials, part + 1);

		try_some(running, from, to);
		product_pause(product, true);
		try_some(sniffer, from, to);
		product_pause(product, false);
	}
}

static void try_product(const struct bench *bench, struct delays *running, struct delays *sniffer,
                        struct delays *stopped)
{
	struct product *product =
		product_start(wire_far(bench->wire), CPU_DAEMON, bench->trials, false);

	product_put_to_sleep(product);
	try_both(product, running, sniffer);
	sleep(1); /* the daemon does not see what goes there and back between two ticks */
	product_put_to_sleep(product);
	product_pause(product, true);
	try(stopped, bench->trials);
	product_pause(product, false);
	product_stop(product);
}

static void try_secured(const struct bench *bench, struct delays *delays)
{
	struct product *product =
		product_start(wire_far(bench->wire), CPU_DAEMON, bench->trials, true);

	product_put_to_sleep(product);
	try(delays, bench->trials);
	product_stop(product);
}

static void compare(const struct delays *peer, const struct delays *ours, double share,
                    const char *name)
{
	const struct sample theirs = percentile_parts(peer->ns, peer->count, share);
	const struct sample us = percentile_parts(ours->ns, ours->count, share);
	struct sample ratio = { 0 };

	for (unsigned i = 0; i < PARTS; i++)
		sample_add(&ratio, theirs.at[i] / us.at[i]);
	figures_add(ours->bench->figures, sample_summary(&ratio), "ratio", "%s", name);
}

static struct wire *start_sniffer(const struct bench *bench)
{
	struct wire *wire = wire_new("sniffer", bpf_program__fd(bench->traffic->progs.stamp));
	char why[PEER_WHY];

	need(peer_start(&peer_sniffer, wire, bench->trials, why), why);
	return wire;
}

void table_wakes(const struct bench *bench)
{
	struct delays *echo = delays_new(bench, bench->wire, "echo", STAMPED_ECHO);
	struct delays *running = delays_new(bench, bench->wire, "wake", STAMPED_MAGIC);
	struct delays *stopped = delays_new(bench, bench->wire, "wake_stopped", STAMPED_MAGIC);
	struct delays *secured = delays_new(bench, bench->wire, "wake_secureon", STAMPED_SECURED);
	struct wire *wire = start_sniffer(bench);
	struct delays *sniffer = delays_new(bench, wire, "sniffer", STAMPED_MAGIC);
	struct delays *all[] = { echo, running, stopped, secured };

	wire_attach_near(bench->wire, bpf_program__fd(bench->traffic->progs.stamp));
	try_echo(echo, (bench->trials + 1) / 2);
	try_product(bench, running, sniffer, stopped);
	try_echo(echo, bench->trials / 2);
	try_secured(bench, secured);
	for (unsigned i = 0; i < sizeof(all) / sizeof(*all); i++)
		delays_add(all[i]);
	compare(sniffer, running, 0.5, "wake_vs_sniffer_p50");
	compare(sniffer, running, 0.99, "wake_vs_sniffer_p99");
	for (unsigned i = 0; i < sizeof(all) / sizeof(*all); i++)
		delays_free(all[i]);
	delays_free(sniffer);
	wire_free(wire);
}
