/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the files of a life share: life.c has its steps, life_wake.c those by which it is woken. */
#ifndef SLEEPPROXY_HOST_LIFE_H
#define SLEEPPROXY_HOST_LIFE_H

#include "host/step.h"

/* One call of life_step. */
struct life_call {
	struct life *life;
	const struct life_timing *timing;
	const struct host_trigger *trigger;
	int64_t now;
	struct host_effects *effects;
};

void life_enter(struct life_call *call, enum host_state state, enum host_event_kind event);
/* By us, as against a change that the datapath has made already. */
void life_set_state(struct life_call *call);
void life_change(struct life_call *call, enum host_state state, enum host_event_kind event);

/* No Magic Packet for so long, ms. */
void wake_hold_off(struct life_call *call, int64_t wait);
void wake_hold_off_over(struct life_call *call);
/* It is WAKING from now on. */
void wake_begin(struct life_call *call);
void wake_told(struct life_call *call);
void wake_lost_address(struct life_call *call);
void wake_by_connection(struct life_call *call);
void wake_timeout(struct life_call *call);
void wake_by_probe(struct life_call *call);
/* Another machine needs its address: it is not answered for, and looked at again later. */
void wake_give_up(struct life_call *call);

#endif
