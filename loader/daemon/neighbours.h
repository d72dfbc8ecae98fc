/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the neighbours of a served interface say by Neighbor Discovery, and is learnt of it. */
#ifndef SLEEPPROXY_DAEMON_NEIGHBOURS_H
#define SLEEPPROXY_DAEMON_NEIGHBOURS_H

#include "daemon/daemon.h"

/* nd_listener.c */
void nd_listeners_follow(struct daemon *daemon); /* one on each interface that is attached */
void nd_listener_stop(struct served_iface *served);
void nd_listener_take(struct daemon *daemon, const struct parser_result *result);

/* learning.c */
/* The host has sent this, on that interface. */
void daemon_learn(struct daemon *daemon, struct host *host, uint32_t ifindex,
                  const struct nd_message *message);
void learning_tick(struct daemon *daemon);

#endif
