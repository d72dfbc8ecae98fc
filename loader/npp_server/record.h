/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A session, and what a host with a key said last, as JSON that outlives the daemon. Pure. */
#ifndef SLEEPPROXY_NPP_SERVER_RECORD_H
#define SLEEPPROXY_NPP_SERVER_RECORD_H

#include "npp/npp_auth.h"
#include "npp_server/session.h"

struct json_object;

/*
 * Its times are written by the wall's clock: `apart` is what that is ahead of the session's, in ms.
 * The caller owns what is returned. -EINVAL: it makes no sense.
 */
struct json_object *record_of_session(const struct session *session, int64_t apart);
int record_to_session(struct json_object *json, int64_t apart, struct session *session);

struct json_object *record_of_last(const struct npp_replay *last);
int record_to_last(struct json_object *json, struct npp_replay *last);

#endif
