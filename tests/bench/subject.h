/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The datapath that is measured: the program of this build or of another one, with maps of its own
 * that are full of hosts.
 */
#ifndef SLEEPPROXY_BENCH_SUBJECT_H
#define SLEEPPROXY_BENCH_SUBJECT_H

#include <stdbool.h>
#include "counters.h"
#include "hosts.h"
#include "traffic.h"

/* Of the datapath, and what the names of its figures end in. */
struct build {
	const char *suffix;
	const char *file; /* an object file; NULL: of this build */
	bool perfmon;     /* with CAP_PERFMON, so without barriers against speculation */
};

struct subject;

struct subject *subject_new(const struct build *build, unsigned hosts, enum host_state state);
void subject_free(struct subject *subject);
int subject_program(const struct subject *subject);

/* Sets all hosts to that state, with random MACs, and looks. */
void subject_set_hosts(struct subject *subject, enum host_state state);
/* As the daemon does, but valid for as long as it takes. */
void subject_look(struct subject *subject);
/* As where no look comes: the maps are asked. */
void subject_index_off(const struct subject *subject);
struct counters subject_counters(const struct subject *subject);
unsigned subject_read_reports(struct subject *subject);

/* Writes sleepers, or others, into `hosts` and `addresses4`, as anyone may. */
void write_hosts(int hosts, int addresses4, unsigned count, enum macs macs, enum host_state state);
/* The sum over all CPUs. */
struct counters read_counters(int fd);

#endif
