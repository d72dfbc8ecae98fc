/* SPDX-License-Identifier: GPL-2.0-or-later */
/* reports: the ring of reports to the daemon; its records are include/report.h. */
#ifndef SLEEPPROXY_REPORTS_BPF_H
#define SLEEPPROXY_REPORTS_BPF_H

#include <bpf/bpf_helpers.h>
#include "report.h"

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 256 * 1024);
} reports SEC(".maps");

#endif
