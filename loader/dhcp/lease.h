/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A lease while its host sleeps, pure: (lease, what happened, now) → (lease, what to do). It is the
 * client's side of RFC 2131, 4.4.5, with one end more: a lease that is lost is given up at once.
 * Times are milliseconds of one clock that goes on while the machine is suspended.
 *
 *  BOUND ──T1──▶ RENEWING ──T2──▶ REBINDING ──expiry──▶ LOST
 *    ▲              │ ack             │ ack              ▲
 *    └──────────────┴─────────────────┘   refused, or another address: from either
 */
#ifndef SLEEPPROXY_DHCP_LEASE_H
#define SLEEPPROXY_DHCP_LEASE_H

#include <stdbool.h>
#include <stdint.h>

#include "dhcp/dhcp_message.h"

enum lease_state {
	LEASE_NONE, /* nothing is known of one */
	LEASE_BOUND,
	LEASE_RENEWING,  /* its server is asked */
	LEASE_REBINDING, /* any server is asked */
	LEASE_LOST,      /* nobody may use the address */
};

/* What came of it last. */
enum lease_result {
	RESULT_NONE,
	RESULT_RENEWED,
	RESULT_SILENCE, /* its server did not answer until T2 */
	RESULT_REFUSED, /* DHCPNAK */
	RESULT_EXPIRED,
	RESULT_MOVED, /* the server's answer was about another address */
};

#define LEASE_NEVER INT64_MAX

struct lease {
	enum lease_state state;
	struct ipv4 address;
	struct ipv4 server; /* its identifier, option 54; 0.0.0.0: not known */
	struct ipv4 relay;  /* through which the server spoke, giaddr; 0.0.0.0: none */
	uint32_t seconds;   /* as it was granted; 0: not known */
	int64_t since;      /* the sending of the request that was granted; 0: not known */
	int64_t renew_at;   /* T1 */
	int64_t rebind_at;  /* T2 */
	int64_t expires_at; /* 0: not known; LEASE_NEVER */
	bool confirmed;     /* nobody but us can have changed it since */
	bool kept;          /* by us: the host sleeps */
	enum lease_result result;
	int64_t result_at;
	uint32_t xid; /* of the request that awaits an answer; valid where `asked` */
	bool asked;
	int64_t sent_at;
	uint32_t tries;   /* requests without an answer */
	int64_t deadline; /* when LEASE_TIME is due; 0: never */
};

/*
 * No lease is taken for shorter, and no request repeated sooner (but for the first few of a lease
 * that is not confirmed, RFC 2131, 4.1): so no server's word makes us spin.
 */
struct lease_timing {
	int64_t floor; /* ms */
};

#define LEASE_TIMING_DEFAULT ((struct lease_timing){ .floor = 60000 })

/* A lease whose end is not known, or past, is asked for at a takeover for so long. ms */
enum { LEASE_ASSUMED_MS = 600000 };

enum lease_cause {
	LEASE_SLEEPS, /* the host is answered for from now on */
	LEASE_WAKES,  /* it is not, or may be up: nothing more is sent */
	LEASE_TIME,   /* the deadline is over */
	LEASE_ANSWER, /* `message` has passed lease_check */
};

struct lease_input {
	enum lease_cause cause;
	int64_t now;
	bool asleep;     /* beyond doubt: else nothing is sent */
	uint32_t random; /* for a transaction id, and to spread many hosts' requests */
	const struct dhcp_message *message;
};

enum lease_send {
	SEND_NOTHING,
	SEND_TO_SERVER, /* unicast */
	SEND_TO_ALL,    /* broadcast */
};

enum lease_note { LEASE_NOTE_NONE, LEASE_NOTE_RENEWED, LEASE_NOTE_SILENCE, LEASE_NOTE_LOST };

struct lease_actions {
	enum lease_send send;
	enum lease_note note;
};

struct lease_actions lease_step(struct lease *lease, const struct lease_timing *timing,
                                const struct lease_input *input);

/* Why a message is no answer to our request: a row as in DHCP_PARSE_ERRORS. */
/* clang-format off */
#define LEASE_MISMATCHS(ROW) \
	ROW(unasked, "nothing was asked") \
	ROW(foreign_xid, "an answer to another request") \
	ROW(foreign_server, "of another server than was asked, or of none") \
	ROW(no_answer, "neither an acknowledgement with an address and a time, nor a refusal")
/* clang-format on */

#define LEASE_MISMATCH_ENUM(name, meaning) LEASE_MISMATCH_##name,
enum lease_mismatch {
	LEASE_MISMATCH_none,
	LEASE_MISMATCHS(LEASE_MISMATCH_ENUM) LEASE_MISMATCH_COUNT
};
#undef LEASE_MISMATCH_ENUM

/* `message` has the chaddr of the lease's host. */
enum lease_mismatch lease_check(const struct lease *lease, const struct dhcp_message *message);

/* What somebody says of a lease. What is not known is zero. */
struct lease_grant {
	struct ipv4 address;
	struct ipv4 server;
	struct ipv4 relay;
	uint32_t seconds; /* in all */
	uint32_t t1, t2;  /* s; where they make no sense together, half and seven eighths */
	int64_t since;    /* of the clock; 0: not known */
};

/*
 * A lease as it is said to be, in place of what was known, one that is lost included. It is not
 * confirmed, whoever says it: the host, awake, may renew it unseen. Nor is it kept, or an answer
 * awaited, until LEASE_SLEEPS. The result stays where it still tells something: of the same
 * address, but of no terms that are over.
 */
void lease_grant(struct lease *lease, const struct lease_timing *timing,
                 const struct lease_grant *grant, uint32_t random);

const char *lease_state_name(enum lease_state state);    /* "none", "bound" … */
const char *lease_result_name(enum lease_result result); /* "renewed" …, NULL for none */

#endif
