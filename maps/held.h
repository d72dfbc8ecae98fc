/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * held: connections that were held for hosts that were woken, and have been sent to them. A host
 * that is up may refuse them, as its services are not; then they are sent again, and the refusal is
 * kept from the peer. By the connection.
 *
 * Written by the daemon, but for `refused`. Not for users: it has no pin.
 */
#ifndef SLEEPPROXY_HELD_H
#define SLEEPPROXY_HELD_H

#include "address.h"

/* IPv4 as ::ffff:a.b.c.d */
struct held_connection {
	struct ipv6 peer, address; /* who opens it, and the host's */
	__be16 peer_port, port;
	__u8 protocol; /* IPPROTO_TCP, _UDP */
	__u8 zero[3];
};

ASSERT_SIZE(struct held_connection, 40);

struct held_entry {
	__u64 until;         /* refusals are kept; ns, CLOCK_MONOTONIC, host byte order */
	__be32 acknowledges; /* what a RST for it acknowledges; of UDP 0 */
	struct mac host;
	__u16 refused; /* since the row was written, host byte order: it is not 0 */
};

ASSERT_SIZE(struct held_entry, 24);

enum { HELD_CONNECTIONS = 1024 };

#endif
