/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A wire: two ends of a veth in a network namespace of the bench's own. Near is who asks and
 * counts, far is who answers: an XDP program, or the kernel's own proxy ARP behind one that
 * passes everything.
 */
#ifndef SLEEPPROXY_BENCH_WIRE_H
#define SLEEPPROXY_BENCH_WIRE_H

#include <stdbool.h>

struct traffic_bpf;

enum kernel_peer { KERNEL_OFF, KERNEL_PROXY_ARP, KERNEL_NEIGH_PROXY };

enum { KERNEL_HOSTS = 1000 };

/* Makes the namespace, which this process then is in. */
void wire_new(const struct traffic_bpf *traffic);
void wire_answer_by(int program);
void wire_kernel_is(enum kernel_peer peer);

/*
 * Sends requests until they took about `ns` of CPU time; returns ns a request, or 0 if not every
 * one came back.
 */
double wire_run(const struct traffic_bpf *traffic, double ns, unsigned hosts, int macs,
                bool replies);

#endif
