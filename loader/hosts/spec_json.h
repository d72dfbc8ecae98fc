/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A host's description as JSON, both ways: the SPEC of control/protocol.h, on the control socket
 * and in the store.
 */
#ifndef SLEEPPROXY_SPEC_JSON_H
#define SLEEPPROXY_SPEC_JSON_H

#include <stddef.h>

#include "hosts/spec.h"

struct json_object;

/* The caller owns the object. */
struct json_object *spec_to_json(const struct host_spec *spec);

/*
 * 0, or -EINVAL with the member and what was expected of it in `why`. Members that it does not know
 * are refused.
 */
int spec_from_json(struct json_object *json, struct host_spec *spec, char *why, size_t why_size);

#endif
