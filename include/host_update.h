/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the daemon tells the datapath to make of a host: the context of the `order` program. The
 * step of the state is made only out of `from`; the other fields are set in any case. Host byte
 * order.
 */
#ifndef SLEEPPROXY_HOST_UPDATE_H
#define SLEEPPROXY_HOST_UPDATE_H

#include "address.h"
#include "host_state.h"

struct host_update {
	struct mac host;
	__u16 vlan;
	__u32 ifindex;
	enum host_state from;
	enum host_state to;
	__u16 flags;
	__u16 zero;
};

enum host_update_result {
	HOST_UPDATE_DONE,
	HOST_UPDATE_NO_HOST,     /* the map has no such host */
	HOST_UPDATE_OTHER_STATE, /* the datapath was faster: its report says what it saw */
};

ASSERT_SIZE(struct host_update, 24);

#endif
