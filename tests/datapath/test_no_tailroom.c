// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Where a driver leaves too little room behind a frame, what is shorter than its answer passes as
 * it is. Here it is the end of the longest frame that the kernel takes, of which another program
 * has cut off the rest.
 */
#include "test.h"

#include "support_row.h"

#include <stdlib.h>
#include <string.h>
#include <sys/param.h>
#include <unistd.h>
#include <bpf/bpf.h>
#include "sleepproxy.skel.h"

/* An advertisement with its option. */
enum { ANSWER_OCTETS = ETHER_OCTETS + IPV6_OCTETS + 32 };

#define MOVE(to, value) \
	((struct bpf_insn){ .code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = to, .imm = value })
#define COPY(to, from) \
	((struct bpf_insn){ .code = BPF_ALU64 | BPF_MOV | BPF_X, .dst_reg = to, .src_reg = from })
#define CALL(helper) ((struct bpf_insn){ .code = BPF_JMP | BPF_CALL, .imm = helper })
#define EXIT ((struct bpf_insn){ .code = BPF_JMP | BPF_EXIT })

/* Cuts `octets` off, and goes on with the program that is in the array. */
static int load_cutter(int array, int octets)
{
	const struct bpf_insn code[] = {
		COPY(BPF_REG_6, BPF_REG_1),
		MOVE(BPF_REG_2, octets),
		CALL(BPF_FUNC_xdp_adjust_head),
		COPY(BPF_REG_1, BPF_REG_6),
		{ BPF_LD | BPF_IMM | BPF_DW, BPF_REG_2, BPF_PSEUDO_MAP_FD, 0, array },
		{ 0 },
		MOVE(BPF_REG_3, 0),
		CALL(BPF_FUNC_tail_call),
		MOVE(BPF_REG_0, XDP_ABORTED),
		EXIT,
	};
	LIBBPF_OPTS(bpf_prog_load_opts, options, .expected_attach_type = BPF_XDP);
	const int fd = bpf_prog_load(BPF_PROG_TYPE_XDP, NULL, "GPL", code,
	                             sizeof(code) / sizeof(*code), &options);

	assert_true(fd >= 0);
	return fd;
}

static int load_array(struct testbed *testbed)
{
	const int program = bpf_program__fd(testbed_datapath(testbed)->progs.sleepproxy), key = 0;
	const int array = bpf_map_create(BPF_MAP_TYPE_PROG_ARRAY, NULL, sizeof(key),
	                                 sizeof(program), 1, NULL);

	assert_true(array >= 0);
	assert_int_equal(bpf_map_update_elem(array, &key, &program, BPF_ANY), 0);
	return array;
}

/* The verdict on the frame at the end of one of `size`, and what it is then. */
static int run_at_end(int array, const struct octets *in, size_t size, struct octets *out)
{
	uint8_t *octets = calloc(2, size);
	const int cutter = load_cutter(array, (int)(size - in->length));
	LIBBPF_OPTS(bpf_test_run_opts, options, .data_in = octets, .data_size_in = (__u32)size,
	            .data_out = octets + size, .data_size_out = (__u32)size);

	memcpy(octets + size - in->length, in->at, in->length);
	assert_int_equal(bpf_prog_test_run_opts(cutter, &options), 0);
	/* of frames that are longer than a page there is no more to cut off than is in the first */
	out->length = MIN(options.data_size_out, sizeof(out->at));
	memcpy(out->at, octets + size, out->length);
	close(cutter);
	free(octets);
	return (int)options.retval;
}

/* The longest frame at the end of which this one is answered. */
static size_t find_longest(int array, const struct octets *in)
{
	size_t longest = sizeof(in->at), above = (size_t)getpagesize();
	struct octets out;

	while (above - longest > 1) {
		const size_t size = (longest + above) / 2;

		if (run_at_end(array, in, size, &out) == XDP_TX)
			longest = size;
		else
			above = size;
	}
	return longest;
}

static void check(const struct row *row, const struct tags *tags)
{
	struct testbed *testbed = testbed_with(&row->setup);
	const int array = load_array(testbed);
	__u64 counted[OUTCOME_COUNT];
	struct octets in, out;
	size_t missing, longest;

	packet_build(&in, &row->in, tags);
	longest = find_longest(array, &in);
	assert_int_equal(run_at_end(array, &in, longest, &out), XDP_TX);
	missing = out.length - in.length;
	assert_int_equal(out.length, ANSWER_OCTETS + tags->count * TAG_OCTETS);
	testbed_counted(testbed, counted);
	for (size_t i = 1; i <= missing; i++) {
		assert_int_equal(run_at_end(array, &in, longest + i, &out), XDP_PASS);
		assert_int_equal(out.length, in.length);
		assert_memory_equal(out.at, in.at, in.length);
	}
	testbed_counted(testbed, counted);
	assert_int_equal(counted[row->outcome], missing);
	close(array);
}

TEST(a_solicitation_without_an_option_passes)
{
	const struct row row = {
		.setup.host.state = ASLEEP,
		.in = ND(SOLICITATION, SOLICITED, PEER, PEER_IP6, SOLICITED_IP6, HOST_IP6),
		.outcome = OUTCOME_ND_OTHER,
	};

	check(&row, &untagged);
	check(&row, &two_tags);
}
