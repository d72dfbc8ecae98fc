/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A frame that began a wake, as it was received: the records of the ring `wake_frames`. Host byte
 * order unless the type says otherwise.
 */
#ifndef SLEEPPROXY_WAKE_FRAME_H
#define SLEEPPROXY_WAKE_FRAME_H

#include "address.h"

enum {
	WAKE_FRAME_MAX = 1524
}; /* octets: the longest of Ethernet with two VLAN tags, and padding */

struct wake_frame {
	__u32 ifindex;
	__u16 length; /* octets of `frame` */
	struct mac host;
	__u8 frame[WAKE_FRAME_MAX];
};

ASSERT_SIZE(struct wake_frame, 12 + WAKE_FRAME_MAX);

#endif
