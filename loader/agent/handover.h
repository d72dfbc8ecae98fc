/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A host is handed over to one proxy: all of its request is confirmed, or none of it stands. */
#ifndef SLEEPPROXY_AGENT_HANDOVER_H
#define SLEEPPROXY_AGENT_HANDOVER_H

#include "agent/npp_session.h"
#include "agent/candidates.h"
#include "agent/host_info.h"
#include "base/text.h"

/* What is kept of it until the host takes itself back. */
struct handover {
	char interface[IFNAMSIZ];
	struct ipv4 proxy;
	struct mac proxy_mac;
	uint16_t transaction, client;
	uint8_t key;              /* that signs what is said to it; 0: none */
	uint64_t signed_at;       /* s since 1970: the last message; 0 without key */
	unsigned int signed_then; /* messages of that second; 0: not known */
	char when[TEXT_TIME];
	struct presence presence; /* as the proxy was told */
};

/* How the host speaks on one of its interfaces. */
struct handover_voice {
	int fd; /* npp_socket_open's */
	struct iface port;
	uint8_t icmp_type;
	const struct npp_keys *keys; /* NULL: nothing is signed */
	uint8_t key;
};

/* How long a proxy may keep silent, and when all is to be over, by clock_ms. */
struct handover_time {
	int64_t patience; /* ms, for each part of the request */
	int64_t deadline;
};

/*
 * Says all parts, one by one. 0, or as conversation_say: then what was confirmed of it has been
 * reported back, so far as there was time. -EMSGSIZE: the presence cannot be said.
 */
int handover_run(const struct handover_voice *voice, const struct offer *offer,
                 const struct presence *presence, const struct handover_time *time,
                 struct handover *handover);

#endif
