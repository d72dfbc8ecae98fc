/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A message that is said again, octet for octet, until it is answered (docs/npp.md, "Who
 * retransmits"). Several at once go on side by side. What an answer is, is left to others.
 */
#ifndef SLEEPPROXY_AGENT_TRANSACTION_H
#define SLEEPPROXY_AGENT_TRANSACTION_H

#include "npp/npp_message.h"
#include "npp/npp_socket.h"

enum { EXCHANGES = 16, EXCHANGE_SENDS = 5 };

enum exchange_state {
	EXCHANGE_IDLE, /* not begun */
	EXCHANGE_OPEN,
	EXCHANGE_ANSWERED,
	EXCHANGE_UNANSWERED,
	EXCHANGE_FAILED, /* its socket has; `err` says why */
};

struct exchange {
	int fd; /* npp_socket_open's, owned by somebody else */
	struct iface port;
	struct npp_packet said; /* without its octets, which are here */
	uint8_t octets[NPP_MESSAGE_MAX];
	/* True: this is the answer, or the last of them. It may set `next` and `ends`. */
	bool (*take)(struct exchange *exchange, const struct npp_packet *heard);
	void *context;
	enum exchange_state state;
	int err; /* of the last that went out */
	unsigned int sent;
	int64_t first, last; /* when it was said, by clock_ms */
	int64_t next;        /* when it is said again; INT64_MAX: never */
	int64_t ends;
};

/* After how long it is said again that was said so often; INT64_MAX: not again. */
int64_t exchange_pause(unsigned int sent);

/* It is said as soon as it is awaited. All but the progress is filled in. */
void exchange_begin(struct exchange *exchange, int64_t now, int64_t deadline);

/*
 * Until none is open any more, or until the time. 0, or -EINTR: the program is told to end. It
 * reads on for no longer, whatever comes in.
 */
int exchange_await(struct exchange *exchanges, size_t count, int64_t until);

#endif
