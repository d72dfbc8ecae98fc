// SPDX-License-Identifier: GPL-2.0-or-later
#include "wire.h"

#include <errno.h>
#include <net/if.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <unistd.h>
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include "frames.h"
#include "measure.h"
#include "question.h"
#include "traffic.h"
#include "traffic.skel.h"

enum { BATCH = 64, PATIENCE_MS = 2000, DETACH_MS = 1000, ANSWER_S = 60 };

struct wire {
	char near[IFNAMSIZ], far[IFNAMSIZ];
	int near_link, far_link;
};

void wires_start(void)
{
	need(!unshare(CLONE_NEWNET | CLONE_NEWNS), "make namespaces");
	need(!mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL), "keep mounts to ourselves");
	need(!mount("bpf", "/sys/fs/bpf", "bpf", 0, "mode=0700"), "mount /sys/fs/bpf");
	shell("sysctl -qw net.ipv6.conf.all.disable_ipv6=1 net.ipv6.conf.default.disable_ipv6=1 "
	      "net.ipv4.conf.all.rp_filter=0 net.ipv4.conf.default.rp_filter=0");
	shell("ip link set lo up");
}

/* The kernel may take its time to detach what was there before. */
static int attach(const char *interface, int program)
{
	int link = -EBUSY;

	for (int ms = 0; ms < DETACH_MS && link == -EBUSY; ms++) {
		link = bpf_link_create(program, (int)if_nametoindex(interface), BPF_XDP, NULL);
		if (link == -EBUSY)
			usleep(1000);
	}
	need(link >= 0, interface);
	return link;
}

struct wire *wire_new(const char *name, int near)
{
	struct wire *wire = calloc(1, sizeof(*wire));

	need(wire != NULL, "no memory");
	snprintf(wire->near, sizeof(wire->near), "near-%s", name);
	snprintf(wire->far, sizeof(wire->far), "far-%s", name);
	shell("ip link add %s type veth peer name %s address " MAC_PROXY_TEXT, wire->near,
	      wire->far);
	/* frames that XDP sends over a veth arrive only if the other end has a program too */
	wire->near_link = attach(wire->near, near);
	wire->far_link = -1;
	shell("ip link set %s up && ip link set %s up", wire->near, wire->far);
	return wire;
}

void wire_free(struct wire *wire)
{
	if (!wire)
		return;
	wire_attach_far(wire, -1);
	close(wire->near_link);
	free(wire);
}

const char *wire_near(const struct wire *wire)
{
	return wire->near;
}

const char *wire_far(const struct wire *wire)
{
	return wire->far;
}

void wire_attach_near(struct wire *wire, int program)
{
	need(!bpf_link_update(wire->near_link, program, NULL), "attach to the near end");
}

void wire_attach_far(struct wire *wire, int program)
{
	if (program < 0) {
		if (wire->far_link >= 0)
			close(wire->far_link);
		wire->far_link = -1;
	} else if (wire->far_link < 0) {
		wire->far_link = attach(wire->far, program);
	} else {
		need(!bpf_link_update(wire->far_link, program, NULL), "attach to the far end");
	}
}

/* By the near end, in live frames. */
static void send_frames(const struct wire *wire, const struct bpf_program *program, unsigned octets,
                        unsigned count)
{
	char frame[ND_OCTETS] = { 0 };
	struct xdp_md xdp = { .data_end = octets, .ingress_ifindex = if_nametoindex(wire->near) };
	LIBBPF_OPTS(bpf_test_run_opts, options, .data_in = frame, .data_size_in = octets,
	            .ctx_in = &xdp, .ctx_size_in = sizeof(xdp), .repeat = (int)count,
	            .flags = BPF_F_TEST_XDP_LIVE_FRAMES, .batch_size = BATCH);

	need(!bpf_prog_test_run_opts(bpf_program__fd(program), &options), "send frames");
}

void wire_flood(const struct wire *wire, const struct traffic_bpf *traffic, unsigned hosts,
                unsigned count)
{
	const struct frame syn = frame_make(OFFER_SYN);

	memcpy(traffic->bss->traffic.syn, &syn, sizeof(syn));
	traffic->bss->traffic.hosts = hosts;
	send_frames(wire, traffic->progs.connect, FRAME_OCTETS, count);
}

static void prepare(struct traffic *traffic, const struct questions *questions)
{
	const struct question question = question_make(questions->ask, questions->reflected);

	memcpy(traffic->request, question.request, sizeof(traffic->request));
	memcpy(traffic->answer, question.answer, sizeof(traffic->answer));
	memcpy(traffic->answer_mask, question.mask, sizeof(traffic->answer_mask));
	traffic->ask = questions->ask;
	traffic->hosts = questions->hosts;
	traffic->asked = traffic->arrived = traffic->wrong = 0;
	traffic->senders = traffic->targets = 0;
}

/* What is left to ksoftirqd, or to a thread, comes back after the call that sent it. */
static void wait_for_answers(const struct traffic *traffic, unsigned count)
{
	__u64 last = 0;

	for (int ms = 0; ms < PATIENCE_MS; ms++) {
		const __u64 arrived = *(volatile const __u64 *)&traffic->arrived;

		if (arrived >= count)
			return;
		if (arrived != last)
			ms = 0;
		last = arrived;
		usleep(1000);
	}
}

/* False: some are missing. Exits if there is one that is wrong. */
static bool all_came(const struct traffic *traffic, const struct questions *questions,
                     unsigned count)
{
	const __u64 addresses = questions->reflected ? traffic->targets : traffic->senders;

	if (traffic->arrived == count && !traffic->wrong && addresses == traffic->asked)
		return true;
	fprintf(stderr, "of %u requests %llu came back, %llu of them wrong\n", count,
	        traffic->arrived, traffic->wrong);
	if (traffic->wrong || traffic->arrived >= count)
		exit(1);
	return false;
}

double wire_ask(const struct wire *wire, const struct traffic_bpf *bpf,
                const struct questions *questions, unsigned count)
{
	struct traffic *traffic = &bpf->bss->traffic;
	const unsigned burst = questions->burst ? questions->burst : count;
	double ns;

	prepare(traffic, questions);
	ns = cpu_ns();
	for (unsigned sent = 0; sent < count; sent += burst) {
		send_frames(wire, bpf->progs.request, question_octets(questions->ask), burst);
		wait_for_answers(traffic, sent + burst);
	}
	ns = cpu_ns() - ns;
	count = (count + burst - 1) / burst * burst;
	return all_came(traffic, questions, count) ? ns / count : 0;
}

double wire_wait_for_answer(const struct wire *wire, const struct traffic_bpf *bpf, unsigned hosts)
{
	const struct questions questions = { .hosts = hosts };
	const struct traffic *traffic = &bpf->bss->traffic;
	const __u64 from = now_ns();

	prepare(&bpf->bss->traffic, &questions);
	while (traffic->arrived == traffic->wrong) { /* others are the daemon's own frames */
		need(now_ns() - from < ANSWER_S * 1000000000ULL, "an answer");
		send_frames(wire, bpf->progs.request, FRAME_OCTETS, 1);
	}
	return now_ns() - from;
}
