/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A look of the daemon at the maps: the context of the BPF program `look`, which brings the index
 * up to date (maps/index.h) and says whether anybody has changed a row. Host byte order.
 */
#ifndef SLEEPPROXY_INDEX_LOOK_H
#define SLEEPPROXY_INDEX_LOOK_H

#include "types.h"

struct index_look {
	__u64 tick;   /* ns, of a jiffy; set by the daemon, as `few` */
	__u64 few;    /* hosts: of as many or more a look is believed for longer */
	__u64 digest; /* of all rows, but for last_seen, and of how often states have changed */
	__u64 hosts;  /* how many there are */
};

ASSERT_SIZE(struct index_look, 32);

#endif
