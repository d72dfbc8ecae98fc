/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * events: the ring through which the datapath reports to the daemon; its records are
 * include/report.h.
 */
#ifndef SLEEPPROXY_EVENTS_BPF_H
#define SLEEPPROXY_EVENTS_BPF_H

#include <bpf/bpf_helpers.h>
#include "report.h"

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 256 * 1024);
} events SEC(".maps");

#endif
