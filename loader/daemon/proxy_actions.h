/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SLEEPPROXY_PROXY_ACTIONS_H
#define SLEEPPROXY_PROXY_ACTIONS_H

#include "proxy/proxy.h"

struct daemon;

/* The proxy's hands. */
struct proxy_actions proxy_actions_of(struct daemon *daemon);

#endif
