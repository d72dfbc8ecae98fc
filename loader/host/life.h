/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A host's life, pure: (life, what happened, now) → (life, what to do). It sends nothing, stores
 * nothing and reads no clock, so that each step can be read, and tested, as it stands. Times are
 * milliseconds of one monotonic clock.
 *
 *  AWAKE ──asked / silent──▶ DROWSY ──quiet, nobody answers──▶ ASLEEP ──wake reason──▶ WAKING
 *    ▲                         │                                 │  ▲                    │
 *    └─────────────────────────┴────────── owner's frame ────────┘  └───── gave up ──────┘
 */
#ifndef SLEEPPROXY_HOST_LIFE_H
#define SLEEPPROXY_HOST_LIFE_H

#include <stdbool.h>
#include <stdint.h>

#include "host_state.h"

/* All in ms but the counts. */
struct life_timing {
	int64_t grace;    /* a host still sends while it goes to sleep */
	int64_t patience; /* how long a host that was told to sleep may take to fall quiet */
	int64_t silence;  /* how long a host that sleeps unasked is silent before it is checked */
	int64_t ask_interval; /* between the ARP requests that must go unanswered */
	uint32_t asks;
	int64_t wake_interval; /* between rounds of Magic Packets */
	uint32_t wake_rounds;
	int64_t standby;  /* between looks at a host that another proxy answers for */
	int64_t cooldown; /* no Magic Packet so soon after falling asleep, or giving up */
};

#define LIFE_TIMING_DEFAULT \
	((struct life_timing){ .grace = 5000, \
	                       .patience = 60000, \
	                       .silence = 120000, \
	                       .ask_interval = 500, \
	                       .asks = 3, \
	                       .wake_interval = 2000, \
	                       .wake_rounds = 15, \
	                       .standby = 30000, \
	                       .cooldown = 3000 })

enum life_trigger {
	TRIGGER_NONE,
	TRIGGER_SLEEP,      /* somebody says that it goes to sleep: grace, then the check */
	TRIGGER_SLEEP_NOW,  /* … that it sleeps: the check at once */
	TRIGGER_HANDOVER,   /* … and it says so itself, until it is up again */
	TRIGGER_STANDBY,    /* … but another proxy goes first */
	TRIGGER_UP,         /* it says that it is up */
	TRIGGER_WAKE,       /* somebody wants it awake */
	TRIGGER_TIMER,      /* … itself, since then */
	TRIGGER_CONNECTION, /* the datapath saw a connection to it, and has set it WAKING */
	TRIGGER_CLAIM,  /* it saw its address used by another, and has set it WAKING, or AWAKE */
	TRIGGER_SEEN,   /* the datapath saw a frame of its own, and has set it AWAKE */
	TRIGGER_LEASE,  /* its address was lost: only the host itself can get another */
	TRIGGER_EDITED, /* its map entry was found in `state` */
	TRIGGER_TIME,   /* the deadline is over */
};

struct life_input {
	enum life_trigger cause;
	enum host_state
		state; /* with TRIGGER_EDITED and TRIGGER_CLAIM: the state that the map has */
	int64_t now;
	int64_t last_seen; /* of its last frame that came by; 0: never */
	bool unasked;      /* may be thought asleep for its silence */
};

enum life_note {
	NOTE_NONE,
	NOTE_DROWSY,
	NOTE_ASLEEP,
	NOTE_WAKING,
	NOTE_AWAKE,
	NOTE_NOT_QUIET, /* it was told to sleep, but still sends */
	NOTE_CLAIMED,   /* another machine answers for its address: not taken over */
	NOTE_STANDS_BY, /* another proxy goes first */
	NOTE_GAVE_UP,   /* it did not wake */
	NOTE_COOLING,   /* a wake waits for the cool-down */
};

struct life {
	enum host_state state;
	int64_t since;
	int64_t deadline;    /* when TRIGGER_TIME is due; 0: never */
	int64_t quiet_until; /* told to sleep: so long it may take to fall quiet; 0: not told */
	int64_t cool_until;  /* no Magic Packet before */
	int64_t magic_at;    /* when the next round is due */
	uint32_t tries;      /* asks or rounds so far */
	bool handed;         /* it handed itself over, and has not been up since */
	bool standby;        /* … and somebody else answers for it, or is to */
	bool prompt;         /* told that it sleeps already: no cool-down once that is checked */
	bool wanted;         /* somebody wants it awake, as soon as it is known to sleep */
};

enum arp_check {
	CHECK_NONE,
	CHECK_ADDRESS, /* broadcast: does anybody have its addresses? */
	CHECK_OWNER,   /* to its MAC: is it up? */
};

/*
 * What to do. The state of the map changes only out of `from`, which the datapath may have left
 * meanwhile.
 */
struct life_actions {
	bool step;
	enum host_state from;
	bool announce;         /* tell the neighbours that its addresses are here */
	bool magic;            /* a round of Magic Packets */
	bool update_neighbour; /* who woke it has our MAC for it still */
	enum arp_check ask;
	enum life_note note;
};

/* A life that starts in `input->state`, and goes on as that state does. */
void life_init(struct life *life, const struct life_timing *timing, const struct life_input *input);
struct life_actions life_step(struct life *life, const struct life_timing *timing,
                              const struct life_input *input);
const char *host_state_name(enum host_state state); /* "awake" … */

#endif
