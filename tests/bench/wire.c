// SPDX-License-Identifier: GPL-2.0-or-later
#include "wire.h"

#include <endian.h>
#include <errno.h>
#include <net/if.h>
#include <sched.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
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

static struct bpf_link *near_link;
static int far_link = -1;

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
	near_link = bpf_program__attach_xdp(traffic->progs.count_replies, if_nametoindex("near"));
	need(near_link != NULL, "attach to the near end");
	wire_attach(bpf_program__fd(traffic->progs.pass));
}

/* The kernel may take its time to detach what was there before. */
static int new_link(int program)
{
	int link = -EBUSY;

	for (int ms = 0; ms < 1000 && link == -EBUSY; ms++) {
		link = bpf_link_create(program, (int)if_nametoindex("far"), BPF_XDP, NULL);
		if (link == -EBUSY)
			usleep(1000);
	}
	return link;
}

void wire_attach(int program)
{
	if (far_link < 0)
		far_link = new_link(program);
	else
		need(!bpf_link_update(far_link, program, NULL), "attach to the far end");
	need(far_link >= 0, "attach to the far end");
}

void wire_attach_near(int program)
{
	need(!bpf_link_update(bpf_link__fd(near_link), program, NULL), "attach to the near end");
}

void wire_release(void)
{
	if (far_link >= 0)
		close(far_link);
	far_link = -1;
}

void wire_far_mac(unsigned char mac[6])
{
	struct ifreq request = { .ifr_name = "far" };
	const int fd = socket(AF_INET, SOCK_DGRAM, 0);

	need(fd >= 0 && !ioctl(fd, SIOCGIFHWADDR, &request), "the far end's MAC");
	memcpy(mac, request.ifr_hwaddr.sa_data, ETH_ALEN);
	close(fd);
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

/* By the near end, in live frames; ns of CPU time each. */
static double send_frames(const struct bpf_program *program, unsigned repeat)
{
	char frame[FRAME_OCTETS] = { 0 };
	struct xdp_md xdp = { .data_end = sizeof(frame),
		              .ingress_ifindex = if_nametoindex("near") };
	LIBBPF_OPTS(bpf_test_run_opts, options, .data_in = frame, .data_size_in = sizeof(frame),
	            .ctx_in = &xdp, .ctx_size_in = sizeof(xdp), .repeat = repeat,
	            .flags = BPF_F_TEST_XDP_LIVE_FRAMES, .batch_size = BATCH);
	const double from = cpu_ns();

	need(!bpf_prog_test_run_opts(bpf_program__fd(program), &options), "send frames");
	return (cpu_ns() - from) / repeat;
}

double wire_flood(const struct traffic_bpf *traffic, unsigned count)
{
	return send_frames(traffic->progs.connect, count);
}

/* ns a frame; 0: not all came back. */
static double send_requests(const struct traffic_bpf *bpf, unsigned repeat, bool replies)
{
	struct traffic *traffic = &bpf->bss->traffic;
	double ns;

	traffic->arrived = traffic->replies = 0;
	ns = send_frames(bpf->progs.request, repeat);
	wait_for_frames(traffic, repeat);
	if (traffic->arrived != repeat || (replies && traffic->replies != repeat)) {
		printf("  of %u requests %llu came back, %llu of them as replies\n", repeat,
		       traffic->arrived, traffic->replies);
		return 0;
	}
	return ns;
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
