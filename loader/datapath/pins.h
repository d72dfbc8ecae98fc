/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The directory of pins, and the privileges to use it: made ready, or refused in words that say
 * what to do.
 */
#ifndef SLEEPPROXY_DATAPATH_PINS_H
#define SLEEPPROXY_DATAPATH_PINS_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Makes `dir` exist on a BPF file system, and mounts one where there is none and we may; `mounted`
 * says whether on `dir` itself. 0 or -errno with `why`.
 */
int pins_prepare(const char *dir, bool *mounted, char *why, size_t why_size);

/*
 * One daemon a directory, for as long as the file descriptor is open. -EBUSY with `why`: there is
 * another.
 */
int pins_lock(const char *dir, char *why, size_t why_size);

/* The directory goes, and what was mounted on it. */
void pins_remove(const char *dir, bool mounted);

#endif
