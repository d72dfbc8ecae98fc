/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The product as it is shipped: the daemon of this build, on the far end of the wire, with a disk
 * and a configuration of its own.
 */
#ifndef SLEEPPROXY_BENCH_PRODUCT_H
#define SLEEPPROXY_BENCH_PRODUCT_H

#include <stdbool.h>
#include "counters.h"

struct product;

/* On that CPU, for so many hosts, sequential ones; the first `secured` have a SecureOn password. */
struct product *product_start(unsigned hosts, unsigned secured, int cpu);
void product_stop(struct product *product);
/* Of all hosts, by their rows in the maps; returns once the daemon has seen it. */
void product_put_to_sleep(const struct product *product);
/* By SIGSTOP; the heartbeat lasts for a minute. */
void product_pause(const struct product *product, bool pause);
struct counters product_counters(const struct product *product);

#endif
