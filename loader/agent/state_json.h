/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Handovers as JSON, both ways: what the state file has, and what programs are shown. Pure. */
#ifndef SLEEPPROXY_AGENT_STATE_JSON_H
#define SLEEPPROXY_AGENT_STATE_JSON_H

#include "agent/state.h"

struct json_object;

/* The caller owns what is returned. */
struct json_object *state_to_json(const struct state *state);
struct json_object *handover_to_json(const struct handover *handover);

/* False: it is something else, or lacks what a report needs; `state` is then empty. */
bool state_from_text(const char *text, size_t length, struct state *state);

#endif
