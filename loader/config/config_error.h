/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The first mistake found in a file, as "FILE:LINE: what is wrong; what was expected". Later ones
 * may follow from it.
 */
#ifndef SLEEPPROXY_CONFIG_ERROR_H
#define SLEEPPROXY_CONFIG_ERROR_H

#include <stdbool.h>

#include "config/config.h"

struct fault {
	const char *path;
	char text[CONFIG_ERROR]; /* empty: no mistake so far */
};

/* -EINVAL. `line` 0: the file as a whole. */
int fault_at(struct fault *fault, int line, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
bool fault_found(const struct fault *fault);

#endif
