/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The states of a host, as the map `hosts` holds them. An entry of zeros is AWAKE: left alone. */
#ifndef SLEEPPROXY_HOST_STATE_H
#define SLEEPPROXY_HOST_STATE_H

enum host_state {
	AWAKE,  /* known, not answered for */
	DROWSY, /* expected to sleep soon, not answered for yet */
	ASLEEP, /* answered for */
	WAKING, /* a wake is in progress, still answered for */
};

#endif
