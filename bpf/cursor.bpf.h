/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A cursor walks over a frame from its front: each step gives a typed pointer, or NULL where the
 * frame ends too early. Nothing else in the datapath compares with the frame's end.
 */
#ifndef SLEEPPROXY_CURSOR_BPF_H
#define SLEEPPROXY_CURSOR_BPF_H

#include <bpf/bpf_helpers.h>
#include "types.h"

struct cursor {
	void *at;
	void *end;
};

static __always_inline void *cursor_take(struct cursor *cursor, __u32 octets)
{
	void *taken = cursor->at;

	if (taken + octets > cursor->end)
		return NULL;
	cursor->at = taken + octets;
	/*
	 * or clang compares a packet pointer with 0, which the verifier grants only to CAP_PERFMON
	 */
	__builtin_assume(taken != NULL);
	return taken;
}

#define CURSOR_TAKE(cursor, type) ((type *)cursor_take(cursor, sizeof(type)))

#endif
