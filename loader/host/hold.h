/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Connections to hosts that are being woken, kept until these can take them: the frames that open
 * them, of each host in order, each connection once, within bounds. Pure; daemon/holding.c asks the
 * hosts and sends the frames. Apart from the hosts, as few have any at a time.
 */
#ifndef SLEEPPROXY_HOST_HOLD_H
#define SLEEPPROXY_HOST_HOLD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <uthash.h>

#include "host_state.h"
#include "wake_frame.h"

enum {
	HOLD_FRAMES = 64,             /* of a host, */
	HOLD_OCTETS = 64 * 1024,      /* and memory for them */
	HOLD_ALL_OCTETS = 4096 * 1024 /* of all hosts */
};

/* Times in ms. A wake that fails is known by then; its first frame comes before its report. */
enum { HOLD_MAX = 120000, HOLD_BEFORE_WAKE = 2000 };

/* So long it is remembered that a host has been sent a connection. ms */
enum { HOLD_LINGER = 1000 };

/* What became of frames: the number of each is shown by the `counters` command. */
enum hold_count {
	HOLD_KEPT,
	HOLD_REPEATED, /* of a connection that is kept already */
	HOLD_FULL,
	HOLD_SENT,    /* to the host: counted once, however often */
	HOLD_REFUSED, /* and refused by the host, so that it is sent again: as often */
	HOLD_GIVEN_UP,
	HOLD_COUNTS
};

struct held_frame {
	struct held_frame *prev, *next;
	uint8_t sent;           /* so often */
	uint8_t refused;        /* by the host, so often */
	int64_t again_at;       /* sent then, as it was refused; 0: it was not */
	int64_t done_at;        /* since when the host has it, as far as can be known; 0: not yet */
	struct wake_frame copy; /* of its own length */
};

/* Of one host. */
struct hold {
	struct mac mac;
	int64_t since, ask_at; /* ms of CLOCK_MONOTONIC */
	struct held_frame *first;
	size_t count, octets;
	UT_hash_handle by_mac;
};

struct holds {
	struct hold *by_mac; /* in the order in which they are looked at */
	size_t octets;
	uint64_t counts[HOLD_COUNTS];
};

/* Keeps a copy of the frame, unless it is one connection's second, or too many. */
void hold_frame(struct holds *holds, const struct wake_frame *frame, int64_t now);
struct hold *hold_find(const struct holds *holds, const struct mac *mac); /* NULL: none */
/* The one that was not returned for longest; NULL: none is there. */
struct hold *hold_next(struct holds *holds);
/* What was not sent is given up. */
void hold_end(struct holds *holds, struct hold *hold);
void holds_end(struct holds *holds); /* all of them */

/* Frames that the host has had for a while are forgotten. */
void hold_expire(struct holds *holds, struct hold *hold, int64_t now);
/*
 * Is it over, with the host in that state? A host that is up is sent what it does not answer for
 * all the same, and then it is.
 */
bool hold_is_over(const struct hold *hold, enum host_state state, int64_t now);
/*
 * The next frame, after `last` (NULL: the first), for a host that is up since then and does not
 * answer for its address: a SYN may be sent again, anything else only once.
 */
struct held_frame *hold_due(const struct hold *hold, const struct held_frame *last, int64_t since,
                            int64_t now);
/* … that is not done, for that address, as the host answers for it. */
struct held_frame *hold_answered(const struct hold *hold, const struct held_frame *last,
                                 const struct ipv6 *address);
/* It was sent to a host that answers for its address, or may not. */
void hold_sent(struct holds *holds, struct held_frame *frame, bool answers, int64_t now);

/* Until when the peer is not told that the host refuses it; 0: it is to know, for the last time. */
int64_t hold_refusals_until(const struct held_frame *frame, int64_t now);
/* The host refused it, as its services are not up yet: it is due again a while later. */
void hold_refused(struct holds *holds, struct held_frame *frame, int64_t now);
bool hold_is_due_again(const struct held_frame *frame, int64_t now);

/* The addresses, each once, for which the host is to answer: how many of `most`. */
size_t hold_addresses(const struct hold *hold, struct ipv6 *addresses, size_t most);

#endif
