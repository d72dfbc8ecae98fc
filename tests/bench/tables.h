/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is measured: each table adds to the figures. */
#ifndef SLEEPPROXY_BENCH_TABLES_H
#define SLEEPPROXY_BENCH_TABLES_H

#include "figures.h"
#include "subject.h"
#include "traffic.skel.h"
#include "wire.h"

/* Sizes of tables, and what the names of figures say of them. */
enum { HOSTS_1K = 1024, HOSTS_64K = 65536, HOSTS_1M = 1 << 20 };

enum { CPU_CLIENT = 0, CPU_DAEMON = 1 };

struct bench {
	struct traffic_bpf *traffic;
	struct figures *figures;
	struct wire *wire; /* of the datapath, and of the daemon */
	int rounds;
	double seconds;  /* of each thing in a round */
	unsigned trials; /* of each delay */
	unsigned hosts_max;
};

/* So many, or as many as there may be. */
unsigned bench_hosts(const struct bench *bench, unsigned hosts);
unsigned bench_rounds(const struct bench *bench, unsigned rounds);

/* ARP answers a second, compared with a program that swaps the MACs, and with other answerers. */
void table_answers(const struct bench *bench, const struct build *build);
/* The delay of a frame that is not for a sleeper. */
void table_passing(const struct bench *bench, const struct build *build);
/* The delay of a frame that opens a connection to a host that is being woken. */
void table_syns(const struct bench *bench, const struct build *build);
/* From a connection to a sleeper to its first Magic Packet, with the daemon. */
void table_wakes(const struct bench *bench);
/* How much longer than the host takes to wake a client waits, with and without connections held. */
void table_connects(const struct bench *bench);
/* The daemon with many hosts: what it takes, and how long it takes. */
void table_daemon(const struct bench *bench);
/* Whether wakes are lost, or sent twice; with 65536 hosts, whatever hosts_max is. */
void table_floods(const struct bench *bench);

#endif
