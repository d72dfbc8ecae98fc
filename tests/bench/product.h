/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The product as it is shipped: the daemon of this build, with the capabilities that its unit gives
 * it, on the far end of a wire, with a disk and a configuration of its own. Its hosts are written
 * into its maps, as by anyone.
 */
#ifndef SLEEPPROXY_BENCH_PRODUCT_H
#define SLEEPPROXY_BENCH_PRODUCT_H

#include <stdbool.h>
#include "counters.h"

struct product;

/* For so many hosts; with `secured` the configuration describes them, with a SecureOn password. */
struct product *product_start(const char *interface, int cpu, unsigned hosts, bool secured);
void product_stop(struct product *product);

/* Of all hosts, by their rows in the maps; returns once the daemon has nothing more to do. */
void product_put_to_sleep(const struct product *product);
/* By SIGSTOP; the heartbeat lasts for a minute. */
void product_pause(const struct product *product, bool pause);
/* Killed, with all that it left in the kernel; what the disk has is left. Does not wait. */
void product_start_again(struct product *product);
/* Until it serves its interface, with all hosts asleep, and has nothing more to do. */
void product_settle(const struct product *product);
void product_reload(const struct product *product);

struct counters product_counters(const struct product *product);
/* Of the daemon and its parser. */
double product_cpu_ns(const struct product *product);
double product_rss_kib(const struct product *product);

#endif
