// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Where a driver leaves too little room before a frame, a short SYN cannot become a Magic Packet:
 * it is the daemon's. Here metadata takes the room, as another program's does.
 */
#include "test.h"

#include "support_row.h"

#include <string.h>
#include <bpf/bpf.h>
#include "sleepproxy.skel.h"

/*
 * Octets. Of the kernel's 256 before a frame it needs 40 itself, and a Magic Packet 56 more than
 * a SYN. Before Linux 6.3 metadata has 32 at most.
 */
enum { LITTLE = 32, MUCH = 200 };

static const struct packet syn = IP(PROXY, PEER, TCP, PEER_IP, HOST_IP, 22, 40000, .flags = SYN);
static const struct setup asleep = { .host.state = ASLEEP };

/* Its verdict; -1: the kernel takes no frame with so much metadata. */
static int run_behind(struct testbed *testbed, const struct octets *syn_octets, uint32_t metadata)
{
	struct xdp_md context = { .data = metadata, .data_end = metadata + syn_octets->length };
	LIBBPF_OPTS(bpf_test_run_opts, options, .ctx_in = &context, .ctx_size_in = sizeof(context));
	uint8_t octets[MUCH + sizeof(syn_octets->at)] = { 0 };

	memcpy(octets + metadata, syn_octets->at, syn_octets->length);
	options.data_in = octets;
	options.data_size_in = context.data_end;
	if (bpf_prog_test_run_opts(bpf_program__fd(testbed_datapath(testbed)->progs.sleepproxy),
	                           &options))
		return -1;
	return (int)options.retval;
}

TEST(without_room_the_daemon_sends_the_magic_packet)
{
	struct testbed *testbed = testbed_with(&asleep);
	struct wake_frame frames[TESTBED_COPIES_MAX];
	struct report reports[TESTBED_REPORTS_MAX];
	__u64 counted[OUTCOME_COUNT];
	struct octets octets;
	int verdict;

	packet_build(&octets, &syn, &untagged);
	verdict = run_behind(testbed, &octets, MUCH);
	if (verdict < 0)
		skip();
	assert_int_equal(verdict, XDP_DROP);
	testbed_counted(testbed, counted);
	assert_int_equal(counted[OUTCOME_WAKE_STARTED], 1);
	assert_int_equal(testbed_host(testbed, HOST).state, WAKING);
	assert_int_equal(testbed_reports(testbed, reports), 1);
	assert_int_equal(testbed_frames(testbed, frames), 1);
	assert_int_equal(frames[0].length, octets.length);
	assert_memory_equal(frames[0].frame, octets.at, octets.length);
}

/* Otherwise the test above would show nothing. */
TEST(with_room_it_leaves_at_once)
{
	struct octets octets;

	packet_build(&octets, &syn, &untagged);
	assert_int_equal(run_behind(testbed_with(&asleep), &octets, LITTLE), XDP_TX);
}
