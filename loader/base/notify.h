/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a service manager is told (sd_notify(3)), where it has named a socket in the environment:
 * systemd, and who runs containers as it does. libsystemd would be a dependency, which containers
 * and other systems do not have, for one datagram.
 */
#ifndef SLEEPPROXY_BASE_NOTIFY_H
#define SLEEPPROXY_BASE_NOTIFY_H

#include <stdbool.h>

/*
 * Opens the socket that NOTIFY_SOCKET names: once, since a watchdog is to be told even when no
 * descriptor is left. Without it nothing is sent.
 */
void notify_init(void);

/* Lines "NAME=VALUE"; never waits. */
void notify(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* The manager ends us when it does not hear "WATCHDOG=1" for a while (WatchdogSec=). */
bool notify_watchdog(void);

#endif
