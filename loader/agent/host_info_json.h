/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A presence as JSON, both ways. Pure. */
#ifndef SLEEPPROXY_AGENT_HOST_INFO_JSON_H
#define SLEEPPROXY_AGENT_HOST_INFO_JSON_H

#include "agent/json_fields.h"
#include "agent/host_info.h"

/* Fields that are added to an object which says more. */
void presence_add_json(const struct presence *presence, struct json_object *object);
void presence_from_json(struct fields fields, struct presence *presence);

#endif
