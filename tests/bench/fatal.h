/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A bench that cannot measure says why and stops: there is nothing to go on with. */
#ifndef SLEEPPROXY_BENCH_FATAL_H
#define SLEEPPROXY_BENCH_FATAL_H

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

static inline void need(bool good, const char *what)
{
	if (good)
		return;
	perror(what);
	exit(1);
}

#endif
