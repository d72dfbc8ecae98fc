/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * heartbeat: when the daemon last lived. An address that is answered for while nobody can wake its
 * owner is worse than an absent one, so without a heartbeat in the time that `lease` grants the
 * datapath passes everything.
 *
 * Written by the daemon; the datapath reads.
 */
#ifndef SLEEPPROXY_HEARTBEAT_H
#define SLEEPPROXY_HEARTBEAT_H

#include "types.h"

struct heartbeat {
	__u64 last;  /* ns, CLOCK_MONOTONIC_COARSE */
	__u64 lease; /* ns */
};

ASSERT_SIZE(struct heartbeat, 16);

#endif
