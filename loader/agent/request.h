/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A presence, as the Sleep Requests that say it (docs/npp.md, "Long requests"). Pure. */
#ifndef SLEEPPROXY_AGENT_REQUEST_H
#define SLEEPPROXY_AGENT_REQUEST_H

#include "agent/host_info.h"

/* Of one address about five, and one for each other address. */
enum { REQUEST_PARTS = 32 };

struct request_part {
	struct ipv4 source; /* of the packet */
	struct npp_message message;
};

struct request {
	struct request_part parts[REQUEST_PARTS]; /* to be confirmed one by one, in this order */
	size_t count;
};

/*
 * All parts have the transaction. Signed, one part may name many addresses; else each address
 * speaks for itself (docs/npp.md, "Security"). With room for option 128, which is filled in later.
 * False: it cannot be said.
 */
bool request_make(const struct presence *presence, uint16_t transaction, bool is_signed,
                  struct request *request);

#endif
