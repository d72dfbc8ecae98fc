/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What became of a lease, for people. Pure. */
#ifndef SLEEPPROXY_DHCP_LEASE_TEXT_H
#define SLEEPPROXY_DHCP_LEASE_TEXT_H

#include "dhcp/lease.h"

enum { LEASE_TEXT = 192 };

/*
 * What its result means; `answer`: the server's message that it came by, or NULL. Empty: there was
 * none yet.
 */
char *lease_text(const struct lease *lease, const struct dhcp_message *answer,
                 char words[LEASE_TEXT]);

#endif
