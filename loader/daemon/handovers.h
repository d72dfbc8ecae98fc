/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The hosts that hand themselves over as a part of the daemon: the proxy, and its hands. */
#ifndef SLEEPPROXY_DAEMON_HANDOVERS_H
#define SLEEPPROXY_DAEMON_HANDOVERS_H

#include "config/config.h"
#include "host/registry.h"
#include "npp/npp_keys.h"

struct daemon;

int handovers_start(struct daemon *daemon);
void handovers_stop(struct daemon *daemon);

/* Once it is clear which hosts may sleep since before: those that said so themselves. */
int handovers_resume(struct daemon *daemon);

/* The keys that a configuration names, to be wiped and freed. 0 with NULL: none; or -errno. */
int handovers_read_keys(const struct config *config, struct npp_keys **keys,
                        char why[CONFIG_ERROR]);

/* After a reload, which has read these keys; they are the daemon's from now on. */
void handovers_follow_config(struct daemon *daemon, struct npp_keys *keys);

/*
 * People's words about a host are new, so that what it said itself is added again. NULL: about all
 * hosts of the configuration.
 */
void handovers_follow_words(struct daemon *daemon, const struct mac *mac);

/* A host has gone over into another state, or is forgotten. */
void handovers_follow(struct daemon *daemon, const struct registered *host);
void handovers_forget(struct daemon *daemon, const struct mac *mac);

#endif
