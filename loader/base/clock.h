/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The clocks, and random numbers: no other file reads them. */
#ifndef SLEEPPROXY_BASE_CLOCK_H
#define SLEEPPROXY_BASE_CLOCK_H

#include <stddef.h>
#include <stdint.h>

/* One moment, in ms, on three clocks. Functions above the event loop take it as an argument. */
struct now {
	int64_t mono; /* CLOCK_MONOTONIC: stops while the machine is suspended */
	int64_t boot; /* CLOCK_BOOTTIME: goes on meanwhile */
	int64_t wall; /* CLOCK_REALTIME: since 1970 UTC, can be set */
};

struct now clock_now(void);
int64_t clock_ms(void); /* `mono` alone */

uint64_t clock_us(void); /* the same, in us */

/* The kernel's UUID of this start of the machine, of 36 characters; empty where it does not say. */
void clock_boot_id(char *id, size_t size);

uint64_t clock_coarse_ns(void); /* CLOCK_MONOTONIC_COARSE, as bpf_ktime_get_coarse_ns */

uint32_t random_u32(void); /* unpredictable */

#endif
