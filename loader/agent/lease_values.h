/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What stands in the lease files of several clients, as text. False: it is something else. */
#ifndef SLEEPPROXY_AGENT_LEASE_VALUES_H
#define SLEEPPROXY_AGENT_LEASE_VALUES_H

#include "agent/lease_files.h"

/* Decimal digits alone. */
bool lease_number(const char *text, uint64_t max, uint64_t *number);
bool lease_address(const char *text, struct ipv4 *address);
/* "1:52:54:0:12:34:56", "01525400123456": digits of one octet or two, with ':' between or not. */
bool lease_octets(const char *text, struct dhcp_option *octets);

/* It says all that a lease is about. */
bool lease_is_whole(const struct client_lease *lease);

enum {
	LEASE_TEXT = 1200
}; /* a client identifier of 255 octets, four characters each, and its name */
#define LEASE_TIME_MAX INT64_C(253402300799) /* the end of the year 9999 */

#endif
