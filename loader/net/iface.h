/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Facts of one interface, asked of the kernel at the moment of need. */
#ifndef SLEEPPROXY_NET_IFACE_H
#define SLEEPPROXY_NET_IFACE_H

#include <stdbool.h>

#include "base/packet.h"

/* The facts of an interface by its name. -ENODEV: there is none. */
int iface_find(const char *name, struct iface *port);

/* The name of its driver, empty where that is not told. */
enum { IFACE_DRIVER = 32 };
void iface_driver(const char *name, char driver[IFACE_DRIVER]);

/* Does the machine route IPv4 that comes in here? */
bool iface_forwards(const struct iface *port);

#endif
