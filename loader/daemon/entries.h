/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the datapath's tables have of a host. As registry.h has it; `context` is the daemon. */
#ifndef SLEEPPROXY_ENTRIES_H
#define SLEEPPROXY_ENTRIES_H

#include "hosts/spec.h"
#include "hosts.h"
#include "order.h"

int entries_admit(void *context, const struct host_spec *spec, const struct host_spec *before,
                  enum host_state state);
void entries_dismiss(void *context, const struct host_spec *spec);
int entries_order(void *context, const struct host_spec *spec, enum host_state from,
                  enum host_state to, enum order_result *result);
int entries_look(void *context, const struct mac *mac, enum host_state *state, int64_t *last_seen);

#endif
