/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One step of a host, pure: (life, lease, registration; trigger) → (the same, effects). What a step
 * must know is in its trigger, what it wants done is in its effects; daemon/effects.c carries them
 * out, in the order of the fields, and what fails there comes back as a trigger. Times are ms, of a
 * life on CLOCK_MONOTONIC.
 *
 *  AWAKE ──told / idle──▶ DROWSY ──idle, nobody answers──▶ ASLEEP ──wake reason──▶ WAKING
 *    ▲                      │                                │  ▲                    │
 *    └──────────────────────┴──────── frame of the host ─────┘  └─── wake failed ────┘
 */
#ifndef SLEEPPROXY_HOST_STEP_H
#define SLEEPPROXY_HOST_STEP_H

#include <stdbool.h>
#include <stdint.h>

#include "base/clock.h"
#include "dhcp/lease6.h"
#include "host_state.h"

/* What makes a host take a step, with all that the step must know. */
enum host_trigger_kind {
	TRIGGER_NONE,
	TRIGGER_SLEEP,          /* told that it goes to sleep: grace period, then the check */
	TRIGGER_SLEEP_NOW,      /* told that it sleeps: the check at once */
	TRIGGER_SLEEP_REQUEST,  /* it says so itself, until it is up again */
	TRIGGER_STANDBY,        /* the same, but another proxy goes first */
	TRIGGER_WAKEUP_REPORT,  /* it says that it is up */
	TRIGGER_WAKE,           /* told to wake it */
	TRIGGER_SLEEP_TIMER,    /* as it asked for itself */
	TRIGGER_LIFETIME_OVER,  /* of its registration: to see that there is such a host */
	TRIGGER_CONNECTION,     /* the datapath saw a connection, and has set it WAKING */
	TRIGGER_ADDRESS_CLAIM,  /* it saw another machine use an address; sets WAKING, or AWAKE */
	TRIGGER_ADDRESS_PROBE,  /* it answered another machine's ARP Probe for an address */
	TRIGGER_HOST_SEEN,      /* it saw a frame of the host, and has set it AWAKE */
	TRIGGER_LEASE_LOST,     /* only the host itself can get another address */
	TRIGGER_ADDRESSES_LOST, /* it is asleep, and has no address left to be answered for at */
	TRIGGER_MAP_EDIT,       /* the row in `hosts` was found in `state` */
	TRIGGER_TIMEOUT,        /* one of its deadlines is over */
	TRIGGER_INPUTS_CHANGED, /* its description or its lease; or it has just been added */
	TRIGGER_CHECK_FAILED,   /* an ARP request could not be sent: it does not count */
	TRIGGER_DHCP_FAILED,    /* its DHCP request could not be sent: `err` */
};

struct host_trigger {
	enum host_trigger_kind kind;
	enum host_state state;       /* in the map: with MAP_EDIT, ADDRESS_CLAIM */
	const struct report *report; /* with CONNECTION, ADDRESS_CLAIM */
	enum lease_send sent;        /* with DHCP_FAILED: what could not be sent, */
	int err;                     /* and why, negative errno */
	struct now now;
	int64_t last_seen; /* of its last frame, ms of CLOCK_MONOTONIC; 0: never */
	bool asleep;       /* by the map: else no DHCP request is sent in its name */
	bool detect_sleep;
	bool signs; /* with a key: only its Wakeup Report shows that it is up */
	bool busy;  /* many hosts are woken: the first round comes when the others had theirs */
	uint32_t random;
};

enum host_event_kind {
	HOST_EVENT_NONE,
	HOST_EVENT_DROWSY,
	HOST_EVENT_ASLEEP,
	HOST_EVENT_WAKING,
	HOST_EVENT_AWAKE,
	HOST_EVENT_STILL_ACTIVE,
	HOST_EVENT_ADDRESS_IN_USE,
	HOST_EVENT_STANDBY,
	HOST_EVENT_WAKE_FAILED,
	HOST_EVENT_WAKE_DELAYED,
	HOST_EVENT_REGISTRATION_EXPIRED,
	HOST_EVENT_ADDED,
	HOST_EVENT_REMOVED,
	HOST_EVENT_MAGIC_PACKET,
	HOST_EVENT_LEASE_RENEWED,
	HOST_EVENT_LEASE_UNANSWERED,
	HOST_EVENT_LEASE_LOST,
	HOST_EVENT_COUNT,
};

/* All in ms but the counts. */
struct life_timing {
	int64_t grace_period;   /* a host still sends while it goes to sleep */
	int64_t sleep_timeout;  /* how long a host that was told to sleep may take to fall idle */
	int64_t idle_timeout;   /* a host with detect-sleep is checked after being idle so long */
	int64_t silence;        /* one that slept, and was seen without a Report, likewise */
	int64_t check_interval; /* between the ARP requests that must go unanswered */
	uint32_t check_requests;
	int64_t wake_interval; /* between rounds of Magic Packets */
	uint32_t wake_attempts;
	int64_t standby;      /* between checks of a host that another proxy answers for */
	int64_t wake_holdoff; /* no Magic Packet so soon after falling asleep, or a failed wake */
};

/* Times that wakes become half as frequent while they fail: up to 8 times as rare. */
enum { WAKE_RARER_MAX = 3 };

#define LIFE_TIMING_DEFAULT \
	((struct life_timing){ .grace_period = 5000, \
	                       .sleep_timeout = 60000, \
	                       .idle_timeout = 120000, \
	                       .silence = 120000, \
	                       .check_interval = 500, \
	                       .check_requests = 3, \
	                       .wake_interval = 2000, \
	                       .wake_attempts = 15, \
	                       .standby = 30000, \
	                       .wake_holdoff = 3000 })

/* What another machine did with an address of a host that sleeps, since that was taken over. */
enum contest { CONTEST_NONE, CONTEST_PROBED, CONTEST_USED };

struct life {
	enum host_state state;
	uint32_t attempts; /* checks or rounds of Magic Packets so far */
	int64_t since;
	int64_t deadline;      /* when TRIGGER_TIMEOUT is due; 0: never */
	int64_t idle_until;    /* told to sleep: until then it may fall idle; 0: not told */
	int64_t holdoff_until; /* no Magic Packet before */
	int64_t next_magic;    /* when the next round is due */
	int64_t probed_at;     /* when another machine probed for an address of it last; 0: never */
	enum contest contest;
	uint32_t failed_wakes; /* in a row, since it was seen last */
	bool told;             /* by anybody that it sleeps, and not since that it is up */
	bool registered;       /* … by a Sleep Request of its own */
	bool standby;          /* … and another proxy answers for it, or is to */
	bool skip_holdoff; /* told that it sleeps already: no wake-holdoff once that is checked */
	bool given_up;     /* not answered for, as another machine needs its address */
	bool wake_pending; /* to be woken as soon as it is known to sleep */
};

enum arp_check {
	CHECK_NONE,
	CHECK_ADDRESS, /* broadcast: does anybody have its addresses? */
	CHECK_OWNER,   /* to its MAC: is it up? */
};

struct host_effects {
	/* Its state in the map, but only out of `from`; else nothing else of the step is done. */
	bool set_state;
	enum host_state from;
	bool send_magic;       /* a round of Magic Packets */
	bool sync_tables;      /* its addresses have changed */
	bool announce;         /* tell the neighbours that its addresses are here */
	bool update_neighbour; /* who woke it still has our MAC for it */
	enum arp_check check;
	enum lease_send send_dhcp;
	bool send_dhcp6;
	/* What people are told; HOST_EVENT_NONE: nothing. */
	enum host_event_kind event, lease_event, lease6_event;
	int64_t took; /* ms, of a wake that ended */
	bool persist;
	bool forget;                 /* where only its registration told of it */
	enum host_trigger_kind next; /* a step of its own, after this one */
};

/*
 * A registration ends where so many wakes in a row failed; of a host of which no frame was ever
 * seen, where one did. Such a host is woken, to show itself, when it has been registered for so
 * long (ms), and so is one that has not been seen for the lifetime of its registration.
 */
enum { REGISTRATION_WAKES = 3, REGISTRATION_UNSEEN = 60000 };

#define REGISTRATION_LIFETIME_DEFAULT INT64_C(604800000)

struct host_timing {
	struct life_timing life;
	int64_t min_lease; /* as lease_step() */
	int64_t lifetime;  /* ms, of a registration, from when its host was seen last */
};

/* What a step changes: a copy of it, which replaces the host's once `set_state` was possible. */
struct host_core {
	struct life life;
	struct lease lease; /* LEASE_NONE where it has none */
	struct lease6 lease6;
	struct ipv4 address; /* that it is answered for at, the first; 0.0.0.0: none */
	struct ipv6 addresses6[DHCP6_ADDRESSES]; /* likewise, that DHCPv6 may assign, the first */
	size_t address6_count;
	/* as in struct registration; 0 where it has none */
	bool registration_active, registration_seen;
	int64_t registration_until, registration_timer, registration_expires;
	int64_t registration_lifetime;
	bool registration_dropped; /* what it says counts no more */
};

/* Its life alone: one that starts in `state`, and goes on as that state does; a step of it. */
void life_init(struct life *life, const struct life_timing *timing, enum host_state state,
               int64_t now);
void life_step(struct life *life, const struct life_timing *timing,
               const struct host_trigger *trigger, struct host_effects *effects);

void host_step(struct host_core *core, const struct host_timing *timing,
               const struct host_trigger *trigger, struct host_effects *effects);

/* The effects of what became of its lease outside of a step: of a DHCP message, of a grant. */
void host_lease_effects(const struct lease_effects *lease, struct host_effects *effects);
void host_lease6_effects(const struct lease_effects *lease, struct host_effects *effects);

/* The earliest of its deadlines on CLOCK_MONOTONIC, ms; INT64_MAX: none. */
int64_t host_core_deadline(const struct host_core *core, const struct now *now);

#endif
