/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * wake_frames: the ring of the frames that began a wake, and of some that followed, for the daemon;
 * its records are include/wake_frame.h. Separate from `reports`, so that it takes no room of
 * theirs: a frame for which there is none is lost, the wake is not.
 */
#ifndef SLEEPPROXY_WAKE_FRAMES_BPF_H
#define SLEEPPROXY_WAKE_FRAMES_BPF_H

#include <bpf/bpf_helpers.h>
#include "wake_frame.h"

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 1024 * 1024);
} wake_frames SEC(".maps");

#endif
