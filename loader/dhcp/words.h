/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What became of a lease, for people. Pure. */
#ifndef SLEEPPROXY_DHCP_WORDS_H
#define SLEEPPROXY_DHCP_WORDS_H

#include "dhcp/lease.h"

enum { LEASE_WORDS = 192 };

/*
 * What its result means; `answer`: the server's message that it came by, or NULL. Empty: there was
 * none yet.
 */
char *lease_words(const struct lease *lease, const struct dhcp_message *answer,
                  char words[LEASE_WORDS]);

#endif
