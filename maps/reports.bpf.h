/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * reports: the ring of reports to the daemon; its records are include/report.h. Where more hosts
 * are woken at once than it has room for, the daemon finds the others in their state, without who
 * woke them. The daemon has its pages in memory, twice.
 */
#ifndef SLEEPPROXY_REPORTS_BPF_H
#define SLEEPPROXY_REPORTS_BPF_H

#include <bpf/bpf_helpers.h>
#include "report.h"

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 512 * 1024);
} reports SEC(".maps");

#endif
