/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A HOST, for people. */
#ifndef SLEEPPROXY_CLI_HOST_VIEW_H
#define SLEEPPROXY_CLI_HOST_VIEW_H

#include "cli/timefmt.h"
#include "cli/writer.h"

/* Its state, and "standby" where it sleeps behind another proxy: here that is merely awake. */
const char *host_state(struct json_object *host);

/* For how long; "" for one on standby, at which the proxy has a look every now and then. */
const char *host_span(struct json_object *host, char span[WHEN_SPAN]);

view view_host_state, view_host;

#endif
