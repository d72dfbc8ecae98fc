/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A host's description as JSON, both ways: the SPEC of control/protocol.h, on the control socket
 * and in the store.
 */
#ifndef SLEEPPROXY_HOST_DESCRIPTION_JSON_H
#define SLEEPPROXY_HOST_DESCRIPTION_JSON_H

#include <stddef.h>

#include "host/description.h"

struct json_object;

/* The caller owns the object. */
struct json_object *description_to_json(const struct host_description *spec);

/*
 * 0, or -EINVAL with the member and what was expected of it in `why`. Members that it does not know
 * are refused.
 */
int description_from_json(struct json_object *json, struct host_description *spec, char *why,
                          size_t why_size);

#endif
