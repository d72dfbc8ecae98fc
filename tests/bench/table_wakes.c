// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * From a connection to a sleeper to its first Magic Packet on the wire, with the real daemon, one
 * trial a host; and that no sleeper is left asleep by a flood of connections. The client is on one
 * CPU, the daemon on another.
 */
#include <arpa/inet.h>
#include <endian.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <linux/ip.h>
#include <linux/tcp.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>
#include "measure.h"
#include "product.h"
#include "tables.h"

enum { SSH = 22, CLIENT = 40000, TTL = 64, TRIAL_NS = 3000000000u, PAUSE_US = 500, ROWS = 5 };

/* Hosts of the trials, in order: those with a password, those while the daemon stands still. */
enum { TRIALS = 3000, TRIALS_FEW = 1000, TRIAL_HOSTS = TRIALS + 2 * TRIALS_FEW };

struct delays {
	const char *name;
	unsigned count, lost;
	double ns[TRIALS];
};

static __u64 now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000000000ULL + now.tv_nsec;
}

static __u32 sum_words(const void *octets, size_t count)
{
	__u16 words[count / 2];
	__u32 sum = 0;

	memcpy(words, octets, sizeof(words));
	for (size_t i = 0; i < count / 2; i++)
		sum += words[i];
	return sum;
}

static __u16 fold(__u32 sum)
{
	sum = (sum & 0xffff) + (sum >> 16);
	return (sum & 0xffff) + (sum >> 16);
}

/* With the checksums of a sender that leaves TCP's to the card, as Linux does. */
static void make_connection(__u8 frame[FRAME_OCTETS], unsigned host)
{
	struct ethhdr *eth = (void *)frame;
	struct iphdr *ip = (void *)(eth + 1);
	struct tcphdr *tcp = (void *)(ip + 1);
	const __u64 peer = mac_of_unknown(0);

	memset(frame, 0, FRAME_OCTETS);
	wire_far_mac(eth->h_dest);
	memcpy(eth->h_source, &peer, ETH_ALEN);
	eth->h_proto = htobe16(ETH_P_IP);
	*ip = (struct iphdr){ .version = 4,
		              .ihl = 5,
		              .tot_len = htobe16(sizeof(*ip) + sizeof(*tcp)),
		              .ttl = TTL,
		              .protocol = IPPROTO_TCP,
		              .saddr = htobe32(ADDRESS_PEER),
		              .daddr = htobe32(NET_HOSTS + host) };
	ip->check = ~fold(sum_words(ip, sizeof(*ip)));
	*tcp = (struct tcphdr){
		.source = htobe16(CLIENT), .dest = htobe16(SSH), .doff = 5, .syn = 1
	};
	tcp->check = fold(sum_words(&ip->saddr, 2 * sizeof(ip->saddr)) + htobe16(IPPROTO_TCP) +
	                  htobe16(sizeof(*tcp)));
}

/* A frame of the host, to all: it is awake, and its wake is over. */
static void send_owner(int fd, unsigned host)
{
	const __u64 mac = mac_of_host(host, SEQUENTIAL);
	__u8 frame[FRAME_OCTETS] = { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff };

	memcpy(frame + ETH_ALEN, &mac, ETH_ALEN);
	frame[12] = 0x88; /* LLDP */
	frame[13] = 0xcc;
	need(send(fd, frame, sizeof(frame), 0) == sizeof(frame), "send");
}

static void trial(struct delays *delays, const struct traffic_bpf *traffic, int fd, unsigned host)
{
	volatile __u64 *first = &traffic->bss->stamps.first[host];
	__u8 frame[FRAME_OCTETS];
	__u64 began;

	make_connection(frame, host);
	*first = 0;
	began = now_ns();
	need(send(fd, frame, sizeof(frame), 0) == sizeof(frame), "send");
	while (!*first && now_ns() - began < TRIAL_NS)
		;
	if (*first)
		delays->ns[delays->count++] = *first - began;
	else
		delays->lost++;
	send_owner(fd, host);
	usleep(PAUSE_US + random() % (2 * PAUSE_US));
}

static void trials(struct delays *delays, const struct traffic_bpf *traffic, int fd, unsigned host,
                   unsigned count)
{
	for (unsigned i = 0; i < count; i++)
		trial(delays, traffic, fd, host + i);
}

static int open_socket(void)
{
	const struct sockaddr_ll near = { .sll_family = AF_PACKET,
		                          .sll_ifindex = (int)if_nametoindex("near") };
	const int fd = socket(AF_PACKET, SOCK_RAW, 0), on = 1;

	need(fd >= 0 && !bind(fd, (const void *)&near, sizeof(near)) &&
	             !setsockopt(fd, SOL_PACKET, PACKET_QDISC_BYPASS, &on, sizeof(on)),
	     "open a packet socket");
	return fd;
}

static void print(struct delays *delays)
{
	const unsigned n = delays->count;

	printf("  %-34s  %7.1f  %7.1f  %7.1f  %6u  %4u\n", delays->name,
	       percentile(delays->ns, n, 0.5) / 1e3, percentile(delays->ns, n, 0.99) / 1e3,
	       percentile(delays->ns, n, 1) / 1e3, n, delays->lost);
}

static void measure_echo(struct delays *delays, const struct traffic_bpf *traffic, int fd)
{
	wire_attach(bpf_program__fd(traffic->progs.reflect));
	trials(delays, traffic, fd, 0, TRIALS_FEW);
}

static void measure_product(struct delays *rows, const struct traffic_bpf *traffic, int fd)
{
	struct product *product;

	wire_release();
	product = product_start(TRIAL_HOSTS, TRIALS_FEW, 1);
	product_put_to_sleep(product);
	trials(&rows[0], traffic, fd, 2 * TRIALS_FEW, TRIALS);
	trials(&rows[1], traffic, fd, 0, TRIALS_FEW);
	product_pause(product, true);
	trials(&rows[2], traffic, fd, TRIALS_FEW, TRIALS_FEW);
	product_pause(product, false);
	product_stop(product);
}

static void delays_table(const struct traffic_bpf *traffic, int fd)
{
	static struct delays rows[ROWS] = {
		{ .name = "a bare echo of the connection" },
		{ .name = "by the datapath" },
		{ .name = "with SecureOn, by the daemon" },
		{ .name = "by the datapath, daemon stopped" },
		{ .name = "the bare echo again" },
	};

	measure_echo(&rows[0], traffic, fd);
	measure_product(&rows[1], traffic, fd);
	measure_echo(&rows[ROWS - 1], traffic, fd);
	printf("\nFrom a connection to a sleeper to its first Magic Packet, µs\n  %-34s  %7s  %7s  "
	       "%7s  %6s  %4s\n",
	       "", "p50", "p99", "max", "trials", "lost");
	for (unsigned i = 0; i < ROWS; i++)
		print(&rows[i]);
}

static void flood_row(const struct traffic_bpf *traffic, unsigned hosts)
{
	struct traffic *settings = &traffic->bss->traffic;
	struct stamps *stamps = &traffic->bss->stamps;
	struct product *product;
	unsigned lost = 0;
	double ns;

	wire_release();
	product = product_start(hosts, 0, 1);
	product_put_to_sleep(product);
	memset(stamps, 0, sizeof(*stamps));
	make_connection((__u8 *)settings->syn, 0);
	settings->hosts = hosts;
	ns = wire_flood(traffic, hosts * FLOOD_FRAMES_PER_HOST);
	sleep(1);
	for (unsigned i = 0; i < hosts; i++)
		lost += !stamps->packets[i];
	printf("  %6u  %6.2f  %6u  %14.3f\n", hosts, 1e3 / ns, lost,
	       (double)product_counters(product).wake_sent / hosts);
	product_stop(product);
}

void table_wakes(const struct traffic_bpf *traffic, const struct options *options)
{
	const int fd = open_socket();

	(void)options;
	wire_attach_near(bpf_program__fd(traffic->progs.stamp));
	delays_table(traffic, fd);
	printf("\nA flood of connections to sleepers over the wire, with the daemon\n"
	       "  %6s  %6s  %6s  %14s\n",
	       "hosts", "M/s", "lost", "wakes per host");
	flood_row(traffic, HOSTS_FLOOD_FEW);
	flood_row(traffic, HOSTS_MAX);
	wire_attach_near(bpf_program__fd(traffic->progs.count_replies));
	wire_attach(bpf_program__fd(traffic->progs.pass));
	close(fd);
}
