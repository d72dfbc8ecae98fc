/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Host info as Sleep Requests (docs/npp.md, "Long requests"), and their exchange with one proxy. */
#ifndef SLEEPPROXY_AGENT_SLEEP_REQUEST_H
#define SLEEPPROXY_AGENT_SLEEP_REQUEST_H

#include "agent/candidates.h"

/* About five for the first address, and one for each other address. */
enum { SLEEP_REQUEST_PARTS = 32 };

struct sleep_request_part {
	struct ipv4 source; /* of the packet */
	struct npp_message message;
};

struct sleep_request {
	const struct host_info *info; /* not owned */
	uint16_t transaction;
	bool is_signed;
	struct sleep_request_part parts[SLEEP_REQUEST_PARTS]; /* confirmed one by one, in order */
	size_t count;
};

/*
 * Pure. All parts have the transaction. Signed, one part may name many addresses; else each address
 * is named by a message from itself (docs/npp.md, "Security"). Room for option 128 is left. False:
 * it does not fit, or is such as a proxy would refuse.
 */
bool sleep_request_make(const struct host_info *info, uint16_t transaction, bool is_signed,
                        struct sleep_request *request);

/*
 * Sends all parts, each after the confirmation of the one before, for which there are `wait` ms. 0
 * with `registration`; else as transaction_run, after a Wakeup Report for the parts that were
 * confirmed, so far as there is time. -EMSGSIZE: see sleep_request_make; -ENOKEY: no such key. A
 * proxy that refuses is asked again without the addresses of IPv6, which are MISSED_ND then.
 */
int sleep_request_send(const struct channel *channel, const struct candidate *candidate,
                       const struct host_info *info, int64_t wait, int64_t deadline,
                       struct proxy_registration *registration);

#endif
