/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a host handed over, over the control socket: the HANDOVER of protocol.h. */
#ifndef SLEEPPROXY_CONTROL_REGISTRATION_JSON_H
#define SLEEPPROXY_CONTROL_REGISTRATION_JSON_H

#include "npp_server/session.h"

struct json_object;

/*
 * The caller owns it. Pure but for json-c. `standby`: the host is left to another proxy; `now`: of
 * the session's clock.
 */
struct json_object *handover_json(const struct session *session, bool standby, int64_t now);

#endif
