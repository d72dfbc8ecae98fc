/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The tables that the bench prints. */
#ifndef SLEEPPROXY_BENCH_TABLES_H
#define SLEEPPROXY_BENCH_TABLES_H

#include <stdbool.h>
#include "sample.h"
#include "subject.h"
#include "traffic.skel.h"
#include "wire.h"

struct options {
	int rounds;
	double seconds;
	const char *against;
	const char *table;
	int cpu;
	bool perfmon;
};

enum { MANY = 64000, SOME = 1000 };

void table_answers(const struct traffic_bpf *traffic, const struct options *options);
void table_passing(const struct traffic_bpf *traffic, const struct options *options);
void table_flood(const struct traffic_bpf *traffic, const struct options *options);

#endif
