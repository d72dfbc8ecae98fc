/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * CPU time of this thread: others that load the machine are not in it, nor is the 20 ms nap after
 * live frames.
 */
#ifndef SLEEPPROXY_BENCH_CLOCK_H
#define SLEEPPROXY_BENCH_CLOCK_H

#include <time.h>

static inline double cpu_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
	return now.tv_sec * 1e9 + now.tv_nsec;
}

#endif
