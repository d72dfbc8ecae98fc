/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Connections that are held for hosts until these are up: daemon/holding.c. */
#ifndef SLEEPPROXY_DAEMON_HOLDING_H
#define SLEEPPROXY_DAEMON_HOLDING_H

#include "daemon/daemon.h"
#include "host/hold.h"

int holding_start(struct daemon *daemon);
void holding_stop(struct daemon *daemon);
/* A frame that opens a connection to a host that is being woken. */
void daemon_hold(struct daemon *daemon, const struct wake_frame *frame);
bool daemon_holds(const struct daemon *daemon, const struct mac *mac);
/* By ARP or Neighbor Discovery, as the sender says. */
void daemon_hold_answered(struct daemon *daemon, const struct mac *mac, const struct ipv6 *address);

uint64_t hold_count(const struct daemon *daemon, enum hold_count count);
size_t daemon_held(const struct daemon *daemon, const struct mac *mac); /* connections, now */

#endif
