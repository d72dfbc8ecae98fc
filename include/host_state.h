/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The states of a host, as the tables hold them. 0 is the one in which nothing is done in its name.
 */
#ifndef SLEEPPROXY_HOST_STATE_H
#define SLEEPPROXY_HOST_STATE_H

enum host_state {
	AWAKE,  /* known, not answered for */
	DROWSY, /* handed over or fallen silent, not answered for yet */
	ASLEEP, /* answered for */
	WAKING, /* still answered for, one wake under way */
};

#endif
