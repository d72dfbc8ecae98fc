/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Wires: both ends of a veth, in a network namespace of the bench. The near end sends frames, and a
 * program there checks what comes back; at the far end is what answers.
 */
#ifndef SLEEPPROXY_BENCH_WIRE_H
#define SLEEPPROXY_BENCH_WIRE_H

#include <stdbool.h>
#include "traffic.h"

struct traffic_bpf;
struct wire;

/* Moves this process into namespaces of its own: network, and mounts with a BPF file system. */
void wires_start(void);

/* near-NAME, with that program, and far-NAME, whose MAC is MAC_PROXY. */
struct wire *wire_new(const char *name, int near);
void wire_free(struct wire *wire);
const char *wire_near(const struct wire *wire);
const char *wire_far(const struct wire *wire);
void wire_attach_near(struct wire *wire, int program);
/* At the far end; -1: none. */
void wire_attach_far(struct wire *wire, int program);

/* Sends so many connections to hosts, from random sources. */
void wire_flood(const struct wire *wire, const struct traffic_bpf *traffic, unsigned hosts,
                unsigned count);

/* What answers, and what comes back: the requests with their MACs swapped, or answers. */
struct questions {
	enum ask ask;
	unsigned hosts;
	bool reflected;
	unsigned burst; /* so many at a time: for who has to be scheduled; 0: all */
};

/*
 * Asks so many questions, each for a host by chance. Returns ns of CPU time a question; 0: not all
 * were answered, as where the machine is busy. Exits if an answer is wrong.
 */
double wire_ask(const struct wire *wire, const struct traffic_bpf *traffic,
                const struct questions *questions, unsigned count);

/* Asks now and then, until one question is answered, and rightly; ns until then. */
double wire_wait_for_answer(const struct wire *wire, const struct traffic_bpf *traffic,
                            unsigned hosts);

#endif
