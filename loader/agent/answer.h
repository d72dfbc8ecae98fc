/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Is what was heard the answer to what was said? Pure. */
#ifndef SLEEPPROXY_AGENT_ANSWER_H
#define SLEEPPROXY_AGENT_ANSWER_H

#include "npp/npp_auth.h"
#include "npp/npp_packet.h"

/* What the answer to a Sleep Request or a Wakeup Report must be. */
struct answer_wanted {
	uint8_t icmp_type;
	enum npp_subtype subtype;
	uint16_t transaction;
	struct mac mac, proxy_mac;   /* ours, the proxy's */
	struct ipv4 address, proxy;  /* likewise */
	const struct npp_keys *keys; /* NULL: it need not be signed */
	uint8_t key;                 /* that has signed the question */
	uint64_t nonce;
	uint16_t client; /* of a report */
};

enum answer {
	ANSWER_FITS,
	ANSWER_FOREIGN,   /* to something else, or from or to somebody else, or no message */
	ANSWER_UNTRUSTED, /* it would fit, but does not show the key */
};

/*
 * `message` is filled in where it fits. With keys the MAC of the proxy is of no account: the code
 * covers its address.
 */
enum answer answer_of(const struct answer_wanted *wanted, const struct npp_packet *heard,
                      struct npp_message *message);

/* A confirmation that says no. */
bool answer_refuses(const struct npp_message *message);

#endif
