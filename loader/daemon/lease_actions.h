/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The hosts' leases as a part of the daemon: the keeper, and its hands. */
#ifndef SLEEPPROXY_DAEMON_LEASE_ACTIONS_H
#define SLEEPPROXY_DAEMON_LEASE_ACTIONS_H

#include "dhcp/keeper.h"
#include "host/registry.h"

struct daemon;

int leases_start(struct daemon *daemon);
void leases_stop(struct daemon *daemon);

/* The configuration's leases, where nothing newer is known, and its timing. */
void leases_follow_config(struct daemon *daemon);

/* A host has gone over into another state, or is forgotten. */
void leases_follow(struct daemon *daemon, const struct registered *host);
void leases_forget(struct daemon *daemon, const struct mac *mac);

/* People say that a host, which stays, has no lease. */
void leases_drop(struct daemon *daemon, const struct mac *mac);

void leases_hear(struct daemon *daemon, const struct dhcp_snoop *heard);

/* What people, or the host, say of its lease; a sleeper's is asked for at once. */
void leases_grant(struct daemon *daemon, const struct registered *host,
                  const struct lease_grant *grant, const struct dhcp_identity *identity);

/* The machine was suspended: what was due meanwhile is due now. */
void leases_resume(struct daemon *daemon);

#endif
