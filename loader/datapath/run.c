// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Frames that no driver has received, by BPF_PROG_TEST_RUN: handled by the program of an interface,
 * or given to this machine's own stack.
 */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>

#include "datapath/internal.h"

int attachment_run(const struct attachment *attachment, const void *frame, size_t length,
                   struct frame_answer *answer)
{
	struct xdp_md context = { .data_end = (uint32_t)length,
		                  .ingress_ifindex = attachment->ifindex };
	LIBBPF_OPTS(bpf_test_run_opts, options, .data_in = frame, .data_size_in = (uint32_t)length,
	            .data_out = answer->frame, .data_size_out = sizeof(answer->frame),
	            .ctx_in = &context, .ctx_size_in = sizeof(context));
	const int err = bpf_prog_test_run_opts(attachment->program, &options);

	if (err)
		return err;
	answer->length = options.retval == XDP_TX ? options.data_size_out : 0;
	return 0;
}

int datapath_inject(const struct datapath *datapath, uint32_t ifindex, const void *frame,
                    size_t length)
{
	struct xdp_md context = { .data_end = (uint32_t)length, .ingress_ifindex = ifindex };
	LIBBPF_OPTS(bpf_test_run_opts, options, .data_in = frame, .data_size_in = (uint32_t)length,
	            .ctx_in = &context, .ctx_size_in = sizeof(context), .repeat = 1,
	            .flags = BPF_F_TEST_XDP_LIVE_FRAMES, .batch_size = 1);

	return bpf_prog_test_run_opts(bpf_program__fd(datapath->maps->progs.receive), &options);
}
