/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A datapath under measurement: the real program, or another build of it, with maps of its own
 * that are full of hosts.
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

/* Puts all hosts into the state of the plan again, and the heartbeat to now. */
void subject_reset(const struct subject *subject);
struct counters subject_counters(const struct subject *subject);
unsigned subject_take_reports(struct subject *subject);

extern const struct mac proxy_mac;

#endif
