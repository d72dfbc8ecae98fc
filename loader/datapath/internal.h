/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the files of this room share, and nobody else sees. */
#ifndef SLEEPPROXY_DATAPATH_INTERNAL_H
#define SLEEPPROXY_DATAPATH_INTERNAL_H

#include <limits.h>

#include "datapath/datapath.h"
#include "sleepproxy.skel.h"

struct ring_buffer;

struct datapath {
	char pin_dir[PATH_MAX];
	bool mounted; /* a BPF file system on it, by us */
	int lock;     /* on pin_dir */
	struct sleepproxy_bpf
		*maps; /* the instance whose maps and order program we use; attached nowhere */
	struct ring_buffer *ring;
	struct report_actions actions;
};

/*
 * An instance of the program on the datapath's maps, with the interface's constants. Owned by the
 * caller.
 */
int program_load(const struct datapath *datapath, const struct datapath_config *interface,
                 struct sleepproxy_bpf **skeleton);
/* Why an instance could not be loaded. */
void program_explain(int err, char why[DATAPATH_WHY]);

#endif
