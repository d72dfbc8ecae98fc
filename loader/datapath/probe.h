/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the kernel's BPF can do, tried out without leaving a trace: nothing is pinned, nothing is
 * attached.
 */
#ifndef SLEEPPROXY_DATAPATH_PROBE_H
#define SLEEPPROXY_DATAPATH_PROBE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Part of the kernel's BPF that the datapath is built on. */
struct probe_feature {
	const char *kind, *name, *since; /* "map type", "ringbuf", the first Linux that has it */
	bool (*is_there)(int id);
	int id;
};

extern const struct probe_feature probe_features[];
extern const size_t probe_feature_count;

/* 0, or the -errno with which the kernel refuses any map, any XDP program. */
int probe_maps(void);
int probe_xdp(void);

/* Are programs compiled, or interpreted? */
bool probe_jit(void);

/* 0, or the -errno with which the kernel refuses this build's program. */
int probe_program(void);

enum { PROBE_NAMES = 256 };

/* What sits in an interface's XDP slot. */
struct probe_slot {
	uint32_t id;             /* 0: nothing */
	bool ours;               /* our own link, pinned in the directory */
	char names[PROBE_NAMES]; /* of the programs, as far as we may know them; else empty */
};

int probe_slot(uint32_t ifindex, const char *interface, const char *pin_dir,
               struct probe_slot *slot);

#endif
