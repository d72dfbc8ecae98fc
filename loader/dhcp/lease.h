/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A DHCP lease and its renewal while its host sleeps, pure: (lease, trigger) → (lease, effects).
 * The client's side of RFC 2131, 4.4.5; a lease that is lost is given up at once. All times are
 * milliseconds of CLOCK_BOOTTIME, which goes on while the machine is suspended.
 *
 *  BOUND ──T1──▶ RENEWING ──T2──▶ REBINDING ──expiry──▶ LOST
 *    ▲              │ ACK             │ ACK              ▲
 *    └──────────────┴─────────────────┘   NAK, or an ACK of another address: from either
 *
 * Where no lease is known (NONE) all servers are asked once, when the host falls asleep: an ACK is
 * its lease; silence, a NAK or another address mean that it has none, which is no loss.
 */
#ifndef SLEEPPROXY_DHCP_LEASE_H
#define SLEEPPROXY_DHCP_LEASE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "dhcp/dhcp_message.h"

enum lease_state {
	LEASE_NONE, /* no lease is known */
	LEASE_BOUND,
	LEASE_RENEWING,  /* its server is asked */
	LEASE_REBINDING, /* any server is asked */
	LEASE_LOST,      /* nobody may use the address */
};

/* How the last renewal ended. */
enum lease_result {
	LEASE_RESULT_NONE,
	LEASE_RESULT_RENEWED,
	LEASE_RESULT_NO_ANSWER, /* from its server, until T2 */
	LEASE_RESULT_NAK,
	LEASE_RESULT_EXPIRED,
	LEASE_RESULT_ADDRESS_CHANGED, /* the server acknowledged another address */
};

#define LEASE_NEVER INT64_MAX

struct dhcp6_message;

struct lease {
	enum lease_state state;
	struct ipv4 address; /* NONE: that is asked about, or none */
	struct ipv4 server;  /* server identifier, option 54; 0.0.0.0: unknown */
	struct ipv4 relay;   /* giaddr of its answer; 0.0.0.0: none */
	uint32_t seconds;    /* as granted; 0: unknown */
	enum lease_result result;
	int64_t result_at;
	int64_t since;      /* when the granted request was sent; 0: unknown */
	int64_t renew_at;   /* T1 */
	int64_t rebind_at;  /* T2 */
	int64_t expires_at; /* 0: unknown; LEASE_NEVER */
	int64_t deadline;   /* when LEASE_TRIGGER_TIMEOUT is due; 0: never */
	bool confirmed;     /* to the proxy, and the host has not been awake since */
	bool proxy_renews;  /* as the host sleeps */
	/* the proxy's request */
	bool request_pending;   /* awaits an answer; its xid and sent_at are valid */
	bool resolving;         /* the next hop: it is to be sent again at `deadline` */
	uint8_t next_hop_tries; /* that failed, of this request */
	uint32_t xid;
	uint32_t requests;     /* since the last answer; they set the pace of further ones */
	uint32_t unanswered;   /* those of them that could be sent */
	int64_t sent_at;       /* RFC 2131, 4.4.1: a lease counts from here */
	int64_t retransmit_at; /* valid while `resolving`: the deadline of before; 0: never */
};

/*
 * `min_lease`: no lease is taken for shorter, and no request is repeated sooner (but for the first
 * few of a lease that is not confirmed, RFC 2131, 4.1): no server can make the proxy spin.
 */
enum { MIN_LEASE_DEFAULT = 60000 }; /* ms */

/* A lease whose end is unknown, or past, is assumed to last so long from when its host sleeps. */
enum { LEASE_ASSUMED_MS = 600000 };

enum lease_send { LEASE_SEND_NONE, LEASE_SEND_UNICAST, LEASE_SEND_BROADCAST };

enum lease_trigger_kind {
	LEASE_TRIGGER_ASLEEP,      /* the host is answered for (ASLEEP); again: nothing changes */
	LEASE_TRIGGER_AWAKE,       /* it is not (AWAKE, DROWSY), and may renew the lease itself */
	LEASE_TRIGGER_TIMEOUT,     /* `deadline` may be over; too early: nothing changes */
	LEASE_TRIGGER_REPLY,       /* `message` has passed lease_check */
	LEASE_TRIGGER_SEND_FAILED, /* what the last effects asked for could not be sent */
};

/* A host in WAKING is still answered for: no trigger, and the lease goes on. */
struct lease_trigger {
	enum lease_trigger_kind kind;
	int64_t now;
	bool asleep;     /* ASLEEP by the datapath's own table, right now: else nothing is sent */
	uint32_t random; /* for transaction ids, and for the jitter of T1 */
	struct ipv4 address;          /* ASLEEP: one that the host sleeps with; 0.0.0.0: none */
	const struct ipv6 *addresses; /* … to lease6_step: those of them that DHCPv6 may assign */
	size_t address_count;
	const struct dhcp_message *message;   /* REPLY */
	const struct dhcp6_message *message6; /* … to lease6_step */
	enum lease_send sent;                 /* SEND_FAILED: what could not be sent, and why: */
	int err; /* -EAGAIN: the next hop is being resolved; or another -errno */
};

enum lease_event {
	LEASE_EVENT_NONE,
	LEASE_EVENT_SNOOPED,    /* dhcp_client.h: its lease or identity is another than before */
	LEASE_EVENT_GONE,       /* dhcp_client.h: the host has given up its lease, or lost it */
	LEASE_EVENT_RENEWED,    /* by the proxy */
	LEASE_EVENT_UNANSWERED, /* its server does not answer; all are asked from now on */
	LEASE_EVENT_LOST,       /* to the proxy: the address must not be used from now on */
};

/* What could not be sent is the next trigger; its effects are another way to send, or none. */
struct lease_effects {
	enum lease_send send; /* dhcp_client_request(), to `server` or to all */
	enum lease_event event;
	bool persist; /* what the store has of the lease is out of date */
	bool fewer;   /* lease6.h: not all of its addresses may be used any more */
};

struct lease_effects lease_step(struct lease *lease, int64_t min_lease,
                                const struct lease_trigger *trigger);

/*
 * What each DHCP message that reached the daemon was good for: exactly one of these. A row is its
 * enumerator, its name, which has DHCP_COUNT_PREFIX in the `counters` command, and its meaning.
 * From SHORT on they are in the order of enum dhcp_parse_error.
 */
#define DHCP_COUNT_PREFIX "dhcp_message_"

/* clang-format off */
#define DHCP_COUNTS(ROW) \
	ROW(DHCP_COUNT_SNOOPED, snooped, "of or to an awake host: changed what is known of its lease") \
	ROW(DHCP_COUNT_UNCHANGED, unchanged, "of or to an awake host: nothing new") \
	ROW(DHCP_COUNT_RELAYED, relayed, "of a client, but from another MAC than its own: ignored") \
	ROW(DHCP_COUNT_RENEWAL, renewal, "an answer that renewed or ended a sleeping host's lease") \
	ROW(DHCP_COUNT_SHORT, short, "shorter than the fixed part of a message") \
	ROW(DHCP_COUNT_NOT_ETHERNET, not_ethernet, "not about an Ethernet address") \
	ROW(DHCP_COUNT_NO_COOKIE, no_cookie, "no DHCP magic cookie: BOOTP, or something else") \
	ROW(DHCP_COUNT_BAD_OPTION, bad_option, "an option that is cut short, or of a wrong length") \
	ROW(DHCP_COUNT_NO_TYPE, no_type, "no message type, an unknown one, or one of the other direction") \
	ROW(DHCP_COUNT_NOT_REQUESTED, not_requested, "an answer while no request is pending") \
	ROW(DHCP_COUNT_WRONG_XID, wrong_xid, "an answer to another request") \
	ROW(DHCP_COUNT_WRONG_SERVER, wrong_server, "an answer of another server than was asked, or without server identifier") \
	ROW(DHCP_COUNT_NOT_AN_ANSWER, not_an_answer, "neither a DHCPNAK nor a DHCPACK with an address and a lease time")
/* clang-format on */

#define DHCP_COUNT_ENUM(count, name, meaning) count,
enum dhcp_count { DHCP_COUNTS(DHCP_COUNT_ENUM) DHCP_COUNT_COUNT };
#undef DHCP_COUNT_ENUM

/*
 * Is `message`, with the chaddr of the lease's host, an answer to the proxy's request? If so,
 * DHCP_COUNT_RENEWAL; else why not.
 */
enum dhcp_count lease_check(const struct lease *lease, const struct dhcp_message *message);

/* What somebody says of a lease. Zero: unknown. */
struct lease_grant {
	struct ipv4 address;
	struct ipv4 server;
	struct ipv4 relay;
	uint32_t seconds; /* in all */
	uint32_t t1, t2; /* s; where they make no sense together, half and seven eighths are used */
	int64_t since;
};

/*
 * Replaces the lease, also one that is lost. It is not confirmed, as the host may renew it unseen,
 * and no request is sent until LEASE_TRIGGER_ASLEEP. The last result stays if it is of the same
 * address, unless it is RENEWED, which was about terms that are over.
 */
void lease_grant(struct lease *lease, int64_t min_lease, const struct lease_grant *grant,
                 uint32_t random);

extern const char *const lease_state_names[];  /* "none", "bound" … */
extern const char *const lease_result_names[]; /* "renewed" …, NULL for none */

/*
 * The last result for people, on one line; empty: none yet. `reply`: the message that it came by,
 * or NULL; its text (option 56) is made printable. Returns `text`.
 */
enum { LEASE_TEXT = 192 };
char *lease_text(const struct lease *lease, const struct dhcp_message *reply,
                 char text[LEASE_TEXT]);

#endif
