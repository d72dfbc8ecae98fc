/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Facts of one interface, asked of the kernel at the moment of need. */
#ifndef SLEEPPROXY_PORT_H
#define SLEEPPROXY_PORT_H

#include <stdbool.h>

#include "core/packet.h"

/* The facts of an interface by its name. -ENODEV: there is none. */
int port_find(const char *name, struct port *port);

/* The name of its driver, empty where that is not told. */
enum { PORT_DRIVER = 32 };
void port_driver(const char *name, char driver[PORT_DRIVER]);

/* Does the machine route IPv4 that comes in here? */
bool port_forwards(const struct port *port);

#endif
