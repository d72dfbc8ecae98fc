/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the kernel's BPF supports, found out by trying. Nothing is pinned or attached.
 */
#ifndef SLEEPPROXY_DATAPATH_PROBE_H
#define SLEEPPROXY_DATAPATH_PROBE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* First: switches off libbpf's own messages, as the caller says what is wrong. */
void probe_init(void);

/* A feature of BPF that the datapath needs. */
struct probe_feature {
	const char *kind, *name, *since; /* "map type", "ringbuf", the first Linux with it */
	bool (*is_supported)(int id);
	int id;
};

extern const struct probe_feature probe_features[];
extern const size_t probe_feature_count;

/* Does the kernel create maps, and load XDP programs? 0 or its -errno. */
int probe_maps(void);
int probe_xdp(void);

/* Are programs compiled? If not, they are interpreted. */
bool probe_jit(void);

/* Does it load this build's programs? 0 or its -errno. */
int probe_program(void);

enum { PROBE_NAMES = 256 };

/* What is attached to an interface. */
struct probe_slot {
	uint32_t id;             /* 0: nothing */
	bool ours;               /* attached by our link, pinned in `pin_dir` */
	char names[PROBE_NAMES]; /* of the programs; empty without CAP_SYS_ADMIN */
};

/* 0 or -errno. */
int probe_slot(uint32_t ifindex, const char *interface, const char *pin_dir,
               struct probe_slot *slot);

/* Is the path on a BPF file system? */
bool probe_bpffs(const char *path);

#endif
