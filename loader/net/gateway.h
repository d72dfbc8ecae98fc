/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Through whom this machine's packets leave the LAN, from rtnetlink(7). */
#ifndef SLEEPPROXY_NET_GATEWAY_H
#define SLEEPPROXY_NET_GATEWAY_H

#include <stdbool.h>

#include "address.h"

/* Does any route of any table go through it? False where the kernel cannot be asked. */
bool gateway_is(struct ipv4 address);

#endif
