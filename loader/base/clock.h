/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The clocks; nothing else reads one. */
#ifndef SLEEPPROXY_BASE_CLOCK_H
#define SLEEPPROXY_BASE_CLOCK_H

#include <stddef.h>
#include <stdint.h>

int64_t clock_ms(void);      /* CLOCK_MONOTONIC: for waiting */
int64_t clock_boot_ms(void); /* CLOCK_BOOTTIME: goes on while the machine is suspended */
int64_t clock_wall_ms(void); /* since 1970: for telling people */
/* Names this start of the machine; empty where the kernel does not say. */
void clock_boot_id(char *id, size_t size);
uint64_t clock_coarse_ns(void); /* CLOCK_MONOTONIC_COARSE: what bpf_ktime_get_coarse_ns reads */

#endif
