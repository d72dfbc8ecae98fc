/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the datapath's tables have of a host. As registry.h has it; `context` is the daemon. */
#ifndef SLEEPPROXY_DAEMON_ENTRIES_H
#define SLEEPPROXY_DAEMON_ENTRIES_H

#include "host/description.h"
#include "hosts.h"
#include "host_update.h"

int entries_admit(void *context, const struct host_description *spec,
                  const struct host_description *before, enum host_state state);
void entries_dismiss(void *context, const struct host_description *spec);
int entries_update(void *context, const struct host_description *spec, enum host_state from,
                   enum host_state to, enum host_update_result *result);
int entries_look(void *context, const struct mac *mac, enum host_state *state, int64_t *last_seen);

#endif
