/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The proxy from inside: what the files of this room share, and nobody else sees. */
#ifndef SLEEPPROXY_NPP_SERVER_INTERNAL_H
#define SLEEPPROXY_NPP_SERVER_INTERNAL_H

#include <uthash.h>

#include "npp/npp_auth.h"
#include "npp_server/proxy.h"
#include "npp_server/rate.h"

struct event;

/* A session, and what is not worth keeping through a restart. */
struct agreement {
	struct session session;
	struct proxy *proxy;
	uint64_t reported; /* the part of its last Wakeup Report since; 0: none */
	struct event *timer;
	UT_hash_handle hh; /* by MAC */
};

/* A message in hand. Its octets are there only while it is heard. */
struct letter {
	struct proxy *proxy;
	struct iface port;
	struct npp_packet datagram;
	struct npp_message message;
	uint64_t part;
	bool trusted; /* signed with a key of ours */
};

/* A Sleep Request that waits for somebody else to claim its addresses. */
struct pending {
	struct session next; /* as it will be */
	struct letter letter;
	struct event *timer;
	UT_hash_handle hh; /* by MAC */
};

/* What was accepted from who has a key. */
struct trusted {
	struct ipv4 source;
	struct npp_replay last;
	UT_hash_handle hh;
};

struct proxy {
	struct event_base *base;
	struct proxy_actions actions;
	struct proxy_settings settings;
	struct agreement *agreements;
	struct pending *pending;
	struct trusted *trusted;
	struct rate rate;
	uint64_t counts[PROXY_COUNT_COUNT];
	int64_t said_at[PROXY_COUNT_COUNT]; /* ms, when the log was told of one last */
	uint64_t unsaid[PROXY_COUNT_COUNT]; /* since then */
};

/* answers.c */
/* It came to this end; what is somebody's fault is told to the log, which no flood fills. */
void proxy_count(const struct letter *letter, enum proxy_count end);
/* The answer has its subtype and option; the rest is made from the letter. */
void proxy_answer(const struct letter *letter, struct npp_message *answer);

/* Code 1, and the reason for people. */
void proxy_refuse(const struct letter *letter, enum proxy_count why);

/* request.c, report.c */
/* Others come first: it is for the host to say it again. */
bool request_must_wait(const struct letter *letter);
void request_hear(struct letter *letter, bool repeated);
void request_forget(struct proxy *proxy, const struct mac *mac);
void request_forget_all(struct proxy *proxy);
void report_hear(struct letter *letter);

/* agreements.c */
struct agreement *agreement_find(const struct proxy *proxy, const struct mac *mac);
/* In place of one that is over, where there are as many as there may be. NULL: no memory. */
struct agreement *agreement_add(struct proxy *proxy, const struct session *session);
void agreement_set(struct agreement *agreement, const struct session *session);
void agreement_end(struct agreement *agreement);  /* the host is up */
void agreement_drop(struct agreement *agreement); /* … and has been for long */
void agreement_free(struct agreement *agreement);
void agreement_arm(struct agreement *agreement);
bool agreement_has_room(const struct proxy *proxy, const struct mac *mac);

/* trust.c: is it from a host with a key, and made just now? Where there are keys. */
enum npp_auth_error trust_check(struct letter *letter);
void trust_forget_all(struct proxy *proxy);

#endif
