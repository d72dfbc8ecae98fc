/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a host and one proxy say to each other, under one Transaction ID. */
#ifndef SLEEPPROXY_AGENT_NPP_SESSION_H
#define SLEEPPROXY_AGENT_NPP_SESSION_H

#include "agent/answer.h"
#include "agent/transaction.h"

/* When messages were signed: never before an earlier one, and not too many in a second. */
struct conversation_clock {
	uint64_t time; /* s since 1970 */
	unsigned int count;
};

struct conversation {
	int fd;            /* npp_socket_open's, owned by somebody else */
	struct iface port; /* ours */
	struct ipv4 proxy;
	struct mac proxy_mac;
	uint8_t icmp_type;
	uint16_t transaction;
	uint16_t client;             /* as the proxy has confirmed it; 0: not yet */
	const struct npp_keys *keys; /* NULL: nothing is signed */
	uint8_t key;
	struct conversation_clock clock;
	bool goes_on; /* the next message is of the same kind */
};

/* One message of it, and what was heard of its answer. */
struct question {
	struct answer_wanted wanted;
	struct npp_message answer;
	unsigned int passed_over, untrusted; /* of which the key was not shown */
};

/* Which time the next message is signed with. */
uint64_t conversation_time(struct conversation_clock *clock, uint64_t now);

uint16_t conversation_transaction(void); /* a random one; 0 is that of no conversation */

/*
 * Puts a message of ours, from this address, into `exchange`, which refers to `question` from then
 * on. 0; -EMSGSIZE; -ENOKEY: there is no such key.
 */
int conversation_ask(struct conversation *conversation, struct ipv4 source,
                     struct npp_message *message, struct exchange *exchange,
                     struct question *question);

/*
 * The same, and awaits the answer. 0, -ECONNREFUSED: the proxy says no, -EKEYREJECTED: what it said
 * did not show the key, -ETIMEDOUT, -EINTR: the program is told to end, or another -errno. Where
 * the answer might be that to the message before, further ones of those are awaited first.
 */
int conversation_say(struct conversation *conversation, struct ipv4 source,
                     struct npp_message *message, int64_t deadline, struct question *question);

/* What an exchange that has ended has come to: as above. */
int conversation_result(const struct exchange *exchange);

/* The same in words, with --verbose. */
void conversation_tell(const struct exchange *exchange);

/* Of a proxy with this result: "did not answer" … */
const char *conversation_words(int result);

#endif
