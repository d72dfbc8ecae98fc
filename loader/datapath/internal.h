/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the files of this room share. */
#ifndef SLEEPPROXY_DATAPATH_INTERNAL_H
#define SLEEPPROXY_DATAPATH_INTERNAL_H

#include <limits.h>
#include <net/if.h>
#include <stdio.h>

#include "datapath/datapath.h"
#include "sleepproxy.skel.h"

struct ring_buffer;

struct ring_reader {
	const struct ring_functions *functions;
	void *context;
	size_t left; /* records that it may still read */
};

struct datapath {
	const char *pin_dir; /* of the caller of datapath_open */
	int lock;            /* on pin_dir */
	uint32_t max_hosts;
	struct sleepproxy_bpf *maps; /* owns the maps and update_host; attached nowhere */
	struct ring_buffer *ring;
	struct ring_reader reader; /* of the ring_read in progress */
	unsigned int own_count;    /* of MACs that the index was told so far */
	bool rules_indexed;
	struct rule_index *rules; /* rules.c; while they are indexed */
};

struct attachment {
	char pin[PATH_MAX + IFNAMSIZ + 8];
	int link, program;
	uint32_t ifindex;
	const char *mode;
};

/*
 * Loads the program with the interface's constants, on the datapath's maps. The caller destroys
 * it, also on failure. 0 or -errno with `why`.
 */
int program_load(const struct datapath *datapath, const struct datapath_config *config,
                 struct sleepproxy_bpf **skeleton, char why[DATAPATH_WHY]);
/* Before it is loaded. 0 or -errno. */
int index_set_size(struct sleepproxy_bpf *skeleton, uint32_t max_hosts);
/* A MAC of this machine's. */
void index_add_own(struct datapath *datapath, const struct mac *mac);
/* After rows were written: until the next look the maps alone are asked. */
void index_off(struct datapath *datapath);
/* Writes a row of a map that is not preallocated. 0 or -errno. */
int row_put(int map, const void *key, const void *row);
int ring_open(struct datapath *datapath); /* once its maps are there; 0 or -errno */
/*
 * The link of a program of ours that is on the interface, though its daemon is gone: a file
 * descriptor, or -ENOENT. Takes 1.5 s where there is one.
 */
int orphan_link(uint32_t ifindex);
/* Writes the reason of an error, and returns that. */
#define explain(why, err, ...) (snprintf(why, DATAPATH_WHY, __VA_ARGS__), err)

#endif
