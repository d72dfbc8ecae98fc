/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Interfaces that come, go and change, from rtnetlink(7). In: the kernel's notices. Out: one call
 * for each.
 */
#ifndef SLEEPPROXY_NET_LINK_MONITOR_H
#define SLEEPPROXY_NET_LINK_MONITOR_H

#include <stdbool.h>

#include "base/packet.h"

struct monitor;

/*
 * `present` false: the interface is gone. With it `port` has its facts of now. Calls come for every
 * interface.
 */
typedef void monitor_fn(void *context, const struct iface *port, bool present);

/*
 * 0 or -errno. The caller watches the file descriptor, and calls monitor_read when it is readable.
 */
int monitor_open(struct monitor **monitor, monitor_fn *on_link, void *context);
int monitor_fd(const struct monitor *monitor);
int monitor_read(struct monitor *monitor);
void monitor_close(struct monitor *monitor);

#endif
