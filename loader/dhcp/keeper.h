/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The leases of all hosts. In: DHCP messages that came by, what the hosts do, and what people say.
 * Out, through one table of actions: requests in a sleeper's name, and what became of its lease.
 */
#ifndef SLEEPPROXY_DHCP_KEEPER_H
#define SLEEPPROXY_DHCP_KEEPER_H

#include "dhcp/counts.h"
#include "dhcp/snoop.h"
#include "dhcp_snoop.h"
#include "host_state.h"

struct event_base;
struct keeper;

enum keeper_event {
	KEEPER_LEARNT,  /* another lease, address or identity than before */
	KEEPER_RENEWED, /* by us */
	KEEPER_SILENCE, /* nobody renews it so far */
	KEEPER_LOST,    /* nobody may use its address */
	KEEPER_GONE,    /* the host has no lease any more */
	KEEPER_LET_GO,  /* the host has it in its own hands, and may renew it unseen */
};

/* All take the context first. */
struct keeper_actions {
	void *context;
	/* Does the host sleep, by the datapath's own table? Else nothing is sent in its name. */
	bool (*sleeps)(void *context, const struct mac *host);
	/*
	 * To the server, or `to_all` by broadcast. 0; -EAGAIN: the way to the server is not known
	 * yet; other -errno: there is none.
	 */
	int (*send)(void *context, const struct mac *host, const struct dhcp_message *request,
	            struct ipv4 server, bool to_all);
	/* It changed: for the host's addresses, the store and people. `answer`: what did it, or
	 * NULL. */
	void (*changed)(void *context, const struct mac *host, enum keeper_event event,
	                const struct dhcp_client *client, const struct dhcp_message *answer);
};

struct keeper *keeper_new(struct event_base *base, const struct keeper_actions *actions);
void keeper_free(struct keeper *keeper);
void keeper_set_timing(struct keeper *keeper, const struct lease_timing *timing);

/* What the host does now: its lease is kept from ASLEEP on, until it is AWAKE or DROWSY. */
void keeper_follow(struct keeper *keeper, const struct mac *host, enum host_state state);

/* A message from the ring, of or to a host that `keeper_follow` has told of. */
void keeper_hear(struct keeper *keeper, const struct dhcp_snoop *heard);

/* What people, or the host itself, say of its lease; of `identity`, what is not empty counts. */
void keeper_grant(struct keeper *keeper, const struct mac *host, const struct lease_grant *grant,
                  const struct dhcp_identity *identity);

/* The lease as an earlier daemon kept it. */
void keeper_restore(struct keeper *keeper, const struct mac *host,
                    const struct dhcp_client *client);

void keeper_forget(struct keeper *keeper, const struct mac *host);

/* NULL: no lease and no identity is known. */
const struct dhcp_client *keeper_find(const struct keeper *keeper, const struct mac *host);

/* The machine was suspended: what was due meanwhile is due now. */
void keeper_resume(struct keeper *keeper);

/* DHCP messages so far, by what they were good for. */
const uint64_t *keeper_counts(const struct keeper *keeper);

#endif
