/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A wire: both ends of a veth in a network namespace of its own. The near end sends requests and
 * counts replies, the far end answers: an XDP program, or the kernel's proxy ARP after a program
 * that passes everything.
 */
#ifndef SLEEPPROXY_BENCH_WIRE_H
#define SLEEPPROXY_BENCH_WIRE_H

#include <stdbool.h>

struct traffic_bpf;

enum kernel_peer { KERNEL_OFF, KERNEL_PROXY_ARP, KERNEL_NEIGH_PROXY };

enum { KERNEL_HOSTS = 1000 };

/* Creates the namespace, and moves this process into it. */
void wire_new(const struct traffic_bpf *traffic);
void wire_attach(int program);
void wire_set_kernel(enum kernel_peer peer);

void wire_attach_near(int program);
/* The far end without a program, until wire_attach. */
void wire_release(void);
void wire_far_mac(unsigned char mac[6]);
/* Sends so many connections; ns each. */
double wire_flood(const struct traffic_bpf *traffic, unsigned count);

/*
 * Sends requests until they took about `ns` of CPU time; returns ns a request, or 0 if not every
 * one came back.
 */
double wire_run(const struct traffic_bpf *traffic, double ns, unsigned hosts, int macs,
                bool replies);

#endif
