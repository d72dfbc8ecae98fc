/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What one host and the proxy have agreed on. It begins with a confirmed Sleep Request, ends when
 * the host is up, and is remembered for as long as the host is known, for its Client Identifier.
 */
#ifndef SLEEPPROXY_NPP_SERVER_SESSION_H
#define SLEEPPROXY_NPP_SERVER_SESSION_H

#include "npp_server/handover.h"

enum { SESSION_PARTS = 32 };

/* How long a host that is up may report, and its neighbours are told where it is. ms */
enum { SESSION_AFTERMATH = 3600000 };

struct session {
	struct mac mac;
	uint16_t client;      /* Client Identifier, from 1 on */
	uint16_t transaction; /* of what was handed over last */
	bool open;            /* the host is not up yet, as far as is known */
	/*
	 * Of clock_boot_ms: while open, when the host wants to be woken; then, when its aftermath
	 * is over. 0: never.
	 */
	int64_t until;
	struct ipv4 backup_of; /* the proxy that goes first; 0.0.0.0: this one */
	struct handover handover;
	uint64_t parts[SESSION_PARTS]; /* of the requests that were carried out, by their octets */
	size_t part_count;
};

/* A request on its way to being carried out. */
struct session_request {
	const char *interface; /* by which it came */
	uint16_t vlan;
	struct ipv4 source; /* its lease is of this address */
	const struct npp_request *said;
};

/* Names the octets of a message, for whoever has no reason to forge another of the same name. */
uint64_t session_part(const uint8_t *octets, size_t length);
bool session_has_part(const struct session *session, uint64_t part);

#endif
