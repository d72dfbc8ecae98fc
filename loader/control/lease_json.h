/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Leases over the control socket: the LEASE and the GRANT of protocol.h. */
#ifndef SLEEPPROXY_CONTROL_LEASE_JSON_H
#define SLEEPPROXY_CONTROL_LEASE_JSON_H

#include <stddef.h>

#include "dhcp/snoop.h"

struct json_object;

/* A moment on the leases' clock and on the wall's, ms. */
struct lease_clock {
	int64_t boot_ms, wall_ms;
};

/* The caller owns it. Pure but for json-c. */
struct json_object *lease_json(const char *host, const struct dhcp_client *client,
                               const struct lease_clock *now);

/* 0, or -EINVAL with the reason in `why`. */
int lease_from_json(struct json_object *json, const struct lease_clock *now,
                    struct lease_grant *grant, struct dhcp_identity *identity, char *why,
                    size_t why_size);

#endif
