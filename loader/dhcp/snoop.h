/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What an awake host and its servers say to each other, overheard: how the host names itself, and
 * which lease it has. Pure. Most of what servers say is unicast, and passes unheard behind a
 * switch; what is snooped is therefore a claim, which the proxy has confirmed at the takeover.
 */
#ifndef SLEEPPROXY_LOADER_DHCP_SNOOP_H
#define SLEEPPROXY_LOADER_DHCP_SNOOP_H

#include "dhcp/lease.h"

/* All that is known of a host as a DHCP client. */
struct dhcp_client {
	struct dhcp_identity identity;
	struct lease lease;
	/* its last request: what a server's answer is told by */
	uint32_t xid;
	bool asked;
	struct ipv4 wanted;
	int64_t asked_at; /* ms, as in lease.h */
};

enum snooped {
	SNOOPED_NOTHING,
	SNOOPED_IDENTITY, /* how it names itself */
	SNOOPED_REQUEST,  /* which address it wants, and by all experience gets */
	SNOOPED_GRANT,    /* that it has it, and for how long */
	SNOOPED_LOSS,     /* that it has none any more */
};

/* `message` is of or to the host whose `client` is. */
enum snooped learn(struct dhcp_client *client, const struct lease_timing *timing,
                   const struct dhcp_message *message, int64_t now);

#endif
