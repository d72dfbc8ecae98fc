/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The datapath that is measured: the real program or another build, with maps of its own that
 * are full of hosts.
 */
#ifndef SLEEPPROXY_BENCH_SUBJECT_H
#define SLEEPPROXY_BENCH_SUBJECT_H

#include <stdbool.h>
#include "counters.h"
#include "hosts.h"
#include "traffic.h"

struct subject;

struct subject_plan {
	const char *file; /* an object file; NULL: the program as built */
	__u32 hosts;
	enum macs macs;
	enum host_state state;
	/* load with CAP_PERFMON, so without the verifier's barriers against speculation */
	bool perfmon;
};

struct subject *subject_new(const struct subject_plan *plan);
void subject_free(struct subject *subject);
int subject_program(const struct subject *subject);

/* Sets all hosts to the plan's state again, and the heartbeat to now. */
void subject_reset(const struct subject *subject);
struct counters subject_counters(const struct subject *subject);
unsigned subject_read_reports(struct subject *subject);

extern const struct mac proxy_mac;

#endif
