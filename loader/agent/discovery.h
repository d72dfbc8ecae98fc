/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which proxies are there, and what they offer. */
#ifndef SLEEPPROXY_AGENT_DISCOVERY_H
#define SLEEPPROXY_AGENT_DISCOVERY_H

#include "agent/candidates.h"

/*
 * Asks by broadcast from this address, and takes what is offered within 300 ms from the first offer
 * without a flaw on, or less where the time runs out, or where all have answered that the
 * configuration names. 0: there is one at least, -ETIMEDOUT, -EINTR: the program is told to end, or
 * another -errno.
 */
int discovery_run(int fd, const struct iface *port, struct ipv4 address,
                  const struct agent_config *config, int64_t deadline, struct offers *offers);

#endif
