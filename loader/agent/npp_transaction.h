/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A transaction with a proxy: a message that is retransmitted, octet for octet, until it is
 * answered (docs/npp.md, "Who retransmits"). Several can run at once.
 */
#ifndef SLEEPPROXY_AGENT_NPP_TRANSACTION_H
#define SLEEPPROXY_AGENT_NPP_TRANSACTION_H

#include <poll.h>

#include "agent/state_file.h"
#include "base/log.h"
#include "net/iface.h"
#include "npp/npp_auth.h"

extern bool agent_verbose; /* print each step, too */

/* Errors and steps, to standard error. */
#define agent_error(...) log_program("sleepproxy-agent", __VA_ARGS__)

/* How messages are sent and received on one interface. */
struct channel {
	int fd; /* npp_socket_open's; its owner closes it */
	struct iface iface;
	uint8_t icmp_type;
	const struct npp_keys *keys; /* NULL: messages are not signed */
	uint8_t key;                 /* that signs */
};

enum answer {
	ANSWER_MATCHES,
	ANSWER_UNRELATED,       /* to or from others, to another message, or malformed */
	ANSWER_UNAUTHENTICATED, /* it would match, but is not signed with the key */
};

enum transaction_state {
	TRANSACTION_IDLE, /* not started */
	TRANSACTION_OPEN,
	TRANSACTION_ANSWERED,
	TRANSACTION_UNANSWERED,
	TRANSACTION_FAILED, /* its socket has; see `err` */
};

struct transaction {
	struct channel channel;
	struct npp_packet packet; /* to send; its octets are those here */
	uint8_t octets[NPP_MESSAGE_MAX];
	/* what the answer must have; of an advertisement only the first two */
	enum npp_subtype answer_subtype;
	uint16_t id;     /* Transaction ID */
	uint16_t client; /* of a Wakeup Report; 0: any */
	uint64_t nonce;  /* with keys */
	enum transaction_state state;
	struct npp_message answer; /* where it is answered */
	struct mac answer_mac;     /* its sender */
	struct ipv4 answer_source;
	bool is_proven;                        /* its sender has the key, where there are keys */
	unsigned int ignored, unauthenticated; /* packets; the latter are among the former */
	int err;                               /* of the last send, or of the socket */
	unsigned int sent;
	/* by clock_ms */
	int64_t first_sent, last_sent;
	int64_t next_send; /* INT64_MAX: never */
	int64_t ends;
};

/*
 * Prepare one: of a Proxy Solicitation, by broadcast, or to one proxy, which is also asked for a
 * Magic Packet; of a message to the proxy of a registration, whose last signing time is updated; of
 * a Wakeup Report to it. 0; -EMSGSIZE; -ENOKEY: no such key.
 */
int transaction_solicit(struct transaction *transaction, const struct channel *channel,
                        struct ipv4 source, struct proxy_registration *proxy);
int transaction_prepare(struct transaction *transaction, const struct channel *channel,
                        struct proxy_registration *registration, struct ipv4 source,
                        struct npp_message *message);
int transaction_report(struct transaction *transaction, const struct channel *channel,
                       struct proxy_registration *registration);

/* Opens it; transactions_await sends. */
void transaction_start(struct transaction *transaction, int64_t now, int64_t deadline);

/* Opens it again, after an answer, to receive until then; nothing more is sent. */
void transaction_listen(struct transaction *transaction, int64_t ends);

/*
 * Sends and receives until none is open, or until that time, however much comes in. 0, or -EINTR:
 * the program was told to end.
 */
int transactions_await(struct transaction *transactions, size_t count, int64_t until);

/* From now on SIGTERM and SIGINT end the program only where it waits; before, at once. */
void signals_catch(void);

/*
 * poll(2), for `ms` at most; `fds` has room for one more than `count`. 0, or -EINTR: the program
 * was told to end, now or before.
 */
int signals_poll(struct pollfd *fds, nfds_t count, int64_t ms);

/*
 * The result of one that has ended, which is logged: 0, -ECONNREFUSED: the proxy refused,
 * -EKEYREJECTED: all answers were unauthenticated, -ETIMEDOUT, or another -errno of the socket.
 */
int transaction_end(const struct transaction *transaction);
const char *transaction_error(int result); /* "did not answer" … */

/* Start, await and end; also -EINTR: the program was told to end. */
int transaction_run(struct transaction *transaction, int64_t deadline);

/*
 * Pure, as all below. `message` is filled in where it matches. With keys the proxy's MAC is not
 * compared, since the authentication code covers its address.
 */
enum answer answer_check(const struct transaction *transaction, const struct npp_packet *received,
                         struct npp_message *message);
bool answer_is_refusal(const struct npp_message *message);

/*
 * The time to sign the next message of the registration with: a proxy refuses an earlier one than
 * the last, and more than NPP_NONCES of one second, as replayed.
 */
uint64_t signing_time(struct proxy_registration *registration, uint64_t now);

uint16_t random_transaction_id(void); /* never 0 */

#endif
