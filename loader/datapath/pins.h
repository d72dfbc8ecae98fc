/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The directory of pins, and the privileges to use it: made ready, or refused in words that say what to do. */
#ifndef SLEEPPROXY_PINS_H
#define SLEEPPROXY_PINS_H

#include <stddef.h>

/* Makes `dir` exist on a BPF file system, and mounts one where there is none and we may. 0 or -errno with `why`. */
int pins_prepare(const char *dir, char *why, size_t why_size);

/* Names the capabilities that this process lacks. */
void pins_explain_capabilities(char *why, size_t why_size);

#endif
