/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The tables that are printed. */
#ifndef SLEEPPROXY_BENCH_TABLES_H
#define SLEEPPROXY_BENCH_TABLES_H

#include <stdbool.h>
#include "measure.h"
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

enum { HOSTS_MANY = 64000, HOSTS_FEW = 1000, HOSTS_FLOOD_FEW = 1024 };

/* enough that hardly any host is missed by chance */
enum { FLOOD_FRAMES_PER_HOST = 50 };

void table_answers(const struct traffic_bpf *traffic, const struct options *options);
void table_passing(const struct traffic_bpf *traffic, const struct options *options);
void table_wakes(const struct traffic_bpf *traffic, const struct options *options);
void table_flood(const struct traffic_bpf *traffic, const struct options *options);

#endif
