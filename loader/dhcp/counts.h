/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Every DHCP message that the datapath copies or hands to the daemon is good for exactly one thing.
 * A row is its name, which in the `counters` command has a prefix, and its meaning.
 */
#ifndef SLEEPPROXY_DHCP_COUNTS_H
#define SLEEPPROXY_DHCP_COUNTS_H

#include "dhcp/lease.h"
#include "dhcp/dhcp_message.h"

#define DHCP_COUNT_PREFIX "dhcp_message_"

/* clang-format off */
#define DHCP_COUNTS(ROW) \
	ROW(snooped, "of or to an awake host: it told something of its lease") \
	ROW(idle, "of or to an awake host: nothing new") \
	ROW(relayed, "of another machine than its client, so nothing is snooped from it") \
	ROW(renewal, "an answer that renewed or ended a sleeper's lease") \
	DHCP_PARSE_ERRORS(ROW) \
	LEASE_MISMATCHS(ROW)
/* clang-format on */

#define DHCP_COUNT_ENUM(name, meaning) DHCP_COUNT_##name,
enum dhcp_count { DHCP_COUNTS(DHCP_COUNT_ENUM) DHCP_COUNT_COUNT };
#undef DHCP_COUNT_ENUM

#endif
