/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One daemon an interface. An abstract Unix socket is the lock: it is as wide as the interface's
 * own network namespace, needs no directory, and is gone with its process, however that ends.
 */
#ifndef SLEEPPROXY_DAEMON_LOCK_H
#define SLEEPPROXY_DAEMON_LOCK_H

#include <stddef.h>

/* A file descriptor to close; or -EBUSY with the holder's pid in `why`, or another -errno. */
int lock_interface(const char *name, char *why, size_t why_size);

#endif
