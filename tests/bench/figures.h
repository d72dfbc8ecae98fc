/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The figures: all that was measured, by name, in the order in which it was. The tables add to
 * them; at the end they are written as JSON, one object of entries
 *
 *	"NAME": { "value": 0.94, "unit": "ratio", "min": 0.91, "max": 0.97 }
 *
 * The machine's entries (machine_cpu and the like) are texts, whose min and max are null. So are
 * all three of what could not be measured here, with the reason beside, as "skipped".
 */
#ifndef SLEEPPROXY_BENCH_FIGURES_H
#define SLEEPPROXY_BENCH_FIGURES_H

#include "measure.h"

struct figures;

struct figures *figures_new(void);
void figures_free(struct figures *figures);

/* Each is printed as it is added; `name` is a format of printf. */
void figures_add(struct figures *figures, struct summary summary, const char *unit,
                 const char *name, ...) __attribute__((format(printf, 4, 5)));
void figures_skip(struct figures *figures, const char *reason, const char *unit, const char *name);

/* Of this machine: its CPU, L2 cache and kernel, and what it does about speculation. */
void figures_add_machine(struct figures *figures);

/* If not `good`, says what was expected; the bench goes on, and ends with an error. */
void figures_expect(struct figures *figures, bool good, const char *what);

/* False: not all was as expected. */
bool figures_write(const struct figures *figures, const char *path);

#endif
