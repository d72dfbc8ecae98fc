// SPDX-License-Identifier: GPL-2.0-or-later
#include "wire.h"

#include <endian.h>
#include <net/if.h>
#include <sched.h>
#include <string.h>
#include <unistd.h>
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <linux/if_ether.h>
#include "arp.h"
#include "measure.h"
#include "subject.h"
#include "traffic.h"
#include "traffic.skel.h"

enum { BATCH = 64, REPEAT_MIN = 1 << 12, REPEAT_FIRST = 1 << 16, REPEAT_MAX = 1 << 22 };

static struct bpf_link *far_link;

/*
 * The kernel answers only for addresses that it would route to another interface: so the hosts are
 * on a third one.
 */
static const char *const commands[] = {
	"ip link add near type veth peer name far",
	"ip link add side type veth peer name edis",
	"sysctl -qw net.ipv6.conf.all.disable_ipv6=1 net.ipv4.ip_forward=1",
	"sysctl -qw net.ipv4.conf.all.rp_filter=0 net.ipv4.conf.far.rp_filter=0",
	"sysctl -qw net.ipv4.neigh.far.proxy_delay=0",
	"ip address add 10.9.0.1/24 dev far",
	"for i in lo near far side edis; do ip link set $i up; done",
	"ip route add 10.1.0.0/16 dev side",
};

static void run(const char *command)
{
	if (system(command)) {
		fprintf(stderr, "failed: %s\n", command);
		exit(1);
	}
}

static void neigh_proxies(void)
{
	FILE *ip = popen("ip -batch -", "w");

	need(ip != NULL, "ip");
	for (unsigned i = 0; i < KERNEL_HOSTS; i++)
		fprintf(ip, "neigh add proxy 10.1.%u.%u dev far\n", i >> 8, i & 0xff);
	need(!pclose(ip), "ip neigh add proxy");
}

static void make_request(struct traffic *traffic)
{
	struct {
		struct ethhdr eth;
		struct arp arp;
	} request = {
		.eth = { .h_dest = { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff },
		         .h_proto = htobe16(ETH_P_ARP) },
		.arp = { htobe16(ARP_HARDWARE_ETHERNET), htobe16(ARP_PROTOCOL_IPV4),
		         sizeof(struct mac), sizeof(struct ipv4), htobe16(ARP_REQUEST),
		         .sender = { { 10, 9, 0, 2 } } },
	};
	const __u64 peer = mac_of_unknown(0);

	memcpy(request.eth.h_source, &peer, ETH_ALEN);
	memcpy(&request.arp.sender_mac, &peer, ETH_ALEN);
	memcpy(traffic->request, &request, sizeof(traffic->request));
}

void wire_new(const struct traffic_bpf *traffic)
{
	need(!unshare(CLONE_NEWNET), "make a network namespace");
	for (size_t i = 0; i < sizeof(commands) / sizeof(*commands); i++)
		run(commands[i]);
	neigh_proxies();
	make_request(&traffic->bss->traffic);
	/* frames that XDP sends over a veth arrive only if the other end has a program too */
	need(bpf_program__attach_xdp(traffic->progs.count_replies, if_nametoindex("near")) != NULL,
	     "attach to the near end");
	far_link = bpf_program__attach_xdp(traffic->progs.pass, if_nametoindex("far"));
	need(far_link != NULL, "attach to the far end");
}

void wire_attach(int program)
{
	need(!bpf_link_update(bpf_link__fd(far_link), program, NULL), "attach to the far end");
}

static void write_setting(const char *path, const char *value)
{
	FILE *file = fopen(path, "w");

	need(file && fputs(value, file) >= 0 && !fclose(file), path);
}

void wire_set_kernel(enum kernel_peer peer)
{
	write_setting("/proc/sys/net/ipv4/conf/far/proxy_arp",
	              peer == KERNEL_PROXY_ARP ? "1" : "0");
}

/* Softirqs that were deferred to ksoftirqd may still run when the call returns. */
static void wait_for_frames(const struct traffic *traffic, __u64 arrived)
{
	for (int ms = 0; ms < 100 && *(volatile const __u64 *)&traffic->arrived < arrived; ms++)
		usleep(1000);
}

/* ns a frame; 0: not all came back. */
static double send_requests(const struct traffic_bpf *bpf, unsigned repeat, bool replies)
{
	struct traffic *traffic = &bpf->bss->traffic;
	char frame[FRAME_OCTETS] = { 0 };
	struct xdp_md xdp = { .data_end = sizeof(frame),
		              .ingress_ifindex = if_nametoindex("near") };
	LIBBPF_OPTS(bpf_test_run_opts, options, .data_in = frame, .data_size_in = sizeof(frame),
	            .ctx_in = &xdp, .ctx_size_in = sizeof(xdp), .repeat = repeat,
	            .flags = BPF_F_TEST_XDP_LIVE_FRAMES, .batch_size = BATCH);
	double from;

	traffic->arrived = traffic->replies = 0;
	from = cpu_ns();
	need(!bpf_prog_test_run_opts(bpf_program__fd(bpf->progs.request), &options),
	     "send requests");
	from = cpu_ns() - from;
	wait_for_frames(traffic, repeat);
	if (traffic->arrived != repeat || (replies && traffic->replies != repeat)) {
		printf("  of %u requests %llu came back, %llu of them as replies\n", repeat,
		       traffic->arrived, traffic->replies);
		return 0;
	}
	return from / repeat;
}

double wire_run(const struct traffic_bpf *traffic, double ns, unsigned hosts, int macs,
                bool replies)
{
	double first, repeat;

	traffic->bss->traffic.hosts = hosts;
	traffic->bss->traffic.macs = macs;
	first = send_requests(traffic, REPEAT_FIRST, replies);
	if (!first)
		return 0;
	repeat = ns / first;
	if (repeat > REPEAT_MAX)
		repeat = REPEAT_MAX;
	if (repeat < REPEAT_MIN)
		repeat = REPEAT_MIN;
	return send_requests(traffic, (unsigned)repeat & -BATCH, replies);
}
