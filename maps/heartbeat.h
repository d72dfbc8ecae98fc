/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * heartbeat: when the daemon last said that it runs. An address that is answered for while nobody
 * can wake its host is worse than one that is not reachable, so once `timeout` has passed the
 * datapath passes every frame.
 *
 * Written by the daemon; the datapath reads.
 */
#ifndef SLEEPPROXY_HEARTBEAT_H
#define SLEEPPROXY_HEARTBEAT_H

#include "types.h"

struct heartbeat {
	__u64 last;    /* ns, CLOCK_MONOTONIC_COARSE */
	__u64 timeout; /* ns; 0: no heartbeat is valid */
};

ASSERT_SIZE(struct heartbeat, 16);

#endif
