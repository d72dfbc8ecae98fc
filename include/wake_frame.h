/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A frame that began a wake, or came during one, as it was received: the records of the ring
 * `wake_frames`, which end with the frame. Host byte order unless the type says otherwise.
 */
#ifndef SLEEPPROXY_WAKE_FRAME_H
#define SLEEPPROXY_WAKE_FRAME_H

#include "report.h"

enum {
	WAKE_FRAME_MAX = 1524
}; /* octets: the longest of Ethernet with two VLAN tags, and padding */

struct wake_frame {
	struct report connection; /* that it opens */
	__u16 length;             /* octets of `frame` */
	__u16 transport;          /* where in it TCP, UDP or ICMP begins, */
	__u16 end;                /* and where the packet ends */
	__u16 zero;
	__u8 frame[WAKE_FRAME_MAX];
};

ASSERT_SIZE(struct wake_frame, 72 + WAKE_FRAME_MAX);

#endif
