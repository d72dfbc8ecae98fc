/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SLEEPPROXY_DAEMON_PROXY_ACTIONS_H
#define SLEEPPROXY_DAEMON_PROXY_ACTIONS_H

#include "npp_server/proxy.h"

struct daemon;

/* The proxy's hands. */
struct proxy_actions proxy_actions_of(struct daemon *daemon);

#endif
